"""A pack of headers and a proof that a live QBFT network made, through two changes of its validators."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from ledger.errors import HeaderNotSealed, JournalMismatch, ProofRefused, TooFewTrusted
from ledger.network_file import Checkpoint, JournalAt, NetworkFile
from ledger.pack import Mark, Pack, Span, check_pack, prove_packs
from ledger.pack.container import write_pack
from ledger.proofs import proof_nodes, prove_slot
from ledger.replica.update import Known, Proof
from tests.ledger.light_client.recorded import GENESIS, HEADERS, RECORDED
from tests.ledger.pack.packs import WORLD

PROVEN: dict[str, Any] = RECORDED["proofs"][-1]
NUMBER = int(PROVEN["blockNumber"], 16)
NODES = proof_nodes(PROVEN["proof"] | {"storageProof": PROVEN["proof"]["storageProof"][:1]})
SLOT = int(PROVEN["proof"]["storageProof"][0]["key"], 16)
CONTRACT = bytes.fromhex(RECORDED["contract"][2:])
FOUND = prove_slot(NODES, HEADERS[NUMBER].state_root, CONTRACT, SLOT)
NETWORK: NetworkFile = replace(
    WORLD.network,
    checkpoint=Checkpoint(GENESIS.number, GENESIS.hash, HEADERS[1].timestamp - 1, GENESIS.validators),
    journal=JournalAt(CONTRACT, FOUND.code_hash, SLOT),
)
"""As if the recorded network's contract were the journal, and its counter the head."""


def pack(*path: int, header: bytes | None = None) -> Pack:
    steps = tuple(HEADERS[number].encode() for number in path)
    proof = Proof(header or HEADERS[NUMBER].encode(), NODES.account, NODES.storage, steps)
    start, end = Mark(0, NETWORK.first_head), Mark(1, FOUND.value)
    file = BytesIO()
    write_pack(file, Span(NETWORK.first_head, bytes(32), start, end), proof, WORLD.logs[:1], {})
    return Pack(file)


@pytest.mark.parametrize("path", [(), range(1, NUMBER), (13,), range(10, min(NUMBER, 20))])
def test_recorded_headers_prove_the_recorded_value(path: tuple[int, ...]) -> None:
    proven = prove_packs([pack(*path)], NETWORK, Known(), HEADERS[NUMBER].timestamp)
    assert proven is not None
    assert (proven.number, proven.hash, proven.head) == (NUMBER, HEADERS[NUMBER].hash, FOUND.value)
    assert proven.proof.path == ()  # none of them is needed


def test_events_that_nobody_recorded_do_not_lead_there() -> None:
    with pytest.raises(JournalMismatch):
        check_pack(pack(), NETWORK)


def test_another_recorded_header_does_not_carry_the_proof() -> None:
    with pytest.raises(ProofRefused):
        check_pack(pack(header=HEADERS[NUMBER - 1].encode()), NETWORK)


def test_an_altered_recorded_header_is_not_believed() -> None:
    octets = bytearray(HEADERS[NUMBER].encode())
    octets[-200] ^= 1
    with pytest.raises((HeaderNotSealed, TooFewTrusted)):
        check_pack(pack(header=bytes(octets)), NETWORK)
