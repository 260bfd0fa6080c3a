"""The states of a credential, the reasons for a change, and the table of transitions (spec/status.md)."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """Four-bit values of the IETF Token Status List; values not listed are not assigned here."""

    VALID = 0x0
    INVALID = 0x1
    SUSPENDED = 0x2
    LAPSED = 0x3
    TRANSFERRED_OUT = 0xC
    FROZEN = 0xD
    SUPERSEDED = 0xE


class Reason(IntEnum):
    """Why a status changed; permanent numbers."""

    RESCINDED = 1
    REVOKED = 2
    DEREGISTERED = 3
    WITHDRAWN = 4
    TRANSFER_COMPLETED = 5
    SUSPENDED = 16
    LAPSED = 17
    TRANSFERRED_OUT = 18
    FROZEN = 19
    REISSUED = 20
    ALTERED = 21
    RENEWED = 22
    REINSTATED = 32
    RESTORED = 33
    TRANSFER_CANCELLED = 34
    UNFROZEN = 35


FINAL = frozenset({State.INVALID, State.SUPERSEDED})

_GRAVITY = (
    State.VALID,
    State.FROZEN,
    State.LAPSED,
    State.SUSPENDED,
    State.TRANSFERRED_OUT,
    State.SUPERSEDED,
    State.INVALID,
)

_LEADS_TO = {
    Reason.RESCINDED: State.INVALID,
    Reason.REVOKED: State.INVALID,
    Reason.DEREGISTERED: State.INVALID,
    Reason.WITHDRAWN: State.INVALID,
    Reason.TRANSFER_COMPLETED: State.INVALID,
    Reason.SUSPENDED: State.SUSPENDED,
    Reason.LAPSED: State.LAPSED,
    Reason.TRANSFERRED_OUT: State.TRANSFERRED_OUT,
    Reason.FROZEN: State.FROZEN,
    Reason.REISSUED: State.SUPERSEDED,
    Reason.ALTERED: State.SUPERSEDED,
    Reason.RENEWED: State.SUPERSEDED,
}

_ENDS = {
    Reason.REINSTATED: State.SUSPENDED,
    Reason.RESTORED: State.LAPSED,
    Reason.TRANSFER_CANCELLED: State.TRANSFERRED_OUT,
    Reason.UNFROZEN: State.FROZEN,
}


def gravest(states: frozenset[State] | set[State]) -> State:
    """The state the chain shows where several apply; valid where none does."""
    return max(states, key=_GRAVITY.index, default=State.VALID)


def is_allowed(origin: State, to: State, reason: Reason) -> bool:
    """Whether the table has a change from `origin` to `to` for `reason`."""
    if origin in FINAL or origin is to:
        return False
    if _GRAVITY.index(to) > _GRAVITY.index(origin):
        is_premature = reason is Reason.TRANSFER_COMPLETED and origin is not State.TRANSFERRED_OUT
        return _LEADS_TO.get(reason) is to and not is_premature
    return _ENDS.get(reason) is origin


def reaches_back(reason: Reason) -> bool:
    """Whether the act may take effect before it was recorded, without limit (撤销)."""
    return reason is Reason.RESCINDED
