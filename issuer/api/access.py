"""Who asks: every route names its role here, or stands in PUBLIC. A test walks all routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from issuer.accounts import Officer, Role, officer_of_token
from issuer.errors import Code, NotAuthenticated
from issuer.service import Service
from issuer.store import reading

PUBLIC = frozenset(
    {
        ("POST", "/sessions"),
        ("GET", "/health"),
        ("GET", "/openapi.json"),
        ("GET", "/.well-known/openid-credential-issuer{path}"),
        ("GET", "/.well-known/oauth-authorization-server{path}"),
        ("GET", "/.well-known/jwt-vc-issuer{path}"),
        ("GET", "{path}/offers/{reference}"),
        ("POST", "{path}/token"),
        ("POST", "{path}/nonce"),
        ("POST", "{path}/credential"),
        ("POST", "{path}/deferred"),
        ("POST", "{path}/notification"),
    }
)
"""Login, health, and what wallets and verifiers need; {path} is an authority's. The wallets' have OAuth's tokens."""

Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A number of ours, as far as the database counts."""

_bearer = HTTPBearer(auto_error=False, description="The token of POST /sessions")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(service)]


def read(service: TheService) -> Iterator[Connection]:
    """One moment of the database for a handler that changes nothing."""
    with reading(service.bureau.engine) as connection:
        yield connection


Reading = Annotated[Connection, Depends(read)]


def officer(service: TheService, bearer: Bearer) -> Officer:
    """Any officer who is logged in."""
    if bearer is None:
        raise NotAuthenticated(Code.NOT_LOGGED_IN, "log in first")
    with reading(service.bureau.engine) as connection:
        return officer_of_token(connection, bearer.credentials, service.bureau.clock())


async def is_officers(request: Request) -> bool:
    """Whether an officer who is logged in sends it, asked before its body is read."""
    try:
        await run_in_threadpool(officer, service(request), await _bearer(request))
    except NotAuthenticated:
        return False
    return True


def _with(role: Role) -> Callable[..., Officer]:
    def holder(officer: Annotated[Officer, Depends(officer)]) -> Officer:
        officer.must_be(role)
        return officer

    return holder


AnyOfficer = Annotated[Officer, Depends(officer)]
Administrator = Annotated[Officer, Depends(_with(Role.ADMINISTRATOR))]
Drafter = Annotated[Officer, Depends(_with(Role.DRAFTER))]
Approver = Annotated[Officer, Depends(_with(Role.APPROVER))]
