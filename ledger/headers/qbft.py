"""Headers in QBFT form: extraData, block hash, seal digest and the addresses that sealed.

The embedded node seals its blocks with this module and the light client reads them with it, so that both share one
rule. Layout as in Hyperledger Besu: extraData = rlp([vanity, [validators], vote, round, [seals]]).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from ledger.headers.layout import EXTRA_DATA, BlockHeader, Fields, MalformedHeader, scalar
from ledger.headers.signature import SEAL_OCTETS, signer_of

MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
"""What QBFT writes in place of a proof-of-work mix hash: 'ctical byzantine fault tolerance'."""

MAX_EXTRA_DATA = 65_536


@dataclass(frozen=True, slots=True)
class Extra:
    """QBFT's extraData. Addresses are 20 octets, seals 65; `vote` is the raw RLP item, () where nobody voted."""

    vanity: bytes
    validators: tuple[bytes, ...]
    vote: tuple[bytes, ...]
    round: int
    seals: tuple[bytes, ...]

    def encode(self) -> bytes:
        items = [self.vanity, list(self.validators), list(self.vote), scalar(self.round), list(self.seals)]
        return bytes(rlp.encode(items))


class Header(BlockHeader):
    """A header of the embedded engine or of QBFT."""

    __slots__ = ()

    @property
    def hash(self) -> bytes:
        return block_hash(self.fields())


def header_from_json(block: Mapping[str, Any]) -> Header:
    """The QBFT header in a JSON-RPC block object, its `hash` unread."""
    return Header.from_json(block)


def block_hash(fields: Fields) -> bytes:
    """QBFT's block hash: the seals left out and the round set to 0, so that every round and quorum gives one hash."""
    extra = parse_extra(fields[EXTRA_DATA])
    return _hash_with(fields, replace(extra, round=0, seals=()))


def seal_digest(fields: Fields) -> bytes:
    """What each validator signs: the seals left out and the round kept; no prefix."""
    extra = parse_extra(fields[EXTRA_DATA])
    return _hash_with(fields, replace(extra, seals=()))


def seals(fields: Fields) -> tuple[bytes, ...]:
    return parse_extra(fields[EXTRA_DATA]).seals


def signers(fields: Fields) -> tuple[bytes, ...]:
    """The addresses that sealed, in the seals' order. Raises MalformedHeader on a seal that has none."""
    digest = seal_digest(fields)
    return tuple(signer_of(seal, digest) for seal in seals(fields))


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


def _hash_with(fields: Fields, extra: Extra) -> bytes:
    items = [*fields[:EXTRA_DATA], extra.encode(), *fields[EXTRA_DATA + 1 :]]
    return bytes(keccak(rlp.encode(items)))


def _check_extra(extra: Extra) -> None:
    if not isinstance(extra.vanity, bytes) or len(extra.vanity) != 32:
        raise MalformedHeader("extraData's vanity is not 32 octets")
    if not all(isinstance(item, bytes) and len(item) == 20 for item in extra.validators):
        raise MalformedHeader("extraData names a validator that is not 20 octets")
    if not all(isinstance(item, bytes) and len(item) == SEAL_OCTETS for item in extra.seals):
        raise MalformedHeader(f"extraData holds a seal that is not {SEAL_OCTETS} octets")
