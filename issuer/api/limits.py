"""The outermost layers: bodies are limited while they arrive, and the unforeseen is answered without details."""

from __future__ import annotations

import logging

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.api.access import is_officers
from issuer.api.problems import problem
from issuer.errors import Code
from issuer.failures import log_failure

_log = logging.getLogger(__name__)
SMALL_OCTETS = 1 << 20
_OVERHEAD_OCTETS = 64 << 10
"""What a multipart form adds to the file in it."""


class BodyLimit:
    """`upload_octets` for the file upload of an officer, 1 MiB for everything else; forms are UTF-8."""

    def __init__(self, app: ASGIApp, upload_octets: int) -> None:
        self._app = app
        self._upload_octets = upload_octets + _OVERHEAD_OCTETS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if _is_form_in_another_charset(scope):
            refusal = problem(Code.BAD_REQUEST, "a form is sent in UTF-8", 400)
            return await refusal(scope, receive, send)
        is_upload = scope["path"] == "/imports"
        is_strangers = is_upload and not await is_officers(Request(scope))
        most = self._upload_octets if is_upload and not is_strangers else SMALL_OCTETS
        body = await _whole_body(receive, most)
        if body is None and is_strangers:
            return await problem(Code.NOT_LOGGED_IN, "log in first", 401)(scope, receive, send)
        if body is None:
            refusal = problem(Code.TOO_LARGE, f"a request here has at most {most} octets", 413)
            return await refusal(scope, receive, send)
        return await self._app(scope, _replay(body, receive), send)


class Unforeseen:
    """An error that no handler knows: a typed answer to the asker, kind and place to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except UnicodeEncodeError:
            # JSON can spell half a surrogate pair; nothing can keep it or send it back.
            message = "a text has half a character in it"
            await problem(Code.BAD_REQUEST, message, 422)(scope, receive, send)
        except Exception as error:  # the last resort of the service
            log_failure(_log, f"{scope.get('method')} {_route(scope)}", error)
            if begun or scope["type"] != "http":
                raise
            await problem(Code.INTERNAL, "an internal error; it is in the log", 500)(scope, receive, send)


def _route(scope: Scope) -> str:
    """The route's pattern: the address itself may hold a token."""
    return str(getattr(scope.get("route"), "path", "an unknown route"))


def _is_form_in_another_charset(scope: Scope) -> bool:
    """Read as Starlette reads it, which decodes by any name that Python knows; some take time by the square."""
    kind, parameters = parse_options_header(Headers(scope=scope).get("content-type"))
    return kind == b"multipart/form-data" and parameters.get(b"charset", b"utf-8").lower() != b"utf-8"


async def _whole_body(receive: Receive, most: int) -> bytes | None:
    """The body, or None where it is too large or its sender went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
