"""The checks by facts that a reorganisation took back: what the operator of the window has to have made again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from verifier import pages
from verifier.following import Follower
from verifier.receive import Window
from verifier.record import withdrawn_to_json
from verifier.routes.answers import wants_html

PAGE = 50
_Row = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before: older checks follow.")]


def add(router: APIRouter, window: Window, follower: Follower) -> None:
    @router.get("/withdrawn", summary="Checks whose facts were taken back: those still to be made again, or all")
    def get_withdrawn(http: Request, before: _Row = None, all: bool = False) -> Response:
        found = window.store.withdrawn(before=before, only_open=not all, limit=PAGE + 1)
        shown = found[:PAGE]
        older = shown[-1].row if len(found) > PAGE else None
        if wants_html(http):
            return HTMLResponse(pages.withdrawn(shown, older, all, window, follower.state))
        count = window.store.count_withdrawn()
        body = {
            "withdrawn": count.withdrawn,
            "open": count.open,
            "checks": [withdrawn_to_json(each) for each in shown],
            "next": older,
        }
        return JSONResponse(body)
