"""Every code that a failing or unknown row can carry. Public and permanent: append, never rename, reuse or remove.

spec/verdict.md lists them with their meaning. A passing row carries its rule's name instead. A code belongs to one
rule and always means one outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from credential.report import Outcome

_FAILS, _UNKNOWN = Outcome.FAILS, Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Code:
    """`rule` is None for a code that any rule may carry."""

    rule: int | None
    outcome: Outcome
    name: str


PRECONDITION_NOT_MET = Code(None, _UNKNOWN, "precondition_not_met")
NETWORK_CONTRADICTS_ITSELF = Code(None, _UNKNOWN, "network_contradicts_itself")

PRESENTATION_IS_MALFORMED = Code(1, _FAILS, "presentation_is_malformed")
PRESENTATION_IS_TOO_LARGE = Code(1, _FAILS, "presentation_is_too_large")
FORMAT_VERSION_IS_UNKNOWN = Code(1, _UNKNOWN, "format_version_is_unknown")

TYPE_IS_NOT_REGISTERED = Code(2, _FAILS, "type_is_not_registered")
TYPE_IS_NOT_KNOWN_YET = Code(2, _UNKNOWN, "type_is_not_known_yet")
TYPE_METADATA_IS_MISSING = Code(2, _UNKNOWN, "type_metadata_is_missing")

ISSUER_IS_NOT_REGISTERED = Code(3, _FAILS, "issuer_is_not_registered")
ISSUER_IS_NOT_KNOWN_YET = Code(3, _UNKNOWN, "issuer_is_not_known_yet")

KEY_IS_NOT_REGISTERED = Code(4, _FAILS, "key_is_not_registered")
KEY_IS_NOT_KNOWN_YET = Code(4, _UNKNOWN, "key_is_not_known_yet")
KEY_IS_OF_ANOTHER_AUTHORITY = Code(4, _FAILS, "key_is_of_another_authority")
KEY_IS_NOT_READABLE_HERE = Code(4, _UNKNOWN, "key_is_not_readable_here")
ISSUER_SIGNATURE_IS_WRONG = Code(4, _FAILS, "issuer_signature_is_wrong")

KEY_IS_FOR_ANOTHER_USE = Code(5, _FAILS, "key_is_for_another_use")
BATCH_HAS_ANOTHER_KEY = Code(5, _FAILS, "batch_has_another_key")
KEY_WAS_NOT_IN_FORCE_YET = Code(5, _FAILS, "key_was_not_in_force_yet")
KEY_WAS_NO_LONGER_IN_FORCE = Code(5, _FAILS, "key_was_no_longer_in_force")
KEY_WAS_REVOKED = Code(5, _FAILS, "key_was_revoked")

ISSUER_IS_NOT_ACCREDITED = Code(6, _FAILS, "issuer_is_not_accredited")
ISSUER_WAS_NOT_ACCREDITED_THEN = Code(6, _FAILS, "issuer_was_not_accredited_then")

CLOCK_IS_WRONG = Code(7, _UNKNOWN, "clock_is_wrong")
TIME_HAS_NOT_COME = Code(7, _UNKNOWN, "time_has_not_come")
FACTS_ARE_TOO_OLD = Code(7, _UNKNOWN, "facts_are_too_old")

BATCH_IS_NOT_KNOWN_YET = Code(8, _UNKNOWN, "batch_is_not_known_yet")
INCLUSION_PATH_HAS_WRONG_LENGTH = Code(8, _FAILS, "inclusion_path_has_wrong_length")
INCLUSION_PATH_LEADS_ELSEWHERE = Code(8, _FAILS, "inclusion_path_leads_elsewhere")
BATCH_FELL_WITH_ITS_OPERATOR = Code(8, _FAILS, "batch_fell_with_its_operator")

DISCLOSURE_IS_UNREFERENCED = Code(9, _FAILS, "disclosure_is_unreferenced")
DISCLOSURE_IS_REPEATED = Code(9, _FAILS, "disclosure_is_repeated")
DISCLOSURE_IS_NOT_OF_THE_TYPE = Code(9, _FAILS, "disclosure_is_not_of_the_type")

VALIDITY_HAS_ENDED = Code(10, _FAILS, "validity_has_ended")
VALIDITY_HAS_NOT_BEGUN = Code(10, _FAILS, "validity_has_not_begun")
ISSUE_DAY_HAS_NOT_COME = Code(10, _UNKNOWN, "issue_day_has_not_come")

STATUS_IS_RESCINDED = Code(11, _FAILS, "status_is_rescinded")
STATUS_IS_REVOKED = Code(11, _FAILS, "status_is_revoked")
STATUS_IS_DEREGISTERED = Code(11, _FAILS, "status_is_deregistered")
STATUS_IS_WITHDRAWN = Code(11, _FAILS, "status_is_withdrawn")
STATUS_IS_TRANSFER_COMPLETED = Code(11, _FAILS, "status_is_transfer_completed")
STATUS_IS_INVALID = Code(11, _FAILS, "status_is_invalid")
STATUS_IS_SUPERSEDED = Code(11, _FAILS, "status_is_superseded")
STATUS_IS_SUSPENDED = Code(11, _FAILS, "status_is_suspended")
STATUS_IS_LAPSED = Code(11, _FAILS, "status_is_lapsed")
STATUS_IS_TRANSFERRED_OUT = Code(11, _FAILS, "status_is_transferred_out")
STATUS_IS_FROZEN = Code(11, _FAILS, "status_is_frozen")
STATUS_IS_NOT_ASSIGNED = Code(11, _UNKNOWN, "status_is_not_assigned")
STATUS_MAY_HAVE_CHANGED = Code(11, _UNKNOWN, "status_may_have_changed")

AGREEMENT_IS_MISSING = Code(12, _FAILS, "agreement_is_missing")
AGREEMENT_IS_NOT_KNOWN_YET = Code(12, _UNKNOWN, "agreement_is_not_known_yet")
AGREEMENT_IS_NOT_RATIFIED = Code(12, _FAILS, "agreement_is_not_ratified")
AGREEMENT_HAS_NOT_BEGUN = Code(12, _FAILS, "agreement_has_not_begun")
AGREEMENT_HAS_ENDED = Code(12, _FAILS, "agreement_has_ended")
MEMBERSHIP_IS_SUSPENDED = Code(12, _FAILS, "membership_is_suspended")
MEMBERSHIP_IS_WITHDRAWN = Code(12, _FAILS, "membership_is_withdrawn")

KEY_BINDING_IS_MISSING = Code(13, _FAILS, "key_binding_is_missing")
KEY_BINDING_HAS_NO_KEY = Code(13, _FAILS, "key_binding_has_no_key")
KEY_BINDING_IS_OF_ANOTHER_PRESENTATION = Code(13, _FAILS, "key_binding_is_of_another_presentation")
KEY_BINDING_SIGNATURE_IS_WRONG = Code(13, _FAILS, "key_binding_signature_is_wrong")
KEY_BINDING_IS_FOR_ANOTHER_AUDIENCE = Code(13, _FAILS, "key_binding_is_for_another_audience")
KEY_BINDING_ANSWERS_ANOTHER_REQUEST = Code(13, _FAILS, "key_binding_answers_another_request")
LIVE_CODE_IS_TOO_OLD = Code(13, _FAILS, "live_code_is_too_old")
LIVE_CODE_IS_FROM_THE_FUTURE = Code(13, _FAILS, "live_code_is_from_the_future")
LIVE_CODE_WAS_SEEN_BEFORE = Code(13, _FAILS, "live_code_was_seen_before")
HOLDER_IS_NOT_NAMED = Code(13, _UNKNOWN, "holder_is_not_named")

CODES: tuple[Code, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Code))
"""All of them, in order."""
