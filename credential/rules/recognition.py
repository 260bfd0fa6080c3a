"""Rule 12: the window's region recognises what the issuing region issues, for this type, at the instant asked about."""

from __future__ import annotations

from collections.abc import Iterable

from credential.codes import (
    AGREEMENT_HAS_ENDED,
    AGREEMENT_HAS_NOT_BEGUN,
    AGREEMENT_IS_MISSING,
    AGREEMENT_IS_NOT_KNOWN_YET,
    AGREEMENT_IS_NOT_RATIFIED,
    MEMBERSHIP_IS_SUSPENDED,
    MEMBERSHIP_IS_WITHDRAWN,
    Code,
)
from credential.facts import NATION, AgreementFact, MemberFact
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Evidence, Finding, found, passes, rule, unmet

_HARDEST_FIRST = (
    MEMBERSHIP_IS_WITHDRAWN,
    AGREEMENT_HAS_ENDED,
    AGREEMENT_IS_NOT_RATIFIED,
    AGREEMENT_HAS_NOT_BEGUN,
    MEMBERSHIP_IS_SUSPENDED,
)


@rule(12)
def issuing_region_was_recognised(case: Case, registered: Row, issuer: Row, fresh: Row) -> Finding:
    """Own region and nation need no agreement, so neither type nor fresh facts; of several the first begun counts."""
    if missing := unmet(issuer):
        return missing
    assert case.authority is not None
    region = case.authority.region.code
    if region in (case.policy.region, NATION):
        return passes(basis="own_region" if region == case.policy.region else "nation", issuing_region=region)
    if missing := unmet(registered, fresh):
        return missing
    parties = list(_parties(case, region))
    in_force = [agreement for agreement, *members in parties if _obstacle(agreement, members, case.at) is None]
    if in_force:
        first = min(in_force, key=lambda agreement: (agreement.period.starts, agreement.number))
        return passes(basis="agreement", **_named(first), **_sought(case))
    if not case.facts_are_as_new_as_the_credential:
        return found(AGREEMENT_IS_NOT_KNOWN_YET, **_sought(case))
    return _nearest_miss(case, parties)


_Party = tuple[AgreementFact, MemberFact, MemberFact]


def _parties(case: Case, issuing_region: int) -> Iterable[_Party]:
    """The agreements on this type where the one region issues and the other recognises, with the two memberships."""
    assert case.certificate_type is not None
    for agreement in case.facts.agreements:
        issuing = [member for member in agreement.members if member.region == issuing_region and member.issues]
        own = [member for member in agreement.members if member.region == case.policy.region and member.recognises]
        if issuing and own and case.certificate_type.number in agreement.certificate_types:
            yield agreement, issuing[0], own[0]


def _obstacle(agreement: AgreementFact, members: Iterable[MemberFact], at: int) -> tuple[Code, int] | None:
    """Why the agreement does not hold at `at`, the hardest reason first, and the region it lies with (0: with none)."""
    found_here = {(code, region) for member in members for code, region in _obstacles_of(member, at)}
    if agreement.period.starts > at:
        found_here.add((AGREEMENT_HAS_NOT_BEGUN, 0))
    if agreement.period.ends is not None and agreement.period.ends <= at:
        found_here.add((AGREEMENT_HAS_ENDED, 0))
    return min(found_here, key=lambda obstacle: (_HARDEST_FIRST.index(obstacle[0]), obstacle[1]), default=None)


def _obstacles_of(member: MemberFact, at: int) -> Iterable[tuple[Code, int]]:
    if member.withdrawn_at is not None and member.withdrawn_at <= at:
        yield MEMBERSHIP_IS_WITHDRAWN, member.region
    if member.ratified_at is None or member.ratified_at > at:
        yield AGREEMENT_IS_NOT_RATIFIED, member.region
    if any(period.covers(at) for period in member.suspensions):
        yield MEMBERSHIP_IS_SUSPENDED, member.region


def _nearest_miss(case: Case, parties: list[_Party]) -> Finding:
    """The agreement that lacks least, so that the clerk asks about the right one; or that there is none."""
    misses = [(agreement, _obstacle(agreement, members, case.at)) for agreement, *members in parties]
    known = [(agreement, *obstacle) for agreement, obstacle in misses if obstacle is not None]
    if not known:
        return found(AGREEMENT_IS_MISSING, **_sought(case))
    agreement, code, region = max(known, key=lambda miss: (_HARDEST_FIRST.index(miss[1]), -miss[0].number))
    return found(code, **_named(agreement), **({"region": region} if region else {}), **_sought(case))


def _named(agreement: AgreementFact) -> Evidence:
    evidence: dict[str, str | int] = {"agreement": agreement.number, "starts": agreement.period.starts}
    evidence["document_digest"] = agreement.document_digest.hex()
    return evidence if agreement.period.ends is None else {**evidence, "ends": agreement.period.ends}


def _sought(case: Case) -> Evidence:
    """The recognition that was looked for: who issues, who recognises, which type."""
    assert case.authority is not None
    assert case.certificate_type is not None
    return {
        "issuing_region": case.authority.region.code,
        "issuing_region_name": case.authority.region.name,
        "recognising_region": case.policy.region,
        "type": case.certificate_type.number,
        "type_zh": case.certificate_type.zh,
        "type_en": case.certificate_type.en,
    }
