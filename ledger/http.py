"""HTTP to a server that may be hostile: no answer takes longer than it may, and nothing of one is kept for the next.

Owns connections and time limits; what an answer may weigh, and what is in it, is for who asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import inf
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from ledger.errors import NodeUnavailable

_KEPT_SECONDS = 5.0
"""How long a connection is kept for the next question."""


class Http:
    """Asks web servers. Safe in several threads."""

    def __init__(self, *, timeout_seconds: float, total_seconds: float) -> None:
        """`timeout_seconds` is the limit of each wait, `total_seconds` that of a whole answer."""
        self._total_seconds = total_seconds
        self._deadline = _Deadline()
        # Settings name servers: a proxy found in the environment must not come between, nor do they send us elsewhere.
        self._client = httpx.Client(
            transport=_Transport(self._deadline),
            timeout=timeout_seconds,
            trust_env=False,
            follow_redirects=False,
            headers={"accept-encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def answer(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: object = None
    ) -> Iterator[httpx.Response]:
        """The answer, its body not yet read; what is read of it in the block is under the same time limit.

        Raises NodeUnavailable, also where the connection fails in the block.
        """
        self._deadline.at = time.monotonic() + self._total_seconds
        try:
            with self._client.stream(method, url, headers=headers, json=json) as response:
                yield response
        # What else httpx raises on hostile headers is a ValueError: a Location that is no address, text that is none.
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as e:
            raise NodeUnavailable(f"{type(e).__name__}: {e}") from e
        finally:
            self._deadline.at = inf


class _Deadline(threading.local):
    """Until when the question that this thread asks must be answered."""

    at: float = inf

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        """How long to wait at most. Raises `late` where the time is over."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise late("the answer takes too long as a whole")
        return min(left, inf if timeout is None else timeout) if left < inf else timeout


class _Transport(httpx.HTTPTransport):
    """httpx's own, on connections that keep to the deadline."""

    def __init__(self, deadline: _Deadline) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        backend = _Backend(deadline)
        self._pool = httpcore.ConnectionPool(context, keepalive_expiry=_KEPT_SECONDS, network_backend=backend)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
