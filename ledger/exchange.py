"""HTTP exchanges that end in time, whatever the other side does: one clock over the whole of each, and no cookies.

httpx limits each read. A server that sends an octet before every limit, or 103 Early Hints for ever, would hold its
reader for good; here each step on the socket gets no more than what is left of the exchange's time.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from time import monotonic
from typing import Any
from urllib.request import Request

import httpcore
import httpx

WHOLE_SECONDS = "whole_seconds"
"""A request's extension: how long its whole exchange may take, from connecting to the last octet of the body."""
_IDLE_SECONDS = 2.0
"""How long a connection is kept for the next exchange: less than the five after which uvicorn hangs up, for a request
that is sent at that very moment is lost.
"""


def open_client(*, timeout_seconds: float, headers: dict[str, str]) -> httpx.Client:
    """A client whose requests each need the extension WHOLE_SECONDS; one thread makes the request and reads the body.

    Addresses are those that somebody gave: a proxy of the environment must not come between, nor a redirect lead away.
    """
    return httpx.Client(
        transport=_Transport(),
        timeout=timeout_seconds,
        trust_env=False,
        follow_redirects=False,
        headers=headers,
        cookies=_NoCookies(),
    )


class _NoCookies(CookieJar):
    """Nothing here has sessions, and a hostile server's cookies would be kept as long as the program runs."""

    def extract_cookies(self, response: HTTPResponse, request: Request) -> None:
        """None are taken."""


class _Clock(threading.local):
    """When the exchange that this thread is in has to end."""

    def __init__(self) -> None:
        self._seconds = self._ends = 0.0

    def start(self, seconds: float) -> None:
        self._seconds, self._ends = seconds, monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """For one step that may take `timeout`. Raises TimeoutException where the exchange's time is over."""
        left = self._ends - monotonic()
        if left <= 0:
            raise httpcore.TimeoutException(f"the whole answer takes more than {self._seconds} seconds")
        return left if timeout is None else min(left, timeout)


class _Transport(httpx.HTTPTransport):
    """httpx's own, but for the sockets, which it has no parameter for."""

    def __init__(self) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context)
        self._clock = _Clock()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            network_backend=_Backend(self._clock),
            max_connections=httpx.Limits().max_connections,
            keepalive_expiry=_IDLE_SECONDS,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.start(request.extensions[WHOLE_SECONDS])
        return super().handle_request(request)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, clock: _Clock) -> None:
        self._clock, self._sockets = clock, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries the host's addresses in turn; however many a name server gives, on the one clock."""
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in _addresses(host, port):
            left = self._clock.left(timeout)
            try:
                return _Stream(
                    self._sockets.connect_tcp(address, port, left, local_address, socket_options), self._clock
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                problem = e
        raise problem


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._clock.left(timeout))
        except httpcore.TimeoutException:
            self._clock.left(timeout)  # says so where it was the whole exchange's time
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """The same as the stream's own, which would begin its time anew with every part that is taken."""
        sock: socket.socket = self._stream.get_extra_info("socket")
        rest = memoryview(buffer)
        try:
            while rest:
                sock.settimeout(self._clock.left(timeout))
                rest = rest[sock.send(rest) :]
        except TimeoutError as e:
            raise httpcore.WriteTimeout(str(e)) from e
        except OSError as e:
            raise httpcore.WriteError(str(e)) from e

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._clock.left(timeout)), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise httpcore.ConnectError(str(e)) from e
    return [str(address[0]) for *_, address in found]
