"""An outbox at nodes that say wrong things about its account's nonces: nothing is lost, and nothing waits for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ledger import Account, Fees, Outbox, Rpc
from ledger.outbox.nonces import MOST_USED_ELSEWHERE
from ledger.outbox.outbox import IN_FLIGHT
from ledger.outbox.tables import transactions
from tests.ledger.door import FORWARD
from tests.ledger.outbox_desk import NOTHING, Desk, sending
from tests.ledger.priced_node import PricedNode

NO_HASH = "0x" + "00" * 32


def refuse_what_is_sent(method: str, params: list[Any]) -> None:
    if sending(method):
        params[0] = "0x02"


def counting(method: str) -> bool:
    return method == "eth_getTransactionCount"


def say_that_nonces_were_used(desk: Desk, count: int) -> None:
    """Takes no transaction either, so that the outbox looks at the nonces."""
    desk.door.before = refuse_what_is_sent
    desk.door.lie = lambda method, params, result: hex(int(result, 16) + count) if counting(method) else result


def say_what_is_next(desk: Desk, *, pending: int, latest: int) -> None:
    """Takes no transaction either."""
    desk.door.before = refuse_what_is_sent
    desk.door.lie = lambda method, params, result: (
        hex(pending if params[1] == "pending" else latest) if counting(method) else result
    )


def nonces(desk: Desk) -> list[int]:
    with desk.engine.connect() as connection:
        return list(connection.scalars(select(transactions.c.nonce).order_by(transactions.c.id)))


def next_nonce(desk: Desk, account: Account) -> int:
    with Rpc(desk.world.url) as honest:
        return honest.nonce(account.address)


def send(desk: Desk, raw: str) -> None:
    with Rpc(desk.world.url) as honest:
        honest.call("eth_sendRawTransaction", raw)


def test_nonces_that_a_node_lied_about_are_filled_and_everything_arrives_once(desk: Desk) -> None:
    operator = desk.bureau.operator
    desk.enqueue("before")
    desk.until_empty()
    first = next_nonce(desk, operator)
    for name in "abc":
        desk.enqueue(name)
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[operator])
    desk.door.honest()
    delivery = desk.deliver()
    assert delivery.waiting == 3
    assert "4 nonces before its own were never used" in delivery.problems[0]
    desk.until_empty(signers=[operator])
    assert desk.told == ["before", "a", "b", "c"]
    assert all(receipt.succeeded for _, receipt in desk.settled)
    assert next_nonce(desk, operator) == first + 4 + 3


def test_a_node_that_leads_to_other_nonces_is_a_problem_so_that_another_is_asked(desk: Desk) -> None:
    account = Account.create()
    desk.enqueue("a", NOTHING, account)
    say_that_nonces_were_used(desk, 4)
    (problem,) = desk.deliver(signers=[account]).problems
    assert problem == "nothing: the node says that its nonce was used elsewhere, and 4 is next"


def test_an_account_that_began_with_a_nonce_lied_about_is_filled_too(desk: Desk) -> None:
    account = Account.create()
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, 3)
    desk.enqueue("first", NOTHING, account)
    desk.until_empty(signers=[account])
    assert desk.told == ["first"]


def test_one_round_fills_no_more_than_goes_in_one(desk: Desk) -> None:
    account = Account.create()
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, 2 * IN_FLIGHT)
    desk.enqueue("a", NOTHING, account)
    (problem,) = desk.deliver(signers=[account]).problems
    assert f"{2 * IN_FLIGHT} nonces before its own were never used" in problem
    assert desk.door.calls.count("eth_sendRawTransaction") == IN_FLIGHT
    desk.until_empty(signers=[account])
    assert desk.told == ["a"]


def test_a_beginning_too_far_off_is_told_and_nothing_is_signed_for_it(desk: Desk) -> None:
    account = Account.create()
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, MOST_USED_ELSEWHERE + 1)
    desk.enqueue("a", NOTHING, account)
    (problem,) = desk.deliver(signers=[account]).problems
    assert "too many to be filled: the authority needs another operator account" in problem
    assert "eth_sendRawTransaction" not in desk.door.calls


def test_a_node_that_lacks_what_is_settled_is_behind_and_nothing_is_filled(desk: Desk) -> None:
    operator = desk.bureau.operator
    desk.enqueue("before")
    desk.until_empty()
    first = next_nonce(desk, operator)
    desk.enqueue("a")
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[operator])
    desk.door.honest()
    desk.door.lie = lambda method, params, result: hex(first - 1) if counting(method) else result
    (problem,) = desk.deliver(signers=[operator]).problems
    assert "the node lacks calls that are settled" in problem
    assert next_nonce(desk, operator) == first
    desk.door.honest()
    desk.until_empty(signers=[operator])
    assert desk.told == ["before", "a"]


def test_a_call_that_only_a_lied_receipt_settled_is_sent_again(desk: Desk) -> None:
    """Its nonce is missing on the chain, and what comes after it would wait for ever."""
    account = Account.create()
    desk.enqueue("before", NOTHING, account)

    def lie(method: str, params: list[Any]) -> Any:
        if method == "eth_getTransactionReceipt":
            place = {"blockNumber": "0x1", "blockHash": "0x" + "aa" * 32, "transactionHash": params[0]}
            return {**place, "gasUsed": "0x1", "status": "0x1", "logs": []}
        return NO_HASH if sending(method) else FORWARD

    desk.door.instead = lie
    desk.until_empty()
    assert (desk.told, next_nonce(desk, account)) == (["before"], 0)
    desk.door.honest()
    desk.enqueue("a", NOTHING, account)
    assert "the node lacks calls that are settled" in desk.deliver().problems[0]
    desk.until_empty()
    assert (desk.told, next_nonce(desk, account)) == (["before", "a"], 2)


def test_where_empty_transactions_are_refused_that_is_told(desk: Desk) -> None:
    operator = desk.bureau.operator
    desk.enqueue("a")
    say_that_nonces_were_used(desk, 4)
    desk.deliver(signers=[operator])
    desk.door.lie = lambda method, params, result: result
    (problem,) = desk.deliver(signers=[operator]).problems
    assert "4 nonces before its own were never used, and empty transactions for them are refused" in problem
    desk.door.honest()
    desk.until_empty(signers=[operator])
    assert desk.told == ["a"]


def test_a_node_leads_no_further_than_can_be_filled_however_often_it_tries(desk: Desk) -> None:
    account = Account.create()
    desk.enqueue("a", NOTHING, account)
    for step in (MOST_USED_ELSEWHERE + 1, 600, 600, 600):
        (nonce,) = nonces(desk)
        say_what_is_next(desk, pending=nonce + step, latest=nonce + step)
        (problem,) = desk.deliver(signers=[account]).problems
        assert ("is not believed" in problem) == (nonce + step > MOST_USED_ELSEWHERE)
    assert nonces(desk) == [600]
    desk.door.honest()
    desk.until_empty(signers=[account])
    assert desk.told == ["a"]


def test_a_node_whose_next_nonce_goes_back_is_not_believed(desk: Desk) -> None:
    account = Account.create()
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, 2)
    desk.world.send(account, NOTHING, NOTHING)
    desk.enqueue("before", NOTHING, account)
    desk.until_empty()
    desk.enqueue("a", NOTHING, account)
    for pending in (0, 2, 3):
        say_what_is_next(desk, pending=pending, latest=4)
        (problem,) = desk.deliver(signers=[account]).problems
        assert "which is not believed" in problem
    desk.enqueue("b", NOTHING, account)
    assert nonces(desk) == [2, 3, 4]
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["before", "a", "b"]


def test_an_empty_transaction_displaces_no_call(desk: Desk) -> None:
    """A node keeps some for nonces to which it then leads a call back, and passes them on."""
    account, kept = Account.create(), list[str]()
    desk.enqueue("a", NOTHING, account)
    say_that_nonces_were_used(desk, 2)
    desk.deliver(signers=[account])
    assert nonces(desk) == [2]

    def keep(method: str, params: list[Any]) -> Any:
        if sending(method) and len(kept) < 2:
            kept.append(params[0])
            return NO_HASH
        refuse_what_is_sent(method, params)
        if counting(method):
            return "0x0" if params[1] == "pending" or len(kept) < 2 else "0x3"
        return FORWARD

    desk.door.honest()
    desk.door.instead = keep
    desk.deliver(signers=[account])
    assert len(kept) == 2
    desk.door.instead = lambda method, params: NO_HASH if sending(method) else FORWARD
    desk.deliver(signers=[account])
    send(desk, kept[0])
    desk.door.honest()
    desk.until_empty(signers=[account])
    assert desk.told == ["a"]


def test_a_call_that_ran_as_it_was_numbered_first_is_not_told_as_refused(desk: Desk) -> None:
    """The node kept what it refused, led the call to another nonce, and passes on what it kept."""
    kept = list[str]()

    def keep(method: str, params: list[Any]) -> None:
        if sending(method):
            kept.append(params[0])
        refuse_what_is_sent(method, params)

    desk.enqueue("a")
    say_that_nonces_were_used(desk, 1)
    desk.door.before = keep
    desk.deliver(signers=[desk.bureau.operator])
    send(desk, kept[0])
    desk.door.honest()
    desk.until_empty(signers=[desk.bureau.operator])
    assert desk.told == ["a"]
    assert [receipt.revert for _, receipt in desk.settled] == [None]


class SharedNode(PricedNode):
    """Refuses by a real node's error."""

    def answer(self, method: str, params: list[Any]) -> Any:
        try:
            return super().answer(method, params)
        except AssertionError:
            params[0] = "0x02"
            return FORWARD


def test_what_another_program_has_pending_is_not_replaced(desk: Desk) -> None:
    account, node = Account.create(), SharedNode(base_fee=7)
    desk.door.instead = node.answer
    chain_id, others = desk.world.network.chain_id, Fees.up_to(15)
    node.take(account.sign(chain_id, 0, NOTHING, others).raw)
    node.seal()
    node.sealing = False
    pending = node.take(account.sign(chain_id, 1, NOTHING, others).raw)
    desk.outbox = Outbox(desk.engine, desk.world.network, fees=Fees.up_to(100))
    desk.enqueue("a", NOTHING, account)
    desk.deliver(signers=[account])
    assert nonces(desk) == [2]
    desk.deliver(signers=[account])
    assert node.pool[1] == pending


def test_too_low_a_fee_is_told_as_such_where_nonces_are_to_be_filled_too(desk: Desk) -> None:
    account, node = Account.create(), PricedNode(base_fee=7)
    desk.door.instead = node.answer
    with desk.engine.begin() as connection:
        desk.outbox.adopt(connection, account.address, 3)
    desk.enqueue("a", NOTHING, account)
    assert desk.deliver(signers=[account]).fee_too_low
