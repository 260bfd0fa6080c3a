"""Rule 10: the instant asked about lies within the credential's validity dates."""

from __future__ import annotations

from credential.codes import ISSUE_DAY_HAS_NOT_COME, VALIDITY_HAS_ENDED, VALIDITY_HAS_NOT_BEGUN
from credential.policy import CLOCK_TOLERANCE_SECONDS
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, needs, passes, rule


@rule(10)
def validity_covers_the_time(case: Case, fresh: Row) -> Finding:
    """[nbf, exp). No honest bureau dates ahead: a day of issue that has not come speaks against the clock."""
    payload, at = case.shown.payload, case.at
    if case.clock_is_wrong:
        return needs(fresh)
    if payload.expires is not None and at >= payload.expires:
        return found(VALIDITY_HAS_ENDED, asked_at=at, ends=payload.expires)
    if payload.issued_at > case.now + CLOCK_TOLERANCE_SECONDS:
        return found(ISSUE_DAY_HAS_NOT_COME, issued_at=payload.issued_at, now=case.now)
    if at < payload.not_before:
        return found(VALIDITY_HAS_NOT_BEGUN, asked_at=at, starts=payload.not_before)
    ends = {} if payload.expires is None else {"ends": payload.expires}
    return passes(starts=payload.not_before, **ends)
