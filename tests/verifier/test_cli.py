"""The commands on a real replica: exit statuses, JSON, offline, and a window that goes on when its node is down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from credential import SigningKey
from tests.verifier.office import CLAIMS, office_of, serving
from tests.verifier.window_samples import live_text, png_of, qr_of
from tests.waiting import until


def test_every_verdict_has_its_exit_status(ledger_world, tmp_path: Path, paper: str) -> None:
    guangdong = office_of(ledger_world, tmp_path, 440000, "guangdong")
    assert guangdong.check(paper.encode()).returncode == 20
    accepted = guangdong.check(png_of(qr_of(paper)), "--update")
    assert accepted.returncode == 0, accepted.stderr
    assert "认可" in accepted.stdout.decode()
    sichuan = office_of(ledger_world, tmp_path, 510000, "sichuan")
    rejected = sichuan.check(paper.encode(), "--update", "--json")
    assert rejected.returncode == 10
    report = json.loads(rejected.stdout)["report"]
    assert "agreement_is_missing" in {row["code"] for row in report["rows"]}
    assert guangdong.check(paper.encode(), "--at", "2024-03-17").returncode == 10


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_who_reads_only_the_beginning_still_gets_the_verdict_s_exit_status(
    ledger_world, tmp_path: Path, paper: str, form: list[str]
) -> None:
    office = office_of(ledger_world, tmp_path, 440000)
    command = [sys.executable, "-m", "yinxin", "verifier", "check", "-", "--config", str(office.config), *form]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, input=paper.encode(), stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (20, b"")


def test_a_check_works_offline_on_the_replica_alone(ledger_world, tmp_path: Path, paper: str) -> None:
    office_of(ledger_world, tmp_path, 440000).check(paper.encode(), "--update")
    offline = office_of(ledger_world, tmp_path, 440000, sources=["http://127.0.0.1:9"])
    assert offline.check(paper.encode()).returncode == 0
    assert offline.check(paper.encode(), "--update").returncode == 0


def test_settings_are_in_the_folder_unless_named(ledger_world, tmp_path: Path) -> None:
    office = office_of(ledger_world, tmp_path, 440000)
    assert office.run("check", "-").returncode == 30
    office.config.rename(tmp_path / "elsewhere.toml")
    assert office.run("check", "-").returncode == 64
    assert office.run("check", "-", "--config", "elsewhere.toml").returncode == 30


def test_nothing_to_judge_usage_and_internal_errors(ledger_world, tmp_path: Path) -> None:
    office = office_of(ledger_world, tmp_path, 440000)
    nothing = office.check(b"", "--json")
    assert (nothing.returncode, json.loads(nothing.stdout)["error"]["code"]) == (30, "nothing_found")
    assert office.check(b"GIF89a\xff").returncode == 30
    for usage in (
        ["check"],
        ["check", "no-such-file.png", "--config", str(office.config)],
        ["check", "-", "--config", "none.toml"],
        ["check", "-", "--config", str(office.config), "--at", "yesterday"],
        ["check", "-", "--config", str(office.config), "--colour"],
        ["look"],
    ):
        answer = office.run(*usage, octets=b"x")
        assert answer.returncode == 64, usage
        assert b"Traceback" not in answer.stderr
    (tmp_path / "window.sqlite").write_bytes(b"no database" * 1000)
    broken = office.check(b"x")
    assert broken.returncode == 70
    assert b"Traceback" not in broken.stderr


def test_a_damaged_replica_is_named(ledger_world, tmp_path: Path, paper: str) -> None:
    """No file of a replica at all, and one that has a hole where its facts are."""
    office = office_of(ledger_world, tmp_path, 440000)
    replica = tmp_path / "window.replica.sqlite"
    assert office.check(paper.encode(), "--update").returncode == 0
    pages = replica.read_bytes()
    for octets in (b"no database" * 1000, pages[:4096] + bytes(len(pages) - 4096)):
        replica.write_bytes(octets)
        for beside in ("-wal", "-shm"):
            replica.with_name(replica.name + beside).unlink(missing_ok=True)
        answer = office.check(paper.encode(), "--json")
        assert answer.returncode == 70
        assert json.loads(answer.stdout)["error"]["code"] == "replica_damaged"
    replica.unlink()
    assert office.check(paper.encode(), "--update").returncode == 0


def test_a_live_code_is_refused_at_a_second_window_sharing_the_store(ledger_world, tmp_path: Path) -> None:
    holder = SigningKey.from_secret(os.urandom(32))
    (text,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS], [holder.public_key])
    windows = [office_of(ledger_world, tmp_path, 440000, name, store="shared.sqlite") for name in ("one", "two")]
    with serving(windows[0]) as one, serving(windows[1]) as two:
        for client in (one, two):
            client.post("/updates")
        live = {"text": qr_of(live_text(text, holder, int(time.time())))}
        first, second = (client.post("/checks", json=live).json()["report"] for client in (one, two))
    assert (first["verdict"], second["verdict"]) == ("accepted", "rejected")
    assert "live_code_was_seen_before" in {row["code"] for row in second["rows"]}


def test_a_window_follows_and_goes_on_when_no_source_answers(ledger_world, tmp_path: Path, paper: str) -> None:
    with serving(office_of(ledger_world, tmp_path, 440000)) as client:

        def follows() -> bool:
            health = client.get("/health").json()
            standings = [each["standing"] for each in health["sources"]]
            return (health["source_trouble"], standings, health["facts_as_of"] is not None) == (None, ["answers"], True)

        until(follows, "the window has facts of a source that answers")
    with serving(office_of(ledger_world, tmp_path, 440000, sources=["http://127.0.0.1:9"])) as client:
        health = client.post("/updates").json()
        assert health["source_trouble"] == "FollowFailed"
        (source,) = health["sources"]
        assert (source["standing"], source["reason"]["code"]) == ("left", "NodeUnavailable")
        assert health["facts_age_seconds"] >= 0
        assert client.post("/checks", json={"text": paper}).json()["report"]["verdict"] == "accepted"
        page = client.get("/", headers={"accept": "text/html"}).text
        assert "没有可用的数据源" in page
        assert "没有回应" in page
