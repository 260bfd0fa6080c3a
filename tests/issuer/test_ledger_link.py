"""Two histories are never mixed, and a node that is down stops nothing but the delivery."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import insert, select

from issuer.app import create_app
from issuer.bureau import Bureau, open_bureau
from issuer.errors import LedgerMismatch
from issuer.ledger_link import LedgerLink
from issuer.schema import batches
from issuer.store import reading
from ledger.outbox.tables import accounts
from tests.issuer.desk import make_certificate, running, seal
from tests.ledger.door import Door
from tests.ledger.outbox_desk import NOTHING
from tests.waiting import until


@pytest.fixture
def bureau(settings):
    bureau = open_bureau(settings)
    yield bureau
    bureau.engine.dispose()


def add_batch(bureau, state: str, seq: int = 0, first: int = 0) -> None:
    (authority,) = bureau.authorities
    values = {"authority": authority, "seq": seq, "first": first, "count": 64, "root": bytes(32), "kid": bytes(32)}
    with bureau.engine.begin() as connection:
        connection.execute(insert(batches).values(**values, form="paper", state=state, closed_at=1))


def beside(bureau: Bureau, door: Door, *urls: str) -> Bureau:
    return replace(bureau, settings=bureau.settings.model_copy(update={"ledger_urls": (door.url, *urls)}))


def compare(bureau) -> None:
    link = LedgerLink(bureau)
    try:
        link.compare()
    finally:
        link.close()


def test_a_node_that_lacks_what_was_anchored_is_behind_and_looked_at_again(bureau, ledger_world, fresh_authority):
    add_batch(bureau, "anchored")
    with closing(LedgerLink(bureau)) as link:
        link.compare()
        assert link.deliver() is False
        assert "the chain has 0 batches with 0 positions" in (link.state.unreachable or "")
        assert "the node is behind" in (link.state.unreachable or "")
        ledger_world.anchor(fresh_authority, (bytes(32), 64))
        assert link.deliver() is True


def test_a_database_that_knows_less_than_the_chain_is_refused_by_name(bureau, ledger_world, fresh_authority):
    """An old copy of the database: the chain has a batch that this one never heard of."""
    ledger_world.anchor(fresh_authority, (bytes([1] * 32), 64))
    with pytest.raises(LedgerMismatch, match="expects 0 to 0 batches"):
        create_app(bureau)


def test_queued_batches_may_or_may_not_be_there_already(bureau, ledger_world, fresh_authority):
    add_batch(bureau, "queued")
    compare(bureau)
    ledger_world.anchor(fresh_authority, (bytes(32), 64))
    compare(bureau)


def one_batch_more(method: str, params: list[Any], result: Any) -> Any:
    return f"0x{1:064x}{64:064x}" if method == "eth_call" else result


def test_one_node_s_totals_stop_no_bureau_that_another_node_agrees_with(settings, bureau, ledger_world):
    with closing(Door(ledger_world.url)) as door:
        door.lie = one_batch_more
        with closing(LedgerLink(beside(bureau, door, *settings.ledger_urls))) as link:
            link.compare()
            assert link.deliver() is True
            assert link.state.mismatches == {}


def test_a_mismatch_lasts_until_a_node_agrees(bureau, ledger_world, fresh_authority):
    with closing(Door(ledger_world.url)) as door:
        door.lie = one_batch_more
        with closing(LedgerLink(beside(bureau, door))) as link:
            assert link.deliver() is False
            assert "it is an old copy" in link.state.mismatches[fresh_authority.number]
            door.honest()
            assert link.deliver() is True
            assert link.state.mismatches == {}


def test_a_new_account_begins_at_the_lowest_nonce_that_a_node_gives(settings, bureau, ledger_world):
    with closing(Door(ledger_world.url)) as door:
        door.lie = lambda method, params, result: "0x400" if method == "eth_getTransactionCount" else result
        with closing(LedgerLink(beside(bureau, door, *settings.ledger_urls))) as link:
            link.compare()
    with bureau.engine.connect() as connection:
        assert connection.scalars(select(accounts.c.next_nonce)).all() == [0]


def test_a_slow_node_holds_up_nobody_who_writes(bureau, ledger_world):
    with closing(Door(ledger_world.url)) as door:
        asked, written, in_time = Event(), Event(), []

        def slow(method: str, params: list[Any]) -> None:
            """It answers once somebody has written; less than the ten seconds after which it is left alone."""
            if method == "eth_getTransactionCount":
                asked.set()
                in_time.append(written.wait(9))

        door.before = slow
        with closing(LedgerLink(beside(bureau, door))) as link:
            thread = Thread(target=link.deliver)
            thread.start()
            assert asked.wait(60)
            with bureau.engine.begin():
                written.set()
            thread.join()
    assert in_time
    assert all(in_time)


def test_a_known_account_s_nonce_is_not_asked_again(bureau, ledger_world):
    compare(bureau)
    with closing(Door(ledger_world.url)) as door:
        compare(beside(bureau, door))
        assert "eth_getTransactionCount" not in door.calls


def test_a_node_of_another_chain_is_not_used(bureau, monkeypatch):
    from ledger import Rpc

    monkeypatch.setattr(Rpc, "chain_id", lambda self: 7)
    link = LedgerLink(bureau)
    assert link.deliver() is False
    assert "chain id 7" in (link.state.unreachable or "")
    link.close()


def test_a_node_of_another_chain_is_not_used_where_it_is_the_second_either(settings, bureau, ledger_world):
    """The first was compared, and then does not answer any more."""
    with closing(Door(ledger_world.url)) as first, closing(Door(ledger_world.url)) as second:
        second.lie = lambda method, params, result: "0x7" if method == "eth_chainId" else result
        urls = settings.model_copy(update={"ledger_urls": (first.url, second.url)})
        with closing(LedgerLink(replace(bureau, settings=urls))) as link:
            assert link.deliver() is True
            first.rude = lambda request, octets: None
            with bureau.engine.begin() as connection:
                (account,) = bureau.dispatch.accounts.values()
                bureau.dispatch.outbox.enqueue(connection, account, NOTHING, "batch:1")
            assert link.deliver() is False
            assert "chain id 7" in (link.state.unreachable or "")
        assert set(second.calls) == {"eth_chainId"}


def test_the_next_node_is_tried(settings):
    urls = ("http://127.0.0.1:9", *settings.ledger_urls)
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        assert seal(desk, make_certificate(desk))[0]["progress"] == "anchored"
        assert desk.client.get("/health").json()["status"] == "ok"


def test_what_was_queued_without_a_node_is_anchored_once_there_is_one(settings, ledger_world):
    """The service starts, seals and queues with its only node unreachable; then the node is there."""
    down = settings.model_copy(update={"ledger_urls": ("http://127.0.0.1:9",)})
    with running(down) as desk:
        number = make_certificate(desk)
        answer = desk.as_("first").post("/seals", {"certificates": [number]}, 202)
        assert answer["queued"] == 1
        first = desk.as_("first")
        until(lambda: first.get("/queue")["queued_calls"] == 1)
        queue = first.get("/queue")
        assert queue["waiting_for_ledger"]
        assert "127.0.0.1:9" in queue["unreachable"]
        assert first.get("/credentials/1/paper.pdf", status=409)["error"]["code"] == "not_anchored_yet"
    bureau = open_bureau(settings)
    with closing(LedgerLink(bureau)) as link:
        link.compare()
        until(lambda: link.deliver() and not _queued(bureau))
    with reading(bureau.engine) as connection:
        assert connection.execute(select(batches.c.state)).scalars().all() == ["anchored"]
    bureau.engine.dispose()


def _queued(bureau) -> int:
    with reading(bureau.engine) as connection:
        return bureau.dispatch.outbox.waiting(connection).count
