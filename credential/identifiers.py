"""The identifiers that certificates carry: GB 32100, GB 11643, GB/T 36904 (spec/identifiers.md), an issuer's URL.

The check characters are reckoned here because the usual library looks places up in a file and refuses places that no
longer exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

ROOT = "1.2.156.3005.2"
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CITIZEN_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CERTIFICATE_IDENTIFIER = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{6,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])"
)
_TYPE_CODE = re.compile(r"([0-9A-Z]{18})[0-9]{3}")
_ISSUER_URL = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~\-]+)*")
_MAX_ISSUER_URL = 200
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MalformedIdentifier(ValueError):
    """An identifier is not written as its standard says, or its check character is another. Never quotes it."""


@dataclass(frozen=True, slots=True)
class CertificateIdentifier:
    """The parts of a GB/T 36904 identifier. `issuer` is a credit code, in old certificates a shorter code."""

    type_code: str
    issuer: str
    serial: str
    version: str

    @property
    def check(self) -> str:
        return certificate_check_character(self.type_code + self.issuer + self.serial + self.version)

    def __str__(self) -> str:
        return ".".join((ROOT, self.type_code, self.issuer, self.serial, self.version, self.check))


def parse_certificate_identifier(text: str) -> CertificateIdentifier:
    """The parts of `1.2.156.3005.2.TYPE.ISSUER.SERIAL.VERSION.CHECK`. Raises MalformedIdentifier."""
    if not (match := _CERTIFICATE_IDENTIFIER.fullmatch(text)):
        raise MalformedIdentifier("not written as GB/T 36904 says")
    type_code, issuer, serial, version, check = match.groups()
    identifier = CertificateIdentifier(type_code, issuer, serial, version)
    if identifier.check != check:
        raise MalformedIdentifier("the check character of GB/T 36904 is another")
    return identifier


def certificate_check_character(characters: str) -> str:
    """ISO 7064 MOD 37,36 over 0-9A-Z."""
    product = 36
    for character in characters:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = 2 * total % 37
    return _ALPHABET[(37 - product) % 36]


def is_type_code(text: str) -> bool:
    """Whether `text` is a GB/T 36904 TYPE: the defining authority's credit code and three digits."""
    match = _TYPE_CODE.fullmatch(text)
    return match is not None and is_credit_code(match[1])


def is_credit_code(text: str) -> bool:
    """Whether `text` is a GB 32100 统一社会信用代码 with the right check character."""
    return _CREDIT_CODE.fullmatch(text) is not None and text[17] == credit_check_character(text[:17])


def credit_check_character(first_17: str) -> str:
    weighed = zip(first_17, _CREDIT_WEIGHTS, strict=True)
    return _CREDIT_ALPHABET[-sum(_CREDIT_ALPHABET.index(c) * weight for c, weight in weighed) % 31]


def is_citizen_number(text: str) -> bool:
    """Whether `text` is a GB 11643 公民身份号码: a real day of birth and the right check character."""
    if not _CITIZEN_NUMBER.fullmatch(text) or text[17] != citizen_check_character(text[:17]):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def citizen_check_character(first_17: str) -> str:
    weighed = zip(first_17, _CITIZEN_WEIGHTS, strict=True)
    return _CITIZEN_CHECKS[sum(int(c) * weight for c, weight in weighed) % 11]


def is_issuer_url(text: str) -> bool:
    """Whether `iss` may be it (spec/credential.md): http(s)://host[:port][/path], no slash at the end."""
    return len(text) <= _MAX_ISSUER_URL and _ISSUER_URL.fullmatch(text) is not None
