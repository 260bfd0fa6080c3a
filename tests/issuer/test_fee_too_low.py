"""A bureau at a node where gas costs more than its settings offer: acts stay queued, it says why, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.issuer.desk import make_certificate, running
from tests.ledger.door import Door
from tests.waiting import until


@pytest.fixture
def door(ledger_world) -> Iterator[Door]:
    door = Door(ledger_world.url)
    yield door
    door.close()


def price(method: str, params: list[Any], result: Any) -> Any:
    return {**result, "baseFeePerGas": "0x7"} if method == "eth_getBlockByNumber" else result


def test_acts_stay_queued_and_go_on_by_themselves(settings, door):
    door.lie = price
    with running(settings.model_copy(update={"ledger_urls": (door.url,)})) as desk:
        certificate = make_certificate(desk)
        desk.as_("first").post("/seals", {"certificates": [certificate]}, 202)
        officer = desk.as_("first")
        until(lambda: officer.get("/queue")["status"] == "fee_too_low")
        queue, health = officer.get("/queue"), desk.client.get("/health")
        assert queue["waiting_for_ledger"]
        assert queue["unreachable"] is None
        assert queue["queued_calls"] == 1
        (problem,) = queue["problems"]
        assert "at least 15" in problem
        assert "max_fee_per_gas" in problem
        assert (health.status_code, health.json()) == (503, {"status": "fee_too_low", "waiting_for_ledger": True})
        assert "eth_sendRawTransaction" not in door.calls
        door.honest()
        until(lambda: desk.client.get("/health").json()["status"] == "ok")
        until(lambda: officer.get("/queue")["queued_calls"] == 0)
        assert officer.get("/queue")["problems"] == []


def test_what_was_queued_goes_once_it_is_started_again(settings, door):
    door.lie = price
    with running(settings.model_copy(update={"ledger_urls": (door.url,)})) as desk:
        desk.as_("first").post("/seals", {"certificates": [make_certificate(desk)]}, 202)
        until(lambda: desk.client.get("/health").json()["status"] == "fee_too_low")
    with running(settings, is_new=False) as desk:
        until(lambda: desk.as_("first").get("/queue")["authorities"][0]["anchored_batches"] == 1)
