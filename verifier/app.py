"""Assembles the window's service: endpoints, what stands before them, and how errors are answered. Judges nothing.

Attacked at the socket it can at most be kept busy: what it says comes from its own replica and its own record.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

import ledger
from verifier import pages
from verifier.errors import MalformedRequest, NoSuchCheck, ReplicaDamaged, VerifierError
from verifier.failures import Unforeseen, log_failure
from verifier.following import Follower
from verifier.guards import BodyLimit, InertPages, refuse_foreign_pages
from verifier.loading import Loader
from verifier.reading import ReadingLimits
from verifier.receive import Window
from verifier.routes import routes
from verifier.routes.answers import wants_html

_FORM_OVERHEAD_OCTETS = 64 * 1024


def build_app(window: Window, follower: Follower, loader: Loader, limits: ReadingLimits) -> FastAPI:
    """The application of one window; it starts the follower and, at the end, stops it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        await run_in_threadpool(follower.stop)

    app = FastAPI(
        title="Yinxin window 印信异地窗口",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_foreign_pages)],
    )
    app.add_middleware(
        BodyLimit,
        octets=limits.octets + _FORM_OVERHEAD_OCTETS,
        pack_octets=loader.max_octets + _FORM_OVERHEAD_OCTETS,
    )

    def answer(http: Request, error: VerifierError, status: int) -> Response:
        if wants_html(http):
            try:
                return HTMLResponse(pages.error(error, window, follower.state), status)
            except Exception as e:  # the page says how the window stands, and that may be what is broken
                log_failure("a page for an error", e)
        body = {"code": error.code, "zh": error.text_zh, "en": error.text_en}
        return JSONResponse({"error": body}, status)

    app.add_middleware(Unforeseen, answer=lambda http: answer(http, VerifierError(), VerifierError.status))
    app.add_middleware(InertPages)
    app.include_router(routes(window, follower, loader, limits))
    _add_error_handlers(app, answer)
    return app


def _add_error_handlers(app: FastAPI, answer: Callable[[Request, VerifierError, int], Response]) -> None:
    @app.exception_handler(VerifierError)
    async def refused(http: Request, error: VerifierError) -> Response:
        return answer(http, error, error.status)

    @app.exception_handler(ledger.ReplicaDamaged)
    async def damaged(http: Request, _: ledger.ReplicaDamaged) -> Response:
        return answer(http, ReplicaDamaged(), ReplicaDamaged.status)

    @app.exception_handler(HTTPException)
    async def not_routed(http: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return answer(http, NoSuchCheck(), 404)
        return answer(http, MalformedRequest(expected=f"{http.method}: {error.detail}"), error.status_code)

    @app.exception_handler(RequestValidationError)
    async def malformed(http: Request, error: RequestValidationError) -> Response:
        places = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return answer(http, MalformedRequest(expected=places), 400)
