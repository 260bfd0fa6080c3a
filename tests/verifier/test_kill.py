"""A window killed at 50 random moments under load: what it acknowledged is on record once, no code counts twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from credential import SigningKey
from scripts.ports import free_port
from tests.verifier.window_samples import live_text
from tests.waiting import until
from verifier.cli import serve

KILLS = 50
CLIENTS = 3
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["verifier.app", "verifier.opening", "verifier.cli"])


def run_window(config: Path, ready: Path) -> None:
    """The body of `yinxin verifier serve`, in a process forked from one that has everything imported."""
    serve.callback(config, ready)


@dataclass
class Load:
    """Clients that ask without pause, show every code twice, and ask again with the same id where no answer came."""

    url: str
    credential: str
    holder: SigningKey
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: dict[str, dict[str, object]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unanswered: int = 0

    @property
    def accepted(self) -> int:
        return sum(each["report"]["verdict"] == "accepted" for each in list(self.acknowledged.values()))

    def client(self) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as http:
            while not self.stop.is_set():
                nonce = secrets.token_urlsafe(16)
                text = live_text(self.credential, self.holder, int(time.time()), nonce)
                for _ in range(2):
                    self.ask(http, text, nonce)

    def ask(self, http: httpx.Client, text: str, nonce: str) -> None:
        request_id = secrets.token_hex(8)
        self.requests[request_id] = nonce
        while not self.stop.is_set():
            try:
                answer = http.post("/checks", json={"text": text}, headers={"Idempotency-Key": request_id})
            except httpx.HTTPError:
                self.unanswered += 1
                time.sleep(0.02)
                continue
            if answer.status_code != 201:
                self.problems.append(answer.text)
                return
            self.acknowledged[request_id] = answer.json()
            return


def start(config: Path, ready: Path) -> multiprocessing.process.BaseProcess:
    ready.unlink(missing_ok=True)
    process = _processes.Process(target=run_window, args=(config, ready))
    process.start()
    while not ready.exists():
        assert process.is_alive()
        time.sleep(0.005)
    return process


def settings(world: object, folder: Path, port: int) -> Path:
    values = {"region": 440000, "network_file": str(world.network_path), "port": port, "store": "window.sqlite"}
    config = folder / "window.toml"
    config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()), "utf-8")
    with world.replica(folder / "replica.sqlite") as replica:
        replica.follow_once()
    return config


@pytest.mark.slow
def test_killed_at_fifty_moments_every_acknowledged_check_is_there_once(ledger_world, tmp_path: Path) -> None:
    chance, holder, port = random.Random(), SigningKey.from_secret(os.urandom(32)), free_port()
    claims = json.loads((Path(__file__).parents[2] / "spec/vectors/reference-licence.json").read_text())["claims"]
    (text,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [claims], [holder.public_key])
    config, ready = settings(ledger_world, tmp_path, port), tmp_path / "ready"
    load = Load(f"http://127.0.0.1:{port}", text, holder)
    clients = [threading.Thread(target=load.client) for _ in range(CLIENTS)]
    process = start(config, ready)
    for client in clients:
        client.start()
    try:
        for life in range(KILLS):
            answered = len(load.acknowledged)
            if life % 2:  # however slow the machine is, half of the lives are long enough to be of use
                until(lambda: bool(load.problems) or len(load.acknowledged) > answered, "an answer")  # noqa: B023
            time.sleep(chance.uniform(0.02, 0.3))
            process.kill()
            process.join()
            process = start(config, ready)
        until(lambda: bool(load.problems) or load.accepted > KILLS, "codes are accepted")
    finally:
        load.stop.set()
        for client in clients:
            client.join()
    check_record(load, httpx.Client(base_url=load.url, timeout=60), tmp_path / "window.sqlite")
    process.terminate()
    process.join()


def check_record(load: Load, http: httpx.Client, store: Path) -> None:
    assert not load.problems
    assert load.unanswered > KILLS / 5
    with http:
        for acknowledged in random.sample(list(load.acknowledged.values()), min(300, len(load.acknowledged))):
            assert http.get(f"/checks/{acknowledged['id']}").json() == acknowledged
    database = sqlite3.connect(store)
    recorded = dict(database.execute("SELECT request_id, id FROM checks").fetchall())
    assert {request: found["id"] for request, found in load.acknowledged.items()}.items() <= recorded.items()
    assert recorded.keys() <= load.requests.keys()
    query = "SELECT request_id, id FROM checks WHERE json_extract(report, '$.verdict') = 'accepted'"
    accepted = database.execute(query).fetchall()
    nonces = [load.requests[request_id] for request_id, _ in accepted]
    assert len(nonces) == len(set(nonces)) > KILLS
    used = database.execute("SELECT nonce, check_id FROM used_codes").fetchall()
    assert sorted(used) == sorted((load.requests[request_id], check_id) for request_id, check_id in accepted)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
