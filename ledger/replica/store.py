"""The replica's file: what was proven, kept raw, and the facts made from it.

One update is one transaction: after a crash the file holds the whole of it or nothing. Any number of threads and
processes read while one writes; each reader sees the facts of one proven block.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, replace
from itertools import islice
from pathlib import Path

from ledger.errors import JournalMismatch, OtherReplica, ReplicaDamaged, ReplicaUnwritable
from ledger.hexadecimal import to_hex
from ledger.journal import RawLog, fold
from ledger.network_file import NetworkFile
from ledger.replica import points
from ledger.replica.schema import ACCEPTED_TO_POINTS, FACT_TABLES, FACTS, FACTS_VERSION, PROVEN, RAW, RAW_VERSION
from ledger.replica.update import Accepted, Evidence, Known, Point, Rewind, Update

_BUSY_SECONDS = 30.0
_LOG_FILE_OCTETS = 64 * 1024 * 1024
"""To what the write-ahead log shrinks again after a large update, or after one that did not hold."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_HASH_OCTETS = 32
_CHUNK = 1_000
"""How many events are stored at a time, so that a long history is never in memory as a whole."""


class Store:
    """The replica's SQLite file for one network."""

    def __init__(self, path: Path, network: NetworkFile) -> None:
        self._path = path
        self._network = network
        self._local = threading.local()
        self._held: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.Lock()
        with self.writing() as connection:
            _prepare(connection, network)

    def close(self) -> None:
        with self._lock:
            for held in list(self._held):
                held.connection.close()
            self._held.clear()
        self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file, whatever is written meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes survive a crash, all of them, once the block is left; none where it raises.

        Raises ReplicaUnwritable where the disk is full, or the file cannot be written for another reason.
        """
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
        except sqlite3.OperationalError as e:
            raise ReplicaUnwritable(f"the replica's file cannot be written: {e}") from e

    def known(self) -> Known:
        with self.reading() as connection:
            found = points.newest(connection)
            if not self._is_weighed(connection):
                found = tuple(replace(each, weight=0, tip_weight=0) for each in found)
            return Known(found, frozenset(writers(connection)))

    def accepted(self) -> Accepted | None:
        with _damage_told(self._path):
            return accepted(self._connection())

    def accept(self, known: Known, update: Update, now: int) -> int | None:
        """Stores the update and moves to its block. How many new events; None, and nothing done, if another was first.

        Raises JournalMismatch where the logs do not lead to the proven head, or, where blocks are final, would take
        back a block whose events they have; nothing is then changed.
        """
        proven, logs = update.proven, update.logs
        with self.writing() as connection:
            if accepted(connection) != known.accepted:
                return None
            start, head = self._begin(proven.after)
            if proven.after != (known.points[-1] if known.points else None):
                assert known.accepted is not None
                self._rewind(connection, proven.after, known.accepted, now)
                if self._network.engine != "clique":
                    logs = _leaving_out(known.accepted, start, head, logs)
            events, found = _store_logs(connection, start, head, logs)
            if found != proven.head:
                raise JournalMismatch(f"the logs fold to {to_hex(found)}, the proven head is {to_hex(proven.head)}")
            _apply(connection, self._network, start)
            trusted = proven.after.validators if proven.after else self._network.checkpoint.validators
            self._weigh_anew(connection)
            points.add(connection, proven, events, trusted)
            return events - start

    def keep_evidence(self, evidence: Evidence) -> None:
        with self.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?, NULL)", astuple(evidence))

    def begin_again_where_settled(self, now: int) -> None:
        """Takes everything back where the network file's checkpoint settles a contradiction, or contradicts a point.

        Nothing says where the two histories parted, nor on which side this replica is: it starts again from the file.
        """
        number, hash_ = self._network.checkpoint.number, self._network.checkpoint.hash
        with self.reading() as connection:
            last = accepted(connection)
            contradicts = "SELECT 1 FROM points WHERE number = ? AND hash <> ?"
            settles = "SELECT 1 FROM evidence WHERE number <= ? AND settled_at IS NULL"
            found = connection.execute(f"{contradicts} UNION ALL {settles}", (number, hash_, number)).fetchone()
        if found is None:
            return
        with self.writing() as connection:
            connection.execute("UPDATE evidence SET settled_at = ? WHERE number <= ?", (now, number))
            if last is not None:
                self._rewind(connection, None, last, now)

    def rebuild(self) -> None:
        """Makes the facts again from the raw logs."""
        with self.writing() as connection:
            _rebuild(connection, self._network)

    def _begin(self, after: Point | None) -> tuple[int, bytes]:
        return (after.accepted.events, after.accepted.head) if after else (0, self._network.first_head)

    def _is_weighed(self, connection: sqlite3.Connection) -> bool:
        """Whether the points' weights are counted from this network file's checkpoint, and not from an earlier one."""
        return _recall(connection, "checkpoint") == self._network.checkpoint.hash

    def _weigh_anew(self, connection: sqlite3.Connection) -> None:
        if not self._is_weighed(connection):
            points.forget_weights(connection)
            _remember(connection, "checkpoint", self._network.checkpoint.hash)

    def _rewind(self, connection: sqlite3.Connection, ancestor: Point | None, last: Accepted, now: int) -> None:
        """Takes back all that was proven by the blocks after `ancestor`."""
        events, _ = self._begin(ancestor)
        number = ancestor.accepted.number if ancestor else 0
        connection.execute("DELETE FROM logs WHERE position >= ?", (events,))
        removed = points.remove_after(connection, number if ancestor else -1)
        values = (number, last.number, now, b"".join(removed))
        connection.execute("INSERT INTO rewinds VALUES (NULL, ?, ?, ?, ?)", values)
        _rebuild(connection, self._network)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with _damage_told(self._path):
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(_connect(self._path))
            with self._lock:
                self._held.add(held)
        return held.connection


class _Held:
    """A thread's connection; closed when the thread ends, for a window's threads come and go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as e:
        if getattr(e, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            raise
        raise ReplicaDamaged(f"{path} is damaged, or is no replica's file: remove it and follow anew") from e


def accepted(connection: sqlite3.Connection) -> Accepted | None:
    query = "SELECT number, hash, time, head, events FROM points ORDER BY number DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return None if row is None else Accepted(*row)


def writers(connection: sqlite3.Connection) -> set[bytes]:
    """Every contract that ever was a writer by an event."""
    return {address for (address,) in connection.execute("SELECT address FROM writers")}


def logs_after(connection: sqlite3.Connection, events: int) -> Iterator[RawLog]:
    """The stored events from number `events` on (the first is 0), in order."""
    query = "SELECT address, topic, data FROM logs WHERE position >= ? ORDER BY position"
    return (RawLog(*row) for row in connection.execute(query, (events,)))


def rewinds_after(connection: sqlite3.Connection, number: int) -> tuple[Rewind, ...]:
    query = "SELECT rewind, ancestor, last, at, removed FROM rewinds WHERE rewind > ? ORDER BY rewind"
    return tuple(
        Rewind(rewind, ancestor, last, at, points.split(removed, _HASH_OCTETS))
        for rewind, ancestor, last, at, removed in connection.execute(query, (number,))
    )


def evidence_after(connection: sqlite3.Connection, block: int) -> Evidence | None:
    """The first contradiction after a block, None where there is none."""
    query = (
        "SELECT number, first, second, first_hash, second_hash, found_at FROM evidence"
        " WHERE number > ? ORDER BY number LIMIT 1"
    )
    row = connection.execute(query, (block,)).fetchone()
    return None if row is None else Evidence(*row)


def _store_logs(connection: sqlite3.Connection, start: int, head: bytes, logs: Iterable[RawLog]) -> tuple[int, bytes]:
    """Appends the logs as they come. How many there are then, and the head they fold to."""
    stream, events = iter(logs), start
    while chunk := tuple(islice(stream, _CHUNK)):
        rows = ((events + index, log.address, log.topic, log.data) for index, log in enumerate(chunk))
        connection.executemany("INSERT INTO logs VALUES (?, ?, ?, ?)", rows)
        events += len(chunk)
        head = fold(head, chunk)
    return events, head


def _leaving_out(last: Accepted, start: int, head: bytes, logs: Iterable[RawLog]) -> Iterator[RawLog]:
    """The logs, which begin at event `start`. Raises JournalMismatch where they have all events that led to `last`."""
    for events, log in enumerate(logs, start + 1):
        if events <= last.events:
            head = fold(head, [log])
        if events == last.events and head == last.head:
            raise JournalMismatch(f"the history has the events of block {last.number}, and takes that back")
        yield log


def _connect(path: Path) -> sqlite3.Connection:
    # Connections are closed by Store.close, from whatever thread; only their own thread uses them before.
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_FILE_OCTETS}")
    return connection


def _prepare(connection: sqlite3.Connection, network: NetworkFile) -> None:
    """Makes an empty file's tables, or checks that the file is this network's and brings it to this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > RAW_VERSION:
        raise OtherReplica(f"the replica's file has version {version}, this program knows {RAW_VERSION}: update")
    if version == 0:
        _run(connection, RAW + FACTS)
        _remember(connection, "first_head", network.first_head)
        _remember(connection, "facts_version", FACTS_VERSION)
    elif _recall(connection, "first_head") != network.first_head:
        raise OtherReplica(f"the replica's file belongs to another network than {network.name!r}")
    if version == 1:
        _run(connection, PROVEN + ACCEPTED_TO_POINTS, validators=b"".join(network.checkpoint.validators))
    if version < RAW_VERSION:
        connection.execute(f"PRAGMA user_version = {RAW_VERSION}")
    if _recall(connection, "facts_version") != FACTS_VERSION:
        _rebuild(connection, network)


def _rebuild(connection: sqlite3.Connection, network: NetworkFile) -> None:
    for table in FACT_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    _run(connection, FACTS)
    _apply(connection, network, 0)
    _remember(connection, "facts_version", FACTS_VERSION)


def _apply(connection: sqlite3.Connection, network: NetworkFile, start: int) -> None:
    # Decoding events takes half a second to load; who only reads the file does without.
    from ledger.replica.apply import apply

    apply(connection, network, logs_after(connection, start))


def _run(connection: sqlite3.Connection, script: str, **values: bytes) -> None:
    # executescript would commit the caller's transaction. No comment in a script may hold a semicolon.
    for statement in script.split(";"):
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(statement, named)


def _remember(connection: sqlite3.Connection, name: str, value: bytes | int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _recall(connection: sqlite3.Connection, name: str) -> object:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]
