"""Accounts, storage and their Merkle proofs, read straight from the state trie of any block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rlp
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from ledger.node.nodes import Nodes

EMPTY_TRIE = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
EMPTY_CODE = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")


@dataclass(frozen=True, slots=True)
class Account:
    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def account_at(nodes: Nodes, state_root: bytes, address: bytes) -> Account:
    """The account, or an empty one where the state has none."""
    encoded = HexaryTrie(nodes, state_root)[keccak(address)]
    if not encoded:
        return Account(0, 0, EMPTY_TRIE, EMPTY_CODE)
    nonce, balance, storage_root, code_hash = rlp.decode(encoded)
    return Account(int.from_bytes(nonce, "big"), int.from_bytes(balance, "big"), storage_root, code_hash)


def code_of(nodes: Nodes, account: Account) -> bytes:
    return b"" if account.code_hash == EMPTY_CODE else nodes[account.code_hash]


def storage_at(nodes: Nodes, account: Account, slot: int) -> int:
    encoded = HexaryTrie(nodes, account.storage_root)[_slot_key(slot)]
    return int.from_bytes(rlp.decode(encoded), "big") if encoded else 0


def account_proof(nodes: Nodes, state_root: bytes, address: bytes) -> tuple[bytes, ...]:
    return _proof(nodes, state_root, keccak(address))


def storage_proof(nodes: Nodes, account: Account, slot: int) -> tuple[bytes, ...]:
    return _proof(nodes, account.storage_root, _slot_key(slot))


def _proof(nodes: Nodes, root: bytes, key: bytes) -> tuple[bytes, ...]:
    """RLP of the trie nodes from the root down. Those under 32 octets stand inside their parent (EIP-1186)."""
    if root == EMPTY_TRIE:
        return ()
    trie: Any = HexaryTrie(nodes, root)
    encoded = [bytes(rlp.encode(node)) for node in trie.get_proof(key)]
    return tuple(node for place, node in enumerate(encoded) if place == 0 or len(node) >= 32)


def _slot_key(slot: int) -> bytes:
    return bytes(keccak(slot.to_bytes(32, "big")))
