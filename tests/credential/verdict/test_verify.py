"""Whatever is shown and whatever the facts: fourteen rows in order, nothing raised, no claim given away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import (
    AgreementFact,
    AuthorityFact,
    BatchFact,
    ContradictionFact,
    Facts,
    KeyFact,
    Live,
    MemberFact,
    NotAccepted,
    Outcome,
    Period,
    Policy,
    Presentation,
    Reason,
    RegionFact,
    Report,
    Requested,
    StatusChange,
    Verdict,
    parse_certificate_type,
    parse_presentation,
    report_to_json,
    verify,
)
from credential.codes import CODES
from credential.rules import RULES

ROOT = Path(__file__).parents[3]
BASE = json.loads((ROOT / "spec/vectors/verdict.json").read_text(encoding="utf-8"))["base"]
TYPES = [parse_certificate_type(path.read_bytes()) for path in sorted((ROOT / "credential/types").glob("*.json"))]
CODE_OF = {code.name: code for code in CODES}

_shown = parse_presentation(BASE["text"])
assert isinstance(_shown, Presentation)
SHOWN: Presentation = _shown
PAYLOAD = SHOWN.payload


def near(*instants: int) -> st.SearchStrategy[int]:
    """Any integer, but mostly those around which something changes."""
    around = [instant + step for instant in instants for step in (-1, 0, 1)]
    return st.sampled_from(around) | st.integers(-(2**70), 2**70)


times = near(0, BASE["now"], PAYLOAD.issued_at, PAYLOAD.issued_at + 86_400, BASE["facts"]["batch"]["anchored_at"])
octets = st.binary(max_size=70)
regions = st.sampled_from([100000, 340000, 440000, 0, -1])
types = st.none() | st.sampled_from(TYPES)
kids = st.just(SHOWN.header.kid) | octets
keys = st.just(bytes.fromhex(BASE["facts"]["key"]["public_key"])) | octets
roots = st.just(bytes.fromhex(BASE["facts"]["batch"]["root"])) | octets
numbers = st.integers(-1, 3)
periods = st.builds(Period, times, st.none() | times)
members = st.builds(
    MemberFact,
    regions,
    st.booleans(),
    st.booleans(),
    st.none() | times,
    st.none() | times,
    st.lists(periods).map(tuple),
)
agreements = st.builds(
    AgreementFact, numbers, octets, st.lists(numbers).map(tuple), periods, st.lists(members, max_size=3).map(tuple)
)
changes = st.builds(
    StatusChange,
    times,
    numbers,
    st.integers(-1, 16),
    st.none() | st.sampled_from(Reason),
    times,
    st.none() | numbers,
    st.none() | times,
)
authorities = st.builds(
    AuthorityFact,
    numbers,
    st.builds(RegionFact, regions, st.text(max_size=5)),
    st.text(max_size=5),
    st.text(max_size=5),
    st.just((PAYLOAD.issuer,)) | st.just(()),
    st.none() | times,
)
batches = st.builds(
    BatchFact,
    numbers,
    numbers,
    near(PAYLOAD.position, BASE["facts"]["batch"]["first"]),
    st.just(64) | st.integers(-5, 2**40),
    roots,
    kids,
    times,
    st.none() | times,
)
any_facts = st.builds(
    Facts,
    fingerprint=st.text(max_size=5),
    as_of=times,
    block=numbers,
    type_is_registered=st.booleans(),
    certificate_type=types,
    authority=st.none() | authorities,
    key=st.none() | st.builds(KeyFact, kids, numbers, numbers, numbers, keys, periods, st.none() | times),
    accreditations=st.lists(periods, max_size=3).map(tuple),
    anchored_total=numbers,
    batch=st.none() | batches,
    status_changes=st.lists(changes, max_size=3).map(tuple),
    agreements=st.lists(agreements, max_size=3).map(tuple),
)
challenges = st.builds(Live, st.booleans()) | st.builds(Requested, st.text(max_size=3), st.text(max_size=3))
presentations = st.builds(
    lambda payload, binding, kept, hashes: replace(
        SHOWN,
        payload=replace(PAYLOAD, **payload),
        key_binding=binding,
        disclosures=SHOWN.disclosures[:kept] + SHOWN.disclosures[: kept % 3],
        header=replace(SHOWN.header, inclusion_path=SHOWN.header.inclusion_path[:hashes]),
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "position": near(PAYLOAD.position),
            "expires": st.none() | times,
            "not_before": times,
            "issued_at": times,
            "holder_key": st.none(),
            "octets": octets,
        },
    ),
    st.none() | st.just(SHOWN.key_binding),
    st.integers(0, 4),
    st.integers(0, 6),
)
texts = st.text(max_size=200) | st.sampled_from(["~", "..~", "YX:", BASE["text"][:-1], BASE["text"] + "~"])
anything = presentations | texts.map(parse_presentation)
policies = st.builds(Policy, regions, st.none() | st.integers(0, 9), st.integers(0, 99), st.integers(0, 99))


@settings(max_examples=400, deadline=None)
@given(anything, any_facts, policies, challenges, times, times)
def test_nothing_raises_and_the_rows_are_always_fourteen_in_order(
    shown: Any, facts: Facts, policy: Policy, challenge: Any, at: int, now: int
) -> None:
    report = verify(shown, facts, policy, challenge, at, now)
    assert [(row.number, row.rule) for row in report.rows] == [(rule.number, rule.name) for rule in RULES]
    _check_rows(report)
    _check_claims(report)
    assert json.loads(json.dumps(report_to_json(report), ensure_ascii=False))["format"] == "yinxin-report/1"
    assert verify(shown, facts, policy, challenge, at, now) == report


contradictions = st.builds(ContradictionFact, numbers, octets, octets)


@settings(max_examples=100, deadline=None)
@given(anything, any_facts, contradictions, policies, challenges, times, times)
def test_nothing_is_told_by_a_network_that_contradicts_itself(
    shown: Any, facts: Facts, contradiction: ContradictionFact, policy: Policy, challenge: Any, at: int, now: int
) -> None:
    report = verify(shown, replace(facts, contradiction=contradiction), policy, challenge, at, now)
    assert {row.code for row in report.rows} == {"network_contradicts_itself"}
    assert report.verdict is Verdict.UNDETERMINED
    _check_rows(report)
    _check_claims(report)


def _check_rows(report: Report) -> None:
    for row in report.rows:
        if row.outcome is Outcome.PASSES:
            assert (row.code, row.needs) == (row.rule, None)
            continue
        code = CODE_OF[row.code]
        assert code.outcome is row.outcome
        assert code.rule in (row.number, None)
        if row.needs is not None:
            cause = report.rows[row.needs - 1]
            assert cause.outcome is not Outcome.PASSES
            assert cause.needs is None


def _check_claims(report: Report) -> None:
    if report.verdict is Verdict.ACCEPTED:
        assert "issuer" in report.claims()
        return
    assert report.not_shown == ()
    with pytest.raises(NotAccepted):
        report.claims()
    assert report_to_json(report)["claims"] is None
    assert report._claims == {}


def test_rules_are_numbered_in_order_and_named_as_sentences() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 15))
    assert len({rule.name for rule in RULES} | set(CODE_OF)) == 14 + len(CODES)


def test_a_report_that_lacks_a_row_cannot_be_made(world: Any) -> None:
    report = world.report()
    with pytest.raises(ValueError, match="a row for each rule"):
        replace(report, rows=report.rows[:-1])


def test_evidence_and_representation_hold_no_claims(world: Any) -> None:
    report = world.report()
    written = repr(report) + repr([dict(row.evidence) for row in report.rows])
    assert not [each.name for each in world.shown.disclosures if each.value in written]


def test_claims_of_an_accepted_report_are_what_was_disclosed(world: Any) -> None:
    shown = {each.name: each.value for each in world.shown.disclosures}
    assert world.report().claims() == {"issuer": PAYLOAD.issuer, **shown}


def test_a_rejected_report_still_says_whom_it_claims_to_be_from(world: Any) -> None:
    report = world.knowing(authority=None).report()
    assert report.claimed.issuer == PAYLOAD.issuer
    assert report.claimed.certificate_identifier == SHOWN.disclosures[0].value
    assert report_to_json(report)["claimed"]["proven"] is False  # type: ignore[index]


@pytest.mark.parametrize("change", [{"live_seconds": -1}, {"skew_seconds": -1}, {"max_facts_age_seconds": -1}])
def test_a_policy_has_no_negative_ages(change: Any) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Policy(440000, **change)
