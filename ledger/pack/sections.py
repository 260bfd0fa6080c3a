"""A pack's outer form (spec/trust-pack.md §1): first line, sections with their lengths, checksum at the end.

The checksum tells a damaged file at once; it proves nothing, for whoever alters a pack can compute another. What a
section says is read in `container`.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from ledger.errors import MalformedPack, PackIncomplete, PackProblem, PackTooLarge, UnsupportedPack
from ledger.pack.numbers import write_number

FAMILY = b"yinxin-pack/"
FORMAT = FAMILY + b"1\n"
MAX_PACK_OCTETS = 128 * 1024 * 1024
MAX_INFLATED = 8 * 1024 * 1024
"""How many octets one section may inflate to."""
MAX_SECTION = 9 * 1024 * 1024
MAX_SECTIONS = 4_096
"""Four times what a writer needs for the largest pack."""
DIGEST_OCTETS = 32

_CHUNK = 1024 * 1024
_MAX_LENGTH_OCTETS = 4
_MAX_FIRST_LINE = 32


class Tag(IntEnum):
    """What a section holds, in the order in which they come; there may be any number of EVENTS."""

    SPAN = 1
    PROOF = 2
    EVENTS = 3
    TYPES = 4
    END = 5


_FOLLOWERS = {
    None: {Tag.SPAN},
    Tag.SPAN: {Tag.PROOF},
    Tag.PROOF: {Tag.EVENTS, Tag.TYPES},
    Tag.EVENTS: {Tag.EVENTS, Tag.TYPES},
    Tag.TYPES: {Tag.END},
}


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section's body lies in the file."""

    tag: Tag
    start: int
    length: int


class SectionWriter:
    """Writes a pack's file from its first octet to its last."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.octets = 0
        self._put(FORMAT)

    def write(self, tag: Tag, body: bytes) -> None:
        self._put(bytes([tag]) + write_number(len(body)) + body)
        if self.octets > MAX_PACK_OCTETS:
            raise PackTooLarge(f"a pack has at most {MAX_PACK_OCTETS} octets: begin at a later event")

    def end(self) -> bytes:
        """Writes the checksum; gives back the SHA-256 of the whole file."""
        self.write(Tag.END, self._hash.digest())
        return self._hash.digest()

    def _put(self, octets: bytes) -> None:
        self._file.write(octets)
        self._hash.update(octets)
        self.octets += len(octets)


def read_sections(file: BinaryIO) -> list[Section]:
    """All sections of a whole, undamaged file.

    Raises UnsupportedPack by the first line, PackTooLarge, PackIncomplete where the file ends too early, MalformedPack.
    """
    size = _size(file)
    if size > MAX_PACK_OCTETS:
        raise PackTooLarge(f"a pack has at most {MAX_PACK_OCTETS} octets, this file has {size}")
    _require_format(_read(file, 0, _MAX_FIRST_LINE))
    sections: list[Section] = []
    at = len(FORMAT)
    while not sections or sections[-1].tag is not Tag.END:
        section = _read_section(file, at, size)
        _require_order(sections[-1].tag if sections else None, section.tag)
        if len(sections) == MAX_SECTIONS:
            raise PackTooLarge(f"the pack has more than {MAX_SECTIONS} sections")
        sections.append(section)
        at = section.start + section.length
    if at != size:
        raise MalformedPack(f"the pack has {size - at} octets after its end")
    _require_checksum(file, sections[-1])
    return sections


def read_body(file: BinaryIO, section: Section) -> bytes:
    """Raises PackProblem where the file cannot be read, PackIncomplete where it is shorter than it was."""
    found = _read(file, section.start, section.length)
    if len(found) < section.length:
        raise PackIncomplete("the pack was cut short while it was read")
    return found


def deflate(octets: bytes) -> bytes:
    """A section's body. Raises PackTooLarge where no reader would take it."""
    if len(octets) > MAX_INFLATED:
        raise PackTooLarge(f"a section of the pack has {len(octets)} octets, the limit is {MAX_INFLATED}")
    return zlib.compress(octets, 9)


def inflate(body: bytes) -> bytes:
    """What was deflated, all of it and nothing else. Raises PackTooLarge, MalformedPack."""
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(body, MAX_INFLATED + 1)
    except zlib.error as e:
        raise MalformedPack(f"a section of the pack does not inflate: {e}") from e
    if len(found) > MAX_INFLATED:
        raise PackTooLarge(f"a section of the pack inflates to more than {MAX_INFLATED} octets")
    if not stream.eof or stream.unused_data:
        raise MalformedPack("a section of the pack is not one deflated stream")
    return found


def _size(file: BinaryIO) -> int:
    try:
        return file.seek(0, 2)
    except (OSError, ValueError) as e:  # ValueError: the file was closed meanwhile
        raise PackProblem(f"the pack cannot be read: {e}") from e


def _read(file: BinaryIO, at: int, most: int) -> bytes:
    try:
        file.seek(at)
        return file.read(most)
    except (OSError, ValueError) as e:
        raise PackProblem(f"the pack cannot be read: {e}") from e


def _require_format(first: bytes) -> None:
    if first.startswith(FORMAT):
        return
    if FORMAT.startswith(first):
        raise PackIncomplete("the file ends within its first line")
    version = first.removeprefix(FAMILY).split(b"\n")[0]
    if first.startswith(FAMILY) and version.isdigit():
        raise UnsupportedPack(f"the pack's format is {(FAMILY + version).decode()}, known here is 1: update")
    raise MalformedPack("the file is not a trust pack")


def _read_section(file: BinaryIO, at: int, size: int) -> Section:
    found = _read(file, at, 1 + _MAX_LENGTH_OCTETS)
    if not found:
        raise PackIncomplete(f"the pack ends after {size} octets, before its last section")
    if found[0] not in set(Tag):
        raise MalformedPack(f"the pack has a section {found[0]}, which is none")
    length, start = _length(found[1:])
    section = Section(Tag(found[0]), at + 1 + start, length)
    if length == 0:
        raise MalformedPack("the pack has a section without octets")
    if length > MAX_SECTION:
        raise PackTooLarge(f"a section of the pack has {length} octets, the limit is {MAX_SECTION}")
    if section.start + length > size:
        raise PackIncomplete(f"the pack ends after {size} octets, within a section of {length}")
    return section


def _length(octets: bytes) -> tuple[int, int]:
    """A section's length, and how many octets say it."""
    value = 0
    for place, octet in enumerate(octets):
        value |= (octet & 0x7F) << 7 * place
        if octet <= 0x7F:
            if octet == 0 and place:
                raise MalformedPack("a section's length is longer than it has to be")
            return value, place + 1
    if len(octets) < _MAX_LENGTH_OCTETS:
        raise PackIncomplete("the pack ends within the length of a section")
    raise PackTooLarge(f"a section of the pack has more than {MAX_SECTION} octets")


def _require_order(before: Tag | None, tag: Tag) -> None:
    if tag not in _FOLLOWERS[before]:
        raise MalformedPack("the pack's sections are not in their order")


def _require_checksum(file: BinaryIO, end: Section) -> None:
    if end.length != DIGEST_OCTETS:
        raise MalformedPack(f"the pack's checksum has {end.length} octets, not {DIGEST_OCTETS}")
    length, at, found = end.start - 2, 0, hashlib.sha256()  # without the end's own tag and length
    while at < length:
        chunk = _read(file, at, min(_CHUNK, length - at))
        if not chunk:
            raise PackIncomplete("the pack was cut short while it was read")
        found.update(chunk)
        at += len(chunk)
    if found.digest() != read_body(file, end):
        raise MalformedPack("the pack is damaged: its checksum does not fit")
