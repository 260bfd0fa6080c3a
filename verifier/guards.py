"""What stands before every endpoint: limits on what is sent, and headers that keep pages inert."""

from __future__ import annotations

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.errors import MalformedRequest, PackTooLarge, TooLarge, VerifierError

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
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
