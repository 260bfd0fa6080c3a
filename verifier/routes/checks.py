"""Checks: what is shown becomes a check, and a check on record is read again."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from verifier import handed_in, pages, receive
from verifier.following import Follower
from verifier.reading import ReadingLimits
from verifier.receive import Window
from verifier.record import check_to_json
from verifier.routes.answers import wants_html
from verifier.store import Check
from verifier.turns import Turns


def add(router: APIRouter, window: Window, follower: Follower, limits: ReadingLimits) -> None:
    turns = Turns(limits)

    def judge(request_id: str, text: str, day: date | None) -> Check:
        return receive.receive(receive.Request(request_id, text, day), window)

    @router.post("/checks", status_code=201, openapi_extra=_CHECKS_BODY, summary="Check what is shown")
    async def post_check(http: Request) -> Response:
        request_id, octets, day = await handed_in.take(http, window.new_id)
        check = await run_in_threadpool(judge, request_id, await turns.read(octets), day)
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
