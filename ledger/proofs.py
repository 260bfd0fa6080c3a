"""Storage proofs: from a proof's trie nodes to the proven code hash and slot value, under one state root.

Only the nodes are used; what an `eth_getProof` answer says beside them (balances, hashes, the value) is not even read.
Every node must be used, in the order of the path: a proof has one form, and no octet of it can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_hash.auto import keccak

from ledger.errors import ProofRefused
from ledger.hexadecimal import octets, to_hex
from ledger.network_file import JournalAt

MAX_NODES = 65
"""A path has at most 64 nibbles, and a leaf."""
MAX_NODE_OCTETS = 1024
_NOTHING = "the proof shows that there is nothing at the place asked for"


@dataclass(frozen=True, slots=True)
class ProofNodes:
    """The trie nodes of one slot's proof, each from its root down: of the account, and of the slot in its storage."""

    account: tuple[bytes, ...]
    storage: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenSlot:
    """A contract's code hash and the 32 octets of one of its slots, both under one state root."""

    code_hash: bytes
    value: bytes


def proof_nodes(answer: object) -> ProofNodes:
    """The nodes in an `eth_getProof` answer for one slot. Raises ProofRefused where it is not one, or too large."""
    if not isinstance(answer, Mapping):
        raise ProofRefused("the proof is not an object")
    proofs = answer.get("storageProof")
    if not isinstance(proofs, Sequence) or len(proofs) != 1 or not isinstance(proofs[0], Mapping):
        raise ProofRefused("one storage proof was expected")
    return ProofNodes(_nodes(answer.get("accountProof")), _nodes(proofs[0].get("proof")))


def prove_journal(nodes: ProofNodes, state_root: bytes, journal: JournalAt) -> bytes:
    """The journal's head under `state_root`. Raises ProofRefused, also where the journal's code is another."""
    proven = prove_slot(nodes, state_root, journal.address, journal.slot)
    if proven.code_hash != journal.code_hash:
        raise ProofRefused(
            f"the journal's code hash is {to_hex(proven.code_hash)}, the network file has {to_hex(journal.code_hash)}"
        )
    return proven.value


def prove_slot(nodes: ProofNodes, state_root: bytes, address: bytes, slot: int) -> ProvenSlot:
    """What the nodes prove about `slot` of `address`. Raises ProofRefused where they do not lead to `state_root`."""
    account = _decode(value_in_trie(state_root, keccak(address), nodes.account), "account")
    if not (isinstance(account, list) and len(account) == 4 and all(isinstance(item, bytes) for item in account)):
        raise ProofRefused("the proven account does not have its four fields")
    _, _, storage_root, code_hash = account
    value = _decode(value_in_trie(storage_root, keccak(slot.to_bytes(32, "big")), nodes.storage), "slot")
    if not isinstance(value, bytes) or len(value) > 32:
        raise ProofRefused("the proven slot does not hold one word")
    return ProvenSlot(code_hash, value.rjust(32, b"\0"))


def value_in_trie(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes:
    """The octets at `key` under `root`, as a Merkle Patricia trie keeps them (Ethereum yellow paper, appendix D).

    Raises ProofRefused unless the nodes are those of the path, root first, and something is there.
    """
    left, path = list(reversed(nodes)), _nibbles(key)
    node = _next(left, root)
    while True:
        ends, skipped, child = _child(node, path)
        path = path[skipped:]
        if ends:
            break
        # A child of less than 32 octets is written out in its parent.
        node = child if isinstance(child, list) else _next(left, child)
    if left:
        raise ProofRefused(f"the proof has {len(left)} nodes more than its path")
    if path or not isinstance(child, bytes) or not child:
        raise ProofRefused(_NOTHING)
    return child


def _nodes(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_NODES:
        raise ProofRefused(f"a proof has 1 to {MAX_NODES} nodes")
    try:
        nodes = tuple(octets(node) for node in value)
    except ValueError as e:
        raise ProofRefused(f"a node of the proof: {e}") from e
    if any(len(node) > MAX_NODE_OCTETS for node in nodes):
        raise ProofRefused(f"a node of a proof has at most {MAX_NODE_OCTETS} octets")
    return nodes


def _next(left: list[bytes], reference: bytes) -> list[Any]:
    """The next node, which must be the one that its parent, or the root, refers to."""
    if not reference:
        raise ProofRefused(_NOTHING)
    if not left or keccak(left[-1]) != reference:
        raise ProofRefused("the proof does not lead to the root it is given for")
    node = _decode(left.pop(), "node")
    if not isinstance(node, list):
        raise ProofRefused("a node of the proof is not a list")
    return node


def _child(node: list[Any], path: tuple[int, ...]) -> tuple[bool, int, Any]:
    """Whether the path ends at this node, how many nibbles it takes of the path, and the value or the next node."""
    if len(node) == 17 and path:
        return False, 1, node[path[0]]
    if len(node) != 2 or not isinstance(node[0], bytes) or not node[0]:
        raise ProofRefused("a node of the proof is neither branch, extension nor leaf")
    flags, *rest = _nibbles(node[0])
    shared = tuple(rest if flags & 1 else rest[1:])
    if path[: len(shared)] != shared:
        raise ProofRefused(_NOTHING)
    return bool(flags & 2), len(shared), node[1]


def _nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(half for octet in key for half in (octet >> 4, octet & 15))


def _decode(value: bytes, what: str) -> object:
    try:
        return rlp.decode(value)
    except (rlp.exceptions.RLPException, RecursionError) as e:
        raise ProofRefused(f"the proven {what} is not RLP") from e
