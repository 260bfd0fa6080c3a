"""What a row of a file says as claims of a type, and what is wrong with it, in words an officer can act on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from credential import CertificateIdentifier, CertificateType, Kind, claim_errors, dates, parse_certificate_identifier
from issuer.csv_file import SourceRow

IDENTIFIER = "certificate_identifier"
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
)
_DIRECTION_CHANGING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LETTER_CASE = {Kind.CREDIT_CODE, Kind.CITIZEN_NUMBER, Kind.HOLDER_CODE, Kind.CERTIFICATE_IDENTIFIER}


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that does not fit. `code` is permanent; `value` goes back to the officer and nowhere else."""

    row: int
    column: str
    value: str = field(repr=False)
    code: str
    reason: str
    reason_zh: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def claims_of(row: SourceRow, certificate_type: CertificateType) -> dict[str, str]:
    """The row's cells as claims, in the type's order: days as ISO 8601, letters of codes in upper case."""
    kinds = {each.name: each.kind for each in certificate_type.fields}
    return {name: normalise(row.cells[name], kind) for name, kind in kinds.items() if name in row.cells}


def normalise(text: str, kind: Kind) -> str:
    """`text` as the kind is written; what cannot be understood stays, and is then reported as it came."""
    if kind in {Kind.DAY, Kind.OPEN_DAY}:
        return _day(text)
    return text.upper() if kind in _LETTER_CASE and text.isascii() else text


def problems_of(
    number: int, claims: Mapping[str, str], certificate_type: CertificateType, issuer: str
) -> list[Problem]:
    """Everything wrong with one row's claims. A missing identifier is not: it is given later."""
    named = {IDENTIFIER: str(CertificateIdentifier(certificate_type.code, issuer, "0", "001")), **claims}
    found = [
        Problem(number, error.field, error.value, error.code, error.reason, error.reason_zh)
        for error in claim_errors(certificate_type, named)
    ]
    told = {problem.column for problem in found}
    for name, value in claims.items():
        if name not in told and _has_unprintable(value):
            found.append(_unprintable(number, name, value))
    if IDENTIFIER in claims and IDENTIFIER not in told and _is_of_another(claims[IDENTIFIER], issuer):
        reason = "the identifier names another issuing authority"
        found.append(
            Problem(number, IDENTIFIER, claims[IDENTIFIER], "foreign_issuer", reason, "证照标识属于另一颁发机构")
        )
    return found


def repeated(number: int, column: str, value: str, where: str, where_zh: str) -> Problem:
    """A row or identifier that is there already, in this file or from an earlier one."""
    return Problem(number, column, value, "repeated", f"the same as {where}", f"与{where_zh}重复")


def _unprintable(number: int, name: str, value: str) -> Problem:
    reason = "the text has a private-use or direction-changing character"
    return Problem(number, name, value, "unprintable_character", reason, "文本含有私用区字符或方向控制字符")


def _has_unprintable(text: str) -> bool:
    return not text.isprintable() and any(
        character in _DIRECTION_CHANGING or unicodedata.category(character) in {"Cc", "Cs", "Co", "Zl", "Zp"}
        for character in text
        if character != "\n"
    )


def _is_of_another(identifier: str, issuer: str) -> bool:
    """Old certificates name their authority by a shorter code; a credit code must be this authority's."""
    named = parse_certificate_identifier(identifier).issuer
    return len(named) == len(issuer) and named != issuer


def _day(text: str) -> str:
    """2024/3/5, 2024-3-5, 2024.3.5, 2024年3月5日 and 20240305 are what spreadsheets make of 2024-03-05."""
    if text == dates.NO_END or not (match := _DAY.fullmatch(text)):
        return text
    year, *rest = match.groups()
    month, day = (int(each) for each in rest if each is not None)
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return text
