"""Rules 13 and 14: whoever shows it is bound to it as the credential demands, and acts for nobody else."""

from __future__ import annotations

from credential.certificate_type import HOLDER_CODE, HOLDER_NAME
from credential.codes import (
    HOLDER_IS_NOT_NAMED,
    KEY_BINDING_ANSWERS_ANOTHER_REQUEST,
    KEY_BINDING_HAS_NO_KEY,
    KEY_BINDING_IS_FOR_ANOTHER_AUDIENCE,
    KEY_BINDING_IS_MISSING,
    KEY_BINDING_IS_OF_ANOTHER_PRESENTATION,
    KEY_BINDING_SIGNATURE_IS_WRONG,
    LIVE_CODE_IS_FROM_THE_FUTURE,
    LIVE_CODE_IS_TOO_OLD,
    LIVE_CODE_WAS_SEEN_BEFORE,
)
from credential.key_binding import ANY_WINDOW
from credential.policy import Live, Requested
from credential.presentation import KeyBinding
from credential.report import Row
from credential.rules.case import Case
from credential.rules.rule import Finding, found, needs, passes, rule

IDENTITY_DOCUMENT = "identity_document"
"""The condition under which paper is accepted: the clerk compares an identity document with the holder named."""


@rule(13)
def holder_is_bound_as_demanded(case: Case, fresh: Row) -> Finding:
    """Key binding is required wherever the payload has `cnf`, whatever was sent; paper leaves a condition."""
    key, binding = case.shown.payload.holder_key, case.shown.key_binding
    if key is None:
        return _on_paper(case) if binding is None else found(KEY_BINDING_HAS_NO_KEY)
    if binding is None:
        return found(KEY_BINDING_IS_MISSING)
    if binding.sd_hash != case.shown.sd_hash:
        return found(KEY_BINDING_IS_OF_ANOTHER_PRESENTATION)
    if not key.verifies(binding.signature, binding.signing_input):
        return found(KEY_BINDING_SIGNATURE_IS_WRONG)
    if isinstance(case.challenge, Requested):
        return _requested(binding, case.challenge)
    return needs(fresh) if case.clock_is_wrong else _live(case, binding, case.challenge)


@rule(14)
def nobody_acts_for_another(_: Case) -> Finding:
    """Mandates (代办) are not part of this version: whoever shows a credential acts for himself."""
    return passes()


def _on_paper(case: Case) -> Finding:
    """Whoever copied a paper code can show less of it, but not without the holder that the clerk has to compare."""
    known = case.certificate_type
    has_code = known is not None and any(each.name == HOLDER_CODE and each.required for each in known.fields)
    needed = {HOLDER_NAME, HOLDER_CODE} if has_code else {HOLDER_NAME}
    if not needed <= {each.name for each in case.shown.disclosures if each.value}:
        return found(HOLDER_IS_NOT_NAMED)
    return passes(form="paper", condition=IDENTITY_DOCUMENT)


def _requested(binding: KeyBinding, challenge: Requested) -> Finding:
    if binding.audience != challenge.audience:
        return found(KEY_BINDING_IS_FOR_ANOTHER_AUDIENCE)
    if binding.nonce != challenge.nonce:
        return found(KEY_BINDING_ANSWERS_ANOTHER_REQUEST)
    return passes(form="requested")


def _live(case: Case, binding: KeyBinding, challenge: Live) -> Finding:
    """Fresh by the window's clock `now`, whatever instant is asked about; then shown for the first time."""
    age, policy = case.now - binding.issued_at, case.policy
    if binding.audience != ANY_WINDOW:
        return found(KEY_BINDING_IS_FOR_ANOTHER_AUDIENCE)
    if age > policy.live_seconds + policy.skew_seconds:
        return found(LIVE_CODE_IS_TOO_OLD, age_seconds=age, limit_seconds=policy.live_seconds + policy.skew_seconds)
    if age < -policy.skew_seconds:
        return found(LIVE_CODE_IS_FROM_THE_FUTURE, ahead_seconds=-age, limit_seconds=policy.skew_seconds)
    if challenge.seen_before:
        return found(LIVE_CODE_WAS_SEEN_BEFORE, age_seconds=age)
    return passes(form="live", age_seconds=age)
