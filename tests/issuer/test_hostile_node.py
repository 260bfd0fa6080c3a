"""A bureau at a hostile node: it goes on to the next one, whatever the first says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.issuer.desk import make_certificate, running, seal
from tests.ledger.door import Door
from tests.waiting import until


@pytest.fixture
def door(ledger_world: Any) -> Iterator[Door]:
    made = Door(ledger_world.url)
    yield made
    made.close()


def test_a_receipt_that_cannot_be_read_leads_to_the_next_node(settings: Any, door: Door) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getTransactionReceipt" and result and result["logs"]:
            return {**result, "logs": [{**result["logs"][0], "data": "0x"}]}
        return result

    door.lie = lie
    urls = (door.url, *settings.ledger_urls)
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        assert seal(desk, make_certificate(desk))[0]["progress"] == "anchored"
    assert door.lied


def test_a_node_that_says_gas_costs_what_nobody_pays_leads_to_the_next_one(settings: Any, door: Door) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        return {**result, "baseFeePerGas": "0x" + "f" * 64} if method == "eth_getBlockByNumber" else result

    door.lie = lie
    urls = (door.url, *settings.ledger_urls)
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        assert seal(desk, make_certificate(desk))[0]["progress"] == "anchored"
        until(lambda: desk.client.get("/health").json()["status"] == "ok")
    assert door.lied
    assert "eth_sendRawTransaction" not in door.calls


def test_a_node_that_takes_nothing_leads_to_the_next_one(settings: Any, door: Door) -> None:
    def spoil(method: str, params: list[Any]) -> None:
        if method == "eth_sendRawTransaction":
            params[0] = "0x02"

    door.before = spoil
    urls = (door.url, *settings.ledger_urls)
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        assert seal(desk, make_certificate(desk))[0]["progress"] == "anchored"
    assert "eth_sendRawTransaction" in door.calls


def test_a_node_s_password_is_in_no_page_and_no_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    down = settings.model_copy(update={"ledger_urls": ("http://bureau:geheim@127.0.0.1:9",)})
    with running(down) as desk:
        make_certificate(desk)
        desk.as_("first").post("/seals", {"certificates": [1]}, 202)
        first = desk.as_("first")
        until(lambda: first.get("/queue")["waiting_for_ledger"])
        assert "http://127.0.0.1:9" in first.get("/queue")["unreachable"]
    assert "geheim" not in caplog.text
