"""The blocks on record in a replica's file: read, never changed, whatever network file is held against them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import OtherReplica
from ledger.replica import points
from ledger.replica.schema import RAW_VERSION
from ledger.replica.update import Point


@dataclass(frozen=True, slots=True)
class Record:
    """The network's first head; the accepted points, oldest first; the block of the first contradiction that no network
    file has settled here.
    """

    first_head: bytes
    points: tuple[Point, ...]
    contradicted_at: int | None

    def point(self, number: int) -> Point | None:
        return next((each for each in self.points if each.accepted.number == number), None)


def read_record(path: Path) -> Record:
    """Raises OtherReplica where the file is none, or one of another version."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return _record(path, connection)
    except sqlite3.Error as e:
        raise OtherReplica(f"{path} cannot be read as a replica's file: {e}") from e


def _record(path: Path, connection: sqlite3.Connection) -> Record:
    connection.execute("BEGIN")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != RAW_VERSION:
        raise OtherReplica(f"{path} has version {version}, this program reads {RAW_VERSION}: follow with it first")
    (first_head,) = connection.execute("SELECT value FROM meta WHERE name = 'first_head'").fetchone()
    unsettled = "SELECT MIN(number) FROM evidence WHERE settled_at IS NULL"
    (contradicted_at,) = connection.execute(unsettled).fetchone()
    return Record(first_head, points.newest(connection), contradicted_at)
