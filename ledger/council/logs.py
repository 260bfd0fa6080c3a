"""Logs of the Safe and the manager, which have topics of their own ways; the registries' logs are `ledger.rpc`'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import MalformedAnswer
from ledger.hexadecimal import octets, quantity, to_hex
from ledger.rpc import Rpc

_BLOCKS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Log:
    """One log as the node tells it; `topics` are 32 octets each, the first names the event."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int


def logs_of(rpc: Rpc, addresses: Sequence[bytes], events: Sequence[bytes], from_block: int) -> Iterator[Log]:
    """Every log of these events by these contracts, in order, up to the newest block. Raises SourceError."""
    head = rpc.quantity("eth_blockNumber")
    wanted = {"address": [to_hex(each) for each in addresses], "topics": [[to_hex(each) for each in events]]}
    for first in range(from_block, head + 1, _BLOCKS_AT_ONCE):
        last = min(first + _BLOCKS_AT_ONCE - 1, head)
        found = rpc.call("eth_getLogs", {**wanted, "fromBlock": hex(first), "toBlock": hex(last)})
        if not isinstance(found, list):
            raise MalformedAnswer("eth_getLogs was not answered with a list")
        for each in map(_log, found):
            if each.address not in addresses or not each.topics or each.topics[0] not in events:
                raise MalformedAnswer("eth_getLogs was answered with a log that was not asked for")
            yield each


def _log(answer: object) -> Log:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("topics"), list):
        raise MalformedAnswer("a log is not a log")
    try:
        topics = tuple(octets(each, 32) for each in answer["topics"])
        block = quantity(answer.get("blockNumber"))
        return Log(octets(answer.get("address"), 20), topics, octets(answer.get("data")), block)
    except ValueError as e:
        raise MalformedAnswer(f"a log: {e}") from e
