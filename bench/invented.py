"""A ledger that never ran, for benches and tests: keys, a state trie and sealed headers around a history, in seconds.

What light client, packs and replica believe of a real network they believe of this one, given its network file. It is
shipped because `yinxin bench` needs it, installed; `bench.history` has what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from trie.hexary import HexaryTrie

from ledger import NetworkFile
from ledger.headers import MIX_HASH, Extra, Header, seal
from ledger.journal import RawLog, fold
from ledger.network_file import Checkpoint, Engine, JournalAt, RegistriesAt
from ledger.replica.update import Proof

JOURNAL, TRUST, CREDENTIAL, RECOGNITION = (bytes([value]) * 20 for value in (0xA1, 0xA2, 0xA3, 0xA4))
STARTS = 1_760_000_000
_SLOT = int.from_bytes(keccak(b"yinxin/journal/1/head"), "big")
_CODE_HASH = keccak(b"the journal's code")


@dataclass(frozen=True)
class Invented:
    """One network with its validators' keys and its whole history."""

    network: NetworkFile
    keys: tuple[PrivateKey, ...]
    logs: tuple[RawLog, ...]

    @cached_property
    def heads(self) -> list[bytes]:
        """The journal's head after so many events."""
        found = [self.network.first_head]
        for each in self.logs:
            found.append(fold(found[-1], [each]))
        return found

    def proof(self, events: int, number: int, path: tuple[bytes, ...] = ()) -> Proof:
        """A sealed block with that many events in it, by all the keys."""
        root, account, storage = _state(self.network.journal, self.heads[events])
        header = sealed_header(number, root, self.keys)
        return Proof(header.encode(), account, storage, path)

    def signed_by(self, keys: Sequence[PrivateKey]) -> Invented:
        """The same history, sealed from now on by others than the checkpoint's."""
        return replace(self, keys=tuple(keys))


def invent(logs: Sequence[RawLog], keys: Sequence[PrivateKey], engine: Engine = "qbft", seed: int = 1) -> Invented:
    """A network with this history. `seed` makes other networks out of the same history."""
    validators = tuple(key.public_key.to_canonical_address() for key in keys)
    network = NetworkFile(
        name="示例网 invented",
        network_id=keccak(b"network %d" % seed),
        engine=engine,
        chain_id=20260,
        checkpoint=Checkpoint(2, keccak(b"block 2"), STARTS, validators),
        journal=JournalAt(JOURNAL, _CODE_HASH, _SLOT),
        registries=RegistriesAt(TRUST, CREDENTIAL, RECOGNITION),
        from_block=1,
    )
    return Invented(network, tuple(keys), tuple(logs))


def keys_of(count: int) -> tuple[PrivateKey, ...]:
    return tuple(PrivateKey(bytes([number]) * 32) for number in range(1, count + 1))


def sealed_header(number: int, state_root: bytes, keys: Sequence[PrivateKey]) -> Header:
    """A header a minute after the one before, which names the keys' accounts and is sealed by all of them."""
    validators = tuple(key.public_key.to_canonical_address() for key in keys)
    header = Header(
        parent_hash=keccak(b"block %d" % (number - 1)),
        uncles_hash=keccak(rlp.encode([])),
        coinbase=validators[number % len(validators)],
        state_root=state_root,
        transactions_root=keccak(b"transactions %d" % number),
        receipts_root=keccak(b"receipts %d" % number),
        logs_bloom=bytes(256),
        difficulty=1,
        number=number,
        gas_limit=30_000_000,
        gas_used=0,
        timestamp=STARTS + 60 * number,
        extra_data=Extra(bytes(32), validators, (), 0, ()).encode(),
        mix_hash=MIX_HASH,
        nonce=bytes(8),
        base_fee_per_gas=0,
    )
    return seal(header, tuple(keys))


def _state(journal: JournalAt, head: bytes) -> tuple[bytes, tuple[bytes, ...], tuple[bytes, ...]]:
    """The state root of a chain with a hundred accounts, and the nodes that prove the journal's head in it."""
    storage, accounts = HexaryTrie({}), HexaryTrie({})
    for number in range(8):
        storage[keccak(b"slot %d" % number)] = rlp.encode(b"\x01")
    slot = keccak(journal.slot.to_bytes(32, "big"))
    storage[slot] = rlp.encode(head.lstrip(b"\0"))
    for number in range(100):
        accounts[keccak(b"account %d" % number)] = rlp.encode([b"", b"", storage.root_hash, _CODE_HASH])
    account = keccak(journal.address)
    accounts[account] = rlp.encode([b"\x01", b"", storage.root_hash, journal.code_hash])
    return accounts.root_hash, _nodes(accounts, account), _nodes(storage, slot)


def _nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    return tuple(rlp.encode(node) for node in trie.get_proof(key))  # type: ignore[no-untyped-call]
