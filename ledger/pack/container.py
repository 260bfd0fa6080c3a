"""What a pack says, and one written: from where to where, the proof, the events, the types (spec/trust-pack.md §2).

Nothing is proven here. Whoever reads a pack gets its parts, decoded strictly; `checking` holds them against a network
file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from eth_hash.auto import keccak

from ledger.errors import MalformedEvent, MalformedPack, PackTooLarge
from ledger.events import TypeRegistered, decode
from ledger.journal import RawLog
from ledger.pack.codec import SegmentReader, SegmentWriter, segments_of
from ledger.pack.numbers import Reader, write_item, write_number
from ledger.pack.sections import DIGEST_OCTETS, Section, SectionWriter, Tag, deflate, inflate, read_body, read_sections
from ledger.proofs import MAX_NODE_OCTETS, MAX_NODES
from ledger.replica.update import Proof

MAX_EVENTS = 4_000_000
MAX_DATA = 2 * 1024 * 1024 * 1024
"""How many octets of logs a pack may stand for."""
MAX_HEADER_OCTETS = 80 * 1024
MAX_PATH = 1_024
MAX_TYPES = 4_096
MAX_TYPE_OCTETS = 256 * 1024

_TYPE_REGISTERED = keccak(TypeRegistered.SIGNATURE.encode())

OnProgress = Callable[[int, int], None]
"""How many of how many events are done."""


def unheard(done: int, total: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the journal: after how many events, and the head there."""

    events: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of which journal. `network` is its first head, `fingerprint` that of the maker's network file."""

    network: bytes
    fingerprint: bytes
    start: Mark
    end: Mark

    @property
    def events(self) -> int:
        return self.end.events - self.start.events


@dataclass(frozen=True, slots=True)
class Written:
    """A pack's file: its size and its SHA-256, and how many types are in it."""

    octets: int
    digest: bytes
    types: int


class Pack:
    """An open pack. Reads from `file` as long as it is used; leaves closing it to whoever opened it."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises PackProblem: the file is whole and undamaged, and says what it is, or is refused here."""
        self._file = file
        span, self._proof, *self._segments, self._types, end = read_sections(file)
        self.octets = end.start + end.length
        self.span = _read_span(read_body(file, span))
        _read_proof(self._inflated(self._proof))
        _read_types(self._inflated(self._types))

    @property
    def proof(self) -> Proof:
        """Read anew each time, as all but the span: many packs may be open at once, each with megabytes of it."""
        return _read_proof(self._inflated(self._proof))

    @property
    def metadata(self) -> tuple[bytes, ...]:
        """The files of certificate types, read anew each time; that its events register them is known after `logs`."""
        return _read_types(self._inflated(self._types))

    def logs(self, on_progress: OnProgress = unheard) -> Iterator[RawLog]:
        """All events in order. Raises MalformedPack or PackTooLarge, at the latest after the last."""
        reader, total, done, size = SegmentReader(), self.span.events, 0, 0
        unregistered = {_digest(octets) for octets in self.metadata}
        for section in self._segments:
            logs = reader.read(self._inflated(section))
            size += sum(len(log.data) for log in logs)
            done += len(logs)
            if done > total:
                raise MalformedPack(f"the pack has more than the {total} events that it names")
            if size > MAX_DATA:
                raise PackTooLarge(f"the pack stands for more than {MAX_DATA} octets of logs")
            unregistered -= _registered_types(logs)
            yield from logs
            on_progress(done, total)
        if done != total:
            raise MalformedPack(f"the pack has {done} events, it names {total}")
        if unregistered:
            raise MalformedPack("the pack has a certificate type that none of its events registers")

    def _inflated(self, section: Section) -> bytes:
        return inflate(read_body(self._file, section))


def write_pack(
    file: BinaryIO,
    span: Span,
    proof: Proof,
    logs: Iterable[RawLog],
    metadata: Mapping[bytes, bytes],
    on_progress: OnProgress = unheard,
) -> Written:
    """Writes a pack. `logs` are the span's; of `metadata`, by digest, goes in what these register.

    Raises PackTooLarge, ValueError where there are not as many logs as the span has.
    """
    if span.events > MAX_EVENTS:
        raise PackTooLarge(f"a pack has at most {MAX_EVENTS} events, these are {span.events}: begin at a later one")
    out, writer, done = SectionWriter(file), SegmentWriter(), 0
    out.write(Tag.SPAN, _write_span(span))
    out.write(Tag.PROOF, deflate(_write_proof(proof)))
    registered: set[bytes] = set()
    for segment in segments_of(logs):
        out.write(Tag.EVENTS, deflate(writer.write(segment)))
        registered |= _registered_types(segment)
        done += len(segment)
        on_progress(done, span.events)
    if done != span.events:
        raise ValueError(f"{done} logs for a span of {span.events}")
    types = [metadata[digest] for digest in sorted(registered & metadata.keys())]
    out.write(Tag.TYPES, deflate(_write_items(types)))
    digest = out.end()
    return Written(out.octets, digest, len(types))


def _registered_types(logs: Iterable[RawLog]) -> set[bytes]:
    found = set()
    for log in logs:
        if log.topic == _TYPE_REGISTERED:
            found |= _metadata_digest(log)
    return found


def _metadata_digest(log: RawLog) -> set[bytes]:
    try:
        event = decode(log)
    except MalformedEvent:  # of a contract that is no registry of ours
        return set()
    return {event.metadata_digest} if isinstance(event, TypeRegistered) else set()


def _write_span(span: Span) -> bytes:
    marks = b"".join(write_number(mark.events) + mark.head for mark in (span.start, span.end))
    return span.network + span.fingerprint + marks


def _read_span(body: bytes) -> Span:
    reader = Reader(body)
    network, fingerprint = reader.octets(DIGEST_OCTETS), reader.octets(DIGEST_OCTETS)
    start, end = (Mark(reader.number(), reader.octets(DIGEST_OCTETS)) for _ in range(2))
    reader.end()
    span = Span(network, fingerprint, start, end)
    if span.events < 0 or (span.events == 0) != (start == end):
        raise MalformedPack("the pack ends where it does not begin")
    if span.events > MAX_EVENTS:
        raise PackTooLarge(f"the pack has {span.events} events, the limit is {MAX_EVENTS}")
    return span


def _write_proof(proof: Proof) -> bytes:
    parts = (_write_items(proof.path), _write_items(proof.account), _write_items(proof.storage))
    return write_item(proof.header) + b"".join(parts)


def _read_proof(octets: bytes) -> Proof:
    reader = Reader(octets)
    header = reader.item(MAX_HEADER_OCTETS, "a header")
    path = _read_items(reader, MAX_PATH, MAX_HEADER_OCTETS, "headers in between")
    account, storage = (_read_items(reader, MAX_NODES, MAX_NODE_OCTETS, "nodes of a proof") for _ in range(2))
    reader.end()
    return Proof(header, account, storage, path)


def _read_types(octets: bytes) -> tuple[bytes, ...]:
    """Files of certificate types, in the order of their digests, each once."""
    reader = Reader(octets)
    found = _read_items(reader, MAX_TYPES, MAX_TYPE_OCTETS, "certificate types")
    reader.end()
    digests = [_digest(each) for each in found]
    if digests != sorted(set(digests)):
        raise MalformedPack("the pack's certificate types are not in the order of their digests")
    return found


def _write_items(items: Iterable[bytes]) -> bytes:
    parts = [write_item(item) for item in items]
    return write_number(len(parts)) + b"".join(parts)


def _read_items(reader: Reader, most: int, most_octets: int, what: str) -> tuple[bytes, ...]:
    return tuple(reader.item(most_octets, what) for _ in range(reader.count(most, what)))


def _digest(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()
