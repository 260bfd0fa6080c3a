"""The fourteen rules of the verdict, in order: one rule is one function, one row, one sentence true when it passes."""

from credential.rules.anchor import credential_is_anchored
from credential.rules.case import Case
from credential.rules.contradiction import contradicted
from credential.rules.freshness import facts_are_fresh_enough
from credential.rules.holder import holder_is_bound_as_demanded, nobody_acts_for_another
from credential.rules.presentation import disclosures_match_their_digests, presentation_is_well_formed
from credential.rules.recognition import issuing_region_was_recognised
from credential.rules.registration import issuer_is_registered, issuer_was_accredited_when_anchored, type_is_registered
from credential.rules.rule import needs
from credential.rules.signature import issuer_signed_it, key_was_in_force_when_anchored
from credential.rules.status import status_was_valid
from credential.rules.validity import validity_covers_the_time

RULES = (
    presentation_is_well_formed,
    type_is_registered,
    issuer_is_registered,
    issuer_signed_it,
    key_was_in_force_when_anchored,
    issuer_was_accredited_when_anchored,
    facts_are_fresh_enough,
    credential_is_anchored,
    disclosures_match_their_digests,
    validity_covers_the_time,
    status_was_valid,
    issuing_region_was_recognised,
    holder_is_bound_as_demanded,
    nobody_acts_for_another,
)

__all__ = [
    "RULES",
    "Case",
    "contradicted",
    "credential_is_anchored",
    "disclosures_match_their_digests",
    "facts_are_fresh_enough",
    "holder_is_bound_as_demanded",
    "issuer_is_registered",
    "issuer_signed_it",
    "issuer_was_accredited_when_anchored",
    "issuing_region_was_recognised",
    "key_was_in_force_when_anchored",
    "needs",
    "nobody_acts_for_another",
    "presentation_is_well_formed",
    "status_was_valid",
    "type_is_registered",
    "validity_covers_the_time",
]
