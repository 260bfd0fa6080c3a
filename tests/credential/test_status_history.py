"""Which changes count: the histories of spec/vectors/status-histories.json; and nothing revives what has ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import FINAL, State, StatusChange, standing_changes
from credential.status_history import change_in_effect

HISTORIES = json.loads((Path(__file__).parents[2] / "spec/vectors/status-histories.json").read_text())["histories"]


def change_of(event: Mapping[str, Any], fences: Mapping[str, int]) -> StatusChange:
    return StatusChange(
        recorded_at=event["recorded_at"],
        origin=event["origin"],
        to=event["to"],
        reason=None,
        effective=event["effective"],
        successor=None,
        actor_revoked_from=fences.get(event["by"]),
    )


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history["name"])
def test_the_state_at_each_instant_is_the_vectors(history: Any) -> None:
    changes = [change_of(each, history["fences"]) for each in history["events"] if each["kind"] == "change"]
    for at, state in history["states"]:
        change = change_in_effect(changes, at)
        assert (change.to if change else State.VALID) == state, at


_CHANGES = st.builds(
    StatusChange,
    recorded_at=st.integers(0, 20),
    origin=st.sampled_from(State),
    to=st.sampled_from(State),
    reason=st.none(),
    effective=st.integers(0, 20),
    successor=st.none(),
    actor_revoked_from=st.none() | st.integers(0, 20),
)


@given(st.lists(_CHANGES, max_size=8), st.lists(_CHANGES, max_size=8))
def test_nothing_revives_what_a_standing_act_ended(before: list[StatusChange], after: list[StatusChange]) -> None:
    counted = list(standing_changes(before))
    if counted and counted[-1].to in FINAL:
        assert list(standing_changes([*before, *after])) == counted


@given(st.lists(_CHANGES, max_size=8), st.integers(0, 20))
def test_what_fell_is_as_if_it_never_was(changes: list[StatusChange], at: int) -> None:
    kept = [each for each in changes if each.actor_revoked_from is None or each.recorded_at < each.actor_revoked_from]
    assert change_in_effect(changes, at) == change_in_effect(kept, at)
