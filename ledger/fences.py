"""What the fence of an operator or a key fells and what it leaves standing, by a replica's proven tables.

Only tells: to set a fence is the region's decision, and what falls is for the rules to say (spec/status.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from credential import Reason
from ledger.errors import NotOnRecord
from ledger.status_records import fenced, recorded_changes, state_of

_BATCHES = "SELECT seq, first, count, anchored_at, root, kid, operator FROM batches"


@dataclass(frozen=True, slots=True)
class AnchoredBatch:
    """A batch as anchored; its positions are `first` to `last`."""

    seq: int
    first: int
    last: int
    anchored_at: int
    root: bytes
    kid: bytes
    operator: bytes


@dataclass(frozen=True, slots=True)
class FallingChange:
    """A change of status that falls. `before` and `after` are how the position stands without and with the fence."""

    position: int
    recorded_at: int
    origin: int
    to: int
    reason: Reason | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Falling:
    """What a fence at `revoked_from` means. `current` is the fence that is there already, None where there is none.

    Batches and changes are those that fall, in the order they were recorded; the numbers are of what stands.
    """

    authority: int
    revoked_from: int
    current: int | None
    batches: tuple[AnchoredBatch, ...]
    changes: tuple[FallingChange, ...]
    standing_batches: int
    standing_positions: int
    standing_changes: int

    @property
    def positions(self) -> int:
        return sum(each.last - each.first + 1 for each in self.batches)


def falling_with_operator(connection: sqlite3.Connection, authority: int, operator: bytes, at: int) -> Falling:
    """What falls if the operator's fence is `at`, or what has fallen where it is earlier. Raises NotOnRecord."""
    query = "SELECT revoked_from FROM operators WHERE authority = ? AND operator = ?"
    row = connection.execute(query, (authority, operator)).fetchone()
    if row is None:
        raise NotOnRecord(f"the ledger has no operator 0x{operator.hex()} of authority {authority}")
    fence = _earlier(row[0], at)
    where = " WHERE authority = ? AND operator = ? ORDER BY first"
    batches = anchored_batches(connection, where, (authority, operator))
    changes, standing = _changes(connection, authority, operator, fence)
    return _falling(authority, fence, row[0], batches, changes, standing)


def falling_with_key(connection: sqlite3.Connection, kid: bytes, at: int) -> Falling:
    """What falls if the key's fence is `at`, or what has fallen where it is earlier. Raises NotOnRecord."""
    row = connection.execute("SELECT authority, revoked_from FROM keys WHERE kid = ?", (kid,)).fetchone()
    if row is None:
        raise NotOnRecord(f"the ledger has no key 0x{kid.hex()}")
    fence = _earlier(row[1], at)
    batches = anchored_batches(connection, " WHERE authority = ? AND kid = ? ORDER BY first", (row[0], kid))
    return _falling(row[0], fence, row[1], batches, (), 0)


def anchored_batches(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[AnchoredBatch]:
    """The batches that `where`, a clause of this package, selects."""
    rows = connection.execute(_BATCHES + where, values)
    return [
        AnchoredBatch(seq, first, first + count - 1, anchored_at, root, kid, operator)
        for seq, first, count, anchored_at, root, kid, operator in rows
    ]


def _earlier(current: int | None, at: int) -> int:
    return at if current is None else min(current, at)


def _falling(
    authority: int,
    fence: int,
    current: int | None,
    batches: list[AnchoredBatch],
    changes: tuple[FallingChange, ...],
    standing_changes_: int,
) -> Falling:
    standing = [each for each in batches if each.anchored_at < fence]
    return Falling(
        authority=authority,
        revoked_from=fence,
        current=current,
        batches=tuple(each for each in batches if each.anchored_at >= fence),
        changes=changes,
        standing_batches=len(standing),
        standing_positions=sum(each.last - each.first + 1 for each in standing),
        standing_changes=standing_changes_,
    )


def _changes(
    connection: sqlite3.Connection, authority: int, operator: bytes, fence: int
) -> tuple[tuple[FallingChange, ...], int]:
    """What falls of the operator's changes, in the order they were recorded, and how many stand."""
    mine = "FROM status_changes WHERE authority = ? AND actor = ?"
    (standing,) = connection.execute(
        f"SELECT COUNT(*) {mine} AND recorded_at < ?", (authority, operator, fence)
    ).fetchone()
    positions = connection.execute(
        f"SELECT DISTINCT position {mine} AND recorded_at >= ?", (authority, operator, fence)
    ).fetchall()
    found = [
        each for (position,) in positions for each in _falling_at(connection, authority, position, operator, fence)
    ]
    return tuple(change for _, change in sorted(found, key=lambda numbered: numbered[0])), int(standing)


def _falling_at(
    connection: sqlite3.Connection, authority: int, position: int, operator: bytes, fence: int
) -> Iterator[tuple[int, FallingChange]]:
    """The operator's changes of one position that fall, with their numbers."""
    records = recorded_changes(connection, authority, position)
    before, after = state_of(records), state_of(fenced(records, operator, fence))
    for each in records:
        change = each.change
        if each.actor == operator and change.recorded_at >= fence:
            falling = FallingChange(
                position, change.recorded_at, change.origin, change.to, change.reason, before, after
            )
            yield each.number, falling
