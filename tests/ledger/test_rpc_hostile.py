"""A node that never ends: nowhere in an exchange can it hold its asker longer than one clock says."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from threading import Event
from time import monotonic, sleep

import pytest

from ledger import exchange
from ledger import rpc as rpc_module
from ledger.errors import NodeRefused, NodeUnavailable
from ledger.rpc import Rpc
from tests.servers import bare_server

Answer = Callable[[socket.socket, Event], None]
WHOLE_SECONDS = 0.4
FAR_TOO_LONG = 15
"""Seconds. Without the clock over the whole exchange every one of these would take twenty or more."""
EARLY_HINT = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"


def request_of(connection: socket.socket) -> dict[str, object]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < size:
        body += connection.recv(65536)
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


def drip(connection: socket.socket, over: Event, octets: bytes, every: float = 0.02) -> None:
    for octet in octets:
        if over.is_set():
            return
        connection.sendall(bytes([octet]))
        sleep(every)


def only_hints(connection: socket.socket, over: Event) -> None:
    request_of(connection)
    while not over.is_set():
        connection.sendall(EARLY_HINT)
        sleep(0.01)


def hints_without_a_pause(connection: socket.socket, over: Event) -> None:
    request_of(connection)
    while not over.is_set():
        connection.sendall(EARLY_HINT * 100)


def a_header_octet_by_octet(connection: socket.socket, over: Event) -> None:
    request_of(connection)
    drip(connection, over, b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 1000)


def a_body_octet_by_octet(connection: socket.socket, over: Event) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    drip(connection, over, b" " * 1000)


@pytest.mark.parametrize("answer", [only_hints, hints_without_a_pause, a_header_octet_by_octet, a_body_octet_by_octet])
def test_no_answer_takes_longer_than_the_whole_exchange_may(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "MAX_ANSWER_SECONDS", WHOLE_SECONDS)
    with bare_server(answer) as url, Rpc(url) as rpc:
        started = monotonic()
        with pytest.raises(NodeUnavailable, match=r"0\.4 seconds"):
            rpc.chain_id()
        assert monotonic() - started < FAR_TOO_LONG


def test_a_node_that_takes_the_question_a_little_at_a_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def sip(connection: socket.socket, over: Event) -> None:
        while not over.wait(0.02):
            connection.recv(4096)

    monkeypatch.setattr(rpc_module, "MAX_ANSWER_SECONDS", WHOLE_SECONDS)
    with bare_server(sip) as url, Rpc(url, timeout_seconds=5) as rpc:
        started = monotonic()
        with pytest.raises(NodeUnavailable):
            rpc.call("echo", "a" * 30_000_000)
        assert monotonic() - started < FAR_TOO_LONG


def test_each_exchange_has_a_clock_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one connection, which is there for longer than one exchange may take."""
    later = 0.0

    def honest(connection: socket.socket, over: Event) -> None:
        while True:
            reply(connection, request_of(connection), b'"0x1"')

    monkeypatch.setattr(exchange, "monotonic", lambda: monotonic() + later)
    with bare_server(honest) as url, Rpc(url) as rpc:
        for _ in range(4):
            assert rpc.chain_id() == 1
            later += rpc_module.MAX_ANSWER_SECONDS


def test_cookies_are_neither_kept_nor_sent() -> None:
    asked: list[dict[str, object]] = []

    def baker(connection: socket.socket, over: Event) -> None:
        while True:
            request = request_of(connection)
            asked.append(request)
            cookie = b"set-cookie: c%d=%s; path=/\r\n" % (len(asked), b"a" * 3000)
            reply(connection, request, b'"0x1"', cookie * 20)

    with bare_server(baker) as url, Rpc(url) as rpc:
        for _ in range(5):
            rpc.chain_id()
        assert len(asked) == 5
        assert len(rpc._http.cookies) == 0


def test_what_a_node_says_is_text_that_can_be_printed_stored_and_sent_on() -> None:
    """A lone surrogate can be in JSON, but neither in UTF-8 nor in SQLite."""
    said = "no \ud800 funds\x00\x1b[31m \u202e gas 不足\n" + "a" * 10_000

    def rude(connection: socket.socket, over: Event) -> None:
        request = request_of(connection)
        error = json.dumps({"code": -32000, "message": said}).encode()
        reply(connection, request, b"null", answer=b'{"id": %d, "error": %s}' % (request["id"], error))

    with bare_server(rude) as url, Rpc(url) as rpc, pytest.raises(NodeRefused) as refused:
        rpc.chain_id()
    reason = refused.value.reason
    assert reason.startswith("no \N{REPLACEMENT CHARACTER} funds")
    assert "gas 不足" in reason
    assert reason.isprintable()
    assert len(reason) <= 300
    str(refused.value).encode()


def reply(
    connection: socket.socket, request: dict[str, object], result: bytes, headers: bytes = b"", *, answer: bytes = b""
) -> None:
    body = answer or b'{"jsonrpc": "2.0", "id": %d, "result": %s}' % (request["id"], result)
    connection.sendall(b"HTTP/1.1 200 OK\r\n%scontent-length: %d\r\n\r\n%s" % (headers, len(body), body))
