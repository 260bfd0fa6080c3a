from __future__ import annotations

from typing import Any

import pytest

from credential import FINAL, Outcome, Reason, State, StatusChange


def change(at: int, to: int, reason: Reason | None = None, **changes: Any) -> StatusChange:
    """Takes effect at `at`, recorded in the same second."""
    values = {"recorded_at": at, "origin": 0, "to": to, "reason": reason, "effective": at, "successor": None}
    return StatusChange(**{**values, "actor_revoked_from": None, **changes})


@pytest.mark.parametrize(("effective", "code"), [(1, "status_was_valid"), (0, "status_is_suspended")])
def test_a_change_counts_from_its_effective_instant(world: Any, effective: int, code: str) -> None:
    assert world.knowing(status_changes=(change(world.at + effective, State.SUSPENDED),)).code(11) == code


def test_the_last_change_in_journal_order_counts_not_the_last_effective(world: Any) -> None:
    suspended = change(world.at - 50, State.SUSPENDED, Reason.SUSPENDED)
    rescinded = change(world.at - 90, State.INVALID, Reason.RESCINDED, recorded_at=world.at - 10)
    assert world.knowing(status_changes=(suspended, rescinded)).code(11) == "status_is_rescinded"
    assert world.but(at=world.at - 70).knowing(status_changes=(suspended, rescinded)).code(11) == "status_is_rescinded"


def test_a_reinstatement_makes_it_valid_again(world: Any) -> None:
    changes = (change(world.at - 9, State.SUSPENDED), change(world.at, State.VALID, Reason.REINSTATED))
    assert world.knowing(status_changes=changes).passes(11)
    assert world.but(at=world.at - 1).knowing(status_changes=changes).code(11) == "status_is_suspended"


@pytest.mark.parametrize(
    ("fence", "code"), [(1, "status_is_revoked"), (0, "status_was_valid"), (-9, "status_was_valid")]
)
def test_a_change_at_or_after_its_operators_fence_falls(world: Any, fence: int, code: str) -> None:
    recorded = world.at - 100
    act = change(recorded, State.INVALID, Reason.REVOKED, actor_revoked_from=recorded + fence)
    assert world.knowing(status_changes=(act,)).code(11) == code


def test_a_reinstatement_by_a_revoked_operator_falls_too(world: Any) -> None:
    lifted = change(world.at - 5, State.VALID, Reason.REINSTATED, actor_revoked_from=world.at - 5)
    changes = (change(world.at - 9, State.SUSPENDED), lifted)
    assert world.knowing(status_changes=changes).code(11) == "status_is_suspended"


@pytest.mark.parametrize("state", State)
def test_old_facts_fail_only_what_is_final(world: Any, state: State) -> None:
    old = world.knowing(as_of=world.at - 86_401, status_changes=(change(world.at - 90_000, state),))
    row = old.row(11)
    assert row.outcome is (Outcome.FAILS if state in FINAL else Outcome.UNKNOWN)
    assert row.needs == (None if state in FINAL else 7)
    assert row.evidence["state"] == state.name.lower()


@pytest.mark.parametrize("value", sorted(set(range(16)) - set(State)))
def test_a_value_that_is_not_assigned_is_unknown(world: Any, value: int) -> None:
    assert world.knowing(status_changes=(change(world.at, value),)).code(11) == "status_is_not_assigned"


@pytest.mark.parametrize("reason", [Reason.REISSUED, Reason.ALTERED, Reason.RENEWED])
def test_what_is_superseded_names_its_successor_and_why(world: Any, reason: Reason) -> None:
    act = change(world.at, State.SUPERSEDED, reason, successor=77)
    evidence = world.knowing(status_changes=(act,)).row(11).evidence
    assert (evidence["successor"], evidence["reason"]) == (77, reason.name.lower())
