"""The window's endpoints: each hands over to the procedure or the record, and answers as JSON or as a page."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from verifier import handed_in, pages, receive
from verifier.following import Follower
from verifier.reading import ReadingLimits, read
from verifier.receive import Window
from verifier.record import check_to_json
from verifier.store import Check

_STYLE = files("verifier").joinpath("static/style.css").read_text("utf-8")


def routes(window: Window, follower: Follower, limits: ReadingLimits) -> APIRouter:
    router = APIRouter()
    _add_checks(router, window, follower, limits)

    @router.get("/", response_class=HTMLResponse, summary="The page where something is handed in")
    def index() -> HTMLResponse:
        return HTMLResponse(pages.index(window, follower.state))

    @router.post("/updates", summary="Look for newer facts at once")
    def post_update(http: Request) -> Response:
        follower.look_now()
        return RedirectResponse("/", 303) if wants_html(http) else JSONResponse(health_of(window, follower))

    @router.get("/health", summary="Whether the window works, and how old its facts are")
    def health() -> dict[str, object]:
        return health_of(window, follower)

    @router.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(_STYLE, media_type="text/css")

    return router


def _add_checks(router: APIRouter, window: Window, follower: Follower, limits: ReadingLimits) -> None:
    def judge(request_id: str, octets: bytes, day: date | None) -> Check:
        return receive.receive(receive.Request(request_id, read(octets, limits), day), window)

    @router.post("/checks", status_code=201, openapi_extra=_CHECKS_BODY, summary="Check what is shown")
    async def post_check(http: Request) -> Response:
        request_id, octets, day = await handed_in.take(http, window.new_id)
        check = await run_in_threadpool(judge, request_id, octets, day)
        place = f"/checks/{check.id}"
        if wants_html(http):
            return RedirectResponse(place, status_code=303)
        return JSONResponse(check_to_json(check), 201, {"Location": place})

    @router.get("/checks/{check_id}", summary="A check on record, as JSON or as a page")
    def get_check(check_id: str, http: Request) -> Response:
        check = window.store.get(check_id)
        if wants_html(http):
            return HTMLResponse(pages.check(check, window, follower.state))
        return JSONResponse(check_to_json(check))


def health_of(window: Window, follower: Follower) -> dict[str, object]:
    accepted, state = window.replica.accepted, follower.state
    return {
        "status": "ok",
        "network_fingerprint": window.replica.network.fingerprint,
        "facts_block": accepted.number if accepted else None,
        "facts_as_of": accepted.time if accepted else None,
        "facts_age_seconds": max(window.clock() - accepted.time, 0) if accepted else None,
        "sources": state.sources,
        "source_answered_at": state.since,
        "source_trouble": state.trouble,
    }


def wants_html(http: Request) -> bool:
    return "text/html" in http.headers.get("accept", "")


_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date"}
_CHECKS_BODY = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 200},
            "description": "The same key again gets the same check again; a retry is no replay.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}, "text": _TEXT, "at": _DAY},
                }
            },
            "application/json": {
                "schema": {"type": "object", "required": ["text"], "properties": {"text": _TEXT, "at": _DAY}}
            },
        },
    },
}
