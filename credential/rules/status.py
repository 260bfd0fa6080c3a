"""Rule 11: the credential was in good standing at the instant asked about (spec/status.md)."""

from __future__ import annotations

from credential.codes import (
    STATUS_IS_DEREGISTERED,
    STATUS_IS_FROZEN,
    STATUS_IS_INVALID,
    STATUS_IS_LAPSED,
    STATUS_IS_NOT_ASSIGNED,
    STATUS_IS_RESCINDED,
    STATUS_IS_REVOKED,
    STATUS_IS_SUPERSEDED,
    STATUS_IS_SUSPENDED,
    STATUS_IS_TRANSFER_COMPLETED,
    STATUS_IS_TRANSFERRED_OUT,
    STATUS_IS_WITHDRAWN,
    STATUS_MAY_HAVE_CHANGED,
    Code,
)
from credential.facts import StatusChange
from credential.report import Outcome, Row
from credential.rules.case import Case
from credential.rules.rule import Finding, first_cause, found, passes, rule, unmet
from credential.status import FINAL, Reason, State
from credential.status_history import change_in_effect

_INVALID_BY_REASON = {
    Reason.RESCINDED: STATUS_IS_RESCINDED,
    Reason.REVOKED: STATUS_IS_REVOKED,
    Reason.DEREGISTERED: STATUS_IS_DEREGISTERED,
    Reason.WITHDRAWN: STATUS_IS_WITHDRAWN,
    Reason.TRANSFER_COMPLETED: STATUS_IS_TRANSFER_COMPLETED,
}
_BY_STATE = {
    State.SUPERSEDED: STATUS_IS_SUPERSEDED,
    State.SUSPENDED: STATUS_IS_SUSPENDED,
    State.LAPSED: STATUS_IS_LAPSED,
    State.TRANSFERRED_OUT: STATUS_IS_TRANSFERRED_OUT,
    State.FROZEN: STATUS_IS_FROZEN,
}
_ASSIGNED = frozenset(int(state) for state in State)


@rule(11)
def status_was_valid(case: Case, anchored: Row, fresh: Row) -> Finding:
    """A final state fails even by old facts, for no act can have ended it since; all else by old facts is unknown."""
    if missing := unmet(anchored):
        return missing
    change = change_in_effect(case.facts.status_changes, case.at)
    state = State.VALID if change is None else change.to
    evidence = _evidence(change)
    if state not in _ASSIGNED:
        return found(STATUS_IS_NOT_ASSIGNED, value=state, **evidence)
    if fresh.outcome is not Outcome.PASSES and state not in FINAL:
        return Finding(STATUS_MAY_HAVE_CHANGED, {"state": State(state).name.lower(), **evidence}, first_cause(fresh))
    if change is None or state == State.VALID:
        return passes(state="valid", **evidence)
    return found(_adverse(change), state=State(state).name.lower(), **evidence)


def _adverse(change: StatusChange) -> Code:
    if change.to != State.INVALID:
        return _BY_STATE[State(change.to)]
    return STATUS_IS_INVALID if change.reason is None else _INVALID_BY_REASON.get(change.reason, STATUS_IS_INVALID)


def _evidence(change: StatusChange | None) -> dict[str, str | int]:
    if change is None:
        return {}
    evidence: dict[str, str | int] = {"effective": change.effective, "recorded_at": change.recorded_at}
    if change.reason is not None:
        evidence["reason"] = change.reason.name.lower()
    if change.successor is not None:
        evidence["successor"] = change.successor
    return evidence
