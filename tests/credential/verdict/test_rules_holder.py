from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credential import Live, Policy, Requested, Verdict
from credential.certificate_type import HOLDER_CODE, HOLDER_NAME

ASKED = Requested("nonce", "x509_hash:window")


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (-31, "live_code_is_from_the_future"),
        (-30, "holder_is_bound_as_demanded"),
        (90, "holder_is_bound_as_demanded"),
        (91, "live_code_is_too_old"),
    ],
)
def test_a_live_code_lives_a_minute_with_skew_on_both_sides(world: Any, age: int, code: str) -> None:
    now = world.shown.key_binding.issued_at + age
    assert world.but(now=now, at=now - 60).knowing(as_of=now).code(13) == code


def test_a_code_that_is_too_old_says_how_old_and_how_old_it_may_be(world: Any) -> None:
    now = world.shown.key_binding.issued_at + 500
    evidence = world.but(now=now, at=now).knowing(as_of=now).row(13).evidence
    assert evidence == {"age_seconds": 500, "limit_seconds": 90}


def test_policy_sets_life_and_skew(world: Any) -> None:
    policy = Policy(440000, live_seconds=2, skew_seconds=0)
    made = world.shown.key_binding.issued_at
    assert world.but(policy=policy, now=made + 2, at=made).passes(13)
    assert world.but(policy=policy, now=made + 3, at=made).code(13) == "live_code_is_too_old"
    assert world.but(policy=policy, now=made - 1, at=made - 1).code(13) == "live_code_is_from_the_future"


def test_freshness_of_a_live_code_goes_by_now_whatever_is_asked_about(world: Any) -> None:
    assert world.but(at=world.now - 86_400).passes(13)


def test_a_live_code_that_is_too_old_is_not_called_a_copy(world: Any) -> None:
    old = world.but(now=world.now + 999, challenge=Live(seen_before=True))
    assert old.code(13) == "live_code_is_too_old"


def test_an_answer_needs_audience_and_nonce_not_youth(world: Any) -> None:
    answer = world.but(challenge=ASKED, now=world.now + 9999)
    assert answer.code(13) == "key_binding_is_for_another_audience"
    # the signature covers audience and nonce: change what was asked, not the answer
    binding = world.shown.key_binding
    asked = Requested(binding.nonce, binding.audience)
    assert answer.but(challenge=asked).passes(13)
    assert answer.but(challenge=Requested("other", binding.audience)).code(13) == "key_binding_answers_another_request"


@pytest.mark.parametrize("challenge", [Live(seen_before=False), Live(seen_before=True), ASKED])
def test_key_binding_is_required_wherever_there_is_a_holder_key(world: Any, challenge: Any) -> None:
    assert world.but(challenge=challenge).showing(key_binding=None).code(13) == "key_binding_is_missing"


@pytest.fixture
def paper(vectors: Any, read_world: Any) -> Any:
    """A permit on paper, every field shown."""
    return read_world(next(case for case in vectors["cases"] if case["name"] == "paper"))


def without(world: Any, *names: str) -> Any:
    """As somebody shows it who copied the code and left these fields out."""
    return world.showing(disclosures=tuple(each for each in world.shown.disclosures if each.name not in names))


@pytest.mark.parametrize("challenge", [Live(seen_before=False), ASKED])
def test_paper_passes_and_leaves_a_condition(paper: Any, challenge: Any) -> None:
    asked = paper.but(challenge=challenge)
    assert asked.row(13).evidence["condition"] == "identity_document"
    assert asked.report().conditions == ("identity_document",)


def test_a_condition_is_stated_only_by_an_acceptance(paper: Any) -> None:
    assert paper.knowing(key=None).report().conditions == ()


@pytest.mark.parametrize("name", [HOLDER_NAME, HOLDER_CODE])
def test_paper_that_does_not_say_whose_it_is_is_not_accepted_and_not_called_forged(paper: Any, name: str) -> None:
    report = without(paper, name).report()
    assert report.rows[12].code == "holder_is_not_named"
    assert report.verdict is Verdict.UNDETERMINED
    assert (report.conditions, report.not_shown) == ((), ())


def test_a_name_of_no_characters_names_nobody(paper: Any) -> None:
    nameless = [replace(each, value="") if each.name == HOLDER_NAME else each for each in paper.shown.disclosures]
    assert paper.showing(disclosures=tuple(nameless)).code(13) == "holder_is_not_named"


def test_a_holder_s_code_is_asked_for_only_where_every_certificate_has_one(paper: Any) -> None:
    known = paper.facts.certificate_type
    fields = [replace(each, required=each.required and each.name != HOLDER_CODE) for each in known.fields]
    optional = paper.knowing(certificate_type=replace(known, fields=tuple(fields)))
    assert without(optional, HOLDER_CODE).passes(13)
    assert without(paper.knowing(certificate_type=None), HOLDER_CODE).passes(13)
    assert without(optional, HOLDER_NAME).code(13) == "holder_is_not_named"


def test_whoever_proves_a_holder_s_key_need_not_be_named(world: Any) -> None:
    assert without(world, HOLDER_NAME, HOLDER_CODE).passes(13)


def test_an_acceptance_lists_what_paper_leaves_out_and_not_what_a_holder_keeps_back(paper: Any, world: Any) -> None:
    assert paper.report().not_shown == ()
    left_out = without(paper, "business_items", "registered_address").report()
    assert [(each.name, each.required) for each in left_out.not_shown] == [
        ("registered_address", False),
        ("business_items", True),
    ]
    assert world.report().not_shown == ()


def test_a_copied_key_binding_does_not_fit_other_disclosures(world: Any) -> None:
    jwt, _, *rest = world.shown.text.split("~")
    assert world.showing(text="~".join((jwt, *rest))).code(13) == "key_binding_is_of_another_presentation"


def test_replay_is_the_shells_knowledge(world: Any) -> None:
    assert world.but(challenge=Live(seen_before=True)).code(13) == "live_code_was_seen_before"


def test_nobody_acts_for_another(world: Any) -> None:
    assert world.passes(14)
