"""What was not foreseen: logged by its kind and place, never by its message, which may quote what was shown."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


class Unforeseen:
    """An error that no handler knows: `answer` to the asker, kind and place to the log. Nothing is raised further."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request], Response]) -> None:
        self._app, self._answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # the last resort of the service
            log_failure(f"{scope['method']} {_route(scope)}", error)
            if not begun:  # otherwise the server breaks off what was begun
                await self._answer(Request(scope))(scope, receive, send)


def _route(scope: Scope) -> str:
    """The route's pattern: with the address itself a check can be read."""
    return str(getattr(scope.get("route"), "path", "an unknown route"))


def log_failure(what: str, error: BaseException) -> None:
    """One entry: `what`, the kinds of the error and its causes, and the stack of code that led to it."""
    kinds, cause = [type(error).__name__], error.__cause__
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    stack = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s: %s\n%s", what, " from ".join(kinds), stack.rstrip())
