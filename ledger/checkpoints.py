"""The checkpoint of a new network file: a block after the deployment, as the deployer's own node gives it.

Whoever deploys trusts their own node here; everybody after them trusts the file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.errors import HeaderNotSealed, MalformedAnswer, OtherEngine, TransactionNotFinal
from ledger.headers import MIX_HASH, CliqueHeader, Header, MalformedHeader, parse_extra
from ledger.light_client import (
    SealedHeader,
    Trusted,
    check_header,
    clique_header_of_block,
    header_of_block,
    settle,
)
from ledger.network_file import Checkpoint, Engine
from ledger.receipts import receipt_of
from ledger.rpc import Rpc

_POLL_SECONDS = 0.5


def require_engine(rpc: Rpc, engine: Engine) -> None:
    """Looks at the newest block, before anything is sent. Raises OtherEngine unless it has the engine's form.

    The embedded engine is QBFT with one validator. Who sealed the block is not looked at here.
    """
    newest = rpc.header()
    validators = _qbft_validators(newest)
    if validators is None and not _is_clique(newest):
        raise OtherEngine("the node's newest block has neither QBFT's form nor Clique's; nothing was sent")
    fitting = ("clique",) if validators is None else ("embedded", "qbft") if validators == 1 else ("qbft",)
    if engine not in fitting:
        named = " or ".join(f"--engine {each}" for each in fitting)
        raise OtherEngine(f"the engine of this node's chain is not {engine}: deploy with {named}; nothing was sent")


def _qbft_validators(block: Mapping[str, Any]) -> int | None:
    """How many a QBFT block names; None for a block of another form."""
    try:
        header = Header.from_json(block)
        return len(parse_extra(header.extra_data).validators) if header.mix_hash == MIX_HASH else None
    except MalformedHeader:
        return None


def _is_clique(block: Mapping[str, Any]) -> bool:
    try:
        header = CliqueHeader.from_json(block)
        return header.mix_hash == bytes(32) and header.named_signers is not None
    except MalformedHeader:
        return False


def find_checkpoint(
    rpc: Rpc, engine: Engine, transactions: Sequence[bytes], timeout_seconds: float
) -> tuple[SealedHeader, int]:
    """A sealed header after all of `transactions`, and the block of the first of them.

    QBFT and embedded: the newest block. Clique: waits until the transactions are settled, wherever a reorganisation
    moved them. Raises TransactionNotFinal where that takes longer, SourceError, NotProven.
    """
    give_up = time.monotonic() + timeout_seconds
    signers = _signers(rpc.header(0)) if engine == "clique" else None
    while True:
        blocks = _blocks(rpc, transactions)
        if blocks is not None:
            header = (
                sealed_by_itself(header_of_block(rpc.header()))
                if signers is None
                else _settled(rpc, signers, blocks[0] - 1)
            )
            if header is not None and header.number >= blocks[-1] and _blocks(rpc, transactions) == blocks:
                return header, blocks[0]
        if time.monotonic() > give_up:
            raise TransactionNotFinal("the deployment's blocks were not final in time")
        time.sleep(_POLL_SECONDS)


def checkpoint_of(header: SealedHeader) -> Checkpoint:
    return Checkpoint(header.number, header.hash, header.time, header.validators)


def sealed_by_itself(header: Header) -> SealedHeader:
    """The header, if the validators that it names sealed it: who they are is for somebody else to believe.

    Raises HeaderNotSealed.
    """
    try:
        named = parse_extra(header.extra_data).validators
        trusted = Trusted(header.number, header.hash, header.timestamp, named)
    except (MalformedHeader, ValueError) as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e
    return check_header(header, trusted)


def _settled(rpc: Rpc, signers: tuple[bytes, ...], after: int) -> SealedHeader | None:
    before = clique_header_of_block(rpc.header(after))
    trusted = Trusted(before.number, before.hash, before.timestamp, signers)
    settled = settle(trusted, branch_after(rpc, trusted, rpc.quantity("eth_blockNumber")))
    return settled.header if settled else None


def _signers(genesis: Mapping[str, Any]) -> tuple[bytes, ...]:
    try:
        named = CliqueHeader.from_json(genesis).named_signers
    except MalformedHeader as e:
        raise HeaderNotSealed(f"the genesis is not Clique's: {e}") from e
    if not named or len(set(named)) != len(named):
        raise HeaderNotSealed("the genesis is not Clique's: it names no signers, or one of them twice")
    return named


def branch_after(rpc: Rpc, trusted: Trusted, newest: int) -> list[CliqueHeader]:
    """A Clique node's headers after `trusted` up to `newest`; fewer where it changes its branch meanwhile."""
    headers: list[CliqueHeader] = []
    parent = trusted.hash
    for number in range(trusted.number + 1, newest + 1):
        try:
            header = clique_header_of_block(rpc.header(number))
        except MalformedAnswer:  # gone: the node's new branch is shorter, if heavier
            break
        if header.parent_hash != parent:
            break
        headers.append(header)
        parent = header.hash
    return headers


def _blocks(rpc: Rpc, transactions: Sequence[bytes]) -> list[int] | None:
    """The block of each transaction, in order of blocks; None where one is in none now, as in a reorganisation."""
    receipts = [receipt_of(rpc, each) for each in transactions]
    found = [receipt.block for receipt in receipts if receipt is not None]
    return sorted(found) if len(found) == len(receipts) else None
