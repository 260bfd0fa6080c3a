"""Checks and what must come of them: the world where all passes, one thing changed, every row that then does not pass.

What is expected is written by hand, never taken from the program. In `expected` a text is a row's code, a number the
row that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from verdict_world import (
    ACCREDITATION,
    AGREEMENT,
    ANHUI,
    AUTHORITY,
    BATCH,
    COUNT,
    FIRST,
    GUANGDONG,
    KEY,
    NOW,
    POSITION,
    SHOWN_TEXT,
    SICHUAN,
    TYPE,
    WORLD,
    World,
    anchoring,
    as_json,
    bound,
    change,
    disclosure,
    forged,
    instant,
    key,
    member,
    on_paper,
    recognised_by,
    seal,
    secret,
    showing,
    with_members,
)

from credential import NATION, ContradictionFact, Live, Period, Policy, Reason, RegionFact, Requested, present
from credential.qr import to_text

Expected = dict[int, str | int | tuple[str, int]]


@dataclass(frozen=True)
class Case:
    name: str
    world: World
    expected: Expected
    conditions: tuple[str, ...] = ()
    not_shown: tuple[str, ...] = ()


ALL_NEED_1: Expected = dict.fromkeys(range(2, 15), 1)
WITHOUT_ISSUER: Expected = {4: 3, 5: 3, 6: 3, 8: 3, 11: 3, 12: 3}
WITHOUT_TYPE: Expected = {6: 2, 7: 2, 11: ("status_may_have_changed", 2), 12: 2}
WITHOUT_BATCH: Expected = {5: 8, 6: 8, 11: 8}
PAPER = ("identity_document",)
WHOSE = ("certificate_holder_name", "certificate_holder_code")
NEWER_QR = to_text(bytes([2]) + bytes(40))
STALE: Expected = {7: "facts_are_too_old", 11: ("status_may_have_changed", 7), 12: 7}
A_WEEK_OLD = NOW - 7 * 86_400
A_MONTH_OLD = instant("2026-10-20T09:00:00")
"""Facts of then are older than the credential."""


NOON = instant("2026-11-03T12:00:00")
"""Of the day of issue: the facts of then may be older than the credential, or not."""
SUSPENDED = change(0x2, Reason.SUSPENDED)
RESCINDED = change(0x1, Reason.RESCINDED, "2026-06-01", recorded_at=instant("2026-11-12"))


def accepted() -> Iterator[Case]:
    yield Case("live code, one agreement", WORLD, {})
    paper = on_paper()
    yield Case("paper", paper, {}, PAPER)
    hidden = tuple(each.name for each in TYPE.fields if each.name not in WHOSE)
    yield Case("paper that shows only whose it is", paper.but(text=present(paper.text, WHOSE)), {}, PAPER, hidden)
    asked = Requested("nonce of this request", "x509_hash:window")
    answer = bound(SHOWN_TEXT, nonce=asked.nonce, audience=asked.audience, at=NOW - 4000)
    yield Case("answer to a request", WORLD.but(text=answer, challenge=asked), {})
    yield Case("own region, no agreement", WORLD.but(policy=Policy(ANHUI)).knowing(agreements=()), {})
    national = replace(AUTHORITY, region=RegionFact(NATION, "国家"))
    yield Case("the nation, no agreement", WORLD.knowing(authority=national, agreements=()), {})
    older = replace(AGREEMENT, number=3, period=Period(instant("2025-01-01"), None))
    yield Case("two agreements", WORLD.knowing(agreements=(AGREEMENT, older)), {})
    ended = replace(AUTHORITY, dissolved_at=instant("2026-11-15"))
    yield Case("authority dissolved since", WORLD.knowing(authority=ended), {})
    yield Case(
        "key revoked after it was anchored", WORLD.knowing(key=replace(KEY, revoked_from=BATCH.anchored_at + 1)), {}
    )
    operator = replace(BATCH, operator_revoked_from=BATCH.anchored_at + 1)
    yield Case("operator revoked after it anchored", WORLD.knowing(batch=operator), {})
    lifted = change(0x0, Reason.REINSTATED, "2026-11-15")
    yield Case("suspended and reinstated", WORLD.after(SUSPENDED, lifted), {})
    fallen = replace(SUSPENDED, actor_revoked_from=SUSPENDED.recorded_at)
    yield Case("suspended by a revoked operator", WORLD.after(fallen), {})
    then = instant("2026-11-09T12:00:00")
    yield Case("valid on the day before the suspension", WORLD.but(at=then).after(SUSPENDED), {})
    yield Case("old facts, older question", WORLD.but(at=A_WEEK_OLD).knowing(as_of=A_WEEK_OLD), {})


def unreadable() -> Iterator[Case]:
    yield Case(
        "foreign text", WORLD.but(text="https://example.cn/menu"), {1: "presentation_is_malformed", **ALL_NEED_1}
    )
    yield Case("too large", WORLD.but(text="A" * 65_537), {1: "presentation_is_too_large", **ALL_NEED_1})
    yield Case("a newer QR form", WORLD.but(text=NEWER_QR), {1: "format_version_is_unknown", **ALL_NEED_1})


def contradicted() -> Iterator[Case]:
    two = ContradictionFact(48_190, secret("block 48190"), secret("another block 48190"))
    rows: Expected = dict.fromkeys(range(1, 15), "network_contradicts_itself")
    yield Case("two valid headers of one number", WORLD.knowing(contradiction=two), rows)
    yield Case("two headers, and foreign text", WORLD.but(text="hello").knowing(contradiction=two), rows)
    final = WORLD.after(change(0x1, Reason.REVOKED)).knowing(contradiction=two)
    yield Case("two headers, and revoked by one of them", final, rows)


def registered() -> Iterator[Case]:
    no_type = WORLD.knowing(type_is_registered=False, certificate_type=None)
    yield Case("type not registered", no_type, {2: "type_is_not_registered", **WITHOUT_TYPE})
    early = {
        "type_is_registered": False,
        "certificate_type": None,
        "batch": None,
        "anchored_total": 0,
        "as_of": A_MONTH_OLD,
    }
    rows: Expected = {2: "type_is_not_known_yet", **WITHOUT_TYPE, 8: "batch_is_not_known_yet", **WITHOUT_BATCH, 6: 2}
    yield Case("type unknown to older facts", WORLD.knowing(**early), rows)
    no_metadata = WORLD.knowing(certificate_type=None)
    yield Case("type metadata missing", no_metadata, {2: "type_metadata_is_missing", **WITHOUT_TYPE})
    nobody = WORLD.knowing(authority=None, key=None, batch=None, anchored_total=0, accreditations=())
    yield Case("issuer not registered", nobody, {3: "issuer_is_not_registered", **WITHOUT_ISSUER})
    early_world = nobody.knowing(as_of=instant("2026-11-03T23:59:59")).but(at=instant("2026-11-04"))
    yield Case("issuer unknown on the day of issue", early_world, {3: "issuer_is_not_known_yet", **WITHOUT_ISSUER})
    yield Case(
        "issuer unknown when the day of issue is over",
        nobody.knowing(as_of=instant("2026-11-04")).but(at=instant("2026-11-04")),
        {3: "issuer_is_not_registered", **WITHOUT_ISSUER},
    )


def signed() -> Iterator[Case]:
    rows: Expected = {5: 4}
    yield Case("key not registered", WORLD.knowing(key=None), {4: "key_is_not_registered", **rows})
    early = WORLD.knowing(key=None, batch=None, anchored_total=FIRST, as_of=NOON).but(at=NOON)
    unknown: Expected = {4: "key_is_not_known_yet", 8: "batch_is_not_known_yet", **WITHOUT_BATCH, 5: 4}
    yield Case("key unknown to older facts", early, unknown)
    other = replace(KEY, authority=5)
    yield Case("key of another authority", WORLD.knowing(key=other), {4: "key_is_of_another_authority", **rows})
    later = replace(KEY, suite=9)
    yield Case("key of an unknown suite", WORLD.knowing(key=later), {4: "key_is_not_readable_here", **rows})
    no_point = replace(KEY, public_key=bytes(64))
    yield Case("key that is no point", WORLD.knowing(key=no_point), {4: "key_is_not_readable_here", **rows})
    yield Case("signature by another key", WORLD.but(text=forged()), {4: "issuer_signature_is_wrong", **rows})


def key_in_force() -> Iterator[Case]:
    at = BATCH.anchored_at
    changes = {
        "key_is_for_another_use": {"use": 2},
        "key_was_revoked": {"revoked_from": at},
        "key_was_not_in_force_yet": {"period": Period(at + 1, None)},
        "key_was_no_longer_in_force": {"period": Period(at - 9, at)},
    }
    for code, changed in changes.items():
        yield Case(code.replace("_", " "), WORLD.knowing(key=replace(KEY, **changed)), {5: code})
    other = replace(BATCH, kid=key("another").kid)
    yield Case("batch anchored with another key", WORLD.knowing(batch=other), {5: "batch_has_another_key"})


def accredited() -> Iterator[Case]:
    yield Case("not accredited", WORLD.knowing(accreditations=()), {6: "issuer_is_not_accredited"})
    ended = (Period(ACCREDITATION.starts, BATCH.anchored_at),)
    yield Case("accreditation ended", WORLD.knowing(accreditations=ended), {6: "issuer_was_not_accredited_then"})


def fresh() -> Iterator[Case]:
    yield Case("facts older than the type's limit", WORLD.knowing(as_of=NOW - 86_401), STALE)
    short = WORLD.but(policy=Policy(GUANGDONG, max_facts_age_seconds=60))
    yield Case("facts older than the window's limit", short, STALE)
    slow = NOW - 300
    clock: Expected = {7: "clock_is_wrong", 10: 7, 11: ("status_may_have_changed", 7), 12: 7, 13: 7}
    yield Case("window's clock behind", WORLD.but(at=slow, now=slow), clock)
    future: Expected = {**STALE, 7: "time_has_not_come"}
    yield Case("asked about tomorrow", WORLD.but(at=NOW + 86_400), future)


def anchored() -> Iterator[Case]:
    past = WORLD.knowing(batch=None, anchored_total=POSITION)
    yield Case("position past the last known batch", past, {8: "batch_is_not_known_yet", **WITHOUT_BATCH})
    larger = replace(BATCH, count=COUNT * 2)
    yield Case("path too short", WORLD.knowing(batch=larger), {8: "inclusion_path_has_wrong_length", **WITHOUT_BATCH})
    elsewhere = replace(BATCH, root=secret("another root"))
    rows: Expected = {8: "inclusion_path_leads_elsewhere", **WITHOUT_BATCH}
    yield Case("path leads elsewhere", WORLD.knowing(batch=elsewhere), rows)
    fallen = replace(BATCH, operator_revoked_from=BATCH.anchored_at)
    yield Case(
        "anchored by a revoked operator",
        WORLD.knowing(batch=fallen),
        {8: "batch_fell_with_its_operator", **WITHOUT_BATCH},
    )
    moved = seal(position=POSITION + 1).text
    yield Case("position of a neighbour", WORLD.but(text=bound(moved)), rows)


def disclosed() -> Iterator[Case]:
    jwt, *texts, _ = SHOWN_TEXT.split("~")
    extra = disclosure("certificate_number", "JY00000000000000")
    yield Case("a field nobody signed", showing(jwt, *texts, extra), {9: "disclosure_is_unreferenced"})
    yield Case("a field shown twice", showing(jwt, *texts, texts[0]), {9: "disclosure_is_repeated"})
    foreign = disclosure("title_of_honour", "示范单位")
    sealed = seal(also_signed=foreign)
    yield Case(
        "a field that the type does not have",
        anchoring(sealed, bound(sealed.text)),
        {9: "disclosure_is_not_of_the_type"},
    )


def dated() -> Iterator[Case]:
    end = instant("2030-06-09")
    expired = WORLD.but(at=end, now=end, text=bound(SHOWN_TEXT, at=end)).knowing(as_of=end)
    yield Case("the day after the last day", expired, {10: "validity_has_ended"})
    begin = instant("2025-06-09")
    long_ago = replace(
        with_members(member(ANHUI, ratified_at=0), member(GUANGDONG, ratified_at=0)), period=Period(0, None)
    )
    early = recognised_by(long_ago).but(at=begin - 1)
    yield Case("the second before the first day", early, {10: "validity_has_not_begun"})
    sealed = seal(issued_at="2026-11-21")
    yield Case("dated tomorrow", anchoring(sealed, bound(sealed.text)), {10: "issue_day_has_not_come"})


def standing() -> Iterator[Case]:
    adverse = (
        ("status_is_rescinded", 0x1, Reason.RESCINDED),
        ("status_is_revoked", 0x1, Reason.REVOKED),
        ("status_is_deregistered", 0x1, Reason.DEREGISTERED),
        ("status_is_withdrawn", 0x1, Reason.WITHDRAWN),
        ("status_is_transfer_completed", 0x1, Reason.TRANSFER_COMPLETED),
        ("status_is_invalid", 0x1, None),
        ("status_is_superseded", 0xE, Reason.REISSUED),
        ("status_is_suspended", 0x2, Reason.SUSPENDED),
        ("status_is_lapsed", 0x3, Reason.LAPSED),
        ("status_is_transferred_out", 0xC, Reason.TRANSFERRED_OUT),
        ("status_is_frozen", 0xD, Reason.FROZEN),
        ("status_is_not_assigned", 0x7, None),
    )
    for code, to, reason in adverse:
        act = change(to, reason, successor=POSITION + 100 if to == 0xE else None)
        yield Case(code.replace("_", " "), WORLD.after(act), {11: code})
    stale = WORLD.knowing(as_of=NOW - 86_401)
    yield Case("suspended, by old facts", stale.after(SUSPENDED), STALE)
    yield Case("revoked, by old facts", stale.after(change(0x1, Reason.REVOKED)), {**STALE, 11: "status_is_revoked"})
    reached = WORLD.but(at=instant("2026-06-01")).after(RESCINDED)
    yield Case("rescinded later, from that day", reached, {11: "status_is_rescinded"})
    before = WORLD.but(at=instant("2026-06-01") - 1).after(RESCINDED)
    yield Case("rescinded later, the day before", before, {})


def stolen() -> Iterator[Case]:
    """An operator account was stolen: its fence is at nine on 10 November, what the thief did came after."""
    fence = instant("2026-11-10T09:00:00")
    thief = {"actor_revoked_from": fence}
    revoked = change(0x1, Reason.REVOKED, "2026-11-11", **thief)
    yield Case("revoked with a stolen account", WORLD.after(revoked), {})
    unfenced = replace(revoked, actor_revoked_from=None)
    yield Case("revoked with an account not fenced yet", WORLD.after(unfenced), {11: "status_is_revoked"})
    at_the_fence = replace(revoked, recorded_at=fence)
    yield Case("revoked at the fence", WORLD.after(at_the_fence), {})
    before = replace(revoked, recorded_at=fence - 1, effective=fence - 1)
    yield Case("revoked in the last second before the fence", WORLD.after(before), {11: "status_is_revoked"})
    earlier = replace(before, actor_revoked_from=fence - 1)
    yield Case("revoked before a fence that was then moved earlier", WORLD.after(earlier), {})
    lifted = change(0x0, Reason.REINSTATED, "2026-11-12", origin=0x2, **thief)
    yield Case("reinstated with a stolen account", WORLD.after(SUSPENDED, lifted), {11: "status_is_suspended"})
    # The region restored it to valid, which facts do not tell: the next change starts from there.
    again = change(0x2, Reason.SUSPENDED, "2026-11-15")
    yield Case("suspended after the restoration", WORLD.after(revoked, again), {11: "status_is_suspended"})
    ended = change(0x0, Reason.REINSTATED, "2026-11-18", origin=0x2)
    yield Case("suspended after the restoration, and reinstated", WORLD.after(revoked, again, ended), {})
    # No fence fells the first change, so restoring it was wrong: what follows counts for nothing.
    lawful = change(0x1, Reason.REVOKED)
    yield Case("lawfully revoked, and restored by the region", WORLD.after(lawful), {11: "status_is_revoked"})
    revived = WORLD.after(lawful, again, ended)
    yield Case("lawfully revoked, restored, then changed again", revived, {11: "status_is_revoked"})
    reached = change(0x1, Reason.RESCINDED, "2026-06-01", recorded_at=instant("2026-11-12"), **thief)
    on_that_day = WORLD.but(at=instant("2026-06-02"))
    yield Case("rescinded for the past with a stolen account", on_that_day.after(reached), {})


def recognised() -> Iterator[Case]:
    yield Case("no agreement with this region", WORLD.but(policy=Policy(SICHUAN)), {12: "agreement_is_missing"})
    other_type = replace(AGREEMENT, certificate_types=(1, 3))
    yield Case("no agreement for this type", recognised_by(other_type), {12: "agreement_is_missing"})
    one_way = with_members(member(ANHUI, issues=False), member(GUANGDONG))
    yield Case("agreement in the other direction", recognised_by(one_way), {12: "agreement_is_missing"})
    early = WORLD.knowing(batch=None, anchored_total=FIRST, agreements=(), as_of=NOON).but(at=NOON)
    rows: Expected = {8: "batch_is_not_known_yet", **WITHOUT_BATCH, 12: "agreement_is_not_known_yet"}
    yield Case("no agreement in older facts", early, rows)
    unratified = with_members(member(ANHUI), member(GUANGDONG, ratified_at=None))
    yield Case("not ratified", recognised_by(unratified), {12: "agreement_is_not_ratified"})
    later = replace(AGREEMENT, period=Period(NOW + 1, None))
    yield Case("agreement has not begun", recognised_by(later), {12: "agreement_has_not_begun"})
    over = replace(AGREEMENT, period=Period(AGREEMENT.period.starts, NOW))
    yield Case("agreement has ended", recognised_by(over), {12: "agreement_has_ended"})
    yield Case("agreement ended since, asked about before", recognised_by(over).but(at=NOW - 1), {})
    suspended = with_members(member(ANHUI, suspensions=(Period(NOW, None),)), member(GUANGDONG))
    yield Case("membership suspended", recognised_by(suspended), {12: "membership_is_suspended"})
    resumed = with_members(member(ANHUI, suspensions=(Period(NOW - 99, NOW),)), member(GUANGDONG))
    yield Case("membership suspended and resumed", recognised_by(resumed), {})
    withdrawn = with_members(member(ANHUI), member(GUANGDONG, withdrawn_at=NOW))
    yield Case("membership withdrawn", recognised_by(withdrawn), {12: "membership_is_withdrawn"})
    yield Case(
        "one suspended, one ended", recognised_by(over, replace(suspended, number=8)), {12: "membership_is_suspended"}
    )


def holding() -> Iterator[Case]:
    yield Case("screenshot without key binding", WORLD.but(text=SHOWN_TEXT), {13: "key_binding_is_missing"})
    paper = on_paper()
    yield Case("paper with key binding", paper.but(text=bound(paper.text)), {13: "key_binding_has_no_key"})
    name, code = WHOSE
    for title, shown in (("nothing", ()), ("no name", (code,)), ("no code", (name,))):
        world = paper.but(text=present(paper.text, shown))
        yield Case(f"paper that shows {title}", world, {13: "holder_is_not_named"})
    bound_paper = paper.but(text=bound(present(paper.text, ())))
    yield Case("paper that shows nothing, with key binding", bound_paper, {13: "key_binding_has_no_key"})
    less = "~".join(WORLD.text.split("~")[:2] + WORLD.text.split("~")[3:])
    yield Case("a field taken out", WORLD.but(text=less), {13: "key_binding_is_of_another_presentation"})
    bindings = {
        "key_binding_signature_is_wrong": {"holder": "thief"},
        "key_binding_is_for_another_audience": {"audience": "x509_hash:window"},
        "live_code_is_too_old": {"at": NOW - 91},
        "live_code_is_from_the_future": {"at": NOW + 31},
    }
    for code, changed in bindings.items():
        text = bound(SHOWN_TEXT, **changed)  # type: ignore[arg-type]
        yield Case(code.replace("_", " "), WORLD.but(text=text), {13: code})
    yield Case("live code at its last second", WORLD.but(text=bound(SHOWN_TEXT, at=NOW - 90)), {})
    yield Case("live code from a quick clock", WORLD.but(text=bound(SHOWN_TEXT, at=NOW + 30)), {})
    yield Case("live code seen before", WORLD.but(challenge=Live(seen_before=True)), {13: "live_code_was_seen_before"})
    asked = Requested("nonce of this request", "x509_hash:window")
    other = bound(SHOWN_TEXT, nonce="nonce of another request", audience=asked.audience)
    yield Case(
        "answer to another request", WORLD.but(text=other, challenge=asked), {13: "key_binding_answers_another_request"}
    )
    yield Case(
        "live code where an answer was asked",
        WORLD.but(challenge=asked),
        {13: "key_binding_is_for_another_audience"},
    )


GROUPS = (
    accepted,
    unreadable,
    contradicted,
    registered,
    signed,
    key_in_force,
    accredited,
    fresh,
    anchored,
    disclosed,
    dated,
    standing,
    stolen,
    recognised,
    holding,
)


def verdict_vectors() -> dict[str, object]:
    """`base` is a whole check; a case has what differs from it, facts member by member."""
    base = as_json(WORLD)
    return {"base": base, "cases": [_vector(case, base) for group in GROUPS for case in group()]}


def _vector(case: Case, base: dict[str, Any]) -> dict[str, object]:
    written = as_json(case.world)
    facts = _differing(written.pop("facts"), base["facts"])
    rows = {str(number): _row(row) for number, row in sorted(case.expected.items())}
    differing = _differing(written, base) | ({"facts": facts} if facts else {})
    stated = {"not_passing": rows, "conditions": list(case.conditions), "not_shown": list(case.not_shown)}
    return {"name": case.name, **differing, **stated}


def _differing(written: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if value != base[name]}


def _row(expected: str | int | tuple[str, int]) -> dict[str, object]:
    if isinstance(expected, int):
        return {"code": "precondition_not_met", "needs": expected}
    code, needs = expected if isinstance(expected, tuple) else (expected, None)
    return {"code": code, "needs": needs}
