"""Absence is not guilt: every missing thing against facts of every age (spec/verdict.md, "Absence")."""

from __future__ import annotations

from typing import Any

import pytest

from credential import Outcome, Verdict

MISSING = {
    2: {"certificate_type": None, "type_is_registered": False},
    3: {"authority": None},
    4: {"key": None},
    12: {"agreements": ()},
}
DAY = 86_400


def age_of_facts(world: Any, seconds: int) -> Any:
    """Facts as of `seconds` after the start of the day of issue, asked about in the same second."""
    as_of = world.shown.payload.issued_at + seconds
    return world.but(at=as_of).knowing(as_of=as_of)


@pytest.mark.parametrize("rule", MISSING)
@pytest.mark.parametrize(
    ("seconds", "batch_is_known", "outcome"),
    [
        (-30 * DAY, False, Outcome.UNKNOWN),
        (0, False, Outcome.UNKNOWN),
        (DAY - 1, False, Outcome.UNKNOWN),
        (DAY, False, Outcome.FAILS),
        (DAY - 1, True, Outcome.FAILS),
        (5 * DAY, True, Outcome.FAILS),
    ],
)
def test_a_missing_thing_fails_only_by_facts_as_new_as_the_credential(
    world: Any, rule: int, seconds: int, batch_is_known: bool, outcome: Outcome
) -> None:
    # A batch says nothing about types, and is an authority's: without the issuer none is known.
    if rule in (2, 3) and batch_is_known and seconds < DAY:
        outcome = Outcome.UNKNOWN
    facts = {**MISSING[rule], **({} if batch_is_known else {"batch": None})}
    assert age_of_facts(world, seconds).knowing(**facts).row(rule).outcome is outcome


@pytest.mark.parametrize("seconds", [-30 * DAY, 0, DAY, 10 * DAY])
def test_an_unknown_position_alone_never_rejects(world: Any, seconds: int) -> None:
    report = age_of_facts(world, seconds).knowing(batch=None).report()
    assert report.verdict is Verdict.UNDETERMINED


def test_facts_of_an_empty_replica_reject_nothing(world: Any) -> None:
    empty = {"authority": None, "key": None, "batch": None, "certificate_type": None, "type_is_registered": False}
    bare = world.knowing(**empty, as_of=0, anchored_total=0, agreements=(), accreditations=())
    assert bare.report().verdict is Verdict.UNDETERMINED
    assert bare.code(2) == "type_is_not_known_yet"
    assert bare.code(3) == "issuer_is_not_known_yet"


@pytest.mark.parametrize("rule", MISSING)
def test_what_the_presentation_did_wrong_itself_fails_whatever_is_missing(world: Any, rule: int) -> None:
    unbound = world.showing(key_binding=None).knowing(**MISSING[rule], batch=None, as_of=0)
    assert unbound.code(13) == "key_binding_is_missing"
    assert unbound.report().verdict is Verdict.REJECTED


def test_a_software_gap_rejects_nothing(world: Any) -> None:
    for gap in ({"certificate_type": None}, {"key": {"suite": 200}}):
        assert world.knowing(**gap).report().verdict is Verdict.UNDETERMINED
