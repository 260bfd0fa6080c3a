"""Rule 7: the facts are fresh enough to speak about the instant asked about."""

from __future__ import annotations

from credential.codes import CLOCK_IS_WRONG, FACTS_ARE_TOO_OLD, TIME_HAS_NOT_COME
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, passes, rule, unmet


@rule(7)
def facts_are_fresh_enough(case: Case, registered: Row) -> Finding:
    """The limit is the type's, which the digest on the ledger vouches for, or the policy's where that is shorter."""
    as_of = case.facts.as_of
    if case.clock_is_wrong:
        return found(CLOCK_IS_WRONG, as_of=as_of, now=case.now)
    if case.at > case.now:
        return found(TIME_HAS_NOT_COME, asked_at=case.at, now=case.now)
    if missing := unmet(registered):
        return missing
    limit = _limit_seconds(case)
    if as_of < case.at - limit:
        return found(FACTS_ARE_TOO_OLD, as_of=as_of, asked_at=case.at, limit_seconds=limit)
    return passes(as_of=as_of, limit_seconds=limit)


def _limit_seconds(case: Case) -> int:
    assert case.certificate_type is not None
    of_type, of_policy = case.certificate_type.max_facts_age_seconds, case.policy.max_facts_age_seconds
    return of_type if of_policy is None else min(of_type, of_policy)
