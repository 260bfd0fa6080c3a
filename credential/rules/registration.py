"""Rules 2, 3 and 6: the ledger has the type and the issuer, and the issuer was accredited for the type."""

from __future__ import annotations

from credential.codes import (
    ISSUER_IS_NOT_ACCREDITED,
    ISSUER_IS_NOT_KNOWN_YET,
    ISSUER_IS_NOT_REGISTERED,
    ISSUER_WAS_NOT_ACCREDITED_THEN,
    TYPE_IS_NOT_KNOWN_YET,
    TYPE_IS_NOT_REGISTERED,
    TYPE_METADATA_IS_MISSING,
)
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, passes, rule, unmet


@rule(2)
def type_is_registered(case: Case) -> Finding:
    """A known batch says nothing here: the registry anchors whatever types its leaves are of."""
    known, payload = case.certificate_type, case.shown.payload
    if known is not None:
        return passes(type=known.number, type_zh=known.zh, type_en=known.en, version=known.version)
    if case.facts.type_is_registered:
        return found(TYPE_METADATA_IS_MISSING, type_code=payload.type_code, version=payload.type_version)
    code = TYPE_IS_NOT_REGISTERED if case.facts_reach_past_the_day_of_issue else TYPE_IS_NOT_KNOWN_YET
    return found(code, type_code=payload.type_code, version=payload.type_version)


@rule(3)
def issuer_is_registered(case: Case) -> Finding:
    """`iss` is a URL that an authority has, or has had, and so its region is known."""
    known = case.authority
    if known is None:
        code = ISSUER_IS_NOT_REGISTERED if case.facts_are_as_new_as_the_credential else ISSUER_IS_NOT_KNOWN_YET
        return found(code)
    return passes(
        authority=known.number,
        authority_name=known.name,
        credit_code=known.credit_code,
        region=known.region.code,
        region_name=known.region.name,
    )


@rule(6)
def issuer_was_accredited_when_anchored(case: Case, registered: Row, issuer: Row, anchored: Row) -> Finding:
    if missing := unmet(registered, issuer, anchored):
        return missing
    assert case.batch is not None
    anchored_at = case.batch.anchored_at
    if not case.facts.accreditations:
        return found(ISSUER_IS_NOT_ACCREDITED, anchored_at=anchored_at)
    covering = [period for period in case.facts.accreditations if period.covers(anchored_at)]
    if not covering:
        return found(ISSUER_WAS_NOT_ACCREDITED_THEN, anchored_at=anchored_at)
    return passes(anchored_at=anchored_at, accredited_from=min(period.starts for period in covering))
