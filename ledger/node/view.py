"""One consistent read of the node's database: the chain up to one head, and the pool beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from ledger.headers import Header
from ledger.node.records import FoundLog, Log, LogQuery, Mined, Pending

_MINED = "hash, number, position, raw, sender, contract, status, gas_used, cumulative_gas_used, revert"
_LOG = "number, log_index, position, address, topic0, topic1, topic2, topic3, data"


class View:
    """A snapshot of the database: what it answers does not change while it lives."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.head: int = self._one("SELECT max(number) FROM blocks")[0]

    def header(self, number: int) -> Header | None:
        row = self._one("SELECT header FROM blocks WHERE number = ?", number)
        return row and Header.decode(row[0])

    def head_header(self) -> Header:
        header = self.header(self.head)
        assert header is not None
        return header

    def number_of(self, block_hash: bytes) -> int | None:
        row = self._one("SELECT number FROM blocks WHERE hash = ?", block_hash)
        return row and int(row[0])

    def block_hash(self, number: int) -> bytes:
        return bytes(self._one("SELECT hash FROM blocks WHERE number = ?", number)[0])

    def size(self, number: int) -> int:
        return int(self._one("SELECT size FROM blocks WHERE number = ?", number)[0])

    def node(self, key: bytes) -> bytes | None:
        row = self._one("SELECT node FROM nodes WHERE hash = ?", key)
        return row and bytes(row[0])

    def mined(self, transaction_hash: bytes) -> Mined | None:
        row = self._one(f"SELECT {_MINED} FROM transactions WHERE hash = ?", transaction_hash)  # noqa: S608
        return row and Mined(*row)

    def mined_in(self, number: int) -> tuple[Mined, ...]:
        rows = self._all(f"SELECT {_MINED} FROM transactions WHERE number = ? ORDER BY position", number)  # noqa: S608
        return tuple(Mined(*row) for row in rows)

    def logs_in(self, number: int) -> tuple[Log, ...]:
        rows = self._all(f"SELECT {_LOG} FROM logs WHERE number = ? ORDER BY log_index", number)  # noqa: S608
        return tuple(_log(row) for row in rows)

    def logs(self, query: LogQuery, limit: int) -> tuple[FoundLog, ...]:
        """At most `limit` logs, in chain order."""
        clauses, values = ["number BETWEEN ? AND ?"], [query.first, query.last]
        for column, wanted in _wanted(query):
            clauses.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values.extend(wanted)  # type: ignore[arg-type]
        found = f"SELECT {_LOG} FROM logs WHERE {' AND '.join(clauses)} ORDER BY number, log_index LIMIT ?"  # noqa: S608
        rows = self._all(
            f"SELECT found.*, blocks.hash, transactions.hash FROM ({found}) AS found "  # noqa: S608
            "JOIN blocks USING (number) JOIN transactions USING (number, position) ORDER BY number, log_index",
            *values,
            limit,
        )
        return tuple(FoundLog(_log(row), row[9], row[10]) for row in rows)

    def pending(self) -> Iterator[Pending]:
        """In order of arrival."""
        for row in self._all("SELECT arrival, hash, sender, nonce, raw FROM pending ORDER BY arrival"):
            yield Pending(*row)

    def pending_by_hash(self, transaction_hash: bytes) -> Pending | None:
        row = self._one("SELECT arrival, hash, sender, nonce, raw FROM pending WHERE hash = ?", transaction_hash)
        return row and Pending(*row)

    def pending_nonces(self, sender: bytes) -> list[int]:
        return [row[0] for row in self._all("SELECT nonce FROM pending WHERE sender = ? ORDER BY nonce", sender)]

    def pending_size(self) -> tuple[int, int]:
        """How many transactions wait, and their octets."""
        count, octets = self._one("SELECT count(*), ifnull(sum(length(raw)), 0) FROM pending")
        return count, octets

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()


def _wanted(query: LogQuery) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    if query.addresses:
        yield "address", query.addresses
    for place, alternatives in enumerate(query.topics):
        if alternatives:
            yield f"topic{place}", alternatives


def _log(row: Any) -> Log:
    topics = tuple(topic for topic in row[4:8] if topic is not None)
    return Log(row[0], row[1], row[2], row[3], topics, row[8])
