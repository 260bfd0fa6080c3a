"""Serves a mirror's folder over plain HTTP, as any web server or CDN does: packs for ever, the manifest for seconds."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ledger.mirror.manifest import NAME

MANIFEST_SECONDS = 5
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_SECONDS = f"public, max-age={MANIFEST_SECONDS}, must-revalidate"


def application(folder: Path) -> Starlette:
    """The ASGI app of a mirror's folder."""
    return Starlette(routes=[Mount("/", _Files(directory=folder))])


class _Files(StaticFiles):
    """What the manifest names and the manifest itself; no drafts. Pages of any origin may read them: all is public."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        is_pack = path.startswith("packs/") and path.endswith(".pack") and "/." not in path
        if path != NAME and not is_pack:
            return Response("not found", 404, media_type="text/plain")
        response = await super().get_response(path, scope)
        if response.status_code in {200, 206, 304}:
            response.headers["cache-control"] = _FOR_EVER if is_pack else _FOR_SECONDS
            response.headers["access-control-allow-origin"] = "*"
            response.headers["x-content-type-options"] = "nosniff"
        return response
