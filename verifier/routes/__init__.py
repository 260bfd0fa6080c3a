"""The window's endpoints, a module for each group: they hand over to the procedure or the record, and answer."""

from __future__ import annotations

from fastapi import APIRouter

from verifier.following import Follower
from verifier.loading import Loader
from verifier.reading import ReadingLimits
from verifier.receive import Window
from verifier.routes import checks, packs, standing, withdrawn


def routes(window: Window, follower: Follower, loader: Loader, limits: ReadingLimits) -> APIRouter:
    router = APIRouter()
    standing.add(router, window, follower)
    checks.add(router, window, follower, limits)
    withdrawn.add(router, window, follower)
    packs.add(router, window, follower, loader)
    return router
