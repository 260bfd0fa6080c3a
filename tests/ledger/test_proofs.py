"""Storage proofs recorded from a live network, and what is made of changed ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from ledger.errors import ProofRefused
from ledger.network_file import JournalAt
from ledger.proofs import MAX_NODES, ProofNodes, ProvenSlot, proof_nodes, prove_journal, prove_slot, value_in_trie

VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/qbft-headers.json").read_text())
BLOCKS = {int(block["number"], 16): block for block in VECTORS["headers"]}
CONTRACT = bytes.fromhex(VECTORS["contract"][2:])


def one_slot(recorded: dict[str, Any], index: int) -> tuple[dict[str, Any], int, bytes]:
    """A recorded answer as if only its slot `index` had been asked for, the slot, and the state root."""
    answer = copy.deepcopy(recorded["proof"])
    answer["storageProof"] = [answer["storageProof"][index]]
    root = bytes.fromhex(BLOCKS[int(recorded["blockNumber"], 16)]["stateRoot"][2:])
    return answer, int(answer["storageProof"][0]["key"], 16), root


CASES = [
    (recorded, index)
    for recorded in VECTORS["proofs"]
    for index, proof in enumerate(recorded["proof"]["storageProof"])
    if int(proof["value"], 16)
]
GOOD = one_slot(*CASES[0])


def prove(answer: object, root: bytes, address: bytes, slot: int) -> ProvenSlot:
    return prove_slot(proof_nodes(answer), root, address, slot)


@pytest.mark.parametrize(("recorded", "index"), CASES)
def test_a_recorded_proof_proves_its_value_and_code(recorded: dict[str, Any], index: int) -> None:
    answer, slot, root = one_slot(recorded, index)
    proven = prove(answer, root, CONTRACT, slot)
    assert int.from_bytes(proven.value, "big") == int(answer["storageProof"][0]["value"], 16)
    assert proven.code_hash.hex() == answer["codeHash"][2:]


def test_what_the_answer_says_beside_its_nodes_is_not_believed() -> None:
    answer, slot, root = copy.deepcopy(GOOD)
    right = prove(answer, root, CONTRACT, slot)
    answer["codeHash"] = answer["storageHash"] = "0x" + "00" * 32
    answer["storageProof"][0]["value"] = "0x1234"
    assert prove(answer, root, CONTRACT, slot) == right


def test_a_slot_never_written_is_refused() -> None:
    recorded = VECTORS["proofs"][-1]
    empty = next(i for i, proof in enumerate(recorded["proof"]["storageProof"]) if not int(proof["value"], 16))
    answer, slot, root = one_slot(recorded, empty)
    with pytest.raises(ProofRefused, match="nothing at the place"):
        prove(answer, root, CONTRACT, slot)


def test_another_state_root_is_refused() -> None:
    answer, slot, root = GOOD
    with pytest.raises(ProofRefused):
        prove(answer, bytes(32), CONTRACT, slot)
    with pytest.raises(ProofRefused):
        prove(answer, root[:-1] + bytes([root[-1] ^ 1]), CONTRACT, slot)


def test_another_contract_or_slot_is_refused() -> None:
    answer, slot, root = GOOD
    with pytest.raises(ProofRefused):
        prove(answer, root, bytes(20), slot)
    with pytest.raises(ProofRefused):
        prove(answer, root, CONTRACT, slot + 12345)


def all_nodes(case: tuple[dict[str, Any], int]) -> tuple[ProofNodes, int, bytes]:
    answer, slot, root = one_slot(*case)
    return proof_nodes(answer), slot, root


def refused(account: tuple[bytes, ...], storage: tuple[bytes, ...], root: bytes, slot: int) -> bool:
    try:
        prove_slot(ProofNodes(account, storage), root, CONTRACT, slot)
    except ProofRefused:
        return True
    return False


def changed_nodes(nodes: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """The nodes with one octet changed, in every place, in three ways."""
    for number, node in enumerate(nodes):
        for place in range(len(node)):
            for change in (0x01, 0x80, 0xFF):
                octets = bytearray(node)
                octets[place] ^= change
                yield (*nodes[:number], bytes(octets), *nodes[number + 1 :])


@pytest.mark.parametrize("case", CASES)
def test_every_changed_octet_of_a_node_is_refused(case: tuple[dict[str, Any], int]) -> None:
    nodes, slot, root = all_nodes(case)
    assert not refused(nodes.account, nodes.storage, root, slot)
    assert all(refused(account, nodes.storage, root, slot) for account in changed_nodes(nodes.account))
    assert all(refused(nodes.account, storage, root, slot) for storage in changed_nodes(nodes.storage))


def other_lists(nodes: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """The nodes with one more, one less, or in another order."""
    for number in range(len(nodes) + 1):
        yield (*nodes[:number], b"\xc0", *nodes[number:])
        yield (*nodes[:number], nodes[-1], *nodes[number:])
    for number in range(len(nodes)):
        yield (*nodes[:number], *nodes[number + 1 :])
    yield from (permuted for permuted in permutations(nodes) if permuted != nodes)


@pytest.mark.parametrize("case", CASES)
def test_a_proof_has_one_form(case: tuple[dict[str, Any], int]) -> None:
    """Nodes beside the path would be octets that nobody checks."""
    nodes, slot, root = all_nodes(case)
    assert all(refused(account, nodes.storage, root, slot) for account in other_lists(nodes.account))
    assert all(refused(nodes.account, storage, root, slot) for storage in other_lists(nodes.storage))


def test_proofs_of_a_longer_path_are_among_the_recorded() -> None:
    assert {len(all_nodes(case)[0].storage) for case in CASES} == {2, 3}


def test_a_journal_of_other_code_is_refused() -> None:
    nodes, slot, root = all_nodes(CASES[0])
    proven = prove_slot(nodes, root, CONTRACT, slot)
    assert prove_journal(nodes, root, JournalAt(CONTRACT, proven.code_hash, slot)) == proven.value
    with pytest.raises(ProofRefused, match="code hash"):
        prove_journal(nodes, root, JournalAt(CONTRACT, bytes(32), slot))


keys = st.binary(min_size=32, max_size=32)
values = st.binary(min_size=1, max_size=32)


@settings(max_examples=60, deadline=None)
@given(stored=st.dictionaries(keys, values, min_size=1, max_size=40), absent=keys, data=st.data())
def test_proofs_of_any_trie_are_read_as_the_tries_own_library_writes_them(
    stored: dict[bytes, bytes], absent: bytes, data: st.DataObject
) -> None:
    """Keys that share long beginnings too, so that extensions and nodes inside nodes occur."""
    base = data.draw(st.sampled_from(sorted(stored)))
    stored = {**stored, base[:-1] + bytes([base[-1] ^ 1]): b"\x01", base[:-2] + bytes(2): b"\x02"}
    trie = HexaryTrie({})
    for key, value in stored.items():
        trie[key] = value
    key = data.draw(st.sampled_from([*sorted(stored), absent]))
    nodes = [rlp.encode(node) for node in trie.get_proof(key)]
    apart = [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]
    if key in stored:
        assert value_in_trie(trie.root_hash, key, apart) == stored[key]
    else:
        with pytest.raises(ProofRefused, match="nothing at the place"):
            value_in_trie(trie.root_hash, key, apart)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "0x",
        {},
        {"accountProof": []},
        {"accountProof": [1]},
        {"accountProof": ["0x1"]},
        {"accountProof": ["0x"]},
        {"accountProof": ["0xc0"] * (MAX_NODES + 1)},
        {"accountProof": ["0x" + "00" * 2000]},
        {**GOOD[0], "storageProof": []},
        {**GOOD[0], "storageProof": [None]},
        {**GOOD[0], "storageProof": GOOD[0]["storageProof"] * 2},
        {**GOOD[0], "storageProof": [{"proof": []}]},
    ],
)
def test_what_is_no_proof_is_refused(answer: object) -> None:
    with pytest.raises(ProofRefused):
        prove(answer, GOOD[2], CONTRACT, GOOD[1])


@pytest.mark.parametrize("nodes", [ProofNodes((), ()), ProofNodes((b"",), (b"",)), ProofNodes((b"\xc0",), ())])
def test_nodes_that_prove_nothing_are_refused(nodes: ProofNodes) -> None:
    with pytest.raises(ProofRefused):
        prove_slot(nodes, GOOD[2], CONTRACT, GOOD[1])
