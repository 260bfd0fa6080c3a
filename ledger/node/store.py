"""The node's database: one SQLite file, one writer, any number of readers, one transaction for each block.

Which blocks and transactions go in is decided elsewhere. Rows of a block are only ever inserted: a second block of one
number, or a second copy of one transaction, is a constraint error and rolls everything back.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from ledger.node.errors import StartRefused
from ledger.node.records import Log, Mined, Pending, Produced
from ledger.node.view import View

_APPLICATION = 0x59584E44  # "YXND"
_VERSION = 1


class Store:
    """What `add_pending` and `commit` have stored survives SIGKILL and power loss (WAL, synchronous=FULL)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _connect(path)
        self._idle: list[sqlite3.Connection] = []
        self._publishing = threading.Lock()
        self.writing = threading.RLock()
        """Held around a decision and the write that follows from it."""

    def identity(self) -> dict[str, str] | None:
        """What the chain said of itself when it was made; None for a new file. Refuses other programs' files."""
        (application,) = self._writer.execute("PRAGMA application_id").fetchone()
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        (tables,) = self._writer.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not application and not tables:
            return None
        if application != _APPLICATION:
            raise StartRefused(f"{self._path.name} is not the database of an embedded node")
        if version != _VERSION:
            raise StartRefused(f"{self._path.name} has format {version}, this program reads format {_VERSION}")
        return dict(self._writer.execute("SELECT name, value FROM identity").fetchall())

    def create(self, identity: dict[str, str], genesis: Produced) -> None:
        """Lays out a new file with its genesis block, all or nothing."""
        schema = (files("ledger.node") / "schema.sql").read_text("utf-8")
        with self._transaction() as connection:
            for statement in schema.split(";\n"):
                connection.execute(statement)
            connection.executemany("INSERT INTO identity VALUES (?, ?)", identity.items())
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            _insert(connection, genesis)

    @contextmanager
    def reading(self) -> Iterator[View]:
        """A snapshot that holds only published blocks."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connect(self._path)
        try:
            with self._publishing:
                connection.execute("BEGIN")
                view = View(connection)
            yield view
        finally:
            connection.rollback()
            self._idle.append(connection)

    def add_pending(self, pending: Pending) -> None:
        """When this returns, the transaction survives a crash. The row's own `arrival` is given here."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO pending (hash, sender, nonce, raw) VALUES (?, ?, ?, ?)",
                (pending.hash, pending.sender, pending.nonce, pending.raw),
            )

    def commit(self, produced: Produced, before_publishing: Callable[[], None]) -> None:
        """Stores the block, then calls `before_publishing`; no reader sees the block until that has returned."""
        with self.writing, self._publishing:
            with self._transaction() as connection:
                _insert(connection, produced)
            before_publishing()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self._writer.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self.writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as e:
        connection.close()
        raise StartRefused(f"{path.name} cannot be opened as a database: {e}") from e
    return connection


def _insert(connection: sqlite3.Connection, produced: Produced) -> None:
    header = produced.header
    connection.execute(
        "INSERT INTO blocks VALUES (?, ?, ?, ?)", (header.number, header.hash, header.encode(), produced.size)
    )
    connection.executemany("INSERT OR IGNORE INTO nodes VALUES (?, ?)", produced.nodes.items())
    connection.executemany("INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, produced.mined))
    connection.executemany("INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_log_row, produced.logs))
    gone = [(mined.hash,) for mined in produced.mined] + [(refused,) for refused in produced.refused]
    connection.executemany("DELETE FROM pending WHERE hash = ?", gone)


def _row(mined: Mined) -> tuple[object, ...]:
    receipt = (mined.contract, mined.status, mined.gas_used, mined.cumulative_gas_used, mined.revert)
    return (mined.hash, mined.number, mined.position, mined.raw, mined.sender, *receipt)


def _log_row(log: Log) -> tuple[object, ...]:
    topics = (*log.topics, None, None, None, None)[:4]
    return (log.number, log.index, log.position, log.address, *topics, log.data)
