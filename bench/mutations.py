"""Ways in which a pack comes to be altered: by accident, and on purpose, with checksums and lengths that fit again.

That no altered pack is believed is for benches and tests to show; here are only the hands that alter it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from random import Random

from ledger.pack.sections import Section, SectionWriter, Tag, deflate, inflate, read_body, read_sections

END_OCTETS = 34
"""The last section: its tag, its length, a SHA-256 of all that is before it."""


def mutated(random: Random, octets: bytes, other: bytes) -> bytes:
    """Flips, inserts, deletes, truncates, swaps or splices: never the same octets again, nor the other's."""
    while True:
        found = random.choice(_MUTATIONS)(random, octets, other)
        if found not in (octets, other):
            return found


def resealed(octets: bytes) -> bytes:
    """With a checksum that fits again."""
    return octets[:-32] + hashlib.sha256(octets[:-END_OCTETS]).digest()


def altered(octets: bytes, tag: Tag, change: Callable[[bytes], bytes], which: int = 0) -> bytes:
    """The pack with the inside of one section changed, deflated again, its checksum fitting."""
    file, out = BytesIO(octets), BytesIO()
    writer, seen = SectionWriter(out), 0
    for section in read_sections(file)[:-1]:
        body = read_body(file, section)
        if section.tag is tag:
            body = _changed(section, body, change) if seen == which else body
            seen += 1
        writer.write(section.tag, body)
    writer.end()
    return out.getvalue()


def _changed(section: Section, body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return change(body) if section.tag is Tag.SPAN else deflate(change(inflate(body)))


def _flip(random: Random, octets: bytes, other: bytes) -> bytes:
    made = bytearray(octets)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        made[random.randrange(len(made))] ^= 1 << random.randrange(8)
    return bytes(made)


def _insert(random: Random, octets: bytes, other: bytes) -> bytes:
    at = random.randrange(len(octets) + 1)
    return octets[:at] + random.randbytes(random.choice((1, 1, 2, 32))) + octets[at:]


def _delete(random: Random, octets: bytes, other: bytes) -> bytes:
    at = random.randrange(len(octets))
    return octets[:at] + octets[at + random.choice((1, 1, 2, 32)) :]


def _truncate(random: Random, octets: bytes, other: bytes) -> bytes:
    return octets[: random.randrange(len(octets))]


def _swap(random: Random, octets: bytes, other: bytes) -> bytes:
    size = random.choice((1, 4, 20, 32))
    if len(octets) < 2 * size:
        return octets
    one = random.randrange(len(octets) - 2 * size + 1)
    two = random.randrange(one + size, len(octets) - size + 1)
    ends, between = (octets[:one], octets[two + size :]), octets[one + size : two]
    return ends[0] + octets[two : two + size] + between + octets[one : one + size] + ends[1]


def _splice(random: Random, octets: bytes, other: bytes) -> bytes:
    at = random.randrange(1, len(octets))
    return octets[:at] + other[random.choice((at, random.randrange(len(other)))) :]


_MUTATIONS = (_flip, _flip, _insert, _delete, _truncate, _swap, _splice)
