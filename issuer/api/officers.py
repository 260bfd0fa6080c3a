"""Officers' accounts, kept by an administrator."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from issuer.accounts import Officer, Role, add_officer, all_officers, disable_officer
from issuer.api.access import Administrator, Number, Reading, TheService

router = APIRouter(prefix="/officers", tags=["officers"])


class OfficerIn(BaseModel):
    """A new account. `authority` is the number of the authority the officer serves; none for an administrator."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(repr=False, max_length=1000)
    roles: list[Role] = Field(min_length=1)
    authority: Number | None = None


class OfficerOut(BaseModel):
    """An account, without its password."""

    id: int
    name: str
    roles: list[Role]
    authority: int | None
    disabled: bool


def officer_out(officer: Officer) -> OfficerOut:
    return OfficerOut(
        id=officer.number,
        name=officer.name,
        roles=sorted(officer.roles),
        authority=officer.authority,
        disabled=officer.disabled,
    )


@router.get("")
def list_officers(_: Administrator, connection: Reading) -> list[OfficerOut]:
    return [officer_out(each) for each in all_officers(connection)]


@router.post("", status_code=201)
def add(new: OfficerIn, _: Administrator, service: TheService) -> OfficerOut:
    if new.authority is not None:
        service.bureau.authority(new.authority)
    with service.bureau.engine.begin() as connection:
        return officer_out(add_officer(connection, new.name, new.password, new.roles, new.authority))


@router.post("/{number}/disable")
def disable(number: Number, _: Administrator, service: TheService) -> OfficerOut:
    with service.bureau.engine.begin() as connection:
        return officer_out(disable_officer(connection, number))
