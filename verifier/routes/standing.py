"""How the window stands: the page where something is handed in, /health, and looking for newer facts."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from verifier import pages
from verifier.following import Follower
from verifier.receive import Window
from verifier.routes.answers import wants_html
from verifier.standing import standing_of, standing_to_json

LOOK_SECONDS = 10.0
"""How long an answer waits for a look; what comes later is on the page when it is loaded again."""
_STYLE = files("verifier").joinpath("static/style.css").read_text("utf-8")


def add(router: APIRouter, window: Window, follower: Follower) -> None:
    def now() -> dict[str, object]:
        return standing_to_json(standing_of(window, follower.state))

    @router.get("/", response_class=HTMLResponse, summary="The page where something is handed in")
    def index() -> HTMLResponse:
        return HTMLResponse(pages.index(window, follower.state))

    @router.post("/updates", summary="Look for newer facts at once")
    def post_update(http: Request) -> Response:
        follower.look_now(LOOK_SECONDS)
        return RedirectResponse("/", 303) if wants_html(http) else JSONResponse(now())

    @router.get("/health", summary="How old the facts are, which sources answer, what has to be made again")
    def health() -> dict[str, object]:
        return now()

    @router.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(_STYLE, media_type="text/css")
