"""A fence's consequences and a restoration, as text for a console and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from credential import State
from ledger.fences import AnchoredBatch, Falling, FallingChange
from ledger.printable import number_of
from ledger.replica import Accepted
from ledger.restorations import Due

SHOWN = 20
"""How many of a list a console shows; JSON has all."""

T = TypeVar("T")
_STATES = {int(state): state.name.lower() for state in State}


def when(instant: int) -> str:
    """An instant as people write it, in UTC; far-future times, which anybody can record, as their seconds."""
    try:
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return str(instant)


def state_name(value: int) -> str:
    return _STATES.get(value, f"0x{value:x}")


def falling_as_text(subject: str, falling: Falling, block: Accepted | None) -> str:
    return "\n".join(
        [
            f"{subject}, fence at {when(falling.revoked_from)}{_before(falling)}",
            as_of_text(block),
            f"falls:  {_counted(len(falling.batches), falling.positions, len(falling.changes))}",
            *_first(falling.batches, _batch_line),
            *_first(falling.changes, _change_line),
            f"stands: {_counted(falling.standing_batches, falling.standing_positions, falling.standing_changes)}",
        ]
    )


def falling_as_json(falling: Falling, block: Accepted | None) -> dict[str, object]:
    return {
        "authority": falling.authority,
        "from": falling.revoked_from,
        "current": falling.current,
        **as_of_json(block),
        "falls": {
            "batches": [_batch_json(each) for each in falling.batches],
            "positions": falling.positions,
            "status_changes": [_change_json(each) for each in falling.changes],
        },
        "stands": {
            "batches": falling.standing_batches,
            "positions": falling.standing_positions,
            "status_changes": falling.standing_changes,
        },
    }


def due_as_text(authority: int, due: Sequence[Due], block: Accepted | None) -> str:
    title = f"authority {authority}: {number_of(len(due), 'status', 'statuses')} to restore"
    return "\n".join([title, as_of_text(block), *_first(due, _due_line)])


def nothing_due_as_text(authority: int, fences: int, block: Accepted | None) -> str:
    """Says so where there is no fence: who has just set one should not take that for a restoration that is done."""
    nothing = "every status is where it stands" if fences else "no operator has a fence, so nothing is to be restored"
    return f"authority {authority}: {nothing}\n{as_of_text(block)}"


def due_as_json(due: Due) -> dict[str, object]:
    one = due.restoration
    return {
        "position": one.position,
        "from": one.origin.name.lower(),
        "to": one.to.name.lower(),
        "operator": f"0x{due.operator.hex()}",
    }


def as_of_text(block: Accepted | None) -> str:
    return f"as of block {block.number}, {when(block.time)}" if block else "nothing is proven yet"


def as_of_json(block: Accepted | None) -> dict[str, object]:
    return {"as_of": block.time if block else 0, "as_of_block": block.number if block else 0}


def _counted(batches: int, positions: int, changes: int) -> str:
    return (
        f"{number_of(batches, 'batch', 'batches')} with {number_of(positions, 'position')},"
        f" {number_of(changes, 'change')} of status"
    )


def _before(falling: Falling) -> str:
    if falling.current is None:
        return ""
    if falling.current <= falling.revoked_from:
        return " already: a later one changes nothing"
    return f" (now at {when(falling.current)})"


def _first(rows: Sequence[T], line: Callable[[T], str]) -> Iterator[str]:
    yield from (f"  {line(each)}" for each in rows[:SHOWN])
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN} more: --json lists all"


def _batch_line(batch: AnchoredBatch) -> str:
    return f"batch {batch.seq}, positions {batch.first} to {batch.last}, anchored {when(batch.anchored_at)}"


def _change_line(change: FallingChange) -> str:
    reason = change.reason.name.lower() if change.reason else "for a reason that is not assigned"
    what = f"{state_name(change.origin)} to {state_name(change.to)} ({reason})"
    stands = f"stands {state_name(change.before)}, then {state_name(change.after)}"
    return f"position {change.position}: {what}, recorded {when(change.recorded_at)}; {stands}"


def _due_line(due: Due) -> str:
    one = due.restoration
    return (
        f"position {one.position}: {one.origin.name.lower()} to {one.to.name.lower()}, operator 0x{due.operator.hex()}"
    )


def _batch_json(batch: AnchoredBatch) -> dict[str, object]:
    return {
        "seq": batch.seq,
        "first": batch.first,
        "last": batch.last,
        "anchored_at": batch.anchored_at,
        "kid": f"0x{batch.kid.hex()}",
        "operator": f"0x{batch.operator.hex()}",
    }


def _change_json(change: FallingChange) -> dict[str, object]:
    return {
        "position": change.position,
        "recorded_at": change.recorded_at,
        "from": state_name(change.origin),
        "to": state_name(change.to),
        "reason": change.reason.name.lower() if change.reason else None,
        "before": state_name(change.before),
        "after": state_name(change.after),
    }
