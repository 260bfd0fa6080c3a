"""The replica's file: what was proven, kept raw, and the facts made from it.

One update is one transaction: after a crash the file holds the whole of it or nothing. Any number of threads and
processes read while one writes; each reader sees the facts of one proven block.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import OtherReplica
from ledger.journal import RawLog
from ledger.network_file import NetworkFile
from ledger.replica.schema import FACT_TABLES, FACTS, FACTS_VERSION, RAW, RAW_VERSION

_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest proven block, the journal's head in it, and how many events led to that head."""

    number: int
    hash: bytes
    time: int
    head: bytes
    events: int


class Store:
    """The replica's SQLite file for one network."""

    def __init__(self, path: Path, network: NetworkFile) -> None:
        self._path = path
        self._network = network
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        with self.writing() as connection:
            _prepare(connection, network)

    def close(self) -> None:
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file, whatever is written meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes survive a crash, all of them, once the block is left; none where it raises."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def accepted(self) -> Accepted | None:
        return accepted(self._connection())

    def accept(self, before: Accepted | None, after: Accepted, logs: Sequence[RawLog]) -> bool:
        """Stores `logs` and moves from `before` to `after`; False, and nothing done, if another follower was first."""
        with self.writing() as connection:
            if accepted(connection) != before:
                return False
            start = before.events if before else 0
            rows = ((start + index, log.address, log.topic, log.data) for index, log in enumerate(logs))
            connection.executemany("INSERT INTO logs VALUES (?, ?, ?, ?)", rows)
            _apply(connection, self._network, logs)
            values = (after.number, after.hash, after.time, after.head, after.events)
            connection.execute("INSERT OR REPLACE INTO accepted VALUES (1, ?, ?, ?, ?, ?)", values)
        return True

    def rebuild(self) -> None:
        """Makes the facts again from the raw logs."""
        with self.writing() as connection:
            _rebuild(connection, self._network)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute(begin)
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = _connect(self._path)
            with self._lock:
                self._connections.append(found)
        return found


def accepted(connection: sqlite3.Connection) -> Accepted | None:
    row = connection.execute("SELECT number, hash, time, head, events FROM accepted").fetchone()
    return None if row is None else Accepted(*row)


def writers(connection: sqlite3.Connection) -> set[bytes]:
    """Every contract that ever was a writer by an event."""
    return {address for (address,) in connection.execute("SELECT address FROM writers")}


def _connect(path: Path) -> sqlite3.Connection:
    # Connections are closed by Store.close, from whatever thread; only their own thread uses them before.
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _prepare(connection: sqlite3.Connection, network: NetworkFile) -> None:
    """Makes an empty file's tables, or checks that the file is this network's and its facts are of this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        _run(connection, RAW + FACTS)
        _remember(connection, "first_head", network.first_head)
        _remember(connection, "facts_version", FACTS_VERSION)
        connection.execute(f"PRAGMA user_version = {RAW_VERSION}")
        return
    if version > RAW_VERSION:
        raise OtherReplica(f"the replica's file has version {version}, this program knows {RAW_VERSION}: update")
    if _recall(connection, "first_head") != network.first_head:
        raise OtherReplica(f"the replica's file belongs to another network than {network.name!r}")
    if _recall(connection, "facts_version") != FACTS_VERSION:
        _rebuild(connection, network)


def _rebuild(connection: sqlite3.Connection, network: NetworkFile) -> None:
    for table in FACT_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    _run(connection, FACTS)
    logs = connection.execute("SELECT address, topic, data FROM logs ORDER BY position").fetchall()
    _apply(connection, network, [RawLog(*row) for row in logs])
    _remember(connection, "facts_version", FACTS_VERSION)


def _apply(connection: sqlite3.Connection, network: NetworkFile, logs: Sequence[RawLog]) -> None:
    # Decoding events takes half a second to load; who only reads the file does without.
    from ledger.replica.apply import apply

    apply(connection, network, logs)


def _run(connection: sqlite3.Connection, script: str) -> None:
    # executescript would commit the caller's transaction
    for statement in script.split(";"):
        connection.execute(statement)


def _remember(connection: sqlite3.Connection, name: str, value: bytes | int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _recall(connection: sqlite3.Connection, name: str) -> object:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]
