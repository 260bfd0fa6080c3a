"""JSON-RPC answers that are late, too big, not JSON or not answers: each is a typed error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from threading import Event
from time import sleep
from typing import Any

import pytest

from ledger import rpc as rpc_module
from ledger.errors import MalformedAnswer, NodeRefused, NodeUnavailable
from ledger.hexadecimal import octets, quantity
from ledger.rpc import Rpc
from tests.servers import WebServer, body_of, reply

Answer = Callable[[Any], tuple[int, bytes]]


class Scripted:
    """A server that answers each request as `answer` says."""

    def __init__(self) -> None:
        self.answer: Answer = lambda request: (200, b"")
        self.trickle_seconds = 0.0
        self.server = WebServer(self._see_to)

    def _see_to(self, request: BaseHTTPRequestHandler) -> None:
        status, body = self.answer(json.loads(body_of(request)))
        with suppress(BrokenPipeError, ConnectionResetError):
            if not self.trickle_seconds:
                reply(request, body, status)
                return
            reply(request, b"", status, **{"content-length": str(len(body))})
            for octet in body:
                request.wfile.write(bytes([octet]))
                sleep(self.trickle_seconds)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    made = Scripted()
    yield made
    made.server.close()


@pytest.fixture
def rpc(scripted: Scripted) -> Iterator[Rpc]:
    with Rpc(scripted.server.url) as made:
        yield made


def answering(**members: Any) -> Answer:
    return lambda request: (200, json.dumps({"jsonrpc": "2.0", "id": request["id"], **members}).encode())


def test_a_result_is_returned(scripted: Scripted, rpc: Rpc) -> None:
    scripted.answer = answering(result="0x10")
    assert rpc.chain_id() == 16


def test_an_error_carries_its_code_and_data(scripted: Scripted, rpc: Rpc) -> None:
    scripted.answer = answering(error={"code": 3, "message": "execution reverted", "data": "0x12"})
    with pytest.raises(NodeRefused, match="execution reverted") as refused:
        rpc.call("eth_call")
    assert (refused.value.code, refused.value.data) == (3, "0x12")


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: (200, b""),
        lambda request: (200, b"null"),
        lambda request: (200, b"[]"),
        lambda request: (200, b"{"),
        lambda request: (200, b"\xff"),
        lambda request: (200, b"[" * 100_000),
        lambda request: (200, b'{"id": 999999, "result": "0x1"}'),
        answering(),
        answering(error="no"),
        answering(error={"message": "no code"}),
        answering(result=None),
        answering(result="16"),
        answering(result="0x010"),
        answering(result="0x" + "f" * 100),
        answering(result=16),
    ],
)
def test_what_is_no_answer_is_refused(scripted: Scripted, rpc: Rpc, answer: Answer) -> None:
    scripted.answer = answer
    with pytest.raises(MalformedAnswer):
        rpc.chain_id()


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_another_http_status_is_a_node_that_cannot_be_used(scripted: Scripted, rpc: Rpc, status: int) -> None:
    scripted.answer = lambda request: (status, b"{}")
    with pytest.raises(NodeUnavailable, match=str(status)):
        rpc.chain_id()


def test_an_answer_too_big_is_refused(scripted: Scripted, rpc: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "MAX_ANSWER_OCTETS", 1000)
    scripted.answer = answering(result="0x" + "1" * 2000)
    with pytest.raises(MalformedAnswer, match="more than 1000 octets"):
        rpc.chain_id()


def test_an_answer_that_trickles_is_a_node_that_cannot_be_used(
    scripted: Scripted, rpc: Rpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each octet comes in time, the answer never ends: a node must not hold its reader for ever."""
    monkeypatch.setattr(rpc_module, "MAX_ANSWER_SECONDS", 0.3)
    scripted.trickle_seconds = 0.02
    scripted.answer = answering(result="0x" + "1" * 60)
    with pytest.raises(NodeUnavailable, match=r"0\.3 seconds"):
        rpc.chain_id()


def test_an_open_text_full_of_escapes_is_refused_in_linear_time(scripted: Scripted, rpc: Rpc) -> None:
    scripted.answer = lambda request: (200, b'"' + b'\\"' * 1_000_000)
    with pytest.raises(MalformedAnswer):
        rpc.chain_id()


def test_an_answer_too_late_is_a_node_that_cannot_be_used(scripted: Scripted) -> None:
    enough = Event()

    def late(request: Any) -> tuple[int, bytes]:
        enough.wait(60)
        return 200, b"{}"

    scripted.answer = late
    with Rpc(scripted.server.url, timeout_seconds=0.5) as rpc, pytest.raises(NodeUnavailable, match="ReadTimeout"):
        rpc.chain_id()
    enough.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "not a url", "ftp://127.0.0.1"])
def test_a_node_that_is_not_there_cannot_be_used(url: str) -> None:
    with Rpc(url) as nobody, pytest.raises(NodeUnavailable):
        nobody.chain_id()


def test_a_batch_is_put_in_order(scripted: Scripted, rpc: Rpc) -> None:
    def backwards(request: Any) -> tuple[int, bytes]:
        return 200, json.dumps([{"id": each["id"], "result": each["params"][0]} for each in request[::-1]]).encode()

    scripted.answer = backwards
    assert rpc.batch("echo", [[number] for number in range(250)]) == list(range(250))


@pytest.mark.parametrize(
    "answers", [[], [{"id": 1}], "no list", [1, 2], [{"id": []}, {"id": {}}], [{"id": 1, "result": 1}] * 2]
)
def test_a_batch_answered_otherwise_is_refused(scripted: Scripted, rpc: Rpc, answers: Any) -> None:
    scripted.answer = lambda request: (200, json.dumps(answers).encode())
    with pytest.raises(MalformedAnswer):
        rpc.batch("echo", [[1], [2]])


@pytest.mark.parametrize("text", ["", "0x", "0X1", "0x01", "1", "0x-1", "0x1 ", None, 1, "0x" + "f" * 65])
def test_a_quantity_has_one_form(text: object) -> None:
    with pytest.raises(ValueError, match="a quantity like 0x1f"):
        quantity(text)


@pytest.mark.parametrize(("text", "size"), [("0x1", None), ("1234", None), ("0xzz", None), (None, None), ("0x12", 2)])
def test_octets_have_one_form(text: object, size: int | None) -> None:
    with pytest.raises(ValueError, match="expected"):
        octets(text, size)
