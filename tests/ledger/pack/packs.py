"""Packs of an invented network, and what a replica would come to believe of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from io import BytesIO

from bench.history import History
from bench.invented import STARTS, Invented, invent, keys_of
from ledger.journal import RawLog, fold
from ledger.network_file import NetworkFile
from ledger.pack import Mark, Pack, Span, new_logs, prove_packs
from ledger.pack.container import write_pack
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


def pack_of(logs: list[RawLog], start: Mark, end: Mark) -> Pack:
    """Of any events between any marks, with the proof of the network's block."""
    file = BytesIO()
    span = Span(WORLD.network.first_head, bytes(32), start, end)
    write_pack(file, span, WORLD.proof(end.events, 1_000), logs, {})
    return Pack(file)


def with_garbage(start: int = 0, end: int = len(WORLD.logs)) -> Pack:
    """The genuine header, proof and marks around invented events."""
    garbage = [RawLog(bytes(20), bytes(32), bytes(100))] * (end - start)
    return pack_of(garbage, Mark(start, WORLD.heads[start]), Mark(end, WORLD.heads[end]))


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
