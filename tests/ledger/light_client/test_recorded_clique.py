"""The Clique rules against a live network of four geth nodes that was parted for two blocks and healed."""

from __future__ import annotations

import json

import pytest

from ledger.errors import DoesNotFollow
from ledger.headers import CliqueHeader
from ledger.light_client import SealedHeader, Trusted, clique_header_of_block, depth, settle
from tests.ledger.light_client.recorded import VECTORS

RECORDED = json.loads((VECTORS / "clique-recorded.json").read_text())
CHAIN = [clique_header_of_block(block) for block in RECORDED["headers"]]
(LOST,) = [clique_header_of_block(block) for block in RECORDED["left_behind"]]
PARTED = 10
GENESIS = Trusted(0, CHAIN[0].hash, CHAIN[0].timestamp, CHAIN[0].named_signers)
DEPTH = depth(4)


def settled(headers: list[CliqueHeader], trusted: Trusted = GENESIS) -> SealedHeader:
    found = settle(trusted, headers)
    assert found is not None
    return found.header


def test_the_genesis_lists_the_four_signers() -> None:
    assert len(set(GENESIS.validators)) == 4
    assert {header.signer for header in CHAIN[1:]} == set(GENESIS.validators)


@pytest.mark.parametrize("newest", range(DEPTH + 1, len(CHAIN)))
def test_every_beginning_of_the_chain_settles_to_its_depth(newest: int) -> None:
    header = settled(CHAIN[1 : newest + 1])
    assert header.number == newest - DEPTH
    assert header.hash.hex() == RECORDED["headers"][newest - DEPTH]["hash"][2:]
    assert header.state_root.hex() == RECORDED["headers"][newest - DEPTH]["stateRoot"][2:]


def test_the_chain_is_followed_from_settled_block_to_settled_block() -> None:
    trusted, numbers = GENESIS, []
    for newest in range(1, len(CHAIN)):
        found = settle(trusted, CHAIN[trusted.number + 1 : newest + 1])
        if found is not None:
            trusted = found.header.trusted
            numbers.append(trusted.number)
    assert numbers == list(range(1, len(CHAIN) - DEPTH))


def test_both_branches_hold_and_the_longer_is_heavier() -> None:
    before = CHAIN[1:PARTED]
    lost, kept = settle(GENESIS, [*before, LOST]), settle(GENESIS, CHAIN[1 : PARTED + 2])
    assert lost is not None
    assert kept is not None
    assert LOST.number == PARTED
    assert LOST.hash != CHAIN[PARTED].hash
    assert kept.tip_weight > lost.tip_weight


def test_what_was_settled_before_the_partition_is_on_both_branches() -> None:
    assert settled([*CHAIN[1:PARTED], LOST]) == settled(CHAIN[1 : PARTED + 1])


def test_who_trusts_the_lost_branch_is_told_that_the_other_does_not_follow() -> None:
    trusted = Trusted(PARTED, LOST.hash, LOST.timestamp, GENESIS.validators)
    with pytest.raises(DoesNotFollow) as refused:
        settle(trusted, CHAIN[PARTED + 1 :])
    assert refused.value.number == PARTED + 1
