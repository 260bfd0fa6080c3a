"""Builds the service: endpoints, error answers, limits, and the worker's life with the application's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from issuer.api import acts, certificates, drafts, imports, offers, officers, queue, sessions
from issuer.api.limits import BodyLimit, Unforeseen
from issuer.api.problems import add_problems
from issuer.api.wallet import wallet_router
from issuer.api.well_known import well_known_router
from issuer.bureau import Bureau
from issuer.errors import LedgerMismatch
from issuer.ledger_link import LedgerLink
from issuer.paper import Fonts
from issuer.service import Service
from issuer.worker import Worker


def create_app(bureau: Bureau) -> FastAPI:
    """The application; its worker starts and stops with it. Raises LedgerMismatch where the chain tells otherwise."""
    link = LedgerLink(bureau)
    try:
        link.compare()
    except LedgerMismatch:
        link.close()
        raise
    service = Service(bureau, link, Worker(bureau, link), Fonts.load(bureau.settings.fonts))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        service.worker.start()
        yield
        service.worker.stop()
        link.close()
        bureau.engine.dispose()

    app = FastAPI(title="Yinxin issuer", version="0.1.0", lifespan=life, docs_url=None, redoc_url=None)
    app.state.service = service
    app.add_middleware(BodyLimit, upload_octets=bureau.settings.upload_limit_octets)
    app.add_middleware(Unforeseen)
    add_problems(app)
    for group in (sessions, officers, imports, drafts, certificates, acts, offers, queue):
        app.include_router(group.router)
    for authority in bureau.authorities.values():
        app.include_router(wallet_router(authority))
        app.include_router(well_known_router(authority))
    return app
