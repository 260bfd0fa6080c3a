"""Logs to a pack's segments and back, octet for octet and in order (spec/trust-pack.md §3).

Logs of one kind (contract, topic, number of words) lie in columns; a log that is of no known kind lies as it is. Writer
and reader are each for one pack, from its first event to its last, and remember what earlier segments held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.errors import MalformedPack, PackTooLarge
from ledger.journal import RawLog
from ledger.pack.columns import WORD_OCTETS, Coding, Column, Memory, Words, make_column, needs
from ledger.pack.layouts import Codings, codings_of
from ledger.pack.numbers import Reader, write_number, write_numbers

MAX_SEGMENT_EVENTS = 16_384
MAX_SEGMENT_DATA = 4 * 1024 * 1024
"""How many octets of logs a writer puts into one segment, so that a reader never holds more than one of them."""
MAX_LOG_OCTETS = 1024 * 1024
MAX_WORDS = 64
MAX_KINDS = 4_096

_ADDRESS, _TOPIC = 20, 32


@dataclass(frozen=True, slots=True)
class Kind:
    """Logs that lie together. `codings` has one for each word; () where the data is kept as it is."""

    address: bytes
    topic: bytes
    codings: Codings

    @classmethod
    def of(cls, log: RawLog) -> Kind:
        words, rest = divmod(len(log.data), WORD_OCTETS)
        return cls(log.address, log.topic, (codings_of(log.topic, words) or ()) if rest == 0 else ())

    def write(self) -> bytes:
        return self.address + self.topic + write_number(len(self.codings)) + bytes(self.codings)

    @classmethod
    def read(cls, reader: Reader) -> Kind:
        address, topic = reader.octets(_ADDRESS), reader.octets(_TOPIC)
        words = reader.count(MAX_WORDS, "words in a log")
        return cls(address, topic, tuple(map(_coding, range(words), reader.octets(words))))


class _Kinds:
    """The kinds of one pack with what their columns remember, in the order in which they first came."""

    def __init__(self) -> None:
        self.places: dict[Kind, int] = {}
        self.all: list[Kind] = []
        self.columns: list[list[Column]] = []
        self._memory = Memory()

    def add(self, kind: Kind) -> None:
        self.places[kind] = len(self.all)
        self.all.append(kind)
        self.columns.append([make_column(coding, self._memory) for coding in kind.codings])


class SegmentWriter:
    """Writes a pack's segments, one after the other."""

    def __init__(self) -> None:
        self._kinds = _Kinds()

    def write(self, logs: Sequence[RawLog]) -> bytes:
        """One segment, not yet deflated."""
        known = len(self._kinds.all)
        order, groups = self._group(logs)
        new = self._kinds.all[known:]
        parts = [write_number(len(new)), *(kind.write() for kind in new)]
        parts += [write_number(len(order)), write_numbers(order)]
        parts += [self._write_kind(place, groups[place]) for place in sorted(groups)]
        return b"".join(parts)

    def _group(self, logs: Sequence[RawLog]) -> tuple[list[int], dict[int, list[bytes]]]:
        """Each log's kind, and the data of each kind's logs."""
        order: list[int] = []
        groups: dict[int, list[bytes]] = {}
        for log in logs:
            kind = Kind.of(log)
            if kind not in self._kinds.places:
                self._kinds.add(kind)
            place = self._kinds.places[kind]
            order.append(place)
            groups.setdefault(place, []).append(log.data)
        return order, groups

    def _write_kind(self, place: int, data: list[bytes]) -> bytes:
        columns = self._kinds.columns[place]
        if not columns:
            return write_numbers(map(len, data)) + b"".join(data)
        words = [[each[at : at + WORD_OCTETS] for each in data] for at in _starts(len(columns))]
        return b"".join(column.write(words[index], words) for index, column in enumerate(columns))


class SegmentReader:
    """Reads a pack's segments, one after the other. Raises MalformedPack and PackTooLarge."""

    def __init__(self) -> None:
        self._kinds = _Kinds()

    def read(self, octets: bytes) -> list[RawLog]:
        """The logs of one inflated segment."""
        reader = Reader(octets)
        known = len(self._kinds.all)
        self._read_kinds(reader)
        order = reader.numbers(reader.count(MAX_SEGMENT_EVENTS, "events in one segment"))
        self._require_order(order, known)
        data = {place: iter(self._read_kind(reader, place, order.count(place))) for place in sorted(set(order))}
        reader.end()
        kinds = self._kinds.all
        return [RawLog(kinds[place].address, kinds[place].topic, next(data[place])) for place in order]

    def _read_kinds(self, reader: Reader) -> None:
        for _ in range(reader.count(MAX_KINDS - len(self._kinds.all), "new kinds of logs")):
            kind = Kind.read(reader)
            if kind in self._kinds.places:
                raise MalformedPack("a pack names a kind of logs twice")
            self._kinds.add(kind)

    def _require_order(self, order: Sequence[int], known: int) -> None:
        """New kinds are numbered as they come, and none is there for nothing; so is no empty segment."""
        for place in order:
            if place > known:
                raise MalformedPack("a pack's kinds of logs are not in the order of their first use")
            known = max(known, place + 1)
        if known != len(self._kinds.all) or not order:
            raise MalformedPack("a segment of the pack is empty, or names kinds of logs that do not come")

    def _read_kind(self, reader: Reader, place: int, count: int) -> Iterable[bytes]:
        columns = self._kinds.columns[place]
        if not columns:
            return [reader.octets(size) for size in _sizes(reader, count)]
        words: list[Words] = []
        for column in columns:
            words.append(column.read(reader, count, words))
        return map(b"".join, zip(*words, strict=True))


def segments_of(logs: Iterable[RawLog]) -> Iterator[list[RawLog]]:
    """The logs, as many together as one segment holds. Raises PackTooLarge where one log alone is too large."""
    segment: list[RawLog] = []
    size = 0
    for log in logs:
        if len(log.data) > MAX_LOG_OCTETS:
            raise PackTooLarge(f"a log has {len(log.data)} octets, a pack takes {MAX_LOG_OCTETS}")
        if len(segment) == MAX_SEGMENT_EVENTS or size + len(log.data) > MAX_SEGMENT_DATA:
            yield segment
            segment, size = [], 0
        segment.append(log)
        size += len(log.data)
    if segment:
        yield segment


def _coding(index: int, number: int) -> Coding:
    try:
        coding = Coding(number)
    except ValueError:
        raise MalformedPack(f"a pack has a column of coding {number}, which is not one") from None
    if needs(coding) > index:
        raise MalformedPack(f"a pack has coding {coding.name.lower()} in column {index}")
    return coding


def _sizes(reader: Reader, count: int) -> list[int]:
    sizes = reader.numbers(count)
    if any(size > MAX_LOG_OCTETS for size in sizes):
        raise PackTooLarge(f"a log of the pack has more than {MAX_LOG_OCTETS} octets")
    return sizes


def _starts(words: int) -> range:
    return range(0, words * WORD_OCTETS, WORD_OCTETS)
