from __future__ import annotations

from typing import Any

import pytest

from credential import Policy

DAY = 86_400


@pytest.mark.parametrize(("age", "passes"), [(0, True), (DAY, True), (DAY + 1, False)])
def test_facts_are_fresh_up_to_the_limit_of_the_type(world: Any, age: int, passes: bool) -> None:
    assert world.knowing(as_of=world.at - age).passes(7) is passes


@pytest.mark.parametrize(("limit", "age", "passes"), [(0, 0, True), (0, 1, False), (600, 600, True), (600, 601, False)])
def test_a_policy_shortens_the_limit(world: Any, limit: int, age: int, passes: bool) -> None:
    policy = Policy(440000, max_facts_age_seconds=limit)
    assert world.but(policy=policy).knowing(as_of=world.at - age).passes(7) is passes


def test_a_policy_never_lengthens_the_limit(world: Any) -> None:
    policy = Policy(440000, max_facts_age_seconds=10 * DAY)
    assert world.but(policy=policy).knowing(as_of=world.at - DAY - 1).code(7) == "facts_are_too_old"


@pytest.mark.parametrize(("ahead", "code"), [(60, "facts_are_fresh_enough"), (61, "clock_is_wrong")])
def test_facts_may_be_a_minute_ahead_of_the_clock(world: Any, ahead: int, code: str) -> None:
    assert world.knowing(as_of=world.now + ahead).code(7) == code


@pytest.mark.parametrize(("later", "code"), [(0, "facts_are_fresh_enough"), (1, "time_has_not_come")])
def test_nobody_can_tell_about_the_future(world: Any, later: int, code: str) -> None:
    assert world.but(at=world.now + later).code(7) == code


def test_facts_newer_than_a_past_time_are_fresh_for_it(world: Any) -> None:
    then = world.at - 300 * DAY
    assert world.but(at=then).knowing(as_of=then).passes(7)


def test_a_wrong_clock_accuses_nobody(world: Any) -> None:
    behind = world.but(now=world.now - 900, at=world.now - 900)
    assert {row.outcome for row in behind.report().rows} == {"passes", "unknown"}
    assert {row.number for row in behind.report().rows if row.needs == 7} == {10, 11, 12, 13}
