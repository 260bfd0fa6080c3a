"""A verdict with every service and node down, and every network interface but loopback gone.

Each run is in a network namespace of its own, which has nothing but a loopback interface; only root may make one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.office import Office, office_of
from tests.verifier.window_samples import png_of, qr_of

UNSHARE = ["unshare", "--net", "--"]


def can_unshare() -> str | None:
    """None where a namespace can be made here, else why not."""
    try:
        command = [*UNSHARE, "ip", "link", "set", "lo", "up"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    except OSError as e:
        return f"unshare cannot be run: {e.strerror}"
    return None if done.returncode == 0 else f"no network namespace can be made here: {done.stderr.strip()}"


REASON = can_unshare()
pytestmark = pytest.mark.skipif(REASON is not None, reason=f"{REASON}; needs root")


@pytest.fixture
def window(ledger_world: Any, tmp_path: Path, paper: str) -> Office:
    """It followed the ledger once; of that only the replica's file is left."""
    with ledger_world.replica(tmp_path / "window.replica.sqlite") as replica:
        replica.follow_once()
    return office_of(ledger_world, tmp_path, 440000, sources=[ledger_world.url], max_facts_age_seconds=86400)


def alone(office: Office, *command: str, octets: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*UNSHARE, *command], check=False, input=octets, capture_output=True, cwd=office.folder, timeout=120
    )


def test_the_namespace_has_nothing_but_loopback_and_no_node_is_reached(window: Office, ledger_world: Any) -> None:
    links = alone(window, "ip", "-o", "link").stdout.decode().split("\n")
    assert [line.split(":")[1].strip() for line in links if line.strip()] == ["lo"]
    status = alone(window, sys.executable, "-m", "yinxin", "verifier", "status", "--update", "--json")
    assert [each["standing"] for each in json.loads(status.stdout)["sources"]] == ["left"]


def test_the_command_gives_a_verdict_from_the_replica_s_file_alone(window: Office, paper: str) -> None:
    check = [sys.executable, "-m", "yinxin", "verifier", "check", "-", "--json"]
    for octets in (paper.encode(), png_of(qr_of(paper))):
        done = alone(window, *check, octets=octets)
        assert done.returncode == 0, done.stderr.decode()
        assert json.loads(done.stdout)["report"]["verdict"] == "accepted"
    forged = alone(window, *check, octets=paper[:-30].encode())
    assert forged.returncode == 10


SERVE_AND_ASK = """
import json, pathlib, subprocess, sys, time, httpx
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
ready = pathlib.Path("ready.json")
command = [sys.executable, "-m", "yinxin", "verifier", "serve", "--ready-file", str(ready)]
process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
try:
    give_up = time.monotonic() + 60
    while not ready.exists():
        assert process.poll() is None and time.monotonic() < give_up
        time.sleep(0.02)
    with httpx.Client(base_url=json.loads(ready.read_text())["url"], timeout=30) as client:
        check = client.post("/checks", files={"file": ("code.png", sys.stdin.buffer.read())})
        page = client.get(check.headers["location"], headers={"accept": "text/html"})
        client.post("/updates")
        health = client.get("/health")
        print(json.dumps({"check": check.json(), "page": page.text, "health": health.json()}))
finally:
    process.terminate()
    process.wait(30)
"""


def test_the_service_gives_a_verdict_over_loopback_and_says_that_no_source_answers(window: Office, paper: str) -> None:
    done = alone(window, sys.executable, "-c", SERVE_AND_ASK, octets=png_of(qr_of(paper)))
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["check"]["report"]["verdict"] == "accepted"
    assert 'data-verdict="accepted"' in told["page"]
    assert told["health"]["source_trouble"] == "FollowFailed"
    assert told["health"]["sources"][0]["reason"]["code"] == "NodeUnavailable"
