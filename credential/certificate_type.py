"""Certificate types: what a certificate of one type says, in which order, and how stale facts about it may be.

A type is one immutable file in the form of SD-JWT VC Type Metadata (spec/certificate-types.md); the ledger holds its
digest. Getting the file's octets from somewhere is left to others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from credential import strict_json
from credential.identifiers import is_type_code

IDENTIFIER, STARTS, ENDS = "certificate_identifier", "certificate_validate_start", "certificate_validate_end"
"""The fields that every type has: GB/T 36904 identifier, first and last day of validity."""
HOLDER_NAME, HOLDER_CODE = "certificate_holder_name", "certificate_holder_code"
"""The fields that say whose a certificate is: GB/T 36903's CZZT and CZZTDM."""

_VCT = re.compile(r"urn:yinxin:type:([0-9A-Z]{21}):([1-9][0-9]{0,4})")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_FIELDS = 64
_RESERVED = {"iss", "vct", "iat", "nbf", "exp", "cnf", "status"}


class MalformedType(ValueError):
    """The octets are no certificate type."""


class Kind(StrEnum):
    """What a field's text is; checked in claims, used for packing and display."""

    TEXT = "text"
    DAY = "day"
    OPEN_DAY = "open_day"
    CREDIT_CODE = "credit_code"
    CITIZEN_NUMBER = "citizen_number"
    HOLDER_CODE = "holder_code"
    CERTIFICATE_IDENTIFIER = "certificate_identifier"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is the GB/T 36903 name where that has one, and then `code` its code there (CZZT)."""

    name: str
    code: str | None
    kind: Kind
    zh: str
    en: str
    required: bool


@dataclass(frozen=True, slots=True)
class CertificateType:
    """`number` is the ledger's, `code` GB/T 36904's TYPE; `digest` is the SHA-256 of the file's octets."""

    number: int
    code: str
    version: int
    zh: str
    en: str
    fields: tuple[Field, ...]
    schema: Mapping[str, object] = field(repr=False, compare=False)
    max_facts_age_seconds: int
    dictionary: int
    digest: bytes

    @property
    def vct(self) -> str:
        return vct_of(self.code, self.version)


def vct_of(code: str, version: int) -> str:
    return f"urn:yinxin:type:{code}:{version}"


@lru_cache(maxsize=64)
def parse_vct(text: str) -> tuple[str, int]:
    """(code, version). Raises ValueError."""
    match = _VCT.fullmatch(text)
    if match is None or not is_type_code(match[1]) or int(match[2]) > 0xFFFF:
        raise ValueError("not urn:yinxin:type:<GB/T 36904 type>:<version>")
    return match[1], int(match[2])


def parse_certificate_type(octets: bytes) -> CertificateType:
    """The type in a metadata file. Raises MalformedType."""
    try:
        document = _mapping(strict_json.parse(octets))
        code, version = parse_vct(_text(document["vct"]))
        schema = _mapping(document["schema"])
        parsed = CertificateType(
            number=_natural(document["number"]),
            code=code,
            version=version,
            zh=_display(document, "name", "zh-CN"),
            en=_display(document, "name", "en"),
            fields=tuple(_field(claim) for claim in _list(document["claims"])),
            schema=schema,
            max_facts_age_seconds=_natural(document["max_facts_age_seconds"]),
            dictionary=_natural(document["dictionary"]),
            digest=sha256(octets).digest(),
        )
    except KeyError as error:
        raise MalformedType(f"the member {error} is missing") from error
    except ValueError as error:
        raise MalformedType(str(error)) from error
    _check_fields(parsed)
    return parsed


def _field(document: object) -> Field:
    claim = _mapping(document)
    (name,) = _list(claim["path"])
    if claim["sd"] != "always":
        raise MalformedType("every field is disclosed selectively")
    return Field(
        name=_text(name),
        code=_text(claim["gbt36903"]) if "gbt36903" in claim else None,
        kind=Kind(_text(claim["kind"])),
        zh=_display(claim, "label", "zh-CN"),
        en=_display(claim, "label", "en"),
        required=claim["mandatory"] is True,
    )


def _check_fields(parsed: CertificateType) -> None:
    """Fields and schema must tell the same story, and have what every type has."""
    names = [each.name for each in parsed.fields]
    required = {each.name for each in parsed.fields if each.required}
    if len(set(names)) != len(names) or not 0 < len(names) <= MAX_FIELDS:
        raise MalformedType(f"1 to {MAX_FIELDS} fields, each once")
    if any(not _FIELD_NAME.fullmatch(name) or name in _RESERVED for name in names):
        raise MalformedType("a field's name is lower-case letters, digits and _, and no member of the payload")
    if not {IDENTIFIER, STARTS, ENDS} <= required:
        raise MalformedType(f"{IDENTIFIER}, {STARTS} and {ENDS} are mandatory in every type")
    if _mapping(parsed.schema.get("properties")).keys() != set(names):
        raise MalformedType("the schema's properties are not the fields")
    if set(map(str, _list(parsed.schema.get("required")))) != required:
        raise MalformedType("the schema requires other fields than are mandatory")
    if parsed.schema.get("additionalProperties") is not False:
        raise MalformedType("the schema must refuse other properties")


def _display(document: Mapping[str, object], member: str, locale: str) -> str:
    for entry in map(_mapping, _list(document["display"])):
        if entry["locale"] == locale:
            return _text(entry[member])
    raise MalformedType(f"no display in {locale}")


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedType("an object is expected")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise MalformedType("an array is expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedType("a text is expected")
    return value


def _natural(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise MalformedType("a positive integer is expected")
    return value
