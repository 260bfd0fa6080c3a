"""Base45 (RFC 9285), strictly: what `decode` takes, `encode` writes.

Ours, because the library (still the yardstick in the tests) takes seven times as long, a tenth of a whole check.
"""

from __future__ import annotations

from struct import unpack

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FOREIGN = 255
_VALUES = bytes(_ALPHABET.find(bytes([octet])) & _FOREIGN for octet in range(256))
_PAIRS = [bytes([_ALPHABET[number % 45], _ALPHABET[number // 45]]) for number in range(45 * 45)]


def encode(octets: bytes) -> str:
    """Three characters for two octets, two for a last one."""
    even = len(octets) // 2 * 2
    numbers = unpack(f">{even // 2}H", octets[:even])
    characters = b"".join(_PAIRS[number % 2025] + _ALPHABET[number // 2025 :][:1] for number in numbers)
    if len(octets) > even:
        characters += _PAIRS[octets[-1]]
    return characters.decode("ascii")


def decode(text: str) -> bytes:
    """Raises ValueError for foreign characters, and for groups past the last octets."""
    values = text.encode("ascii").translate(_VALUES)
    if _FOREIGN in values:
        raise ValueError("a character outside Base45")
    whole, rest = divmod(len(values), 3)
    end = 3 * whole
    low, middle, high = (_lanes(values[place:end:3]) for place in range(3))
    groups = (low + 45 * middle + 2025 * high).to_bytes(4 * whole)
    if rest == 1 or any(groups[1::4]):
        raise ValueError("a group that stands for no octets")
    octets = bytearray(2 * whole)
    octets[0::2], octets[1::2] = groups[2::4], groups[3::4]
    return bytes(octets) if not rest else bytes(octets) + _last(values[end] + 45 * values[end + 1])


def _lanes(values: bytes) -> int:
    """All values in one number, 32 bits apart, so that one addition or multiplication does for all of them."""
    lanes = bytearray(4 * len(values))
    lanes[3::4] = values
    return int.from_bytes(lanes)


def _last(number: int) -> bytes:
    if number > 0xFF:
        raise ValueError("a group that stands for no octet")
    return bytes([number])
