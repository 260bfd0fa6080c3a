"""How an event's dataclass lies in a log: its signature, topic, and the conversion of each ABI value.

An event class has `SIGNATURE`, the Solidity signature, and its fields in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from eth_hash.auto import keccak

from ledger.abi import types_of

MAX_STORED = 2**63 - 1
"""The greatest integer of SQLite and PostgreSQL."""


class _EventClass(Protocol):
    SIGNATURE: ClassVar[str]


E = TypeVar("E", bound=_EventClass)


@dataclass(frozen=True, slots=True)
class Layout(Generic[E]):
    """`abi_types` read each `string` as `bytes`, which lies the same, so that bad UTF-8 is no error of the decoder."""

    event: type[E]
    topic: bytes
    declared: tuple[str, ...]
    abi_types: tuple[str, ...]

    def build(self, values: Sequence[Any]) -> E:
        return self.event(*map(_convert, self.declared, values))


def layout_of(event: type[E]) -> Layout[E]:
    declared = types_of(event.SIGNATURE)
    abi_types = tuple(each.replace("string", "bytes") for each in declared)
    return Layout(event, keccak(event.SIGNATURE.encode()), declared, abi_types)


def _convert(declared: str, value: Any) -> Any:
    match declared:
        case "string":
            return value.decode("utf-8", "replace")
        case "address":
            return bytes.fromhex(value[2:])
        case "uint64":
            return min(value, MAX_STORED)
        case _:
            return value
