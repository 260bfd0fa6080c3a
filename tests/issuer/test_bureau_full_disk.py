"""A bureau whose disk is full: it says so by a code, loses nothing it acknowledged, and goes on when there is space."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import func, select

from issuer.schema import batches, certificates, drafts
from issuer.store import reading
from ledger import RegistryReader
from tests.issuer.desk import Desk, Officer, Phone, business_licence, credit_code, make_certificate, running, seal
from tests.ledger.door import FORWARD, Door
from tests.small_disk import SmallDisk
from tests.waiting import until


@pytest.fixture
def cramped(settings, small_disk):
    """A bureau on the small disk; its ledger is elsewhere."""
    with running(settings.model_copy(update={"database": small_disk.path / "issuer.db"})) as desk:
        yield desk


def refused(answer: httpx.Response) -> bool:
    """Whether it was refused for want of space; anything else is no answer to a full disk."""
    if answer.is_success:
        return False
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unusable"), answer.text
    return True


def test_what_cannot_be_stored_is_refused_by_a_code(cramped: Desk, small_disk: SmallDisk, caplog) -> None:
    first = cramped.as_("first")
    body = {"type_number": 1, "claims": business_licence(1)}
    with small_disk.full():
        assert any(refused(_post(cramped, first, "/drafts", body)) for _ in range(200))
        number = len(first.get("/drafts"))  # reading goes on
        assert refused(_post(cramped, first, "/drafts", body))
    assert any("SQLITE_FULL" in message for message in caplog.messages)
    assert not any("上海试验" in message for message in caplog.messages)
    assert _post(cramped, first, "/drafts", body).status_code == 201
    assert len(first.get("/drafts")) == number + 1


def test_a_wallet_gets_the_standards_answer(cramped: Desk, small_disk: SmallDisk) -> None:
    first, number = cramped.as_("first"), make_certificate(cramped)
    offered = first.post(f"/certificates/{number}/offers")
    phone = Phone.with_offer(cramped, offered["offer"])
    with small_disk.full():
        while cramped.client.post("/sessions", json={"name": "first", "password": "correct horse battery"}).is_success:
            pass
        answer = phone.redeem(offered["tx_code"])
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert phone.redeem(offered["tx_code"]).status_code == 200


@pytest.fixture
def door(ledger_world) -> Iterator[Door]:
    made = Door(ledger_world.url)
    yield made
    made.close()


def test_a_worker_that_cannot_store_says_so_and_anchors_once_there_is_space(
    settings, small_disk: SmallDisk, door: Door, ledger_world, fresh_authority
) -> None:
    """The disk fills while batches are on their way: sent, but not settled, since the node gives no receipt before."""
    door.instead = lambda method, params: None if method == "eth_getTransactionReceipt" else FORWARD
    changes = {"database": small_disk.path / "issuer.db", "ledger_urls": (door.url,)}
    with running(settings.model_copy(update=changes)) as desk:
        first, number = desk.as_("first"), make_certificate(desk)
        assert desk.client.get("/health").json()["status"] == "ok"
        first.post("/seals", {"certificates": [number]}, 202)
        until(lambda: "eth_getTransactionByHash" in door.calls, "it asks after what it has sent")
        with small_disk.full():
            door.honest()
            until(lambda: desk.client.get("/health").json()["status"] == "failing")
            assert desk.client.get("/health").status_code == 503
        until(lambda: desk.client.get("/health").json()["status"] == "ok")
        until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["progress"] == "anchored")
    chain = RegistryReader(ledger_world.url, ledger_world.network).authority(fresh_authority.number)
    assert (chain.next_seq, chain.total) == (1, 64)


@pytest.mark.slow
def test_filled_again_and_again_under_work_nothing_is_lost_and_nothing_anchored_twice(
    cramped: Desk, small_disk: SmallDisk, ledger_world, fresh_authority
) -> None:
    chance, first, second = random.Random(5), cramped.as_("first"), cramped.as_("second")
    drafted: dict[int, int] = {}
    approved: dict[int, int] = {}
    for round_ in range(12):
        small_disk.fill(chance.choice([0, 4096, 20_000, 60_000, 120_000]))
        for serial in range(round_ * 10, round_ * 10 + 10):
            _work(cramped, (first, second), serial, drafted, approved)
        if round_ % 3 == 2:
            time.sleep(0.3)
        small_disk.empty()
    until(lambda: cramped.client.get("/health").json()["status"] == "ok")
    seal(cramped, *approved.values())
    until(lambda: first.get("/queue")["queued_calls"] == 0)
    _check_everything(cramped, drafted, approved, ledger_world, fresh_authority)


def _work(desk: Desk, officers: tuple[Officer, Officer], serial: int, drafted, approved) -> None:
    """One certificate as far as the disk lets it come, and asked to be sealed."""
    first, second = officers
    made = _post(desk, first, "/drafts", {"type_number": 1, "claims": business_licence(serial)})
    if refused(made):
        return
    drafted[serial] = made.json()["id"]
    if refused(_post(desk, first, f"/drafts/{drafted[serial]}/submit")):
        return
    certified = _post(desk, second, "/approvals", {"drafts": [drafted[serial]]})
    if refused(certified):
        return
    approved[serial] = certified.json()["certificates"][0]
    refused(_post(desk, first, "/seals", {"certificates": [approved[serial]]}))


def _check_everything(desk: Desk, drafted, approved, world, authority) -> None:
    with reading(desk.bureau.engine) as connection:
        texts = connection.scalars(select(drafts.c.claims))
        codes = [json.loads(claims)["certificate_holder_code"] for claims in texts]
        assert all(codes.count(credit_code(serial)) == 1 for serial in drafted)
        made = dict(map(tuple, connection.execute(select(certificates.c.draft_id, certificates.c.id))))
        assert all(made[drafted[serial]] == number for serial, number in approved.items())
        assert len(set(made.values())) == len(made)
        mine = select(func.count(), func.sum(batches.c.count)).where(batches.c.state == "anchored")
        expected = tuple(connection.execute(mine).one())
    chain = RegistryReader(world.url, world.network).authority(authority.number)
    assert (chain.next_seq, chain.total) == expected
    assert 0 < len(approved) <= len(drafted) < 120


def _post(desk: Desk, officer: Officer, path: str, body: object = None) -> httpx.Response:
    return desk.client.post(path, json=body, headers=officer.auth)
