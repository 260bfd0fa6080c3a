"""Logging in and out."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from issuer.accounts import change_password, end_session, log_in
from issuer.api.access import AnyOfficer, Bearer, TheService
from issuer.api.officers import OfficerOut, officer_out
from issuer.errors import Code, NotAuthenticated

router = APIRouter(tags=["sessions"])


class Login(BaseModel):
    """An officer's name and password."""

    name: str
    password: str = Field(repr=False)


class Session(BaseModel):
    """A bearer token for every other route, until `expires_at`."""

    token: str
    expires_at: int
    officer: OfficerOut


class NewPassword(BaseModel):
    """Changing the password ends every session of the officer."""

    old: str = Field(repr=False)
    new: str = Field(repr=False)


@router.post("/sessions", status_code=201)
async def start(login: Login, service: TheService) -> Session:
    bureau = service.bureau
    async with service.hashing:
        found = await run_in_threadpool(
            log_in, bureau.engine, login.name, login.password, bureau.settings, bureau.clock()
        )
    if found is None:
        raise NotAuthenticated(Code.WRONG_LOGIN, "the name or the password is wrong")
    officer, token, expires_at = found
    return Session(token=token, expires_at=expires_at, officer=officer_out(officer))


@router.get("/sessions/current")
def who_am_i(officer: AnyOfficer) -> OfficerOut:
    return officer_out(officer)


@router.delete("/sessions/current", status_code=204)
def log_out(_: AnyOfficer, bearer: Bearer, service: TheService) -> Response:
    assert bearer is not None
    with service.bureau.engine.begin() as connection:
        end_session(connection, bearer.credentials)
    return Response(status_code=204)


@router.put("/sessions/password", status_code=204)
async def set_password(password: NewPassword, officer: AnyOfficer, service: TheService) -> Response:
    async with service.hashing:
        await run_in_threadpool(change_password, service.bureau.engine, officer, password.old, password.new)
    return Response(status_code=204)
