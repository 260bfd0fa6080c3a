"""The accepted blocks in the replica's file: the newest with its proof, earlier ones to go back to and to compare with.

All functions belong to the caller's transaction.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any

import rlp

from ledger.replica.update import Accepted, Point, Proof, Proven

KEPT = 4_096
"""How many accepted blocks are kept: to tell two headers of one number apart, and to go back to (Clique)."""
_ADDRESS_OCTETS = 20


@dataclass(frozen=True, slots=True)
class Exported:
    """The accepted block with all that proves it to whoever trusts a checkpoint before it."""

    point: Point
    proof: Proof


def newest(connection: sqlite3.Connection, limit: int = KEPT) -> tuple[Point, ...]:
    """The newest points, oldest first."""
    query = (
        "SELECT number, hash, time, head, events, validators, header, weight, tip_weight"
        " FROM points ORDER BY number DESC LIMIT ?"
    )
    return tuple(_point(row) for row in reversed(connection.execute(query, (limit,)).fetchall()))


def add(connection: sqlite3.Connection, proven: Proven, events: int, trusted: tuple[bytes, ...]) -> None:
    """Makes the proven block the accepted one; `trusted` are the validators that were trusted before it."""
    _keep_path(connection, proven, trusted)
    connection.execute("UPDATE points SET proof = NULL WHERE proof IS NOT NULL")
    row = (proven.number, proven.hash, proven.time, proven.head, events, b"".join(proven.validators))
    proof = rlp.encode([list(proven.proof.account), list(proven.proof.storage)])
    values = (*row, proven.proof.header, proof, proven.weight, proven.tip_weight)
    connection.execute("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    oldest = "SELECT number FROM points ORDER BY number DESC LIMIT 1 OFFSET ?"
    connection.execute(f"DELETE FROM points WHERE number <= ({oldest})", (KEPT,))  # noqa: S608 - fixed text
    types = ((octets, hashlib.sha256(octets).digest()) for octets in proven.metadata)
    known = "SELECT DISTINCT metadata_digest, ? FROM types WHERE metadata_digest = ?"
    connection.executemany(f"INSERT OR IGNORE INTO metadata {known}", types)


def exported(connection: sqlite3.Connection, checkpoint: int) -> Exported | None:
    """The accepted block and its whole proof; None before the first, and where an earlier program did not keep it."""
    row = connection.execute("SELECT number, proof FROM points ORDER BY number DESC LIMIT 1").fetchone()
    if row is None or row[1] is None:
        return None
    (point,) = newest(connection, 1)
    assert point.header is not None
    account, storage = rlp.decode(row[1])
    query = "SELECT header FROM path WHERE number > ? AND number < ? ORDER BY number"
    path = tuple(header for (header,) in connection.execute(query, (checkpoint, row[0])))
    return Exported(point, Proof(point.header, tuple(account), tuple(storage), path))


def remove_after(connection: sqlite3.Connection, number: int) -> list[bytes]:
    """Takes back the points after a block. Their blocks' hashes."""
    connection.execute("DELETE FROM path WHERE number > ?", (number,))
    gone = connection.execute("DELETE FROM points WHERE number > ? RETURNING hash", (number,)).fetchall()
    return [hash_ for (hash_,) in gone]


def forget_weights(connection: sqlite3.Connection) -> None:
    """They were counted from another checkpoint: what comes later cannot be compared with them."""
    connection.execute("UPDATE points SET weight = 0, tip_weight = 0 WHERE weight > 0")


def split(joined: bytes, octets: int) -> tuple[bytes, ...]:
    return tuple(joined[start : start + octets] for start in range(0, len(joined), octets))


def _keep_path(connection: sqlite3.Connection, proven: Proven, trusted: tuple[bytes, ...]) -> None:
    """The headers that name another set of validators than the one before; none while they stay the same."""
    if not proven.proof.path and set(trusted) == set(proven.validators):
        return
    from ledger.headers import Header, parse_extra

    named = set(trusted)
    for step in (*proven.proof.path, proven.proof.header):
        header = Header.decode(step)
        before, named = named, set(parse_extra(header.extra_data).validators)
        if named != before:
            connection.execute("INSERT OR REPLACE INTO path VALUES (?, ?)", (header.number, step))


def _point(row: tuple[Any, ...]) -> Point:
    number, hash_, time, head, events, validators, header, weight, tip_weight = row
    addresses = split(validators, _ADDRESS_OCTETS)
    return Point(Accepted(number, hash_, time, head, events), addresses, header, weight, tip_weight)
