"""Claims against their type: JSON Schema first, then what no schema can say (check characters, days, their order).

Used where claims are written (the bureau) and where they are first kept (the wallet); a window relies on what the
issuer signed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from jsonschema import Draft202012Validator

from credential import dates
from credential.certificate_type import ENDS, STARTS, CertificateType, Kind
from credential.identifiers import MalformedIdentifier, is_citizen_number, is_credit_code, parse_certificate_identifier

REASONS = {
    "missing": ("the field is mandatory", "必填项缺失"),
    "unknown_field": ("the certificate type has no such field", "该证照类型没有此项"),
    "not_text": ("the value is not text", "值不是文本"),
    "not_unicode": ("the text has half a character in it", "文本含有残缺字符"),
    "stray_characters": ("white space at an end, or a control character", "首尾有空白或含有控制字符"),
    "too_short": ("the text is shorter than allowed", "文本过短"),
    "too_long": ("the text is longer than allowed", "文本过长"),
    "malformed": ("the text is not written as this field demands", "格式不符合要求"),
    "not_a_choice": ("the value is not one of those allowed", "不是允许的取值"),
    "bad_day": ("not a calendar day written YYYY-MM-DD, 1900 to 9998", "不是 1900 至 9998 年间按 YYYY-MM-DD 写的日期"),
    "bad_credit_code": (
        "not a GB 32100 credit code; a character is wrong",
        "统一社会信用代码有误（GB 32100 校验未通过）",
    ),
    "bad_citizen_number": (
        "not a GB 11643 citizen's number; a digit is wrong",
        "公民身份号码有误（GB 11643 校验未通过）",
    ),
    "bad_holder_code": ("neither a credit code nor a citizen's number", "既不是统一社会信用代码，也不是公民身份号码"),
    "bad_identifier": ("not a GB/T 36904 identifier; a character is wrong", "证照标识有误（GB/T 36904 校验未通过）"),
    "foreign_identifier": ("the identifier names another certificate type", "证照标识属于另一证照类型"),
    "ends_before_start": ("the last day lies before the first", "有效期截止早于起始"),
}
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SCHEMA_CODES = {
    "type": "not_text",
    "minLength": "too_short",
    "maxLength": "too_long",
    "enum": "not_a_choice",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ClaimError:
    """One claim that does not fit. `code` is permanent; the reasons, English and Chinese, never quote the value."""

    field: str
    value: str = dataclasses.field(repr=False)
    code: str
    reason: str
    reason_zh: str


def claim_errors(certificate_type: CertificateType, claims: Mapping[str, str]) -> tuple[ClaimError, ...]:
    """What is wrong with `claims`, one error for a field at most, in the type's order, foreign fields last."""
    codes: dict[str, str] = {}
    for errors_of in (_presence_errors, _schema_errors, _kind_errors):
        for name, code in errors_of(certificate_type, claims):
            codes.setdefault(name, code)
    if not codes and _ends_before_start(claims):
        codes[ENDS] = "ends_before_start"
    order = {each.name: place for place, each in enumerate(certificate_type.fields)}
    names = sorted(codes, key=lambda name: (order.get(name, len(order)), name))
    return tuple(ClaimError(name, str(claims.get(name, "")), codes[name], *REASONS[codes[name]]) for name in names)


def _presence_errors(certificate_type: CertificateType, claims: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    names = {each.name for each in certificate_type.fields}
    yield from ((each.name, "missing") for each in certificate_type.fields if each.required and each.name not in claims)
    yield from ((name, "unknown_field") for name in claims if name not in names)


def _schema_errors(certificate_type: CertificateType, claims: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the schema says of single values; presence is told above, in a form that names the field."""
    for error in _validator(certificate_type).iter_errors(dict(claims)):
        if error.absolute_path:
            yield str(error.absolute_path[0]), _SCHEMA_CODES.get(str(error.validator), "malformed")


@lru_cache(maxsize=64)
def _validator(certificate_type: CertificateType) -> Draft202012Validator:
    return Draft202012Validator(certificate_type.schema)


def _kind_errors(certificate_type: CertificateType, claims: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for each in certificate_type.fields:
        value = claims.get(each.name)
        if not isinstance(value, str) or (value == "" and not each.required):
            continue
        if not _is_unicode(value):
            yield each.name, "not_unicode"
        elif not _is_clean(value):
            yield each.name, "stray_characters"
        elif each.kind is Kind.CERTIFICATE_IDENTIFIER:
            yield from ((each.name, code) for code in _identifier_errors(certificate_type, value))
        elif each.kind is not Kind.TEXT:
            fits, code = _CHECKS[each.kind]
            if not fits(value):
                yield each.name, code


def _identifier_errors(certificate_type: CertificateType, value: str) -> Iterator[str]:
    try:
        identifier = parse_certificate_identifier(value)
    except MalformedIdentifier:
        yield "bad_identifier"
    else:
        if identifier.type_code != certificate_type.code:
            yield "foreign_identifier"


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_clean(text: str) -> bool:
    """No white space at the ends, no control characters but line breaks: what looks the same is the same."""
    return text == text.strip() and not _CONTROLS.search(text)


def _is_day(text: str) -> bool:
    try:
        dates.parse_day(text)
    except ValueError:
        return False
    return True


def _is_open_day(text: str) -> bool:
    return text == dates.NO_END or _is_day(text)


def _is_holder_code(text: str) -> bool:
    return is_credit_code(text) or is_citizen_number(text)


def _ends_before_start(claims: Mapping[str, str]) -> bool:
    last = dates.LAST_DAY if claims[ENDS] == dates.NO_END else date.fromisoformat(claims[ENDS])
    return last < date.fromisoformat(claims[STARTS])


_CHECKS: Mapping[Kind, tuple[Callable[[str], bool], str]] = {
    Kind.DAY: (_is_day, "bad_day"),
    Kind.OPEN_DAY: (_is_open_day, "bad_day"),
    Kind.CREDIT_CODE: (is_credit_code, "bad_credit_code"),
    Kind.CITIZEN_NUMBER: (is_citizen_number, "bad_citizen_number"),
    Kind.HOLDER_CODE: (_is_holder_code, "bad_holder_code"),
}
