"""How an event's dataclass lies in a log: its signature, topic, and the conversion of each ABI value.

An event class has `SIGNATURE`, the Solidity signature, and its fields in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from eth_abi.abi import decode as decode_abi
from eth_hash.auto import keccak

from ledger.abi import types_of

MAX_STORED = 2**63 - 1
"""The greatest integer of SQLite and PostgreSQL."""


class _EventClass(Protocol):
    SIGNATURE: ClassVar[str]


E = TypeVar("E", bound=_EventClass)


WORD_OCTETS = 32
_PADDING = bytes(12)
_ReadWord = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Layout(Generic[E]):
    """`abi_types` read each `string` as `bytes`, which lies the same, so that bad UTF-8 is no error of the decoder.

    `words` read each value from its word, where every value is one word; else None. Nearly all events of a ledger are
    of that kind, and the general decoder takes twenty times as long.
    """

    event: type[E]
    topic: bytes
    declared: tuple[str, ...]
    abi_types: tuple[str, ...]
    words: tuple[_ReadWord, ...] | None

    def decode(self, data: bytes) -> E:
        """The event of a log's data. Raises ValueError, or what eth_abi raises, where the data has another layout."""
        if self.words is None or len(data) < len(self.words) * WORD_OCTETS:
            return self.build(decode_abi(self.abi_types, data, strict=False))
        starts = range(0, len(data), WORD_OCTETS)
        pairs = zip(self.words, starts, strict=False)  # octets after the last value are not read, as the decoder does
        return self.event(*[read(data[at : at + WORD_OCTETS]) for read, at in pairs])

    def build(self, values: Sequence[Any]) -> E:
        return self.event(*map(_convert, self.declared, values))


def layout_of(event: type[E]) -> Layout[E]:
    declared = types_of(event.SIGNATURE)
    abi_types = tuple(each.replace("string", "bytes") for each in declared)
    words = tuple(map(_word_reader, declared))
    whole = tuple(each for each in words if each is not None)
    return Layout(
        event, keccak(event.SIGNATURE.encode()), declared, abi_types, whole if len(whole) == len(words) else None
    )


def _word_reader(declared: str) -> _ReadWord | None:
    """How a value of one word is read; None where it may have more words, or not every word is one."""
    if declared == "bytes32":
        return bytes
    if declared == "address":
        return _address
    if declared.startswith("uint") and declared[4:].isdecimal():
        return partial(_unsigned, 2 ** int(declared[4:]))
    return None


def _address(word: bytes) -> bytes:
    if not word.startswith(_PADDING):
        raise ValueError("an address's word begins with other octets than zeros")
    return word[len(_PADDING) :]


def _unsigned(limit: int, word: bytes) -> int:
    value = int.from_bytes(word, "big")
    if value >= limit:
        raise ValueError(f"{value} is not below {limit}")
    return min(value, MAX_STORED)


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
