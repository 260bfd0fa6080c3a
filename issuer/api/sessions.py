"""Logging in and out."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from issuer.accounts import change_password, check_login, end_session, start_session
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
def log_in(login: Login, service: TheService) -> Session:
    bureau = service.bureau
    now = bureau.clock()
    with bureau.engine.begin() as connection:
        officer = check_login(connection, login.name, login.password, bureau.settings, now)
    if officer is None:
        raise NotAuthenticated(Code.WRONG_LOGIN, "the name or the password is wrong")
    with bureau.engine.begin() as connection:
        token, expires_at = start_session(connection, officer, bureau.settings, now)
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
def set_password(password: NewPassword, officer: AnyOfficer, service: TheService) -> Response:
    with service.bureau.engine.begin() as connection:
        change_password(connection, officer, password.old, password.new)
    return Response(status_code=204)
