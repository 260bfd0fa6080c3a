"""Rules 1 and 9: what was shown is well-formed, and its disclosures are the ones that were signed."""

from __future__ import annotations

from collections.abc import Sequence

from credential.codes import (
    DISCLOSURE_IS_NOT_OF_THE_TYPE,
    DISCLOSURE_IS_REPEATED,
    DISCLOSURE_IS_UNREFERENCED,
    FORMAT_VERSION_IS_UNKNOWN,
    PRESENTATION_IS_MALFORMED,
    PRESENTATION_IS_TOO_LARGE,
)
from credential.presentation import Presentation, Unreadable
from credential.rules.case import Case
from credential.rules.rule import Finding, found, passes, rule

_UNREADABLE = {"too_large": PRESENTATION_IS_TOO_LARGE, "unknown_version": FORMAT_VERSION_IS_UNKNOWN}


@rule(1)
def presentation_is_well_formed(shown: Presentation | Unreadable) -> Finding:
    if isinstance(shown, Unreadable):
        return found(_UNREADABLE.get(shown.code, PRESENTATION_IS_MALFORMED), detail=shown.code)
    return passes()


@rule(9)
def disclosures_match_their_digests(case: Case) -> Finding:
    """RFC 9901 section 7.1; and, where the type is known, a name is a field of it: no extra line reaches the clerk."""
    signed, known = case.shown.payload.digests, case.certificate_type
    names = [disclosure.name for disclosure in case.shown.disclosures]
    digests = [disclosure.digest for disclosure in case.shown.disclosures]
    if _repeats(names) or _repeats(digests) or _repeats(signed):
        return found(DISCLOSURE_IS_REPEATED)
    if not set(digests) <= set(signed):
        return found(DISCLOSURE_IS_UNREFERENCED)
    if known is not None and not set(names) <= {field.name for field in known.fields}:
        return found(DISCLOSURE_IS_NOT_OF_THE_TYPE)
    return passes(disclosed=len(names), digests=len(signed))


def _repeats(values: Sequence[object]) -> bool:
    return len(set(values)) != len(values)
