from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credential import AgreementFact, MemberFact, Period, Policy

ANHUI, GUANGDONG, SICHUAN = 340000, 440000, 510000
HARDEST_FIRST = {
    "membership_is_withdrawn": {"withdrawn_at": 0},
    "agreement_is_not_ratified": {"ratified_at": None},
    "membership_is_suspended": {"suspensions": (Period(0, None),)},
}


def member(region: int, **changes: Any) -> MemberFact:
    return replace(MemberFact(region, True, True, 0, None, ()), **changes)


def agreement(number: int = 1, anhui: Any = None, guangdong: Any = None, **changes: Any) -> AgreementFact:
    members = (member(ANHUI, **(anhui or {})), member(GUANGDONG, **(guangdong or {})))
    return replace(AgreementFact(number, bytes(32), (2,), Period(0, None), members), **changes)


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (0, None, "issuing_region_was_recognised"),
        (0, 1, "issuing_region_was_recognised"),
        (1, None, "agreement_has_not_begun"),
        (-9, 0, "agreement_has_ended"),
    ],
)
def test_recognition_begins_and_ends_with_the_agreement(world: Any, starts: int, ends: int | None, code: str) -> None:
    period = Period(world.at + starts, None if ends is None else world.at + ends)
    assert world.knowing(agreements=(agreement(period=period),)).code(12) == code


@pytest.mark.parametrize("side", ["anhui", "guangdong"])
@pytest.mark.parametrize(
    ("change", "offset", "code"),
    [
        ("ratified_at", 0, "issuing_region_was_recognised"),
        ("ratified_at", 1, "agreement_is_not_ratified"),
        ("withdrawn_at", 1, "issuing_region_was_recognised"),
        ("withdrawn_at", 0, "membership_is_withdrawn"),
    ],
)
def test_each_side_counts_from_ratification_until_withdrawal(
    world: Any, side: str, change: str, offset: int, code: str
) -> None:
    terms: Any = {side: {change: world.at + offset}}
    assert world.knowing(agreements=(agreement(**terms),)).code(12) == code


@pytest.mark.parametrize("side", ["anhui", "guangdong"])
@pytest.mark.parametrize(
    ("starts", "ends", "passes"), [(1, None, True), (0, None, False), (-9, 0, True), (-9, 1, False)]
)
def test_a_suspension_counts_from_its_first_instant_to_its_last_second(
    world: Any, side: str, starts: int, ends: int | None, passes: bool
) -> None:
    suspension = Period(world.at + starts, None if ends is None else world.at + ends)
    terms: Any = {side: {"suspensions": (suspension,)}}
    row = world.knowing(agreements=(agreement(**terms),)).row(12)
    assert (row.code == "issuing_region_was_recognised") is passes
    assert passes or row.evidence["region"] == {"anhui": ANHUI, "guangdong": GUANGDONG}[side]


@pytest.mark.parametrize("terms", [{"anhui": {"issues": False}}, {"guangdong": {"recognises": False}}])
def test_an_agreement_in_the_other_direction_is_none(world: Any, terms: Any) -> None:
    assert world.knowing(agreements=(agreement(**terms),)).code(12) == "agreement_is_missing"


def test_recognition_needs_neither_bit_that_is_not_asked_for(world: Any) -> None:
    one_way = agreement(anhui={"recognises": False}, guangdong={"issues": False})
    assert world.knowing(agreements=(one_way,)).passes(12)


def test_what_is_missing_names_regions_and_type(world: Any) -> None:
    evidence = world.but(policy=Policy(SICHUAN)).row(12).evidence
    assert (evidence["issuing_region"], evidence["recognising_region"], evidence["type"]) == (ANHUI, SICHUAN, 2)
    assert evidence["type_zh"] == "食品经营许可证"


def test_the_agreement_that_began_first_is_named(world: Any) -> None:
    several = (
        agreement(5, period=Period(20, None)),
        agreement(9, period=Period(10, None)),
        agreement(7, period=Period(10, None)),
    )
    assert world.knowing(agreements=several).row(12).evidence["agreement"] == 7


def test_an_agreement_that_no_longer_holds_is_passed_over(world: Any) -> None:
    several = (agreement(1, period=Period(0, world.at)), agreement(2, period=Period(10, None)))
    assert world.knowing(agreements=several).row(12).evidence["agreement"] == 2


@pytest.mark.parametrize("hard", range(len(HARDEST_FIRST)))
def test_of_one_agreement_the_gravest_obstacle_is_named(world: Any, hard: int) -> None:
    codes = list(HARDEST_FIRST)[hard:]
    changes: Any = {name: value for code in codes for name, value in HARDEST_FIRST[code].items()}
    assert world.knowing(agreements=(agreement(guangdong=changes),)).code(12) == codes[0]


def test_of_several_agreements_the_one_that_lacks_least_is_named(world: Any) -> None:
    several = tuple(agreement(i, guangdong=changes) for i, changes in enumerate(HARDEST_FIRST.values()))
    assert world.knowing(agreements=several).code(12) == "membership_is_suspended"
    assert world.knowing(agreements=several[:2]).code(12) == "agreement_is_not_ratified"


def test_recognition_is_judged_at_the_time_asked_about_not_at_issuance(world: Any) -> None:
    since = agreement(period=Period(world.at, None))
    assert world.facts.batch.anchored_at < since.period.starts
    assert world.knowing(agreements=(since,)).passes(12)
    assert world.but(at=world.at - 1).knowing(agreements=(since,)).code(12) == "agreement_has_not_begun"


@pytest.mark.parametrize("region", [440000, 100000])
def test_own_region_and_nation_need_no_agreement_type_or_fresh_facts(world: Any, region: int) -> None:
    authority = replace(world.facts.authority, region=replace(world.facts.authority.region, code=region))
    bare = world.knowing(authority=authority, agreements=(), certificate_type=None, as_of=world.at - 10**7)
    assert bare.passes(12)
