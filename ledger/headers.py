"""Block headers in QBFT form: their RLP fields, block hash, seal digest and the addresses that signed.

Whether those signers may be trusted is the light client's decision, not made here. The embedded node seals its blocks
with this module and the light client reads them with it, so that both share one rule. Layout as in Hyperledger Besu:
extraData = rlp([vanity, [validators], vote, round, [seals]]).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey, Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

Fields = tuple[bytes, ...]
"""A header's RLP items in order: 15 before London, 16 from London on, then those of later forks."""

MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
"""What QBFT writes in place of a proof-of-work mix hash: 'ctical byzantine fault tolerance'."""

MAX_EXTRA_DATA = 65_536
_EXTRA_DATA = 12
_HEX = re.compile("0x[0-9a-fA-F]*")
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_LATER_WORDS = ("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash")
_LATER_QUANTITIES = frozenset({"blobGasUsed", "excessBlobGas"})


class MalformedHeader(Exception):
    """A header, its extraData or a seal does not have the form that it must have."""


@dataclass(frozen=True, slots=True)
class Extra:
    """QBFT's extraData. Addresses are 20 octets, seals 65; `vote` is the raw RLP item, () where nobody voted."""

    vanity: bytes
    validators: tuple[bytes, ...]
    vote: tuple[bytes, ...]
    round: int
    seals: tuple[bytes, ...]

    def encode(self) -> bytes:
        items = [self.vanity, list(self.validators), list(self.vote), _scalar(self.round), list(self.seals)]
        return bytes(rlp.encode(items))


@dataclass(frozen=True, slots=True)
class Header:
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
        fee = () if self.base_fee_per_gas is None else (_scalar(self.base_fee_per_gas),)
        middle = (self.receipts_root, self.logs_bloom, *map(_scalar, numbers))
        return (*head, *middle, self.extra_data, self.mix_hash, self.nonce, *fee, *self.later)

    @classmethod
    def from_fields(cls, fields: Fields) -> Header:
        _check_form(fields)
        numbers = [int.from_bytes(item, "big") for item in fields[7:12]]
        fee = int.from_bytes(fields[15], "big") if len(fields) > 15 else None
        items: list[Any] = [*fields[:7], *numbers, *fields[12:15], fee, fields[16:]]
        return cls(*items)

    def encode(self) -> bytes:
        return bytes(rlp.encode(list(self.fields())))

    @classmethod
    def decode(cls, octets: bytes) -> Header:
        try:
            items = rlp.decode(octets)
        except rlp.DecodingError as e:
            raise MalformedHeader(f"header of {len(octets)} octets is not RLP: {e}") from e
        if not isinstance(items, list) or not all(isinstance(item, bytes) for item in items):
            raise MalformedHeader("header is not a flat RLP list")
        return cls.from_fields(tuple(items))

    @property
    def hash(self) -> bytes:
        return block_hash(self.fields())


def block_hash(fields: Fields) -> bytes:
    """QBFT's block hash: the seals left out and the round set to 0, so that every round and quorum gives one hash."""
    extra = parse_extra(fields[_EXTRA_DATA])
    return _hash_with(fields, replace(extra, round=0, seals=()))


def seal_digest(fields: Fields) -> bytes:
    """What each validator signs: the seals left out and the round kept; no prefix."""
    extra = parse_extra(fields[_EXTRA_DATA])
    return _hash_with(fields, replace(extra, seals=()))


def seals(fields: Fields) -> tuple[bytes, ...]:
    return parse_extra(fields[_EXTRA_DATA]).seals


def signers(fields: Fields) -> tuple[bytes, ...]:
    """The addresses that sealed, in the seals' order. Raises on a seal that is not low-s or recovers to no address."""
    digest = seal_digest(fields)
    return tuple(_signer(seal, digest) for seal in seals(fields))


def seal(header: Header, keys: tuple[PrivateKey, ...]) -> Header:
    """The header with one seal of each key, replacing any that it had."""
    digest = seal_digest(header.fields())
    made = tuple(key.sign_msg_hash(digest).to_bytes() for key in keys)
    return replace(header, extra_data=replace(parse_extra(header.extra_data), seals=made).encode())


def parse_extra(octets: bytes) -> Extra:
    """Strict: what parses encodes to the same octets."""
    if len(octets) > MAX_EXTRA_DATA:
        raise MalformedHeader(f"extraData has {len(octets)} octets, the limit is {MAX_EXTRA_DATA}")
    try:
        vanity, validators, vote, round_, seals_ = rlp.decode(octets)
        extra = Extra(vanity, tuple(validators), tuple(vote), int.from_bytes(round_, "big"), tuple(seals_))
        same = extra.encode() == octets
    except (rlp.RLPException, ValueError, TypeError, RecursionError) as e:  # the last: lists in lists without end
        raise MalformedHeader(f"extraData is not QBFT's list of five: {e}") from e
    _check_extra(extra)
    if not same:
        raise MalformedHeader("extraData does not encode back to the same octets")
    return extra


def header_from_json(block: Mapping[str, Any]) -> Header:
    """The header in a JSON-RPC block object. The object's own `hash` is not read: compare it yourself."""
    try:
        items = [*_first_items(block), *_later_items(block)]
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise MalformedHeader(f"block object lacks or garbles a header field: {e}") from e
    return Header.from_fields(tuple(items))


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


def _hash_with(fields: Fields, extra: Extra) -> bytes:
    items = [*fields[:_EXTRA_DATA], extra.encode(), *fields[_EXTRA_DATA + 1 :]]
    return bytes(keccak(rlp.encode(items)))


def _signer(octets: bytes, digest: bytes) -> bytes:
    if int.from_bytes(octets[32:64], "big") > _HALF_ORDER:
        raise MalformedHeader("seal has a high s")
    recovery = octets[64] - 27 if octets[64] >= 27 else octets[64]
    try:
        signature = Signature(octets[:64] + bytes([recovery]))
        return bytes(signature.recover_public_key_from_msg_hash(digest).to_canonical_address())
    except (BadSignature, ValidationError, ValueError) as e:
        raise MalformedHeader(f"seal recovers to no address: {e}") from e


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


def _check_extra(extra: Extra) -> None:
    if not isinstance(extra.vanity, bytes) or len(extra.vanity) != 32:
        raise MalformedHeader("extraData's vanity is not 32 octets")
    if not all(isinstance(item, bytes) and len(item) == 20 for item in extra.validators):
        raise MalformedHeader("extraData names a validator that is not 20 octets")
    if not all(isinstance(item, bytes) and len(item) == 65 for item in extra.seals):
        raise MalformedHeader("extraData holds a seal that is not 65 octets")


def _scalar(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _quantity(text: str) -> bytes:
    return _scalar(int(_hexadecimal(text) or "0", 16))


def _octets(text: str) -> bytes:
    return bytes.fromhex(_hexadecimal(text))


def _hexadecimal(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is not hexadecimal with 0x")
    return text[2:]
