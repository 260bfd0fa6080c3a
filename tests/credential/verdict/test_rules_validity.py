from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("not_before", "expires", "code"),
    [
        (0, 1, "validity_covers_the_time"),
        (0, None, "validity_covers_the_time"),
        (1, None, "validity_has_not_begun"),
        (-9, 0, "validity_has_ended"),
        (-9, 1, "validity_covers_the_time"),
    ],
)
def test_validity_is_from_the_first_instant_to_the_last_second(
    world: Any, not_before: int, expires: int | None, code: str
) -> None:
    ends = None if expires is None else world.at + expires
    assert world.showing(payload={"not_before": world.at + not_before, "expires": ends}).code(10) == code


@pytest.mark.parametrize(("ahead", "code"), [(60, "validity_covers_the_time"), (61, "issue_day_has_not_come")])
def test_a_day_of_issue_in_the_future_speaks_against_the_clock(world: Any, ahead: int, code: str) -> None:
    assert world.showing(payload={"issued_at": world.now + ahead}).code(10) == code


def test_what_has_ended_has_ended_whatever_its_day_of_issue(world: Any) -> None:
    odd = world.showing(payload={"expires": world.at, "issued_at": world.now + 999})
    assert odd.code(10) == "validity_has_ended"


def test_validity_is_judged_at_the_time_asked_about(world: Any) -> None:
    ended = world.showing(payload={"expires": world.now - 86_400})
    assert ended.code(10) == "validity_has_ended"
    assert ended.but(at=world.now - 86_401).passes(10)
