"""The recorded history of one position, by a replica's tables: its changes, where it stands, what the registry has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from credential import Reason, State, StatusChange, standing_changes

_REASONS = {int(reason): reason for reason in Reason}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change as recorded: its number in the order of the ledger, who made it, and what it is to the rules."""

    number: int
    actor: bytes
    change: StatusChange


def recorded_changes(connection: sqlite3.Connection, authority: int, position: int) -> tuple[Recorded, ...]:
    """The changes of a position in journal order, each with its operator's fence as far as the replica knows."""
    query = (
        "SELECT s.change, s.actor, s.reason, s.recorded_at, s.origin, s.state, s.effective, o.revoked_from"
        " FROM status_changes s LEFT JOIN operators o ON o.authority = s.authority AND o.operator = s.actor"
        " WHERE s.authority = ? AND s.position = ? ORDER BY s.change"
    )
    rows = connection.execute(query, (authority, position))
    return tuple(
        Recorded(number, actor, StatusChange(at, origin, to, _REASONS.get(reason), effective, None, fence))
        for number, actor, reason, at, origin, to, effective, fence in rows
    )


def state_of(records: Iterable[Recorded]) -> int:
    """How the position stands after them, whenever they take effect: the registry takes none of later effect."""
    state = int(State.VALID)
    for change in standing_changes(each.change for each in records):
        state = change.to
    return state


def fenced(records: Sequence[Recorded], operator: bytes, revoked_from: int) -> tuple[Recorded, ...]:
    """The same history, were the operator's fence there."""
    return tuple(
        replace(each, change=replace(each.change, actor_revoked_from=revoked_from)) if each.actor == operator else each
        for each in records
    )


def held_state(connection: sqlite3.Connection, authority: int, position: int) -> int:
    """The bits that the registry holds: the `to` of the last change or restoration (spec/status.md, rule 13)."""
    query = (
        "SELECT change, 0, state FROM status_changes WHERE authority = :authority AND position = :position"
        " UNION ALL SELECT after_change, restoration, state FROM restorations"
        " WHERE authority = :authority AND position = :position ORDER BY 1 DESC, 2 DESC LIMIT 1"
    )
    row = connection.execute(query, {"authority": authority, "position": position}).fetchone()
    return int(row[2]) if row else int(State.VALID)
