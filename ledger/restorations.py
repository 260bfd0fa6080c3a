"""Which statuses a region has to restore after a theft: where the registry's bits are not where the history stands.

By a replica's proven tables. Computed anew each time, so an interrupted restoration goes on where it stopped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from credential import State
from ledger.errors import NotOnRecord
from ledger.registries import Restoration
from ledger.status_records import held_state, recorded_changes, state_of

CHUNK = 100
"""How many positions the console sends in one call; about 4 million gas."""


@dataclass(frozen=True, slots=True)
class Due:
    """One position to restore, and the fenced operator to name: the last that changed it and fell."""

    restoration: Restoration
    operator: bytes


def restorations_due(connection: sqlite3.Connection, authority: int) -> tuple[Due, ...]:
    """By operator, then by position. Raises NotOnRecord for an authority that the ledger does not have."""
    if connection.execute("SELECT 1 FROM authorities WHERE authority = ?", (authority,)).fetchone() is None:
        raise NotOnRecord(f"the ledger has no authority {authority}")
    due = (_due(connection, authority, *row) for row in _touched(connection, authority))
    return tuple(sorted(filter(None, due), key=lambda each: (each.operator, each.restoration.position)))


def fenced_operators(connection: sqlite3.Connection, authority: int) -> int:
    """How many of the authority's operators have a fence; without any there is nothing to restore."""
    query = "SELECT COUNT(*) FROM operators WHERE authority = ? AND revoked_from IS NOT NULL"
    return int(connection.execute(query, (authority,)).fetchone()[0])


def chunks(due: Sequence[Due]) -> Iterator[tuple[bytes, tuple[Restoration, ...]]]:
    """Calls' worth of restorations, each for one operator."""
    for operator, group in groupby(due, key=lambda each: each.operator):
        restorations = [each.restoration for each in group]
        for start in range(0, len(restorations), CHUNK):
            yield operator, tuple(restorations[start : start + CHUNK])


def _touched(connection: sqlite3.Connection, authority: int) -> list[tuple[int, bytes]]:
    """Positions that a fenced operator changed at or after its fence, or that were restored, with the last of those."""
    query = (
        "SELECT position, operator, MAX(change) FROM ("
        " SELECT s.position, s.actor AS operator, s.change FROM status_changes s"
        " JOIN operators o ON o.authority = s.authority AND o.operator = s.actor"
        " WHERE s.authority = :authority AND s.recorded_at >= o.revoked_from"
        " UNION ALL SELECT position, operator, after_change FROM restorations WHERE authority = :authority"
        ") GROUP BY position"
    )
    return [(position, operator) for position, operator, _ in connection.execute(query, {"authority": authority})]


def _due(connection: sqlite3.Connection, authority: int, position: int, operator: bytes) -> Due | None:
    held = held_state(connection, authority, position)
    stands = state_of(recorded_changes(connection, authority, position))
    return None if held == stands else Due(Restoration(position, State(held), State(stands)), operator)
