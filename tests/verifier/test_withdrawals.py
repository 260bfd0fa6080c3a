"""A reorganisation took back the facts of some checks: they are marked, listed, and done when they were made again."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier.window_samples import CHECK, NOW, REPORT, ask, block_hash
from tests.waiting import until
from verifier import schema
from verifier.errors import StoreOfNewerProgram, StoreUnusable
from verifier.following import Follower
from verifier.store import Check, LiveCode, Store
from verifier.withdrawals import Count

HTML = {"accept": "text/html"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "window.sqlite", claims_kept_seconds=100)


def test_a_check_says_of_which_block_its_facts_were(bench) -> None:
    check = ask(bench, bench.live())
    assert (check.block, check.block_hash) == (7, block_hash(7))
    answer = bench.client.get(f"/checks/{check.id}").json()
    assert answer["block"] == {"number": 7, "hash": block_hash(7).hex()}
    assert answer["withdrawn"] is None


def test_a_check_without_any_facts_has_no_block(bench) -> None:
    text = bench.live()
    bench.replica.facts = None
    assert bench.client.post("/checks", json={"text": text}).json()["block"] is None


def test_only_checks_by_the_removed_block_are_marked_not_others_of_its_number(store: Store) -> None:
    store.keep(CHECK, None)
    store.keep(replace(CHECK, id="c2", request_id="r2", block_hash=block_hash(7, "other branch")), None)
    store.keep(replace(CHECK, id="c3", request_id="r3", block=None, block_hash=None), None)
    assert store.note_removed([block_hash(7), block_hash(8)], NOW + 5) == 1
    assert [store.get(each).withdrawn_at for each in ("c1", "c2", "c3")] == [NOW + 5, None, None]
    assert store.find("r1", b"digest") == replace(CHECK, withdrawn_at=NOW + 5)


def test_noting_a_block_again_changes_nothing(store: Store) -> None:
    store.keep(CHECK, None)
    assert store.note_removed([block_hash(7)], NOW + 5) == 1
    assert store.note_removed([block_hash(7)], NOW + 9) == 0
    assert store.get("c1").withdrawn_at == NOW + 5


def test_a_check_that_was_under_way_when_its_block_was_removed_is_marked_too(store: Store) -> None:
    store.note_removed([block_hash(7)], NOW - 5)
    kept = store.keep(CHECK, None)
    assert kept is not None
    assert kept.withdrawn_at == NOW - 5


def test_it_is_made_again_by_a_later_check_of_the_same_credential_that_stands(store: Store) -> None:
    store.keep(CHECK, None)
    store.note_removed([block_hash(7), block_hash(8)], NOW + 5)
    assert store.count_withdrawn() == Count(1, 1)
    elsewhere = {**REPORT, "claimed": {**REPORT["claimed"], "position": 6}}
    others = (
        replace(CHECK, id="c2", request_id="r2", report=elsewhere, presented_digest=b"2", block_hash=b"new"),
        replace(CHECK, id="c3", request_id="r3", report={**REPORT, "at": NOW - 86400}, block_hash=b"new"),
        replace(CHECK, id="c4", request_id="r4", presented_digest=b"4", block=8, block_hash=block_hash(8)),
    )
    for each in others:
        store.keep(each, None)
    assert store.count_withdrawn() == Count(2, 2)
    store.keep(replace(CHECK, id="c5", request_id="r5", presented_digest=b"5", block_hash=b"new"), None)
    assert store.count_withdrawn() == Count(2, 0)
    assert store.withdrawn() == ()
    assert [(each.id, each.made_again) for each in store.withdrawn(only_open=False)] == [("c4", "c5"), ("c1", "c5")]


def test_what_could_not_be_read_is_made_again_by_the_same_text(store: Store) -> None:
    nothing = {**REPORT, "claimed": {"issuer": None, "certificate_type": None, "position": None}}
    store.keep(replace(CHECK, report=nothing), None)
    store.note_removed([block_hash(7)], NOW)
    store.keep(replace(CHECK, id="c2", request_id="r2", report=nothing, presented_digest=b"2", block_hash=b"n"), None)
    assert store.count_withdrawn() == Count(1, 1)
    store.keep(replace(CHECK, id="c3", request_id="r3", report=nothing, block_hash=b"n"), None)
    assert store.count_withdrawn() == Count(1, 0)


def test_what_was_no_credential_leaves_the_list_when_its_digest_is_erased(store: Store) -> None:
    """Nobody could take it off any more, and one erased text is not another's."""
    nothing = {**REPORT, "claimed": {"issuer": None, "certificate_type": None, "position": None}}
    for number in (1, 2):
        made = replace(CHECK, id=f"c{number}", request_id=f"r{number}", report=nothing, presented_digest=b"%d" % number)
        store.keep(replace(made, personal={"claims": None}), None)
    store.keep(replace(CHECK, id="c3", request_id="r3", personal={"claims": None}), None)
    store.note_removed([block_hash(7)], NOW)
    assert store.count_withdrawn() == Count(3, 3)
    store.erase_personal(NOW + 100)
    assert store.get("c1").withdrawn_at == NOW
    assert [each.id for each in store.withdrawn()] == ["c3"]
    assert store.count_withdrawn() == Count(1, 1)
    store.keep(replace(CHECK, id="c4", request_id="r4", block_hash=b"new"), None)
    assert store.count_withdrawn() == Count(1, 0)


def test_a_long_list_comes_in_pages(store: Store) -> None:
    for number in range(7):
        store.keep(replace(CHECK, id=f"c{number}", request_id=f"r{number}", presented_digest=b"%d" % number), None)
    store.note_removed([block_hash(7)], NOW)
    first = store.withdrawn(limit=3)
    second = store.withdrawn(limit=10, before=first[-1].row)
    assert [each.id for each in (*first, *second)] == [f"c{number}" for number in reversed(range(7))]


def test_the_follower_learns_of_every_reorganisation_once(bench, caplog: pytest.LogCaptureFixture) -> None:
    check = ask(bench, bench.live())
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    bench.follower.withdraw()
    assert bench.window.store.get(check.id).withdrawn_at == NOW
    told = [record.message for record in caplog.records if "reorganisation" in record.message]
    assert len(told) == 1
    assert "1 checks" in told[0]
    assert "方静" not in caplog.text


def test_a_window_that_was_off_still_learns_of_it(bench, tmp_path: Path) -> None:
    check = ask(bench, bench.live())
    bench.replica.take_back(block_hash(7))
    later = Follower(bench.replica, bench.window.store, (), 0.01, bench.window.clock)
    later.start()
    until(lambda: bench.window.store.get(check.id).withdrawn_at is not None)
    later.stop()
    assert bench.window.store.get(check.id).withdrawn_at == NOW


def test_the_same_request_again_gets_the_same_report_but_marked(bench) -> None:
    body, headers = {"text": bench.live()}, {"Idempotency-Key": "k-1"}
    first = bench.client.post("/checks", json=body, headers=headers).json()
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    again = bench.client.post("/checks", json=body, headers=headers).json()
    assert (again["id"], again["report"]["rows"]) == (first["id"], first["report"]["rows"])
    assert again["report"]["verdict"] == "accepted"
    assert again["withdrawn"]["noted_at"] == NOW
    assert "再核验一次" in again["withdrawn"]["next"]["zh"]


def test_nothing_vouches_for_the_claims_of_a_withdrawn_check(bench) -> None:
    check = ask(bench, bench.live())
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    report = bench.client.get(f"/checks/{check.id}").json()["report"]
    assert report["claims"] is None
    assert report["claimed"]["proven"] is False
    assert report["claimed"]["certificate_identifier"] is None
    page = bench.client.get(f"/checks/{check.id}", headers=HTML).text
    assert 'data-verdict="withdrawn"' in page
    assert "方静" not in page
    assert "重新核验" in page


def test_the_list_over_http_and_its_empty_state(bench) -> None:
    assert bench.client.get("/withdrawn").json() == {"withdrawn": 0, "open": 0, "checks": [], "next": None}
    page = bench.client.get("/withdrawn", headers=HTML).text
    assert "data-empty" in page
    check = ask(bench, bench.live())
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    answer = bench.client.get("/withdrawn")
    (line,) = answer.json()["checks"]
    assert (line["id"], line["verdict_then"], line["made_again"]) == (check.id, "accepted", False)
    assert "方静" not in answer.text
    assert "certificate_identifier" not in answer.text
    assert f'data-check="{check.id}"' in bench.client.get("/withdrawn", headers=HTML).text
    health = bench.client.get("/health").json()
    assert (health["withdrawn_checks"], health["withdrawn_checks_open"]) == (1, 1)
    assert 'data-notice="withdrawn"' in bench.client.get("/").text


def test_a_check_made_again_leaves_the_list(bench) -> None:
    credential = bench.issue(None)
    ask(bench, credential)
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    bench.know(block=8, block_hash=block_hash(8, "new"))
    again = ask(bench, credential)
    assert bench.client.get("/withdrawn").json()["checks"] == []
    (line,) = bench.client.get("/withdrawn", params={"all": True}).json()["checks"]
    assert line["made_again"] is True
    for answer in (bench.client.get("/withdrawn?all=true"), bench.client.get("/withdrawn?all=true", headers=HTML)):
        assert again.id not in answer.text, "whoever has the id of a check that stands may read its claims"
    assert 'data-notice="withdrawn"' not in bench.client.get("/").text


@pytest.mark.parametrize("query", ["before=0", "before=x", "before=99999999999999999999", "all=perhaps"])
def test_a_hostile_query_is_a_typed_error(bench, query: str) -> None:
    answer = bench.client.get(f"/withdrawn?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed_request")


OLD_SCHEMA = """
CREATE TABLE checks (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    presented_digest BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    window TEXT NOT NULL,
    report TEXT NOT NULL,
    personal TEXT
) STRICT;
CREATE INDEX checks_with_personal ON checks (made_at) WHERE personal IS NOT NULL;
CREATE TABLE used_codes (
    holder BLOB NOT NULL,
    nonce TEXT NOT NULL,
    check_id TEXT NOT NULL REFERENCES checks (id),
    used_at INTEGER NOT NULL,
    PRIMARY KEY (holder, nonce)
) STRICT;
CREATE INDEX used_codes_by_age ON used_codes (used_at);
INSERT INTO checks VALUES ('c1', 'r1', x'aa', 1000, 'w', '{"verdict": "accepted"}', '{"claims": {"a": "b"}}');
INSERT INTO used_codes VALUES (x'01', 'nonce', 'c1', 1000);
"""
"""As the first version made it."""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    db = sqlite3.connect(tmp_path / "window.sqlite")
    db.executescript("PRAGMA journal_mode=WAL;" + OLD_SCHEMA)
    db.close()
    return tmp_path / "window.sqlite"


def test_a_file_of_the_first_version_is_brought_up_with_all_that_is_in_it(old_file: Path) -> None:
    for _ in range(2):
        store = Store(old_file, 100)
        old = Check("c1", "r1", b"\xaa", 1000, "w", {"verdict": "accepted"}, {"claims": {"a": "b"}})
        assert store.get("c1") == old
        assert store.find("r1", b"\xaa") == old
        store.close()
    store = Store(old_file, 100)
    new = replace(CHECK, id="c2", request_id="r2")
    assert store.keep(new, None) == new
    assert store.is_used(LiveCode(b"\x01", "nonce"))
    assert store.note_removed([block_hash(7)], NOW) == 1
    assert store.get("c1").withdrawn_at is None
    assert store.erase_personal(NOW) == 1
    store.close()


def test_an_upgrade_that_is_interrupted_changes_nothing(old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**schema._STEPS, 2: (*schema._STEPS[2], "CREATE TABLE nonsense (")}
    monkeypatch.setattr(schema, "_STEPS", broken)
    with pytest.raises(StoreUnusable):
        Store(old_file, 100)
    monkeypatch.undo()
    db = sqlite3.connect(old_file)
    assert db.execute("PRAGMA user_version").fetchone() == (0,)
    assert not [name for (_, name, *_) in db.execute("PRAGMA table_info(checks)") if name == "block"]
    db.close()
    Store(old_file, 100).close()


def test_two_windows_may_bring_up_one_file_at_the_same_time(old_file: Path) -> None:
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store(old_file, 100))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 6
    for store in stores:
        store.close()


def test_a_file_of_a_later_program_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "window.sqlite")
    db.execute("PRAGMA user_version = 4")
    db.close()
    with pytest.raises(StoreOfNewerProgram, match="version 4, this program knows 3"):
        Store(tmp_path / "window.sqlite", 100)
