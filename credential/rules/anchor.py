"""Rule 8: the credential is in a batch that its issuer anchored, and the anchoring stands."""

from __future__ import annotations

from credential.codes import (
    BATCH_FELL_WITH_ITS_OPERATOR,
    BATCH_IS_NOT_KNOWN_YET,
    INCLUSION_PATH_HAS_WRONG_LENGTH,
    INCLUSION_PATH_LEADS_ELSEWHERE,
)
from credential.facts import BatchFact
from credential.merkle import WrongPathLength, leaf_hash, root_from_path
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, passes, rule, unmet


@rule(8)
def credential_is_anchored(case: Case, issuer: Row) -> Finding:
    """Leaf index and tree size come from the ledger's batch, never from the credential.

    A position past the last known batch is unknown however new the facts are: a bureau whose node was down anchors
    later than it dates.
    """
    if missing := unmet(issuer):
        return missing
    batch, position = case.batch, case.shown.payload.position
    if batch is None:
        return found(BATCH_IS_NOT_KNOWN_YET, position=position, anchored_total=case.facts.anchored_total)
    evidence = {"position": position, "batch": batch.seq, "anchored_at": batch.anchored_at}
    try:
        root = _root(case, batch)
    except WrongPathLength:
        return found(INCLUSION_PATH_HAS_WRONG_LENGTH, **evidence)
    if root != batch.root:
        return found(INCLUSION_PATH_LEADS_ELSEWHERE, **evidence)
    if batch.operator_revoked_from is not None and batch.anchored_at >= batch.operator_revoked_from:
        return found(BATCH_FELL_WITH_ITS_OPERATOR, revoked_from=batch.operator_revoked_from, **evidence)
    return passes(**evidence)


def _root(case: Case, batch: BatchFact) -> bytes:
    shown = case.shown
    index = shown.payload.position - batch.first
    return root_from_path(leaf_hash(shown.payload.octets), index, batch.count, shown.header.inclusion_path)
