"""The outbox on a network whose blocks can be taken back: it waits longer, and sends again what a branch took along."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak
from sqlalchemy import Engine, select

from ledger import Account, Call, Outbox, Rpc
from ledger.outbox.tables import transactions
from ledger.receipts import receipt_of
from tests.fixtures_ledger import World
from tests.ledger.door import FORWARD
from tests.ledger.outbox_desk import NOTHING, Desk, sending

DEPTH = 4
"""Two rounds of floor(2/2) + 1 blocks."""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk that was told that the node is one of a Clique network with two signers."""
    network = desk.world.network
    checkpoint = replace(network.checkpoint, validators=(b"\x01" * 20, b"\x02" * 20))
    desk.outbox = Outbox(desk.engine, replace(network, engine="clique", checkpoint=checkpoint))
    return desk


class LostBranch:
    """What a node says while it is on a branch that will be taken back: all that it is sent lies in one block."""

    def __init__(self, number: int) -> None:
        self.number, self.hashes = number, set[str]()

    def answer(self, method: str, params: list[Any]) -> Any:
        block = {"hash": "0x" + "aa" * 32}
        if sending(method):
            self.hashes.add("0x" + keccak(bytes.fromhex(params[0][2:])).hex())
            return params[0]
        if method == "eth_blockNumber":
            return hex(self.number + DEPTH)
        if method == "eth_getBlockByNumber":
            return block
        if method == "eth_getTransactionReceipt" and params[0] in self.hashes:
            place = {"blockNumber": hex(self.number), "blockHash": block["hash"], "transactionHash": params[0]}
            return {**place, "gasUsed": "0x1", "status": "0x1", "logs": []}
        return FORWARD


def blocks_on_top(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.world.send(Account.create(), Call(bytes(19) + b"\x04", bytes([number]), 30_000, "another block"))


def sent_hash(desk: Desk) -> bytes:
    with desk.engine.connect() as connection:
        return connection.scalars(select(transactions.c.hash)).one()


def bury(desk: Desk) -> None:
    """Blocks on top until all is settled; one block may take several transactions."""
    for _ in range(3 * DEPTH):
        blocks_on_top(desk, 1)
        if desk.deliver().waiting == 0:
            return
    raise AssertionError("calls still wait")


def test_a_call_is_settled_only_under_two_rounds_of_signers(desk: Desk) -> None:
    desk.enqueue("a")
    desk.deliver()
    transaction = sent_hash(desk)
    while (receipt := receipt_of(desk.rpc, transaction)) is None:
        time.sleep(0.05)
    while desk.rpc.quantity("eth_blockNumber") < receipt.block + DEPTH:
        assert desk.deliver().waiting == 1
        assert desk.told == []
        blocks_on_top(desk, 1)
    assert desk.deliver().waiting == 0
    assert desk.told == ["a"]


def test_what_lay_in_a_block_that_was_taken_back_is_sent_again(desk: Desk) -> None:
    with Rpc(desk.world.url) as rpc:
        branch = LostBranch(rpc.quantity("eth_blockNumber"))
    desk.enqueue("a")
    desk.enqueue("b")
    desk.door.instead = branch.answer
    desk.until_empty()
    assert desk.told == ["a", "b"]
    assert desk.deliver().settled == 0
    desk.door.honest()
    assert desk.deliver().waiting == 2
    bury(desk)
    assert desk.told == ["a", "b", "a", "b"]


def test_what_another_branch_holds_too_is_not_sent_twice(desk: Desk) -> None:
    """Its own node took the calls over from the branch that it left: they lie in another block now."""
    desk.enqueue("a")
    desk.deliver()
    bury(desk)
    (_, receipt), sends = desk.settled[0], desk.door.calls.count("eth_sendRawTransaction")
    desk.door.lie = lambda method, params, result: (
        {**result, "hash": "0x" + "bb" * 32} if method == "eth_getBlockByNumber" else result
    )
    desk.deliver()
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["a", "a"]
    assert desk.settled[1][1] == receipt
    assert desk.door.calls.count("eth_sendRawTransaction") == sends


def test_a_node_that_is_behind_takes_nothing_back(desk: Desk) -> None:
    desk.enqueue("a")
    desk.deliver()
    bury(desk)
    desk.door.instead = lambda method, params: None if method == "eth_getBlockByNumber" else FORWARD
    assert desk.deliver() == desk.deliver()
    assert (desk.states(), desk.told) == (["settled"], ["a"])


def test_where_blocks_are_final_nothing_is_looked_at_again(ledger_world: World, desk: Desk, engine: Engine) -> None:
    desk.outbox = Outbox(engine, ledger_world.network)
    desk.enqueue("a", NOTHING, Account.create())
    desk.until_empty()
    assert "eth_blockNumber" not in desk.door.calls


def test_a_nonce_counts_as_used_up_only_in_a_settled_block(desk: Desk) -> None:
    """The branch that has the call's nonce may go again: nothing is signed anew for it."""
    account = Account.create()
    desk.enqueue("a", NOTHING, account)
    with desk.engine.connect() as connection:
        signed = connection.scalars(select(transactions.c.raw)).one()
    desk.world.send(account, Call(bytes(19) + b"\x04", b"", 30_000, "of a branch that will go"))
    delivery = desk.deliver(signers=[account])
    assert delivery.waiting == 1
    with desk.engine.connect() as connection:
        assert connection.scalars(select(transactions.c.raw)).one() == signed
    blocks_on_top(desk, DEPTH + 1)
    desk.deliver(signers=[account])
    with desk.engine.connect() as connection:
        assert connection.scalars(select(transactions.c.raw)).one() != signed
    bury(desk)
    assert desk.told == ["a"]
