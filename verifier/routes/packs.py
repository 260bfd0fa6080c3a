"""Trust packs from a stick, for a window without any network: uploaded, loaded, and how that goes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from verifier import pages
from verifier.errors import MalformedRequest, ReplicaUnusable
from verifier.following import Follower
from verifier.loading import Loader, loading_to_json
from verifier.receive import Window
from verifier.routes.answers import wants_html

_EXPECTED = "multipart/form-data with one file named `pack`"


def add(router: APIRouter, window: Window, follower: Follower, loader: Loader) -> None:
    @router.get("/packs", response_class=HTMLResponse, summary="The page where a trust pack is loaded")
    def packs() -> HTMLResponse:
        return HTMLResponse(pages.packs(window, follower.state, loader.max_octets))

    @router.post("/packs", status_code=202, openapi_extra=_PACK_BODY, summary="Load a trust pack")
    async def post_pack(http: Request) -> Response:
        loading_id = await _started(http, loader)
        place = f"/packs/{loading_id}"
        if wants_html(http):
            return RedirectResponse(place, status_code=303)
        return JSONResponse(loading_to_json(loader.at(loading_id)), 202, {"Location": place})

    @router.get("/packs/{loading_id}", summary="How the loading of a trust pack goes; as a page, up to its end")
    def get_loading(loading_id: str, http: Request) -> Response:
        if not wants_html(http):
            return JSONResponse(loading_to_json(loader.at(loading_id)))
        loader.at(loading_id)
        page = pages.loading(loader.follow(loading_id), window, follower.state)
        return StreamingResponse(page, media_type="text/html")


async def _started(http: Request, loader: Loader) -> str:
    """The id of the loading of what was uploaded. Raises MalformedRequest, PackRefused, PackIsLoading, WindowUnable."""
    try:
        async with http.form(max_files=1, max_fields=5) as form:
            found = form.get("pack")
            if not isinstance(found, UploadFile) or not found.size:
                raise MalformedRequest(expected=_EXPECTED)
            return await run_in_threadpool(loader.start, found.file)
    except (HTTPException, UnicodeError) as e:
        raise MalformedRequest(expected=_EXPECTED) from e
    except OSError as e:  # no room for what is sent
        raise ReplicaUnusable from e


_PACK_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["pack"],
                    "properties": {"pack": {"type": "string", "format": "binary"}},
                }
            }
        },
    },
}
