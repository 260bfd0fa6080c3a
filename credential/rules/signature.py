"""Rules 4 and 5: the issuer's key signed it, and that key was in force when the batch was anchored."""

from __future__ import annotations

from credential import base64url
from credential.codes import (
    BATCH_HAS_ANOTHER_KEY,
    ISSUER_SIGNATURE_IS_WRONG,
    KEY_IS_FOR_ANOTHER_USE,
    KEY_IS_NOT_KNOWN_YET,
    KEY_IS_NOT_READABLE_HERE,
    KEY_IS_NOT_REGISTERED,
    KEY_IS_OF_ANOTHER_AUTHORITY,
    KEY_WAS_NO_LONGER_IN_FORCE,
    KEY_WAS_NOT_IN_FORCE_YET,
    KEY_WAS_REVOKED,
    Code,
)
from credential.facts import SUITE_ES256, USE_CREDENTIAL, BatchFact, KeyFact
from credential.keys import PublicKey
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, passes, rule, unmet


@rule(4)
def issuer_signed_it(case: Case, issuer: Row) -> Finding:
    """The suite of the registered key fixes the algorithm; the header's `alg` never chooses one."""
    if missing := unmet(issuer):
        return missing
    authority, known, kid = case.authority, case.key, base64url.encode(case.shown.header.kid)
    if known is None:
        code = KEY_IS_NOT_REGISTERED if case.facts_are_as_new_as_the_credential else KEY_IS_NOT_KNOWN_YET
        return found(code, kid=kid)
    if authority is None or known.authority != authority.number:
        return found(KEY_IS_OF_ANOTHER_AUTHORITY, kid=kid, authority=known.authority)
    public_key = _read(known)
    if public_key is None:
        return found(KEY_IS_NOT_READABLE_HERE, kid=kid, suite=known.suite)
    if not public_key.verifies(case.shown.signature, case.shown.signing_input):
        return found(ISSUER_SIGNATURE_IS_WRONG, kid=kid)
    return passes(kid=kid)


@rule(5)
def key_was_in_force_when_anchored(case: Case, signed: Row, anchored: Row) -> Finding:
    if missing := unmet(signed, anchored):
        return missing
    key, batch = case.key, case.batch
    assert key is not None
    assert batch is not None
    evidence: dict[str, str | int] = {"kid": base64url.encode(key.kid), "anchored_at": batch.anchored_at}
    obstacle = _obstacle(key, batch)
    return found(obstacle, **evidence) if obstacle else passes(**evidence)


def _read(known: KeyFact) -> PublicKey | None:
    if known.suite != SUITE_ES256:
        return None
    try:
        return PublicKey(known.public_key)
    except ValueError:
        return None


def _obstacle(key: KeyFact, batch: BatchFact) -> Code | None:
    at, starts, ends = batch.anchored_at, key.period.starts, key.period.ends
    checks = (
        (key.use == USE_CREDENTIAL, KEY_IS_FOR_ANOTHER_USE),
        (key.kid == batch.kid, BATCH_HAS_ANOTHER_KEY),
        (key.revoked_from is None or at < key.revoked_from, KEY_WAS_REVOKED),
        (starts <= at, KEY_WAS_NOT_IN_FORCE_YET),
        (ends is None or at < ends, KEY_WAS_NO_LONGER_IN_FORCE),
    )
    return next((code for holds, code in checks if not holds), None)
