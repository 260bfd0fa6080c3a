"""The rows that the node keeps: mined transactions, logs, pending transactions, and one produced block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.headers import Header


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in the chain, with its receipt. `contract` is set by a creation, `revert` where status is 0."""

    hash: bytes
    number: int
    position: int
    raw: bytes
    sender: bytes
    contract: bytes | None
    status: int
    gas_used: int
    cumulative_gas_used: int
    revert: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """One log; `index` counts within the block, `position` is its transaction's."""

    number: int
    index: int
    position: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class FoundLog:
    """A log with the hashes that an answer needs."""

    log: Log
    block_hash: bytes
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """An acknowledged transaction that waits for a block. `arrival` orders them."""

    arrival: int
    hash: bytes
    sender: bytes
    nonce: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Produced:
    """One sealed block with everything that is committed with it. `nodes` are new trie nodes and codes by hash."""

    header: Header
    size: int
    mined: tuple[Mined, ...]
    logs: tuple[Log, ...]
    nodes: Mapping[bytes, bytes]
    refused: tuple[bytes, ...]
    """Hashes of pending transactions that can never run; they leave the pool with this block."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """[first, last] are block numbers; an empty set of addresses, or of topics at a place, means any."""

    first: int
    last: int
    addresses: tuple[bytes, ...]
    topics: tuple[tuple[bytes, ...], ...]
