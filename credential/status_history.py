"""Which changes of a status count, and which one says how it stood at an instant (spec/status.md, rules 7 to 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credential.facts import StatusChange
from credential.status import FINAL


def standing_changes(changes: Iterable[StatusChange]) -> Iterator[StatusChange]:
    """Those that did not fall with their operator, in journal order, up to the first final one.

    The registry lets nothing follow a final state, except where a region restored it after a theft. Were that
    restoration wrong, what follows would revive what a standing act ended: so it counts for nothing.
    """
    for change in changes:
        if has_fallen(change):
            continue
        yield change
        if change.to in FINAL:
            return


def change_in_effect(changes: Iterable[StatusChange], at: int) -> StatusChange | None:
    """The last of the standing changes that had taken effect by `at`; None where it was valid from the beginning."""
    last = None
    for change in standing_changes(changes):
        if change.effective <= at:
            last = change
    return last


def has_fallen(change: StatusChange) -> bool:
    """Recorded at or after the fence of the operator that made it."""
    return change.actor_revoked_from is not None and change.recorded_at >= change.actor_revoked_from
