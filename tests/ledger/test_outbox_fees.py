"""The outbox where gas costs something: too low a fee sends nothing, what waits for ever gets in with a higher one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ledger import Account, Fees, NodeUnavailable, Outbox
from ledger.outbox.tables import transactions
from tests.ledger.door import Unreached
from tests.ledger.outbox_desk import NOTHING, Desk, sending
from tests.ledger.priced_node import PricedNode

ENOUGH = Fees.up_to(15)
"""Twice the base fee, and the tip."""


@pytest.fixture
def node(desk: Desk) -> Iterator[PricedNode]:
    made = PricedNode(base_fee=7)
    desk.door.instead = made.answer
    yield made
    desk.door.honest()


@pytest.fixture
def account() -> Account:
    return Account.create()


def offering(desk: Desk, fees: Fees) -> Desk:
    """The same books, opened again with another setting."""
    desk.outbox = Outbox(desk.engine, desk.world.network, fees=fees)
    return desk


def sent_for_nothing(desk: Desk, node: PricedNode, account: Account, *references: str) -> list[str]:
    """Calls that an earlier program sent although they offer nothing; gives their hashes."""
    node.base_fee, node.sealing, asked = 0, False, node.base_fee
    for reference in references:
        desk.enqueue(reference, NOTHING, account)
    assert desk.deliver(signers=[account]).fee_too_low is None
    node.base_fee, node.sealing = asked, True
    assert desk.states() == ["sent"] * len(references)
    return list(node.pool.values())


def hashes(desk: Desk) -> list[str]:
    with desk.engine.connect() as connection:
        return [
            "0x" + each.hex() for each in connection.scalars(select(transactions.c.hash).order_by(transactions.c.id))
        ]


@pytest.mark.parametrize("offered", [0, 7, 14])
def test_with_too_low_a_fee_nothing_is_sent_and_the_least_is_told(
    desk: Desk, node: PricedNode, account: Account, offered: int
) -> None:
    offering(desk, Fees.up_to(offered)).enqueue("a", NOTHING, account)
    delivery = desk.deliver(signers=[account])
    assert (delivery.settled, delivery.waiting, desk.states()) == (0, 1, ["queued"])
    assert delivery.fee_too_low is not None
    assert "gas costs 7 wei" in delivery.fee_too_low
    assert "at least 15" in delivery.fee_too_low
    assert "max_fee_per_gas" in delivery.fee_too_low
    assert delivery.problems == (f"nothing: {delivery.fee_too_low}",)
    assert node.offers == {}


def test_with_enough_it_is_sent_as_it_was_signed(desk: Desk, node: PricedNode, account: Account) -> None:
    offering(desk, ENOUGH).enqueue("a", NOTHING, account)
    signed = hashes(desk)
    desk.until_empty()
    assert (desk.told, node.mined) == (["a"], signed)


def test_what_was_queued_with_too_low_a_fee_goes_once_the_setting_is_mended(
    desk: Desk, node: PricedNode, account: Account
) -> None:
    for name in "abc":
        desk.enqueue(name, NOTHING, account)
    assert desk.deliver(signers=[account]).waiting == 3
    offering(desk, ENOUGH)
    delivery = desk.deliver(signers=[account])
    assert (delivery.fee_too_low, delivery.problems) == (None, ())
    desk.until_empty()
    assert desk.told == ["a", "b", "c"]
    assert list(node.offers) == node.mined
    assert set(node.offers.values()) == {ENOUGH}


def test_what_was_queued_goes_by_itself_once_gas_costs_less(desk: Desk, node: PricedNode, account: Account) -> None:
    desk.enqueue("a", NOTHING, account)
    desk.deliver()
    node.base_fee = 0
    desk.until_empty()
    assert desk.told == ["a"]


def test_calls_that_wait_for_ever_are_replaced_by_the_same_ones_with_more(
    desk: Desk, node: PricedNode, account: Account
) -> None:
    stuck = sent_for_nothing(desk, node, account, "a", "b")
    delivery = desk.deliver(signers=[account])
    assert delivery.fee_too_low is not None
    assert list(node.pool.values()) == stuck
    offering(desk, ENOUGH).deliver(signers=[account])
    desk.until_empty()
    assert desk.told == ["a", "b"]
    assert len(node.mined) == 2
    assert not set(stuck) & set(node.mined)


def test_a_call_that_got_in_as_it_was_first_signed_is_known_and_settled_once(
    desk: Desk, node: PricedNode, account: Account
) -> None:
    """The fee falls after all, and another host seals the earlier transaction before it hears of the later one."""
    stuck = sent_for_nothing(desk, node, account, "a")
    node.sealing = False
    offering(desk, ENOUGH).deliver(signers=[account])
    assert len(node.offers) == 2
    node.pool.clear()
    node.mined = stuck
    desk.until_empty()
    assert desk.told == ["a"]
    ((_, receipt),) = desk.settled
    assert "0x" + receipt.transaction.hex() == stuck[0]
    assert len(node.offers) == 2


def test_one_that_got_in_as_it_was_before_the_other_could_be_sent_is_settled_too(
    desk: Desk, node: PricedNode, account: Account
) -> None:
    """Refused with a nonce that is used up: by the same call, so nothing is wrong."""
    stuck = sent_for_nothing(desk, node, account, "a")

    def meanwhile(method: str, params: list[Any]) -> Any:
        if sending(method):
            node.pool.clear()
            node.mined = stuck
            raise Unreached
        return node.answer(method, params)

    desk.door.instead = meanwhile
    offering(desk, ENOUGH)
    with pytest.raises(NodeUnavailable):
        desk.deliver(signers=[account])
    desk.door.instead = node.answer
    desk.until_empty()
    assert (desk.told, len(node.offers)) == (["a"], 1)


def test_a_replacement_that_never_arrived_is_sent_again(desk: Desk, node: PricedNode, account: Account) -> None:
    """Signed, stored, and then the request was lost, or the program killed."""
    (stuck,) = sent_for_nothing(desk, node, account, "a")
    desk.door.instead = lambda method, params: _unreached() if sending(method) else node.answer(method, params)
    offering(desk, ENOUGH)
    with pytest.raises(NodeUnavailable):
        desk.deliver(signers=[account])
    signed = hashes(desk)
    assert signed != [stuck]
    desk.door.instead = node.answer
    desk.until_empty()
    assert (desk.told, node.mined) == (["a"], signed)


def test_without_the_accounts_key_nothing_is_signed_and_it_is_told(
    desk: Desk, node: PricedNode, account: Account
) -> None:
    stuck = sent_for_nothing(desk, node, account, "a")
    assert offering(desk, ENOUGH).deliver().fee_too_low is not None
    assert hashes(desk) == stuck


def test_where_gas_is_free_nothing_changes(desk: Desk, account: Account) -> None:
    def no_base_fee(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber":
            return {name: value for name, value in result.items() if name != "baseFeePerGas"}
        return result

    desk.enqueue("a", NOTHING, account)
    signed = hashes(desk)
    desk.until_empty()
    desk.door.lie = no_base_fee
    desk.enqueue("b", NOTHING, account)
    desk.until_empty()
    assert desk.told == ["a", "b"]
    assert hashes(desk)[:1] == signed


def test_a_call_that_is_in_a_block_already_is_not_signed_anew(desk: Desk, node: PricedNode, account: Account) -> None:
    """Its block has not enough on top of it yet, and gas costs more meanwhile (Clique)."""
    network = desk.world.network
    checkpoint = replace(network.checkpoint, validators=(b"\x01" * 20, b"\x02" * 20))
    desk.outbox = Outbox(desk.engine, replace(network, engine="clique", checkpoint=checkpoint))
    desk.door.instead = lambda method, params: "0x1" if method == "eth_blockNumber" else node.answer(method, params)
    (sent,) = sent_for_nothing(desk, node, account, "a")
    node.pool.clear()
    node.mined = [sent]
    delivery = desk.deliver(signers=[account])
    assert (delivery.fee_too_low, delivery.waiting, hashes(desk)) == (None, 1, [sent])


def _unreached() -> None:
    raise Unreached
