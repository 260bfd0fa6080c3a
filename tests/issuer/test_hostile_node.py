"""A bureau at a hostile node: it goes on to the next one, whatever the first says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner
from eth_hash.auto import keccak

from issuer import ledger_link
from issuer.cli import issuer
from ledger.abi import selector
from tests.issuer.desk import PASSWORD, carry_out, make_certificate, running, seal
from tests.ledger.door import FORWARD, Door
from tests.waiting import until


@pytest.fixture
def door(ledger_world: Any) -> Iterator[Door]:
    made = Door(ledger_world.url)
    yield made
    made.close()


def price(method: str, params: list[Any], result: Any) -> Any:
    return {**result, "baseFeePerGas": "0x" + "f" * 64} if method == "eth_getBlockByNumber" else result


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
    door.lie = price
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


def swallow(method: str, params: list[Any]) -> Any:
    """Says that it has every call, and brings none into a block."""
    if method == "eth_sendRawTransaction":
        return f"0x{keccak(bytes.fromhex(params[0][2:])).hex()}"
    if method == "eth_getTransactionByHash":
        return {"hash": params[0]}
    return FORWARD


def test_a_node_that_swallows_what_it_takes_leads_to_the_next_one(
    settings: Any, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_link, "STANDING_STILL_SECONDS", 0.5)
    door.instead = swallow
    urls = (door.url, *settings.ledger_urls)
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        assert seal(desk, make_certificate(desk))[0]["progress"] == "anchored"
        until(lambda: desk.client.get("/health").json()["status"] == "ok")
    assert "eth_sendRawTransaction" in door.calls


def test_what_no_node_brings_into_a_block_is_told(settings: Any, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_link, "STANDING_STILL_SECONDS", 0.5)
    door.instead = swallow
    urls = (door.url, "http://127.0.0.1:9")
    with running(settings.model_copy(update={"ledger_urls": urls})) as desk:
        first = desk.as_("first")
        first.post("/seals", {"certificates": [make_certificate(desk)]}, 202)
        until(lambda: first.get("/queue")["status"] == "held_up")
        still, unreached = first.get("/queue")["problems"]
        assert "none was settled" in still
        assert "127.0.0.1:9" in unreached


def test_what_every_node_refuses_is_told_in_health_and_status(settings: Any, door: Door) -> None:
    def spoil(method: str, params: list[Any]) -> None:
        if method == "eth_sendRawTransaction":
            params[0] = "0x02"

    door.before = spoil
    with running(settings.model_copy(update={"ledger_urls": (door.url,)})) as desk:
        desk.as_("first").post("/seals", {"certificates": [make_certificate(desk)]}, 202)
        until(lambda: desk.client.get("/health").json()["status"] == "held_up")
        health = desk.client.get("/health")
        assert (health.status_code, health.json()) == (503, {"status": "held_up", "waiting_for_ledger": True})
        login = ["--url", str(desk.client.base_url), "--officer", "first", "--password", PASSWORD]
        told = CliRunner().invoke(issuer, ["status", *login]).output
        assert "1 call queued: held_up" in told
        assert "problem: anchor" in told
        door.honest()
        until(lambda: desk.client.get("/health").json()["status"] == "ok")


def test_a_last_node_alone_does_not_say_what_gas_costs(
    settings: Any, ledger_world: Any, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has the call, and lets it lie."""
    monkeypatch.setattr(ledger_link, "STANDING_STILL_SECONDS", 0.5)
    door.instead = swallow
    with closing(Door(ledger_world.url)) as dear:
        dear.lie = price
        with running(settings.model_copy(update={"ledger_urls": (door.url, dear.url)})) as desk:
            desk.as_("first").post("/seals", {"certificates": [make_certificate(desk)]}, 202)
            until(lambda: desk.client.get("/health").json()["status"] != "ok")
            assert desk.client.get("/health").json()["status"] == "held_up"
        assert dear.lied


def test_a_refusal_that_cannot_be_one_is_a_refusal_all_the_same(settings: Any, door: Door) -> None:
    """A status that no registry can hold: what our own acts led to stays."""
    reason = selector("StatusIsNot(uint8,uint8)") + (1).to_bytes(32) + (99).to_bytes(32)

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getTransactionReceipt" and result:
            return {**result, "status": "0x0", "revertReason": f"0x{reason.hex()}", "logs": []}
        return result

    with running(settings.model_copy(update={"ledger_urls": (door.url,)})) as desk:
        number = make_certificate(desk)
        seal(desk, number)
        door.lie = lie
        act = carry_out(desk, "suspend", number)
        first = desk.as_("first")
        until(lambda: first.get(f"/acts/{act['id']}")["state"] == "refused")
        assert desk.client.get("/health").json()["status"] == "ok"


def test_a_node_s_password_is_in_no_page_and_no_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    down = settings.model_copy(update={"ledger_urls": ("http://bureau:geheim@127.0.0.1:9",)})
    with running(down) as desk:
        make_certificate(desk)
        desk.as_("first").post("/seals", {"certificates": [1]}, 202)
        first = desk.as_("first")
        until(lambda: first.get("/queue")["waiting_for_ledger"])
        assert "http://127.0.0.1:9" in first.get("/queue")["unreachable"]
    assert "geheim" not in caplog.text
