"""A node's block as the checkpoint of a renewed network file, where no replica can say it: after a contradiction.

What can be checked is checked here. That this is the side to take is said by the people who compare the hash by voice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import takewhile

from ledger.checkpoints import branch_after, checkpoint_of, sealed_by_itself
from ledger.errors import CheckpointTooOld, HeaderNotSealed, NotProven, NotRenewable, OtherNetwork
from ledger.headers import CliqueHeader
from ledger.light_client import (
    SealedHeader,
    Trusted,
    clique_header_of_block,
    depth,
    header_of_block,
    reach,
    require_recent,
    settle,
)
from ledger.network_file import Checkpoint, NetworkFile
from ledger.proofs import proof_nodes, prove_journal
from ledger.rpc import Rpc

_MORE_THAN_SETTLE = 2
"""How many times the settling depth is asked for of a Clique node's newest headers."""


@dataclass(frozen=True, slots=True)
class NodeBlock:
    """The block, and why the old file's validators do not lead there; None where they do."""

    checkpoint: Checkpoint
    not_led_there: str | None


def block_of_node(rpc: Rpc, network: NetworkFile, number: int | None) -> NodeBlock:
    """The block of a number, or the newest that may be used. Raises SourceError, NotProven or NotRenewable.

    1. The node serves the network's chain.
    2. The header is sealed as the validators that it names must; with Clique it is settled.
    3. The network's journal is in its state.
    4. Whether the old file leads there is told, and decides nothing: it may be too old, or not say which side.
    """
    found = rpc.chain_id()
    if found != network.chain_id:  # 1
        raise OtherNetwork(f"the node serves chain {found}, {network.name!r} is {network.chain_id}")
    clique = network.engine == "clique"
    sealed = _settled(rpc, network, number) if clique else _sealed(rpc, number)  # 2
    journal = network.journal
    proof = proof_nodes(rpc.proof(journal.address, journal.slot, sealed.number))
    prove_journal(proof, sealed.state_root, journal)  # 3
    return NodeBlock(checkpoint_of(sealed), None if clique else _why_not_led(rpc, network, sealed))  # 4


def header_of_node(rpc: Rpc, network: NetworkFile, number: int) -> Checkpoint:
    """The block of a number as it is at the node, for comparing. Raises SourceError or NotProven."""
    if network.engine != "clique":
        return checkpoint_of(sealed_by_itself(header_of_block(rpc.header(number))))
    header = clique_header_of_block(rpc.header(number))
    return Checkpoint(header.number, header.hash, header.timestamp, network.checkpoint.validators)


def _sealed(rpc: Rpc, number: int | None) -> SealedHeader:
    header = header_of_block(rpc.header("latest" if number is None else number))
    if number not in {None, header.number}:
        raise HeaderNotSealed(f"header {number} was asked for, {header.number} came")
    return sealed_by_itself(header)


def _why_not_led(rpc: Rpc, network: NetworkFile, sealed: SealedHeader) -> str | None:
    trusted = Trusted.by_checkpoint(network)
    try:
        require_recent(trusted, int(time.time()))
        reach(trusted, header_of_block(rpc.header(sealed.number)), lambda number: header_of_block(rpc.header(number)))
    except (CheckpointTooOld, NotProven) as e:
        return str(e)
    return None


def _settled(rpc: Rpc, network: NetworkFile, number: int | None) -> SealedHeader:
    """Of the signers that the old file names, who never change."""
    signers = network.checkpoint.validators
    looked_at = _MORE_THAN_SETTLE * depth(len(signers))
    newest = rpc.quantity("eth_blockNumber")
    first = newest - looked_at if number is None else number - 1
    before = clique_header_of_block(rpc.header(max(first, 0)))
    trusted = Trusted(before.number, before.hash, before.timestamp, signers)
    headers = branch_after(rpc, trusted, min(newest, trusted.number + looked_at))
    if number is not None:  # as if that were the newest that may be settled
        headers = list(takewhile(lambda each: _is_needed(each, number, len(signers)), headers))
    settled = settle(trusted, headers)
    if settled is None or number not in {None, settled.header.number}:
        raise NotRenewable(f"block {newest if number is None else number} of the node is not settled yet")
    return settled.header


def _is_needed(header: CliqueHeader, number: int, signers: int) -> bool:
    return header.number <= number + depth(signers)
