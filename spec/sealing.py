"""Headers for the vectors, made and sealed with an RLP of their own, not with the program that is tested by them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from Crypto.Hash import keccak
from eth_keys.datatypes import PrivateKey

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
QBFT_MIX = b"ctical byzantine fault tolerance"
NO_UNCLES = bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")
START = 1_790_000_000


def digest(octets: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=octets).digest()


def hexed(octets: bytes) -> str:
    return "0x" + octets.hex()


def rlp(item: Any) -> bytes:
    """Recursive length prefix: of octets, numbers and lists of them."""
    if isinstance(item, int):
        return rlp(item.to_bytes((item.bit_length() + 7) // 8, "big"))
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _length(len(item), 0x80) + item
    body = b"".join(map(rlp, item))
    return _length(len(body), 0xC0) + body


def _length(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    written = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([offset + 55 + len(written)]) + written


@dataclass(frozen=True, order=True)
class Key:
    """A validator's key, sorted by address."""

    address: bytes
    secret: PrivateKey = field(compare=False)

    def seal(self, hashed: bytes) -> bytes:
        return bytes(self.secret.sign_msg_hash(hashed).to_bytes())


def keys(names: Iterable[object]) -> tuple[Key, ...]:
    secrets = [PrivateKey(hashlib.sha256(f"validator {name}".encode()).digest()) for name in names]
    return tuple(sorted(Key(secret.public_key.to_canonical_address(), secret) for secret in secrets))


@dataclass(frozen=True)
class Block:
    """What the two engines' headers share; `items` puts extraData in its place."""

    number: int
    time: int
    state: bytes = b"state"
    parent: bytes = bytes(32)
    difficulty: int = 1
    mix: bytes = QBFT_MIX

    def items(self, extra: bytes) -> list[Any]:
        roots = [digest(self.state), digest(b"transactions"), digest(b"receipts")]
        numbers = [self.difficulty, self.number, 30_000_000, 0, self.time]
        return [self.parent, NO_UNCLES, bytes(20), *roots, bytes(256), *numbers, extra, self.mix, bytes(8), 0]


@dataclass(frozen=True)
class Qbft:
    """A QBFT header before it is sealed: the set that it names, and the round."""

    block: Block
    validators: tuple[bytes, ...]
    round: int = 0

    def octets(self, seals: Sequence[bytes]) -> bytes:
        return rlp(self.block.items(self._extra(self.round, seals)))

    def sealed_by(self, sealers: Iterable[Key]) -> bytes:
        return self.octets([key.seal(self.digest) for key in sealers])

    @property
    def digest(self) -> bytes:
        return digest(self.octets([]))

    @property
    def hash(self) -> bytes:
        return digest(replace(self, round=0).octets([]))

    def _extra(self, round_: int, seals: Sequence[bytes]) -> bytes:
        return rlp([bytes(32), list(self.validators), [], round_, list(seals)])


def qbft(number: int, named: Iterable[Key], *, time: int | None = None, round_: int = 0, **changes: Any) -> Qbft:
    block = Block(number, START + number if time is None else time, **changes)
    return Qbft(block, tuple(key.address for key in named), round_)


def high_s(seal: bytes) -> bytes:
    """The same signature's other form."""
    return seal[:32] + (ORDER - int.from_bytes(seal[32:64], "big")).to_bytes(32, "big") + bytes([seal[64] ^ 1])


@dataclass(frozen=True)
class Clique:
    """A sealed Clique header."""

    block: Block
    extra: bytes

    @property
    def octets(self) -> bytes:
        return rlp(self.block.items(self.extra))

    @property
    def hash(self) -> bytes:
        return digest(self.octets)


def clique(block: Block, signer: Key, listed: Iterable[bytes] = ()) -> Clique:
    unsealed = bytes(32) + b"".join(listed)
    return Clique(block, unsealed + signer.seal(digest(rlp(block.items(unsealed)))))
