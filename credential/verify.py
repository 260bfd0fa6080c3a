"""The verdict: what was shown, judged by fourteen rules. Owns the order of the steps; each rule is in rules."""

from __future__ import annotations

from collections.abc import Mapping

from credential import rules
from credential.certificate_type import IDENTIFIER, CertificateType, Field, vct_of
from credential.facts import Facts
from credential.policy import Challenge, Policy
from credential.presentation import Presentation, Unreadable
from credential.report import Claimed, Outcome, Report, Row

# The algorithm (spec/verdict.md). Each step makes the row of its number. A row whose precondition, in brackets, does
# not pass is unknown and names the first cause. 7 and 8 come early: later steps are held against what they find.
#
#   0  The network has not contradicted itself. If it has, every row is unknown for that reason, whatever was shown.
#   1  What was shown is well-formed, within limits and of a known version. If not, every other row needs 1.
#   2  Its certificate type is registered, and this window has the metadata.
#   3  Its `iss` is a registered authority's, and so the issuing region is known.
#   7  Clock and `at` are sound, and the facts fresh enough for `at`. [2, for the type's limit]
#   8  Its payload is a leaf of the batch that the ledger has at its position, and the anchoring stands. [3]
#   4  The issuer's key that `kid` names signed it. [3]
#   5  That key is the batch's, and was in force when the batch was anchored. [4, 8]
#   6  The issuer was accredited for the type when the batch was anchored. [2, 3, 8]
#   9  Each disclosure matches a signed digest, and nothing is repeated.
#  10  `at` lies within the validity dates. [7, where it says that the clock is wrong]
#  11  The status at `at` was valid. [8; and 7, except that a final state fails even by old facts]
#  12  The window's region recognised the issuing one for the type, at `at`. [3; and 2, 7 where it takes an agreement]
#  13  Whoever shows it is bound to it as the credential demands. [7, for a live code where the clock is wrong]
#  14  Nobody acts for another.
#
# Accepted if all pass, rejected if any fails, else undetermined. Claims leave the report only if accepted.


def verify(
    presentation: Presentation | Unreadable, facts: Facts, policy: Policy, challenge: Challenge, at: int, now: int
) -> Report:
    """Judges what was shown at `now` as of the instant `at`, Unix seconds; a past one asks "was it valid on that day?".

    Pure. Never raises, whatever was shown and whatever the facts. Live codes are held against `now`, all else against
    `at`.
    """
    if facts.contradiction is not None:  # 0
        nothing_holds = rules.contradicted(facts.contradiction)
        return _report(tuple(rule.row(nothing_holds) for rule in rules.RULES), presentation, facts, at, now)
    row_1 = rules.presentation_is_well_formed(presentation)  # 1
    if isinstance(presentation, Unreadable):
        rows = (row_1, *(rule.row(rules.needs(row_1)) for rule in rules.RULES[1:]))
        return _report(rows, presentation, facts, at, now)
    case = rules.Case(presentation, facts, policy, challenge, at, now)
    row_2 = rules.type_is_registered(case)  # 2
    row_3 = rules.issuer_is_registered(case)  # 3
    row_7 = rules.facts_are_fresh_enough(case, row_2)  # 7
    row_8 = rules.credential_is_anchored(case, row_3)  # 8
    row_4 = rules.issuer_signed_it(case, row_3)  # 4
    row_5 = rules.key_was_in_force_when_anchored(case, row_4, row_8)  # 5
    row_6 = rules.issuer_was_accredited_when_anchored(case, row_2, row_3, row_8)  # 6
    row_9 = rules.disclosures_match_their_digests(case)  # 9
    row_10 = rules.validity_covers_the_time(case, row_7)  # 10
    row_11 = rules.status_was_valid(case, row_8, row_7)  # 11
    row_12 = rules.issuing_region_was_recognised(case, row_2, row_3, row_7)  # 12
    row_13 = rules.holder_is_bound_as_demanded(case, row_7)  # 13
    row_14 = rules.nobody_acts_for_another(case)  # 14
    rows = (row_1, row_2, row_3, row_4, row_5, row_6, row_7, row_8, row_9, row_10, row_11, row_12, row_13, row_14)
    return _report(rows, presentation, facts, at, now)


def _report(rows: tuple[Row, ...], shown: Presentation | Unreadable, facts: Facts, at: int, now: int) -> Report:
    accepted = all(row.outcome is Outcome.PASSES for row in rows)
    return Report(
        rows=rows,
        claimed=_claimed(shown),
        conditions=_conditions(rows) if accepted else (),
        not_shown=_not_shown(shown, facts.certificate_type) if accepted else (),
        fingerprint=facts.fingerprint,
        as_of=facts.as_of,
        at=at,
        now=now,
        _claims=_claims(shown) if accepted and isinstance(shown, Presentation) else {},
    )


def _conditions(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(str(row.evidence["condition"]) for row in rows if "condition" in row.evidence)


def _not_shown(shown: Presentation | Unreadable, known: CertificateType | None) -> tuple[Field, ...]:
    """What paper leaves out. Where there is a holder's key, the holder chose what to show."""
    if isinstance(shown, Unreadable) or known is None or shown.payload.holder_key is not None:
        return ()
    names = {each.name for each in shown.disclosures}
    return tuple(each for each in known.fields if each.name not in names)


def _claims(shown: Presentation) -> Mapping[str, object]:
    return {"issuer": shown.payload.issuer, **{each.name: each.value for each in shown.disclosures}}


def _claimed(shown: Presentation | Unreadable) -> Claimed:
    if isinstance(shown, Unreadable):
        return Claimed(None, None, None, None)
    payload = shown.payload
    identifier = next((each.value for each in shown.disclosures if each.name == IDENTIFIER), None)
    return Claimed(payload.issuer, identifier, vct_of(payload.type_code, payload.type_version), payload.position)
