"""The journal's fold (spec/journal.md): from raw logs to the head that a storage proof must show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eth_hash.auto import keccak

DOMAIN = b"yinxin/journal/1"

AUTHORITY_UPDATED = keccak(b"AuthorityUpdated(address)")
"""OpenZeppelin's AccessManaged emits it when a registry is made; it is no fact of a registry and is not journaled."""


@dataclass(frozen=True, slots=True)
class RawLog:
    """One event as the EVM logged it: 20, 32 and any number of octets. In which block is not proven, so not kept."""

    address: bytes
    topic: bytes
    data: bytes


def first_head(chain_id: int, journal: bytes, network_id: bytes) -> bytes:
    """The head before any event; one network's proofs never fit another."""
    return keccak(DOMAIN + chain_id.to_bytes(32, "big") + journal + network_id)


def entry(log: RawLog) -> bytes:
    return keccak(log.address + log.topic + log.data)


def fold(head: bytes, logs: Iterable[RawLog]) -> bytes:
    """The head after `logs`, in their order, on top of `head`."""
    for log in logs:
        head = keccak(head + entry(log))
    return head
