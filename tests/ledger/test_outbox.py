"""The outbox and a real node whose door loses requests, loses answers and forgets: everything arrives exactly once."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import pytest
from eth_hash.auto import keccak
from sqlalchemy import Connection, Engine, insert, select

from credential import Reason, State
from ledger import Account, Call, NodeUnavailable, Receipt, Registries, Rpc, Sent, events
from ledger.outbox.tables import transactions
from tests.ledger.door import FORWARD, Dropped, Unreached
from tests.ledger.outbox_desk import NOTHING, Desk, business, sending
from tests.waiting import until


def test_what_is_enqueued_arrives_in_order_and_is_told_once(desk: Desk) -> None:
    for name in "abc":
        desk.enqueue(name)
    assert desk.deliver().waiting == 3
    desk.until_empty()
    assert desk.told == ["a", "b", "c"]
    assert desk.states() == ["settled"] * 3
    assert desk.deliver().settled == 0
    assert desk.told == ["a", "b", "c"]


def test_the_receipt_brings_the_events(desk: Desk) -> None:
    first = desk.bureau.total
    desk.enqueue("a")
    desk.until_empty()
    ((_, receipt),) = desk.settled
    assert receipt.succeeded
    (anchored,) = receipt.events
    assert isinstance(anchored, events.BatchAnchored)
    assert (anchored.first, anchored.count) == (first, 64)


def test_a_business_change_that_fails_enqueues_nothing(desk: Desk, engine: Engine) -> None:
    seq, total = desk.bureau.next_seq, desk.bureau.total

    def fail() -> None:
        with engine.begin() as connection:
            desk.outbox.enqueue(connection, desk.bureau.operator, desk.anchor_call(), "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    desk.bureau.next_seq, desk.bureau.total = seq, total
    assert desk.states() == []
    desk.enqueue("b")
    desk.until_empty()
    assert desk.told == ["b"]


def test_a_request_that_never_arrives_is_sent_again(desk: Desk) -> None:
    """Failed and not stored."""

    def unreached(method: str, params: list[Any]) -> None:
        if sending(method):
            raise Unreached

    desk.door.before = unreached
    desk.enqueue("a")
    with pytest.raises(NodeUnavailable):
        desk.deliver()
    assert desk.states() == ["queued"]
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["a"]


def test_an_answer_that_is_lost_sends_nothing_twice(desk: Desk) -> None:
    """Failed but stored."""

    def lost(method: str, params: list[Any], result: Any) -> Any:
        if sending(method):
            raise Dropped
        return result

    desk.door.lie = lost
    desk.enqueue("a")
    with pytest.raises(NodeUnavailable):
        desk.deliver()
    assert desk.states() == ["queued"]
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["a"]


def test_an_answer_that_is_lost_until_the_call_is_final_sends_nothing_twice(desk: Desk) -> None:
    with Rpc(desk.world.url) as rpc:
        before = rpc.nonce(desk.bureau.operator.address)
    desk.enqueue("a")
    with desk.engine.connect() as connection, Rpc(desk.world.url) as rpc:
        raw = connection.scalar(select(transactions.c.raw))
        assert raw is not None
        rpc.call("eth_sendRawTransaction", "0x" + raw.hex())
    desk.until_empty()
    assert desk.told == ["a"]
    with Rpc(desk.world.url) as rpc:
        assert rpc.nonce(desk.bureau.operator.address) == before + 1


def acknowledge_and_forget(method: str, params: list[Any]) -> Any:
    """As a node that loses its pool: the answer is right, and nothing is kept."""
    return "0x" + keccak(bytes.fromhex(params[0][2:])).hex() if sending(method) else FORWARD


def test_a_transaction_that_the_node_lost_is_sent_again(desk: Desk) -> None:
    desk.enqueue("a")
    desk.door.instead = acknowledge_and_forget
    desk.deliver()
    assert desk.states() == ["sent"]
    desk.door.honest()
    desk.until_empty()
    assert desk.door.calls.count("eth_sendRawTransaction") == 2
    assert desk.told == ["a"]


def test_a_call_that_was_acknowledged_is_never_numbered_again(desk: Desk) -> None:
    """Its nonce was used elsewhere after the node lost it; another node may still have what was sent after it."""
    account = Account.create()
    desk.enqueue("lost", NOTHING, account)
    desk.door.instead = acknowledge_and_forget
    desk.deliver()
    desk.door.honest()
    desk.world.send(account, Call(bytes(19) + b"\x04", b"", 30_000, "something else"))
    delivery = desk.deliver(signers=[account])
    assert delivery.waiting == 1
    assert delivery.problems == ("nothing: its nonce was used by another transaction of the account",)
    assert desk.told == []


def test_a_node_that_is_down_keeps_everything_queued(desk: Desk) -> None:
    desk.enqueue("a")
    desk.enqueue("b")
    with Rpc("http://127.0.0.1:9") as nobody, pytest.raises(NodeUnavailable):
        desk.outbox.deliver(nobody, desk.note)
    with desk.engine.connect() as connection:
        waiting = desk.outbox.waiting(connection)
    assert waiting.count == 2
    assert waiting.since is not None
    desk.until_empty()
    assert desk.told == ["a", "b"]


def test_a_call_that_the_contract_refuses_is_settled_with_its_error(desk: Desk) -> None:
    wrong = Registries(desk.world.network).anchor(desk.bureau.number, 999, bytes(32), 1, desk.bureau.key.kid)
    desk.enqueue("wrong", wrong)
    desk.enqueue("right")
    desk.until_empty()
    assert desk.told == ["wrong", "right"]
    (_, refused), (_, done) = desk.settled
    assert refused.revert is not None
    assert refused.revert.name == "NotTheNextSequence"
    assert dict(refused.revert.values) == {"expected": str(desk.bureau.next_seq - 1), "given": "999"}
    assert refused.events == ()
    assert done.succeeded
    with desk.engine.connect() as connection:
        reverts = list(connection.scalars(select(transactions.c.revert).order_by(transactions.c.id)))
    assert reverts[0] == f"NotTheNextSequence(expected={desk.bureau.next_seq - 1}, given=999)"
    assert reverts[1] is None


def test_two_acts_on_one_status_both_reach_the_chain_and_the_second_fails(desk: Desk) -> None:
    desk.enqueue("anchor")
    position = desk.bureau.total - 1
    calls = Registries(desk.world.network)
    desk.until_empty()
    when = int(time.time()) - 10
    suspend = calls.set_status(desk.bureau.number, position, State.VALID, State.SUSPENDED, Reason.SUSPENDED, when)
    desk.enqueue("first", suspend)
    desk.enqueue("second", suspend)
    desk.until_empty()
    assert desk.told == ["anchor", "first", "second"]
    assert desk.settled[1][1].succeeded
    assert desk.settled[2][1].revert is not None
    assert desk.settled[2][1].revert.name == "StatusIsNot"


def test_if_the_business_cannot_note_it_the_call_stays_and_is_told_again(desk: Desk) -> None:
    desk.enqueue("a")

    def failing(connection: Connection, sent: Sent, receipt: Receipt) -> None:
        connection.execute(insert(business).values(done="half"))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        until(lambda: desk.outbox.deliver(desk.rpc, failing).waiting == 0)
    assert desk.told == []
    assert desk.states() == ["sent"]
    desk.until_empty()
    assert desk.told == ["a"]


def test_several_accounts_do_not_wait_for_each_other(desk: Desk) -> None:
    other = Account.create()
    desk.enqueue("anchor")
    desk.enqueue("other 1", NOTHING, other)
    desk.enqueue("other 2", NOTHING, other)
    desk.until_empty()
    assert sorted(desk.told) == ["anchor", "other 1", "other 2"]
    assert desk.told.index("other 1") < desk.told.index("other 2")


def test_a_nonce_used_elsewhere_is_told_and_nothing_is_sent(desk: Desk) -> None:
    desk.enqueue("a")
    desk.world.send(desk.bureau.operator, NOTHING)
    delivery = desk.deliver()
    assert delivery.waiting == 1
    (problem,) = delivery.problems
    assert "its nonce was used by another transaction" in problem
    desk.outbox.deliver(desk.rpc, desk.note, signers=[desk.bureau.operator])
    desk.until_empty()
    assert desk.told == ["a"]


def test_calls_whose_nonces_were_used_up_before_they_were_sent_are_numbered_again(desk: Desk) -> None:
    for name in "abc":
        desk.enqueue(name)
    desk.world.send(desk.bureau.operator, NOTHING, NOTHING)
    desk.deliver(signers=[desk.bureau.operator])
    desk.until_empty()
    assert desk.told == ["a", "b", "c"]
    assert all(receipt.succeeded for _, receipt in desk.settled)
    desk.enqueue("d")
    desk.until_empty()
    assert desk.told[-1] == "d"


def test_a_call_that_runs_while_the_next_ones_nonce_is_used_up_is_not_sent_again(desk: Desk) -> None:
    """The first call becomes final, and the second's nonce is used elsewhere, between settling and sending."""
    desk.enqueue("a")
    desk.door.instead = acknowledge_and_forget
    desk.deliver()
    desk.door.honest()
    desk.enqueue("b")

    def meanwhile(method: str, params: list[Any]) -> None:
        if method == "eth_getTransactionByHash":
            desk.door.honest()
            with desk.engine.connect() as connection, Rpc(desk.world.url) as rpc:
                raw = connection.scalar(select(transactions.c.raw).order_by(transactions.c.nonce))
                assert raw is not None
                rpc.call("eth_sendRawTransaction", "0x" + raw.hex())
            desk.world.send(desk.bureau.operator, NOTHING)

    desk.door.before = meanwhile
    desk.deliver(signers=[desk.bureau.operator])
    desk.until_empty()
    assert desk.told == ["a", "b"]
    assert all(receipt.succeeded for _, receipt in desk.settled)


def test_two_workers_send_and_tell_once(desk: Desk) -> None:
    for number in range(10):
        desk.enqueue(str(number))

    def work() -> None:
        with Rpc(desk.world.url) as rpc:
            until(lambda: desk.outbox.deliver(rpc, desk.note).waiting == 0)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert desk.told == [str(number) for number in range(10)]


def test_a_contract_is_not_created_by_the_outbox(desk: Desk) -> None:
    with desk.engine.begin() as connection, pytest.raises(ValueError, match="creates none"):
        desk.outbox.enqueue(connection, desk.bureau.operator, Call(None, b"", 1, "create"), "a")
