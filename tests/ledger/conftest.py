"""A door in front of a real node that can lie, lose answers or refuse: what replica and outbox must bear."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.fixtures_ledger import RunningNode, World, make_world

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
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._node.close()

    def honest(self) -> None:
        self.lie = lambda method, params, result: result
        self.before = lambda method, params: None
        self.instead = lambda method, params: FORWARD
        self.rude = None

    def _handler(door) -> type[BaseHTTPRequestHandler]:  # the handler has its own self
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                try:
                    answer = [door._answer(each) for each in body] if isinstance(body, list) else door._answer(body)
                except (Dropped, Unreached):
                    self.close_connection = True
                    return
                octets = json.dumps(answer).encode()
                if door.rude is not None:
                    door.lied = True
                    self.close_connection = True
                    with suppress(OSError):  # the reader may leave before the end
                        door.rude(self, octets)
                    return
                self.send_response(200)
                self.send_header("content-length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *args: Any) -> None:
                """Silent."""

        return Handler

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


@pytest.fixture(scope="session")
def own_world(ledger_node: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A second network on the same node, for tests that change regions and agreements."""
    return make_world(ledger_node.url, tmp_path_factory.mktemp("own-world"))


@pytest.fixture
def door(ledger_node: RunningNode) -> Iterator[Door]:
    made = Door(ledger_node.url)
    yield made
    made.close()
