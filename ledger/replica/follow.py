"""From one node's answers to a proven update of the replica; the node is trusted in nothing (spec/journal.md).

Decides whether an update may be accepted. Storing it is the store's, trying several nodes the replica's.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from ledger.errors import (
    JournalMismatch,
    MalformedAnswer,
    MalformedEvent,
    NodeRefused,
    NotAdvancing,
    OtherNetwork,
    ProofRefused,
)
from ledger.events import WriterAdded, decode
from ledger.hexadecimal import to_hex
from ledger.journal import AUTHORITY_UPDATED, RawLog, fold
from ledger.light_client import SealedHeader, Trusted, check_header, require_recent
from ledger.network_file import NetworkFile
from ledger.proofs import prove_slot
from ledger.replica.store import Accepted
from ledger.rpc import Rpc

MAX_BLOCKS = 10_000
"""How many blocks' logs are asked for at once; halved where a node refuses."""

MAX_NEW_WRITERS = 64


@dataclass(frozen=True, slots=True)
class Known:
    """What the replica has proven so far. `writers` are the contracts that became writers by an event."""

    accepted: Accepted | None
    writers: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Update:
    """A proven step: the block to accept and the events that lead to its head."""

    accepted: Accepted
    logs: tuple[RawLog, ...]


def fetch_update(rpc: Rpc, network: NetworkFile, known: Known, now: int) -> Update | None:
    """A proven update by `rpc`; None where its newest block is the accepted one.

    Raises NotProven, SourceError or CheckpointTooOld.

    1. The node serves the network's chain.
    2. The trusted validators were confirmed recently enough.
    3. Its newest header is sealed by them and is later than what was accepted.
    4. The journal's contract and head are proven under that header's state root.
    5. All logs since the accepted block fold to that head.
    """
    header, head = proven_block(rpc, network, known.accepted, now)  # 1 to 4
    if known.accepted is not None and header.hash == known.accepted.hash:
        return None
    logs = _all_logs(rpc, network, known, header.number)
    _require_fold(network, known.accepted, logs, head)  # 5
    events = (known.accepted.events if known.accepted else 0) + len(logs)
    return Update(Accepted(header.number, header.hash, header.time, head, events), logs)


def proven_block(rpc: Rpc, network: NetworkFile, accepted: Accepted | None, now: int) -> tuple[SealedHeader, bytes]:
    """The node's newest header, and the journal's head in it: steps 1 to 4 of `fetch_update`, with its errors."""
    _require_chain(rpc, network)  # 1
    trusted = _trusted(network, accepted)
    require_recent(trusted, now)  # 2
    header = check_header(rpc.header(), trusted)  # 3
    return header, _proven_head(rpc, network, header)  # 4


def _require_chain(rpc: Rpc, network: NetworkFile) -> None:
    found = rpc.chain_id()
    if found != network.chain_id:
        raise OtherNetwork(f"the node serves chain {found}, {network.name!r} is chain {network.chain_id}")


def _trusted(network: NetworkFile, accepted: Accepted | None) -> Trusted:
    """The later of the network file's checkpoint and what was accepted: a new file may be ahead of an old replica."""
    checkpoint = Trusted.by_checkpoint(network)
    if accepted is None or accepted.number < checkpoint.number:
        return checkpoint
    if accepted.number == checkpoint.number and accepted.hash != checkpoint.hash:
        raise NotAdvancing(
            f"block {accepted.number} is {to_hex(accepted.hash)} here, {to_hex(checkpoint.hash)} in the file"
        )
    return Trusted(accepted.number, accepted.hash, accepted.time, checkpoint.validators)


def _proven_head(rpc: Rpc, network: NetworkFile, header: SealedHeader) -> bytes:
    journal = network.journal
    answer = rpc.proof(journal.address, journal.slot, header.number)
    proven = prove_slot(answer, header.state_root, journal.address, journal.slot)
    if proven.code_hash != journal.code_hash:
        raise ProofRefused(
            f"the journal's code hash is {to_hex(proven.code_hash)}, the network file has {to_hex(journal.code_hash)}"
        )
    return proven.value


def _require_fold(network: NetworkFile, accepted: Accepted | None, logs: Iterable[RawLog], head: bytes) -> None:
    start = accepted.head if accepted else network.first_head
    found = fold(start, logs)
    if found != head:
        raise JournalMismatch(f"the logs fold to {to_hex(found)}, the proven head is {to_hex(head)}")


def _all_logs(rpc: Rpc, network: NetworkFile, known: Known, last: int) -> tuple[RawLog, ...]:
    """The journaled logs since the accepted block. A writer added meanwhile has logs too: ask again, with it."""
    first = network.from_block if known.accepted is None else known.accepted.number + 1
    addresses = {network.journal.address, *_registries(network), *known.writers}
    while True:
        logs = _logs(rpc, sorted(addresses), first, last)
        added = _added_writers(network, logs) - addresses
        if not added:
            return logs
        addresses |= added
        if len(addresses) > MAX_NEW_WRITERS:
            raise MalformedAnswer(f"the node names more than {MAX_NEW_WRITERS} writers")


def _registries(network: NetworkFile) -> tuple[bytes, bytes, bytes]:
    at = network.registries
    return (at.trust, at.credential, at.recognition)


def _added_writers(network: NetworkFile, logs: Iterable[RawLog]) -> set[bytes]:
    """Nothing is proven yet: a log that cannot be read adds nobody, and fails with the fold."""
    added = set()
    for log in logs:
        if log.address == network.journal.address:
            with suppress(MalformedEvent):
                event = decode(log)
                added |= {event.writer} if isinstance(event, WriterAdded) else set()
    return added


def _logs(rpc: Rpc, addresses: list[bytes], first: int, last: int) -> tuple[RawLog, ...]:
    logs: list[RawLog] = []
    blocks = MAX_BLOCKS
    while first <= last:
        end = min(first + blocks - 1, last)
        try:
            logs += rpc.logs(addresses, first, end)
        except NodeRefused:
            if blocks == 1:
                raise
            blocks = max(1, blocks // 4)
            continue
        first = end + 1
    return tuple(log for log in logs if log.topic != AUTHORITY_UPDATED)
