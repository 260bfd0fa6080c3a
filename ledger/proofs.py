"""Storage proofs: from an `eth_getProof` answer to the proven code hash and slot value, under one state root.

Only the proof's trie nodes are used; what the answer says beside them (balances, hashes, the value) is not even read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rlp
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from ledger.errors import ProofRefused
from ledger.hexadecimal import octets

MAX_NODES = 65
"""A path has at most 64 nibbles, and a leaf."""
MAX_NODE_OCTETS = 1024


@dataclass(frozen=True, slots=True)
class ProvenSlot:
    """A contract's code hash and the 32 octets of one of its slots, both under one state root."""

    code_hash: bytes
    value: bytes


def prove_slot(answer: object, state_root: bytes, address: bytes, slot: int) -> ProvenSlot:
    """What `answer` proves about `slot` of `address`. Raises ProofRefused where it does not lead to `state_root`."""
    if not isinstance(answer, Mapping):
        raise ProofRefused("the proof is not an object")
    account = _decode(_value(state_root, keccak(address), _nodes(answer.get("accountProof"))), "account")
    if not (isinstance(account, list) and len(account) == 4 and all(isinstance(item, bytes) for item in account)):
        raise ProofRefused("the proven account does not have its four fields")
    _, _, storage_root, code_hash = account
    stored = _value(storage_root, keccak(slot.to_bytes(32, "big")), _storage_nodes(answer))
    value = _decode(stored, "slot")
    if not isinstance(value, bytes) or len(value) > 32:
        raise ProofRefused("the proven slot does not hold one word")
    return ProvenSlot(code_hash, value.rjust(32, b"\0"))


def _storage_nodes(answer: Mapping[str, object]) -> list[bytes]:
    proofs = answer.get("storageProof")
    if not isinstance(proofs, Sequence) or len(proofs) != 1 or not isinstance(proofs[0], Mapping):
        raise ProofRefused("one storage proof was expected")
    return _nodes(proofs[0].get("proof"))


def _nodes(value: object) -> list[bytes]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_NODES:
        raise ProofRefused(f"a proof has 1 to {MAX_NODES} nodes")
    try:
        nodes = [octets(node) for node in value]
    except ValueError as e:
        raise ProofRefused(f"a node of the proof: {e}") from e
    if any(len(node) > MAX_NODE_OCTETS for node in nodes):
        raise ProofRefused(f"a node of a proof has at most {MAX_NODE_OCTETS} octets")
    return nodes


def _value(root: bytes, key: bytes, nodes: list[bytes]) -> bytes:
    """The octets at `key` under `root`. Raises ProofRefused where a node lacks or lies, or nothing is at `key`."""
    try:
        found = HexaryTrie.get_from_proof(root, key, [rlp.decode(node) for node in nodes])  # type: ignore[no-untyped-call]
    except Exception as e:  # trie raises many kinds on a crafted node; each of them means the same
        raise ProofRefused("the proof does not lead to the root it is given for") from e
    if not found:
        raise ProofRefused("the proof shows that there is nothing at the place asked for")
    return bytes(found)


def _decode(value: bytes, what: str) -> object:
    try:
        return rlp.decode(value)
    except rlp.exceptions.RLPException as e:
        raise ProofRefused(f"the proven {what} is not RLP") from e
