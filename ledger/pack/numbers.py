"""Numbers and octets as they lie in a pack (spec/trust-pack.md §2): each has one form, and any other is refused.

A number is unsigned LEB128 without superfluous octets; a difference, which can be negative, is zigzag in a number.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import MalformedPack, PackTooLarge

MAX_NUMBER_OCTETS = 37
"""For the difference of two words of 256 bits."""


def write_number(value: int) -> bytes:
    return write_numbers((value,))


def write_numbers(values: Iterable[int]) -> bytes:
    out = bytearray()
    for value in values:
        left = value
        while left > 0x7F:
            out.append(left & 0x7F | 0x80)
            left >>= 7
        out.append(left)
    return bytes(out)


def write_item(octets: bytes) -> bytes:
    """The octets with their length in front."""
    return write_number(len(octets)) + octets


def to_difference(value: int) -> int:
    """Zigzag: 0, -1, 1, -2 … as 0, 1, 2, 3 …"""
    return 2 * value if value >= 0 else -2 * value - 1


def from_difference(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1


class Reader:
    """Reads octets from the front. Every method raises MalformedPack where they are not what is asked for."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def number(self) -> int:
        return self.numbers(1)[0]

    def numbers(self, count: int) -> list[int]:
        octets, at = self._octets, self._at
        found = []
        try:
            for _ in range(count):
                value = octets[at]
                at += 1
                if value > 0x7F:
                    value, at = _long_number(octets, at)
                found.append(value)
        except IndexError:
            raise MalformedPack("a part of the pack ends within a number") from None
        self._at = at
        return found

    def count(self, most: int, what: str) -> int:
        """A number that says how many follow. Raises PackTooLarge past `most`."""
        found = self.number()
        if found > most:
            raise PackTooLarge(f"the pack has {found} {what}, the limit is {most}")
        return found

    def octets(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._octets):
            raise MalformedPack("a part of the pack ends before its last octets")
        found = self._octets[self._at : end]
        self._at = end
        return found

    def item(self, most: int, what: str) -> bytes:
        """Octets with their length in front."""
        return self.octets(self.count(most, f"octets of {what}"))

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != len(self._octets):
            raise MalformedPack(f"a part of the pack has {len(self._octets) - self._at} octets too many")


def _long_number(octets: bytes, at: int) -> tuple[int, int]:
    """The number whose first octet, before `at`, says that more follow; and where it ends."""
    value, shift, last = octets[at - 1] & 0x7F, 7, at + MAX_NUMBER_OCTETS - 1
    while at < last:
        octet = octets[at]
        at += 1
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet <= 0x7F:
            if octet == 0:
                raise MalformedPack("a number of the pack is longer than it has to be")
            return value, at
    raise MalformedPack(f"a number of the pack has more than {MAX_NUMBER_OCTETS} octets")
