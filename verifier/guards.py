"""What stands before every endpoint: a limit on what is sent, and headers that keep pages inert."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.errors import TooLarge

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
    """Raises TooLarge into the endpoint as soon as more than `octets` have come, whatever length was declared."""

    def __init__(self, app: ASGIApp, octets: int) -> None:
        self._app, self._octets = app, octets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._octets:
                raise TooLarge(limit=self._octets)
            return message

        await self._app(scope, counted, send)


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
