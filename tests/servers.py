"""Servers on loopback for tests: one that answers HTTP requests as it is told, one that has the bare connections."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class WebServer:
    """Has `answer` see to every request of that method, each in a thread of its own; refuses all others."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None], method: str = "POST") -> None:
        def handle(request: _Handler) -> None:
            request.read_body()
            answer(request)

        handler = type("Handler", (_Handler,), {f"do_{method}": handle})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> WebServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    """As many callers as a test may have wait to be let in: of more, each would come again only after a second."""

    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    """Has the whole request before it answers: a connection closed with octets unread takes the answer along."""

    body = b""

    def read_body(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))

    def log_message(self, *args: Any) -> None:
        """Nothing is said on standard error."""


def body_of(request: BaseHTTPRequestHandler) -> bytes:
    assert isinstance(request, _Handler)
    return request.body


def reply(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"content-length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def bare_server(treat: Callable[[socket.socket, Event], None]) -> Iterator[str]:
    """The address of a server that does with each connection what `treat` says, until the event is set."""
    listener, over = socket.create_server(("127.0.0.1", 0)), Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            treat(connection, over)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
