"""An issuer that means ill: what it sends is not unpacked, no exchange goes on for ever, nor does the whole."""

from __future__ import annotations

import json
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Event

import httpx
import pytest

from tests.servers import WebServer, bare_server, reply
from wallet import IssuerClient, IssuerUnreachable, OfferRefused, Wallet, issuer_client
from wallet.errors import MalformedAnswer
from wallet.offer import PRE_AUTHORIZED_CODE, OfferReference

OFFER = {
    "credential_issuer": "https://bureau.example.cn/yinxin",
    "credential_configuration_ids": ["driving_licence"],
    "grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "abc"}},
}


def gzipped(*parts: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(map(packer.compress, parts)) + packer.flush()


@contextmanager
def fetching(client: IssuerClient, body: bytes, **headers: str) -> Iterator[Callable[[], object]]:
    with WebServer(lambda request: reply(request, body, **headers), "GET") as server:
        yield lambda: client.offer(OfferReference(f"{server.url}/offer"))


@pytest.fixture(params=["its own", "a stranger's"])
def client(request: pytest.FixtureRequest) -> Iterator[IssuerClient]:
    """With its own client, and with one as httpx makes it, but for its five seconds: the servers here are honest."""
    if request.param == "its own":
        with IssuerClient.open() as found:
            yield found
    else:
        with httpx.Client(timeout=60) as http:
            yield IssuerClient(http)


def test_what_was_packed_twice_is_not_unpacked(client: IssuerClient) -> None:
    """A kilobyte on the way, 128 MiB in memory: httpx unpacks all layers of a part before it hands out anything."""
    bomb = gzipped(gzipped(*[bytes(1 << 20)] * 128))
    assert len(bomb) < 2000
    with fetching(client, bomb, content_encoding="gzip, gzip") as fetch:
        tracemalloc.start()
        try:
            with pytest.raises(OfferRefused):
                fetch()
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()


def test_it_asks_for_what_is_not_packed(client: IssuerClient) -> None:
    asked: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.headers["accept-encoding"])
        reply(request, json.dumps(OFFER).encode())

    with WebServer(answer, "GET") as server:
        assert client.offer(OfferReference(server.url)).pre_authorized_code == "abc"
    assert asked == ["identity"]


def test_an_answer_without_end_is_left(client: IssuerClient) -> None:
    def answer(connection: socket.socket, over: Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            connection.sendall(b" " * 65536)

    with bare_server(answer) as url, pytest.raises(MalformedAnswer, match="longer than 262144 octets"):
        client.offer(OfferReference(url))


def test_an_answer_octet_by_octet_is_left_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each octet comes in time for one step, and at the end the whole would be an offer."""
    body = json.dumps(OFFER).encode()

    def drip(connection: socket.socket, over: Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body))
        for octet in body:
            connection.sendall(bytes([octet]))
            if over.wait(0.03):
                return

    monkeypatch.setattr(issuer_client, "_MOST_SECONDS", 0.4)
    with bare_server(drip) as url, IssuerClient.open() as client, pytest.raises(IssuerUnreachable) as caught:
        client.offer(OfferReference(url))
    assert "0.4 seconds" in str(caught.value.__cause__)


@pytest.mark.parametrize("location", ["mailto:x", "//[::1", "http://a:b/", "http://1.2.3.999/"])
def test_where_it_leads_is_not_followed_and_need_be_no_address(client: IssuerClient, location: str) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        reply(request, b"{}", 302, location=location)

    with WebServer(answer, "GET") as server, pytest.raises((MalformedAnswer, IssuerUnreachable)):
        client.offer(OfferReference(server.url))


@pytest.mark.parametrize("token", ["é", "a\r\nb", "\x00"])
def test_a_token_that_no_header_can_have_is_a_typed_error(wallet: Wallet, token: str) -> None:
    made = issuing(lambda _: (400, {"error": "no"}), token)
    with made as (offer, client, _), pytest.raises((MalformedAnswer, IssuerUnreachable)):
        wallet.accept(offer, None, client, None)


def test_tokens_that_are_refused_as_soon_as_they_are_given_come_to_an_end(wallet: Wallet) -> None:
    with issuing(lambda _: (401, {"error": "invalid_token"})) as (offer, client, asked):
        with pytest.raises(MalformedAnswer, match="every token"):
            wallet.accept(offer, None, client, None)
        assert asked.count("/token") == 4
    assert len(wallet.collections) == 1


@contextmanager
def issuing(
    answered: Callable[[str], tuple[int, object]], token: str = "token"
) -> Iterator[tuple[str, IssuerClient, list[str]]]:
    """An offer of an issuer that answers credential requests as told, a client, and the paths that it was asked."""
    asked: list[str] = []
    known = {"/token": (200, {"access_token": token}), "/nonce": (200, {"c_nonce": "nonce"})}

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        assert len(asked) < 100  # then the connection breaks off
        status, document = known.get(request.path) or answered(request.path)
        reply(request, json.dumps(document).encode(), status)

    def describe(request: BaseHTTPRequestHandler) -> None:
        endpoints = {f"{name}_endpoint": f"{doors.url}/{name}" for name in ("token", "credential", "nonce")}
        reply(request, json.dumps({"credential_issuer": described.url, **endpoints}).encode())

    with WebServer(answer) as doors, WebServer(describe, "GET") as described, IssuerClient.open() as client:
        offer = json.dumps(OFFER | {"credential_issuer": described.url})
        yield f"openid-credential-offer://?credential_offer={offer}", client, asked
