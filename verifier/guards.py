"""What stands before every endpoint: limits on what is sent and by whose pages, and headers that keep pages inert."""

from __future__ import annotations

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.errors import ForeignPage, MalformedRequest, PackTooLarge, TooLarge, VerifierError

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" makes the Origin of the window's own forms "null"
    "Cache-Control": "no-store",
    "Vary": "Accept",
}


class BodyLimit:
    """Raises an error into the endpoint as soon as too much has come, whatever length was declared.

    A trust pack may have `pack_octets`, all else `octets`. Forms are UTF-8.
    """

    def __init__(self, app: ASGIApp, octets: int, pack_octets: int) -> None:
        self._app, self._octets, self._pack_octets = app, octets, pack_octets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        came, limit, error = 0, *self._limit(scope.get("path", ""))
        refused = scope["type"] == "http" and _is_form_in_another_charset(scope)

        async def counted() -> Message:
            nonlocal came
            if refused:
                raise MalformedRequest(expected="multipart/form-data in UTF-8")
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise error
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> tuple[int, VerifierError]:
        if path == "/packs":
            return self._pack_octets, PackTooLarge()
        return self._octets, TooLarge(limit=self._octets)


def _is_form_in_another_charset(scope: Scope) -> bool:
    """Read as Starlette reads it, which decodes by any name that Python knows; some take time by the square."""
    kind, parameters = parse_options_header(Headers(scope=scope).get("content-type"))
    return kind == b"multipart/form-data" and parameters.get(b"charset", b"utf-8").lower() != b"utf-8"


async def refuse_foreign_pages(http: Request) -> None:
    """Nothing is handed in by a page of another site that the clerk's browser shows. Programs send neither header."""
    host, origin = http.headers.get("host"), http.headers.get("origin")
    foreign = origin is not None and origin not in {f"http://{host}", f"https://{host}"}
    if http.method == "POST" and (foreign or http.headers.get("sec-fetch-site") == "cross-site"):
        raise ForeignPage


class InertPages:
    """Adds the headers: no script, no frame, no referrer, nothing cached, for pages and JSON hold claims."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)
