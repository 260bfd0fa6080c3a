"""What headers of every engine share: their RLP fields and their JSON form. What a header hashes to is its engine's.

Strict both ways: what parses encodes to the same octets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import rlp

Fields = tuple[bytes, ...]
"""A header's RLP items in order: 15 before London, 16 from London on, then those of later forks."""

EXTRA_DATA = 12
"""The place of extraData among them."""

MAX_HEADER_OCTETS = 128 * 1024
_HEX = re.compile("0x[0-9a-fA-F]*")
_LATER_WORDS = ("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash")
_LATER_QUANTITIES = frozenset({"blobGasUsed", "excessBlobGas"})


class MalformedHeader(Exception):
    """A header, its extraData or a seal does not have the form that it must have."""


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """One header, parsed. `later` are the raw items of forks after London, in order."""

    parent_hash: bytes
    uncles_hash: bytes
    coinbase: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    difficulty: int
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    mix_hash: bytes
    nonce: bytes
    base_fee_per_gas: int | None = None
    later: tuple[bytes, ...] = ()

    def fields(self) -> Fields:
        head = (self.parent_hash, self.uncles_hash, self.coinbase, self.state_root, self.transactions_root)
        numbers = (self.difficulty, self.number, self.gas_limit, self.gas_used, self.timestamp)
        fee = () if self.base_fee_per_gas is None else (scalar(self.base_fee_per_gas),)
        middle = (self.receipts_root, self.logs_bloom, *map(scalar, numbers))
        return (*head, *middle, self.extra_data, self.mix_hash, self.nonce, *fee, *self.later)

    @classmethod
    def from_fields(cls, fields: Fields) -> Self:
        _check_form(fields)
        numbers = [int.from_bytes(item, "big") for item in fields[7:12]]
        fee = int.from_bytes(fields[15], "big") if len(fields) > 15 else None
        items: list[Any] = [*fields[:7], *numbers, *fields[12:15], fee, fields[16:]]
        return cls(*items)

    @classmethod
    def from_json(cls, block: Mapping[str, Any]) -> Self:
        """The header in a JSON-RPC block object. The object's own `hash` is not read: compare it yourself."""
        try:
            items = [*_first_items(block), *_later_items(block)]
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise MalformedHeader(f"block object lacks or garbles a header field: {e}") from e
        return cls.from_fields(tuple(items))

    def encode(self) -> bytes:
        return bytes(rlp.encode(list(self.fields())))

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        if len(octets) > MAX_HEADER_OCTETS:
            raise MalformedHeader(f"header has {len(octets)} octets, the limit is {MAX_HEADER_OCTETS}")
        try:
            items = rlp.decode(octets)
        except (rlp.DecodingError, RecursionError) as e:
            raise MalformedHeader(f"header of {len(octets)} octets is not RLP: {e}") from e
        if not isinstance(items, list) or not all(isinstance(item, bytes) for item in items):
            raise MalformedHeader("header is not a flat RLP list")
        header = cls.from_fields(tuple(items))
        if header.encode() != octets:
            raise MalformedHeader("header does not encode back to the same octets")
        return header


def scalar(number: int) -> bytes:
    """RLP's form of a number: big-endian without leading zeros."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _check_form(fields: Fields) -> None:
    if not 15 <= len(fields) <= 16 + len(_LATER_WORDS):
        raise MalformedHeader(f"header has {len(fields)} fields, expected 15 to {16 + len(_LATER_WORDS)}")
    lengths = {0: 32, 1: 32, 2: 20, 3: 32, 4: 32, 5: 32, 6: 256, 13: 32, 14: 8}
    for index, length in lengths.items():
        if len(fields[index]) != length:
            raise MalformedHeader(f"header field {index} has {len(fields[index])} octets, expected {length}")
    for index in (*range(7, 12), *range(15, min(len(fields), 16))):
        if len(fields[index]) > 32 or fields[index][:1] == b"\0":
            raise MalformedHeader(f"header field {index} is not a canonical number")


def _first_items(block: Mapping[str, Any]) -> list[bytes]:
    names = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
    numbers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
    words = [_octets(block[name]) for name in names]
    tail = [_octets(block[name]) for name in ("extraData", "mixHash", "nonce")]
    return [*words, *(_quantity(block[name]) for name in numbers), *tail]


def _later_items(block: Mapping[str, Any]) -> list[bytes]:
    """The items after `nonce`. One that is missing ends them: a gap would move the rest to a wrong place."""
    items = []
    for name in ("baseFeePerGas", *_LATER_WORDS):
        if block.get(name) is None:
            break
        is_quantity = name == "baseFeePerGas" or name in _LATER_QUANTITIES
        items.append(_quantity(block[name]) if is_quantity else _octets(block[name]))
    return items


def _quantity(text: str) -> bytes:
    return scalar(int(_hexadecimal(text) or "0", 16))


def _octets(text: str) -> bytes:
    return bytes.fromhex(_hexadecimal(text))


def _hexadecimal(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is not hexadecimal with 0x")
    return text[2:]
