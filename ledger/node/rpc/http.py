"""JSON-RPC over HTTP POST: limits, the Host header, and threads, because the EVM would block the event loop."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ledger.node.node import Node
from ledger.node.rpc.envelope import respond
from ledger.node.rpc.methods import method_table

MAX_BODY_OCTETS = 5 * 1024 * 1024
_THREADS = 8


def application(node: Node, host_name: str = "localhost") -> Starlette:
    """The node's ASGI app. `host_name` is the only name, besides localhost and plain addresses, it answers to."""
    return Starlette(routes=[Route("/", _endpoint(node, {"localhost", host_name}), methods=["POST"])])


def _endpoint(node: Node, host_names: set[str]) -> Callable[[Request], Awaitable[Response]]:
    methods = method_table(node)
    threads: list[CapacityLimiter] = []

    async def answer(request: Request) -> Response:
        if not _is_own_host(request.headers.get("host", ""), host_names):
            # A page in a browser could reach a loopback address under a name of its own (DNS rebinding).
            return PlainTextResponse("unknown host name", 403)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("content type must be application/json", 415)
        body = await _body(request)
        if body is None:
            return PlainTextResponse(f"request has more than {MAX_BODY_OCTETS} octets", 413)
        if not threads:
            threads.append(CapacityLimiter(_THREADS))
        response = await to_thread.run_sync(respond, body, methods, limiter=threads[0])
        return Response(response, media_type="application/json")

    return answer


async def _body(request: Request) -> bytes | None:
    """None: too large. Read in pieces, so that a false Content-Length costs nothing."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY_OCTETS:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _is_own_host(header: str, host_names: set[str]) -> bool:
    name = header.rsplit("]", 1)[0].lstrip("[") if header.startswith("[") else header.rpartition(":")[0] or header
    if name.lower() in host_names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
