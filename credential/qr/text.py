"""The characters a QR code holds: `YX:` and Base45 (RFC 9285), all of QR's alphanumeric mode."""

from __future__ import annotations

from credential import base45
from credential.qr.errors import MalformedQr

PREFIX = "YX:"
"""Tells a foreign code from one of a newer version; costs what two octets would."""
MAX_CHARACTERS = 4_296
"""Alphanumeric characters in the largest QR code: version 40 at level L."""
MAX_OCTETS = (MAX_CHARACTERS - len(PREFIX)) // 3 * 2


def to_text(octets: bytes) -> str:
    return PREFIX + base45.encode(octets)


def from_text(text: str) -> bytes:
    """The octets of what `to_text` wrote. Raises MalformedQr."""
    if not text.startswith(PREFIX):
        raise MalformedQr(f"not a Yinxin code: no {PREFIX} in front")
    if len(text) > MAX_CHARACTERS:
        raise MalformedQr(f"{len(text)} characters, a QR code holds {MAX_CHARACTERS}")
    try:
        return base45.decode(text.removeprefix(PREFIX))
    except ValueError as error:
        raise MalformedQr("not Base45") from error
