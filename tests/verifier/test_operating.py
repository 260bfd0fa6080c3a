"""What the operator of a window does on the command line: load a trust pack, see how it stands, what to make again."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ledger.pack import export_pack
from tests.verifier.office import CLAIMS, Office, office_of, serving


@pytest.fixture(scope="module")
def pack(ledger_world: Any, paper: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stick")
    with ledger_world.replica(folder / "replica.sqlite") as replica:
        replica.follow_once()
        export_pack(replica, folder / "window.pack", {})
    return folder / "window.pack"


@pytest.fixture
def window(ledger_world: Any, tmp_path: Path) -> Office:
    """It has never seen a network."""
    return office_of(ledger_world, tmp_path, 440000, sources=[])


def test_a_window_without_any_network_is_given_a_pack_and_gives_verdicts(
    window: Office, pack: Path, paper: str
) -> None:
    assert window.check(paper.encode()).returncode == 20
    loaded = window.run("load-pack", str(pack))
    assert loaded.returncode == 0, loaded.stderr.decode()
    assert "已导入" in loaded.stdout.decode()
    assert window.check(paper.encode()).returncode == 0
    again = window.run("load-pack", str(pack), "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["already_known"] is True


def test_a_pack_is_loaded_over_http(window: Office, pack: Path, paper: str) -> None:
    with serving(window) as client:
        answer = client.post("/packs", files={"pack": ("window.pack", pack.read_bytes())})
        page = client.get(answer.headers["location"], headers={"accept": "text/html"}).text
        assert 'data-loading="loaded"' in page, page
        assert client.post("/checks", json={"text": paper}).json()["report"]["verdict"] == "accepted"


def test_a_pack_that_is_of_no_use_is_refused_and_changes_nothing(window: Office, pack: Path, tmp_path: Path) -> None:
    octets = pack.read_bytes()
    middle = len(octets) // 2
    for name, bad, code in (
        ("cut", octets[:-10], "pack_incomplete"),
        ("none", b"hello", "malformed_pack"),
        ("hurt", octets[:middle] + bytes([octets[middle] ^ 1]) + octets[middle + 1 :], "malformed_pack"),
    ):
        (tmp_path / name).write_bytes(bad)
        done = window.run("load-pack", name, "--json")
        assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (30, code), name
    assert json.loads(window.run("status", "--json").stdout)["facts_block"] is None
    assert window.run("load-pack", "nowhere.pack").returncode == 64
    small = office_of_limit(window, 1024)
    done = small.run("load-pack", str(pack), "--config", "small.toml", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "pack_too_large"


def office_of_limit(window: Office, octets: int) -> Office:
    (window.folder / "small.toml").write_text(f"{window.config.read_text()}max_pack_bytes = {octets}\n", "utf-8")
    return window


def test_the_status_names_each_source_and_how_old_the_facts_are(ledger_world: Any, tmp_path: Path) -> None:
    window = office_of(ledger_world, tmp_path, 440000, sources=["http://ming:geheim@127.0.0.1:9/", ledger_world.url])
    before = window.run("status")
    assert before.returncode == 0
    assert "还没有任何数据" in before.stdout.decode()
    told = json.loads(window.run("status", "--update", "--json").stdout)
    assert [each["standing"] for each in told["sources"]] == ["left", "answers"]
    assert told["facts_block"] is not None
    after = window.run("status", "--update").stdout.decode()
    assert "http://127.0.0.1:9/" in after
    assert "没有回应" in after
    assert "geheim" not in after


def test_withdrawn_checks_are_listed_until_they_were_made_again(ledger_world: Any, tmp_path: Path, paper: str) -> None:
    """A reorganisation is written into the replica's record; the window was off and learns of it when it is called."""
    window = office_of(ledger_world, tmp_path, 440000)
    nothing = window.run("withdrawn")
    assert (nothing.returncode, "没有要重做的核验" in nothing.stdout.decode()) == (0, True)
    made = json.loads(window.check(paper.encode(), "--update", "--json").stdout)
    take_back(tmp_path / "window.replica.sqlite", bytes.fromhex(made["block"]["hash"]))
    (line,) = json.loads(window.run("withdrawn", "--json").stdout)
    assert (line["id"], line["made_again"], line["made_again_by"]) == (made["id"], False, None)
    assert line["claimed"]["certificate_identifier"] == CLAIMS["certificate_identifier"]
    listed = window.run("withdrawn").stdout.decode()
    assert made["id"] in listed
    assert "要重做" in listed
    assert "顾明远" not in listed
    assert json.loads(window.run("status", "--json").stdout)["withdrawn_checks_open"] == 1
    ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS])  # a new block
    again = window.check(paper.encode(), "--update", "--json")
    assert again.returncode == 0
    assert json.loads(window.run("withdrawn", "--json").stdout) == []
    (line,) = json.loads(window.run("withdrawn", "--all", "--json").stdout)
    assert (line["made_again"], line["made_again_by"]) == (True, json.loads(again.stdout)["id"])


def take_back(replica: Path, block_hash: bytes) -> None:
    db = sqlite3.connect(replica)
    db.execute("INSERT INTO rewinds (ancestor, last, at, removed) VALUES (1, 2, 3, ?)", (block_hash,))
    db.commit()
    db.close()
