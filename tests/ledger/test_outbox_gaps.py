"""An outbox at a node that says that nonces were used up which were not: nothing waits behind them for ever."""

from __future__ import annotations

from typing import Any

from ledger import Account, Rpc
from ledger.outbox.outbox import MOST_USED_ELSEWHERE
from tests.ledger.outbox_desk import NOTHING, Desk, sending


def say_that_nonces_were_used(desk: Desk, count: int) -> None:
    """Takes no transaction either, so that the outbox looks at the nonces."""

    def spoil(method: str, params: list[Any]) -> None:
        if sending(method):
            params[0] = "0x02"

    def lie(method: str, params: list[Any], result: Any) -> Any:
        return hex(int(result, 16) + count) if method == "eth_getTransactionCount" else result

    desk.door.before, desk.door.lie = spoil, lie


def next_nonce(desk: Desk) -> int:
    with Rpc(desk.world.url) as honest:
        return honest.nonce(desk.bureau.operator.address)


def test_nonces_that_a_node_lied_about_are_filled_and_everything_arrives_once(desk: Desk) -> None:
    desk.enqueue("before")
    desk.until_empty()
    first = next_nonce(desk)
    for name in "abc":
        desk.enqueue(name)
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[desk.bureau.operator])
    desk.door.honest()
    delivery = desk.deliver()
    assert delivery.waiting == 3
    assert "4 nonces before its own were never used" in delivery.problems[0]
    desk.until_empty(signers=[desk.bureau.operator])
    assert desk.told == ["before", "a", "b", "c"]
    assert all(receipt.succeeded for _, receipt in desk.settled)
    assert next_nonce(desk) == first + 4 + 3


def test_an_account_that_began_with_a_nonce_lied_about_is_filled_too(desk: Desk) -> None:
    account = Account.create()
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, 3)
    desk.enqueue("first", NOTHING, account)
    desk.until_empty(signers=[account])
    assert desk.told == ["first"]


def test_a_node_that_lacks_what_is_settled_is_behind_and_nothing_is_filled(desk: Desk) -> None:
    desk.enqueue("before")
    desk.until_empty()
    first = next_nonce(desk)
    desk.enqueue("a")
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[desk.bureau.operator])
    desk.door.honest()
    desk.door.lie = lambda method, params, result: hex(first - 1) if method == "eth_getTransactionCount" else result
    desk.deliver(signers=[desk.bureau.operator])
    assert next_nonce(desk) == first
    desk.door.honest()
    desk.until_empty(signers=[desk.bureau.operator])
    assert desk.told == ["before", "a"]


def test_where_empty_transactions_are_refused_that_is_told(desk: Desk) -> None:
    desk.enqueue("a")
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[desk.bureau.operator])
    desk.door.lie = lambda method, params, result: result
    (problem, *_) = desk.deliver(signers=[desk.bureau.operator]).problems
    assert "4 nonces before its own were never used, and empty transactions for them are refused" in problem
    desk.door.honest()
    desk.until_empty(signers=[desk.bureau.operator])
    assert desk.told == ["a"]


def test_more_nonces_than_can_be_filled_are_not_believed(desk: Desk) -> None:
    desk.enqueue("a")
    say_that_nonces_were_used(desk, MOST_USED_ELSEWHERE + 1)
    (problem,) = desk.deliver(signers=[desk.bureau.operator]).problems
    assert f"{MOST_USED_ELSEWHERE + 1} nonces were used elsewhere, which is not believed" in problem
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["a"]
