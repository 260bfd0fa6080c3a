"""Storage proofs recorded from a live network, and what is made of changed ones."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import ProofRefused
from ledger.proofs import MAX_NODES, prove_slot

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


@pytest.mark.parametrize(("recorded", "index"), CASES)
def test_a_recorded_proof_proves_its_value_and_code(recorded: dict[str, Any], index: int) -> None:
    answer, slot, root = one_slot(recorded, index)
    proven = prove_slot(answer, root, CONTRACT, slot)
    assert int.from_bytes(proven.value, "big") == int(answer["storageProof"][0]["value"], 16)
    assert proven.code_hash.hex() == answer["codeHash"][2:]


def test_what_the_answer_says_beside_its_nodes_is_not_believed() -> None:
    answer, slot, root = copy.deepcopy(GOOD)
    right = prove_slot(answer, root, CONTRACT, slot)
    answer["codeHash"] = answer["storageHash"] = "0x" + "00" * 32
    answer["storageProof"][0]["value"] = "0x1234"
    assert prove_slot(answer, root, CONTRACT, slot) == right


def test_a_slot_never_written_is_refused() -> None:
    recorded = VECTORS["proofs"][-1]
    empty = next(i for i, proof in enumerate(recorded["proof"]["storageProof"]) if not int(proof["value"], 16))
    answer, slot, root = one_slot(recorded, empty)
    with pytest.raises(ProofRefused, match="nothing at the place"):
        prove_slot(answer, root, CONTRACT, slot)


def test_another_state_root_is_refused() -> None:
    answer, slot, root = GOOD
    with pytest.raises(ProofRefused):
        prove_slot(answer, bytes(32), CONTRACT, slot)
    with pytest.raises(ProofRefused):
        prove_slot(answer, root[:-1] + bytes([root[-1] ^ 1]), CONTRACT, slot)


def test_another_contract_or_slot_is_refused() -> None:
    answer, slot, root = GOOD
    with pytest.raises(ProofRefused):
        prove_slot(answer, root, bytes(20), slot)
    with pytest.raises(ProofRefused):
        prove_slot(answer, root, CONTRACT, slot + 12345)


@pytest.mark.parametrize("place", ["accountProof", "storageProof"])
def test_every_changed_octet_of_a_node_is_refused(place: str) -> None:
    answer, slot, root = GOOD
    nodes = answer[place] if place == "accountProof" else answer[place][0]["proof"]
    for number, node in enumerate(nodes):
        for at in range(2, len(node), 16):
            changed = copy.deepcopy(answer)
            bad = node[:at] + ("0" if node[at] != "0" else "1") + node[at + 1 :]
            target = changed[place] if place == "accountProof" else changed[place][0]["proof"]
            target[number] = bad
            with pytest.raises(ProofRefused):
                prove_slot(changed, root, CONTRACT, slot)


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
        prove_slot(answer, GOOD[2], CONTRACT, GOOD[1])
