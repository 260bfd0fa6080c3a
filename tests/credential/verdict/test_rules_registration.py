from __future__ import annotations

from typing import Any

import pytest

from credential import Period


@pytest.mark.parametrize(
    ("seconds_after_the_day", "code"), [(-1, "issuer_is_not_known_yet"), (0, "issuer_is_not_registered")]
)
def test_an_unknown_issuer_fails_only_when_the_day_of_issue_is_over(
    world: Any, seconds_after_the_day: int, code: str
) -> None:
    end_of_day = world.shown.payload.issued_at + 86_400
    unknown = world.knowing(authority=None, batch=None, as_of=end_of_day + seconds_after_the_day)
    assert unknown.code(3) == code


def test_an_authority_without_the_url_is_nobody(world: Any) -> None:
    assert world.knowing(authority={"urls": ("https://elsewhere.example.cn",)}).code(3) == "issuer_is_not_registered"


def test_a_url_that_the_authority_once_had_still_names_it(world: Any) -> None:
    urls = (world.shown.payload.issuer, "https://new.example.cn")
    assert world.knowing(authority={"urls": urls}).passes(3)


def test_metadata_of_another_version_does_not_count(world: Any) -> None:
    assert world.showing(payload={"type_version": 2}).code(2) == "type_metadata_is_missing"


def test_a_known_batch_makes_the_facts_as_new_as_the_credential(world: Any) -> None:
    on_the_day = world.knowing(as_of=world.facts.batch.anchored_at + 60, authority={"urls": ()}, key=None)
    assert on_the_day.code(3) == "issuer_is_not_known_yet"  # without the issuer nobody's batch is at the position
    assert world.knowing(as_of=world.facts.batch.anchored_at + 60, key=None).code(4) == "key_is_not_registered"


def test_a_known_batch_says_nothing_about_its_types(world: Any) -> None:
    no_type: dict[str, Any] = {"certificate_type": None, "type_is_registered": False}
    on_the_day = world.knowing(as_of=world.facts.batch.anchored_at + 60, **no_type)
    assert on_the_day.code(2) == "type_is_not_known_yet"
    assert world.knowing(as_of=world.facts.batch.anchored_at + 86_400, **no_type).code(2) == "type_is_not_registered"


@pytest.mark.parametrize(
    ("starts", "ends", "passes"),
    [(0, None, True), (0, 1, True), (1, None, False), (-9, 0, False), (-9, 1, True)],
)
def test_accreditation_is_held_against_the_time_of_anchoring(
    world: Any, starts: int, ends: int | None, passes: bool
) -> None:
    anchored_at = world.facts.batch.anchored_at
    period = Period(anchored_at + starts, None if ends is None else anchored_at + ends)
    assert world.knowing(accreditations=(period,)).passes(6) is passes


def test_one_of_several_accreditations_is_enough(world: Any) -> None:
    anchored_at = world.facts.batch.anchored_at
    periods = (Period(anchored_at - 9, anchored_at - 5), Period(anchored_at - 1, anchored_at + 1))
    assert world.knowing(accreditations=periods).row(6).evidence["accredited_from"] == anchored_at - 1
