"""A field's value in the fewest octets: compact where its kind has one canonical spelling, as text everywhere else.

Each codec's `pack` raises ValueError for all that `unpack` would not give back; `unpack` reads just its own octets and
raises MalformedQr.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Protocol

from credential.certificate_type import Kind
from credential.dates import NO_END, parse_day
from credential.identifiers import (
    CertificateIdentifier,
    citizen_check_character,
    credit_check_character,
    is_citizen_number,
    is_credit_code,
    parse_certificate_identifier,
)
from credential.qr import numerals
from credential.qr.errors import MalformedQr
from credential.qr.octets import Reader

_DIGITS_ONLY = 0x80


class Form(IntEnum):
    """How a field travels: two bits. FIRST and SECOND are the kind's codecs in order."""

    NOT_SHOWN = 0
    TEXT = 1
    FIRST = 2
    SECOND = 3


class Codec(Protocol):
    def pack(self, value: str) -> bytes: ...
    def unpack(self, reader: Reader) -> str: ...


class DayCodec:
    """Days since 0001-01-01, which is 1: three octets."""

    def pack(self, value: str) -> bytes:
        return parse_day(value).toordinal().to_bytes(3)

    def unpack(self, reader: Reader) -> str:
        try:
            return date.fromordinal(int.from_bytes(reader.take(3))).isoformat()
        except (ValueError, OverflowError) as error:
            raise MalformedQr("no such day") from error


class NoEndCodec:
    """长期: no octets at all."""

    def pack(self, value: str) -> bytes:
        if value != NO_END:
            raise ValueError("not without end")
        return b""

    def unpack(self, reader: Reader) -> str:
        return NO_END


class CreditCodeCodec:
    """GB 32100 without its check character: 11 octets."""

    def pack(self, value: str) -> bytes:
        if not is_credit_code(value):
            raise ValueError("not a credit code")
        return numerals.to_octets(value[:17], numerals.CREDIT_CODE)

    def unpack(self, reader: Reader) -> str:
        octets = reader.take(numerals.width(17, len(numerals.CREDIT_CODE)))
        code = numerals.from_octets(octets, 17, numerals.CREDIT_CODE)
        return code + credit_check_character(code)


class CitizenNumberCodec:
    """GB 11643 without its check character: 8 octets."""

    def pack(self, value: str) -> bytes:
        if not is_citizen_number(value):
            raise ValueError("not a citizen's number")
        return numerals.to_octets(value[:17], numerals.DECIMAL)

    def unpack(self, reader: Reader) -> str:
        digits = numerals.from_octets(reader.take(numerals.width(17, 10)), 17, numerals.DECIMAL)
        return digits + citizen_check_character(digits)


class IdentifierCodec:
    """GB/T 36904 of this very type: issuer's credit code, version (2 octets), serial's length and alphabet, serial."""

    def __init__(self, type_code: str) -> None:
        self._type_code = type_code

    def pack(self, value: str) -> bytes:
        parts = parse_certificate_identifier(value)
        if parts.type_code != self._type_code or not is_credit_code(parts.issuer):
            raise ValueError("of another type, or of an issuer without a credit code")
        return CreditCodeCodec().pack(parts.issuer) + int(parts.version).to_bytes(2) + _pack_serial(parts.serial)

    def unpack(self, reader: Reader) -> str:
        issuer = CreditCodeCodec().unpack(reader)
        version = int.from_bytes(reader.take(2))
        if version > 999:
            raise MalformedQr(f"certificate version {version} has more than three digits")
        return str(CertificateIdentifier(self._type_code, issuer, _unpack_serial(reader), f"{version:03}"))


def pack_value(value: str, kind: Kind, type_code: str) -> tuple[Form, bytes]:
    """The first form that holds `value`; TEXT, without octets, where none does."""
    for form, codec in zip((Form.FIRST, Form.SECOND), _codecs(kind, type_code), strict=False):
        try:
            return form, codec.pack(value)
        except ValueError:
            continue
    return Form.TEXT, b""


def unpack_value(form: Form, kind: Kind, type_code: str, reader: Reader) -> str:
    """The value of form FIRST or SECOND. Raises MalformedQr."""
    codecs = _codecs(kind, type_code)
    if form - Form.FIRST >= len(codecs):
        raise MalformedQr(f"a field of kind {kind} has no form {form}")
    return codecs[form - Form.FIRST].unpack(reader)


def _codecs(kind: Kind, type_code: str) -> tuple[Codec, ...]:
    if kind is Kind.CERTIFICATE_IDENTIFIER:
        return (IdentifierCodec(type_code),)
    return _CODECS[kind]


_CODECS: dict[Kind, tuple[Codec, ...]] = {
    Kind.TEXT: (),
    Kind.DAY: (DayCodec(),),
    Kind.OPEN_DAY: (DayCodec(), NoEndCodec()),
    Kind.CREDIT_CODE: (CreditCodeCodec(),),
    Kind.CITIZEN_NUMBER: (CitizenNumberCodec(),),
    Kind.HOLDER_CODE: (CreditCodeCodec(), CitizenNumberCodec()),
}


def _pack_serial(serial: str) -> bytes:
    if serial.isdigit():
        return bytes([_DIGITS_ONLY | len(serial)]) + numerals.to_octets(serial, numerals.DECIMAL)
    return bytes([len(serial)]) + numerals.to_octets(serial, numerals.ALPHANUMERIC)


def _unpack_serial(reader: Reader) -> str:
    head = reader.octet()
    length = head & 0x7F
    alphabet = numerals.DECIMAL if head & _DIGITS_ONLY else numerals.ALPHANUMERIC
    if not 0 < length <= 64:
        raise MalformedQr(f"a certificate's serial has 1 to 64 characters, not {length}")
    return numerals.from_octets(reader.take(numerals.width(length, len(alphabet))), length, alphabet)
