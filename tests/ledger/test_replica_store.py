"""The replica's file: one update is one transaction, readers see one block, and the facts can be made again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger import events
from ledger.abi import types_of
from ledger.errors import JournalMismatch, OtherReplica
from ledger.events import Event
from ledger.journal import RawLog
from ledger.replica.store import Store
from ledger.replica.update import Known, Update
from tests.ledger.replica_contents import all_facts, rows
from tests.ledger.replica_samples import HISTORY, KEY, NETWORK, TRUST, accept, after, proven_after

ROOT = Path(__file__).resolve().parents[2]


def octet_log(address: bytes, event: type[Event], *values: Any) -> RawLog:
    """A log whose texts are any octets, as a contract takes them."""
    types = [each.replace("string", "bytes") for each in types_of(event.SIGNATURE)]
    return RawLog(address, keccak(event.SIGNATURE.encode()), encode(types, values))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "r.db", NETWORK)
    yield made
    made.close()


def test_each_event_changes_its_facts(store: Store) -> None:
    accept(store, HISTORY)
    assert rows(store, "SELECT region, name, administrator FROM regions") == [(310000, "上海市", b"\xbb" * 20)]
    assert rows(store, "SELECT url FROM authority_urls ORDER BY position") == [
        ("https://a.example",),
        ("https://b.example",),
    ]
    assert rows(store, "SELECT dissolved_at FROM authorities") == [(9,)]
    assert rows(store, "SELECT revoked_from FROM operators") == [(4,)]
    assert rows(store, "SELECT ends, revoked_from FROM keys WHERE suite = 1") == [(None, 6)]


def test_a_key_whose_kid_is_not_its_thumbprint_is_absent(store: Store) -> None:
    accept(store, HISTORY)
    assert rows(store, "SELECT kid FROM keys WHERE suite = 1") == [(KEY.kid,)]


def test_a_key_of_an_unknown_suite_stays_for_the_rules(store: Store) -> None:
    accept(store, HISTORY)
    assert rows(store, "SELECT kid FROM keys WHERE suite = 9") == [(b"\x07" * 32,)]


def test_an_event_of_another_contract_than_its_own_changes_nothing(store: Store) -> None:
    foreign = [replace(each, address=NETWORK.registries.recognition) for each in HISTORY]
    accept(store, foreign)
    assert not any(all_facts(store).values())
    assert rows(store, "SELECT COUNT(*) FROM logs") == [(len(HISTORY),)]


def test_no_text_that_a_registrar_writes_stops_a_reader(store: Store) -> None:
    """The chain holds texts apart by their octets; without those that are not UTF-8, two can look alike."""
    url, code = b"https://a.example/\xff", b"\xff"
    alike = [
        *HISTORY,
        octet_log(TRUST, events.AuthorityUrlAdded, 10, 1, url),
        octet_log(TRUST, events.AuthorityUrlAdded, 10, 1, url[:-1] + b"\xfe"),
        octet_log(TRUST, events.AuthorityRegistered, 10, 2, 310000, b"\xff", b"\xff", url[:-1] + b"\xfd"),
        octet_log(TRUST, events.TypeRegistered, 10, 8, code, 1, bytes(32)),
        octet_log(TRUST, events.TypeRegistered, 10, 9, b"\xfe", 1, bytes(32)),
    ]
    assert accept(store, alike)
    assert rows(store, "SELECT authority FROM authority_urls WHERE url = 'https://a.example'") == [(1,)]


def test_what_another_contract_logs_in_another_layout_changes_nothing(store: Store) -> None:
    foreign = [RawLog(b"\x99" * 20, HISTORY[0].topic, b"a later registry's own")]
    assert accept(store, foreign)
    assert not any(all_facts(store).values())


def test_an_unknown_event_is_kept_and_changes_nothing(store: Store) -> None:
    unknown = [RawLog(TRUST, bytes(32), b"of a later version")]
    accept(store, unknown)
    assert not any(all_facts(store).values())
    assert rows(store, "SELECT data FROM logs") == [(b"of a later version",)]


def test_the_facts_can_be_made_again_from_the_raw_logs(store: Store) -> None:
    accept(store, HISTORY)
    before = all_facts(store)
    with store.writing() as connection:
        connection.execute("DELETE FROM authorities")
        connection.execute("UPDATE keys SET revoked_from = NULL")
    store.rebuild()
    assert all_facts(store) == before


def test_facts_of_an_earlier_version_are_made_again_at_opening(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.db", NETWORK)
    accept(store, HISTORY)
    before = all_facts(store)
    with store.writing() as connection:
        connection.execute("UPDATE meta SET value = 0 WHERE name = 'facts_version'")
        connection.execute("DROP TABLE authorities")
    store.close()
    store = Store(tmp_path / "r.db", NETWORK)
    assert all_facts(store) == before
    store.close()


def test_a_file_of_a_later_program_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "r.db", NETWORK).close()
    connection = sqlite3.connect(tmp_path / "r.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OtherReplica, match="version 99"):
        Store(tmp_path / "r.db", NETWORK)


def test_of_two_followers_the_second_does_nothing(store: Store) -> None:
    accept(store, HISTORY[:3])
    first = store.accepted()
    assert accept(store, HISTORY, Known()) is None
    assert store.accepted() == first
    assert accept(store, HISTORY[3:])
    assert rows(store, "SELECT position FROM logs ORDER BY position") == [(n,) for n in range(len(HISTORY))]


def test_an_update_that_cannot_be_applied_leaves_everything(store: Store) -> None:
    accept(store, HISTORY[:2])
    accepted, before = store.accepted(), all_facts(store)
    broken = [*HISTORY[2:], RawLog(TRUST, HISTORY[0].topic, b"short")]
    with pytest.raises(events.MalformedEvent):
        accept(store, broken)
    assert store.accepted() == accepted
    assert all_facts(store) == before


def test_a_history_that_does_not_lead_to_the_proven_head_is_not_kept(store: Store) -> None:
    accept(store, HISTORY[:2])
    known, before = store.known(), all_facts(store)
    with pytest.raises(JournalMismatch):
        store.accept(known, Update(proven_after(known, HISTORY[2:]), HISTORY[2:-1]), now=0)
    assert (store.known(), all_facts(store)) == (known, before)


def test_a_reorganisation_takes_facts_back_and_is_remembered(store: Store) -> None:
    accept(store, HISTORY[:2])
    ancestor = store.known()
    accept(store, HISTORY[2:8])
    accept(store, HISTORY[8:])
    known, other = store.known(), HISTORY[2:7]
    branch = replace(proven_after(ancestor, other), number=50, hash=b"\x50" * 32)
    assert store.accept(known, Update(branch, other), now=77) == 5
    assert [point.accepted.number for point in store.known().points] == [1, 50]
    assert rows(store, "SELECT ancestor, last, at FROM rewinds") == [(1, 3, 77)]
    assert rows(store, "SELECT COUNT(*) FROM batches") == [(0,)]
    honest = Store(store._path.with_name("honest.db"), NETWORK)
    accept(honest, HISTORY[:7])
    assert all_facts(store) == all_facts(honest)
    honest.close()


def test_a_file_of_the_version_before_is_brought_up_with_its_facts(store: Store, tmp_path: Path) -> None:
    accept(store, HISTORY)
    accepted, before = store.accepted(), all_facts(store)
    assert accepted is not None
    with store.writing() as connection:  # as version 1 had it
        for table in ("points", "path", "metadata", "rewinds", "evidence"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("CREATE TABLE accepted (one, number, hash, time, head, events)")
        connection.execute("INSERT INTO accepted VALUES (1, ?, ?, ?, ?, ?)", astuple(accepted))
        connection.execute("PRAGMA user_version = 1")
    store.close()
    again = Store(tmp_path / "r.db", NETWORK)
    assert (again.accepted(), all_facts(again)) == (accepted, before)
    assert again.known().points[-1].validators == NETWORK.checkpoint.validators
    again.close()


def test_a_reader_keeps_its_block_while_another_thread_writes(store: Store) -> None:
    accept(store, HISTORY[:1])
    with store.reading() as connection:
        connection.execute("SELECT * FROM points").fetchone()
        writer = threading.Thread(target=accept, args=(store, HISTORY[1:]))
        writer.start()
        writer.join()
        assert connection.execute("SELECT events FROM points").fetchall() == [(1,)]
        assert connection.execute("SELECT COUNT(*) FROM authorities").fetchone() == (0,)
    assert rows(store, "SELECT COUNT(*) FROM authorities") == [(1,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.ledger.replica_samples import HISTORY, NETWORK, accept
from ledger.replica import apply
from ledger.replica.store import Store

store = Store(Path(sys.argv[1]), NETWORK)
accept(store, HISTORY[:2])
done, inner = 0, apply._apply_event
def dying(connection, event):
    global done
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    done += 1
    inner(connection, event)
apply._apply_event = dying
accept(store, HISTORY[2:])
"""


@pytest.mark.parametrize("events_applied", [0, 5, 11])
def test_killed_within_an_update_the_file_is_as_before(tmp_path: Path, events_applied: int) -> None:
    path = tmp_path / "r.db"
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(events_applied)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    store = Store(path, NETWORK)
    assert store.accepted() == after(None, HISTORY[:2])
    assert rows(store, "SELECT COUNT(*) FROM logs") == [(2,)]
    assert rows(store, "SELECT dissolved_at FROM authorities") == [(None,)]
    assert accept(store, HISTORY[2:])
    store.close()
