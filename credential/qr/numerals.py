"""Strings over a small alphabet as one big-endian number, in just the octets that any string of that length needs."""

from __future__ import annotations

from functools import cache

from credential.qr.errors import MalformedQr

DECIMAL = "0123456789"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100's 31 characters: no I, O, S, V, Z."""


@cache
def width(length: int, base: int) -> int:
    """How many octets `length` characters of an alphabet of `base` take."""
    return (int(base**length - 1).bit_length() + 7) // 8


def to_octets(characters: str, alphabet: str) -> bytes:
    """Raises ValueError for a character outside the alphabet."""
    number = 0
    for character in characters:
        number = number * len(alphabet) + alphabet.index(character)
    return number.to_bytes(width(len(characters), len(alphabet)))


def from_octets(octets: bytes, length: int, alphabet: str) -> str:
    """`length` characters from exactly their octets. Raises MalformedQr for a number past the last string."""
    number, characters = int.from_bytes(octets), []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        characters.append(alphabet[digit])
    if number:
        raise MalformedQr(f"a number past the last string of {length} characters")
    return "".join(reversed(characters))
