"""Packs of an invented network, and the hands of whoever alters them: also inside, with a checksum that fits again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random

from bench.invented import STARTS, History, Invented, invent, keys_of
from ledger.journal import RawLog, fold
from ledger.network_file import NetworkFile
from ledger.pack import Mark, Pack, Span, new_logs, prove_packs
from ledger.pack.container import write_pack
from ledger.pack.sections import Section, Tag, deflate, inflate, read_body, read_sections
from ledger.replica.update import Accepted, Known, Point, Proof, Proven

METADATA = b'{"a": "type that no program knows"}'
DIGEST = hashlib.sha256(METADATA).digest()
NOW = STARTS + 100_000


def history(authorities: int, batches: int, changes: int, seed: int = 1) -> list[RawLog]:
    """With one type, whose file is METADATA, registered last but 100."""
    made = History(seed, authorities)
    logs = made.run(batches, 1_000, changes)
    made.register_type(9, "11100000MB0YX0001Q009", 1, DIGEST)
    return [*logs[:-101], logs[-1], *logs[-101:-1]]


WORLD = invent(history(4, 20, 80), keys_of(4))
OTHER = invent(WORLD.logs, keys_of(4), seed=2)
"""The same history on another network."""

Facts = tuple[Proven, tuple[RawLog, ...]]


def make(
    world: Invented = WORLD,
    start: int = 0,
    end: int | None = None,
    *,
    number: int = 1_000,
    path: tuple[bytes, ...] = (),
    metadata: Mapping[bytes, bytes] | None = None,
    proof: Proof | None = None,
    span: Span | None = None,
) -> bytes:
    """The pack of a part of a network's history."""
    last = len(world.logs) if end is None else end
    network, heads = world.network, world.heads
    usual = Span(
        network.first_head, bytes.fromhex(network.fingerprint), Mark(start, heads[start]), Mark(last, heads[last])
    )
    file = BytesIO()
    types = {DIGEST: METADATA} if metadata is None else metadata
    write_pack(file, span or usual, proof or world.proof(last, number, path), world.logs[start:last], types)
    return file.getvalue()


def opened(octets: bytes) -> Pack:
    return Pack(BytesIO(octets))


def known(world: Invented = WORLD, events: int = 0, number: int = 10) -> Known:
    """What a replica knows that has accepted block `number` with so many events."""
    time = STARTS + 60 * number
    accepted = Accepted(number, hashlib.sha256(b"%d" % number).digest(), time, world.heads[events], events)
    return Known((Point(accepted, world.network.checkpoint.validators, None),))


def facts(octets: bytes, network: NetworkFile = WORLD.network, before: Known = Known()) -> Facts | None:  # noqa: B008
    """What a replica would come to believe: the block and the new events; None where it is nothing new.

    Does what the store does: folds the events to the proven head. Raises what a replica would.
    """
    from ledger.errors import JournalMismatch

    pack = opened(octets)
    proven = prove_packs([pack], network, before, NOW)
    if proven is None:
        return None
    logs = tuple(new_logs([pack], network, before))
    start = before.accepted.head if before.accepted else network.first_head
    if fold(start, logs) != proven.head:
        raise JournalMismatch("the events do not lead to the proven head")
    return proven, logs


def resealed(octets: bytes) -> bytes:
    """With a checksum that fits again."""
    return octets[:-32] + hashlib.sha256(octets[:-34]).digest()


def altered(octets: bytes, tag: Tag, change: Callable[[bytes], bytes], which: int = 0) -> bytes:
    """The pack with the inside of one section changed, deflated again, its checksum fitting."""
    from ledger.pack.sections import SectionWriter

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


def mutated(random: Random, octets: bytes, other: bytes) -> bytes:
    """Flips, inserts, deletes, truncates, swaps or splices: never the same octets again, nor the other's."""
    while True:
        found = random.choice(_MUTATIONS)(random, octets, other)
        if found not in (octets, other):
            return found


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
