"""A door in front of a real node that can lie, lose answers or refuse: what replica and outbox must bear."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from tests.servers import WebServer, body_of, reply

Lie = Callable[[str, list[Any], Any], Any]
"""From a method, its parameters and the true result to what is answered."""


class Dropped(Exception):
    """Raised by a lie: the request reached the node, its answer is lost."""


class Unreached(Exception):
    """Raised by `before`: the request never reaches the node."""


Rude = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers in its own way, given the handler and the octets of the true answer."""

FORWARD = object()
"""What `instead` answers where the node is to be asked."""


class Door:
    """An HTTP server that forwards JSON-RPC to a node. `calls` are the methods asked for, in order."""

    def __init__(self, node_url: str) -> None:
        self.lie: Lie = lambda method, params, result: result
        self.before: Callable[[str, list[Any]], None] = lambda method, params: None
        self.instead: Callable[[str, list[Any]], Any] = lambda method, params: FORWARD
        self.rude: Rude | None = None
        self.calls: list[str] = []
        self.lied = False
        """Whether anything was answered that the node did not say."""
        self.closing = threading.Event()
        self._node = httpx.Client(base_url=node_url, trust_env=False, timeout=30)
        self._server = WebServer(self._see_to)
        self.url = self._server.url

    def close(self) -> None:
        self.closing.set()
        self._server.close()
        self._node.close()

    def honest(self) -> None:
        self.lie = lambda method, params, result: result
        self.before = lambda method, params: None
        self.instead = lambda method, params: FORWARD
        self.rude = None

    def _see_to(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(body_of(request))
        try:
            answer = [self._answer(each) for each in body] if isinstance(body, list) else self._answer(body)
        except (Dropped, Unreached):
            request.close_connection = True
            return
        octets = json.dumps(answer).encode()
        if self.rude is None:
            reply(request, octets)
            return
        self.lied = True
        request.close_connection = True
        with suppress(OSError):  # the reader may leave before the end
            self.rude(request, octets)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request["params"]
        self.calls.append(method)
        self.before(method, params)
        answered = self.instead(method, params)
        if answered is not FORWARD:
            answer = {"jsonrpc": "2.0", "id": request["id"], "result": answered}
        else:
            answer = self._node.post("/", json=request).json()
        if "result" in answer:
            told = self.lie(method, params, answer["result"])
            self.lied |= told != answer["result"]
            answer["result"] = told
        return answer
