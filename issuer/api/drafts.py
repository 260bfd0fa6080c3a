"""Drafts of certificates, and their approval by a second officer, one by one or by the file."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row, select

from issuer.api.access import AnyOfficer, Approver, Drafter, Number, Reading, TheService
from issuer.api.imports import authority_of
from issuer.approvals import approve_drafts, approve_import
from issuer.drafts import change_draft, create_draft, draft_row, send_back_draft, submit_draft, withdraw_draft
from issuer.errors import Code, Invalid
from issuer.schema import drafts

router = APIRouter(tags=["drafts"])
PAGE = 200


class DraftIn(BaseModel):
    """Claims by GB/T 36903 name. Without a `certificate_identifier` it is given the authority's next."""

    type_number: Number
    claims: dict[str, str] = Field(repr=False)


class Claims(BaseModel):
    """The claims as they shall be, all of them."""

    claims: dict[str, str] = Field(repr=False)


class Remark(BaseModel):
    """Why."""

    remark: str = Field(min_length=1, max_length=500)


class DraftOut(BaseModel):
    """A draft: draft, submitted, approved, withdrawn; `remark` is what the second officer sent it back with."""

    id: int
    state: str
    type_number: int
    type_version: int
    claims: dict[str, str]
    drafted_by: int
    import_id: int | None
    import_row: int | None
    remark: str | None


class Approval(BaseModel):
    """What to approve: drafts by number, or every submitted draft of an import."""

    drafts: list[Number] = Field(default=[], max_length=20_000)
    import_id: Number | None = None


class Approved(BaseModel):
    """The certificates that were made, in the drafts' order."""

    certificates: list[int]


@router.get("/drafts")
def list_drafts(
    officer: AnyOfficer, connection: Reading, state: str | None = None, after: Number = 0
) -> list[DraftOut]:
    """Up to 200 drafts with numbers above `after`."""
    query = select(drafts).where(drafts.c.authority == officer.authority, drafts.c.id > after)
    if state is not None:
        query = query.where(drafts.c.state == state)
    return [_out(row) for row in connection.execute(query.order_by(drafts.c.id).limit(PAGE))]


@router.post("/drafts", status_code=201)
def create(new: DraftIn, officer: Drafter, service: TheService) -> DraftOut:
    bureau = service.bureau
    authority = authority_of(bureau, officer)
    certificate_type = authority.type_of(new.type_number)
    with bureau.engine.begin() as connection:
        number = create_draft(connection, officer, authority, certificate_type, new.claims, bureau.clock())
        return _out(draft_row(connection, officer, number))


@router.get("/drafts/{number}")
def show(number: Number, officer: AnyOfficer, connection: Reading) -> DraftOut:
    return _out(draft_row(connection, officer, number))


@router.put("/drafts/{number}")
def change(number: Number, claims: Claims, officer: Drafter, service: TheService) -> DraftOut:
    with service.bureau.engine.begin() as connection:
        change_draft(connection, officer, number, claims.claims, authority_of(service.bureau, officer))
        return _out(draft_row(connection, officer, number))


@router.post("/drafts/{number}/submit", status_code=204)
def submit(number: Number, officer: Drafter, service: TheService) -> Response:
    with service.bureau.engine.begin() as connection:
        submit_draft(connection, officer, number)
    return Response(status_code=204)


@router.post("/drafts/{number}/withdraw", status_code=204)
def withdraw(number: Number, officer: Drafter, service: TheService) -> Response:
    with service.bureau.engine.begin() as connection:
        withdraw_draft(connection, officer, number)
    return Response(status_code=204)


@router.post("/drafts/{number}/send-back", status_code=204)
def send_back(number: Number, remark: Remark, officer: Approver, service: TheService) -> Response:
    """By the second officer: the drafter can change and submit it again."""
    with service.bureau.engine.begin() as connection:
        send_back_draft(connection, officer, number, remark.remark)
    return Response(status_code=204)


@router.post("/approvals", status_code=201)
def approve(approval: Approval, officer: Approver, service: TheService) -> Approved:
    """By a second officer: whoever drafted any of them is refused, then none is approved. Makes the certificates."""
    if (approval.import_id is None) == (not approval.drafts):
        raise Invalid(Code.BAD_REQUEST, "approve drafts or an import, one of the two")
    now = service.bureau.clock()
    with service.bureau.engine.begin() as connection:
        if approval.import_id is not None:
            return Approved(certificates=approve_import(connection, officer, approval.import_id, now))
        return Approved(certificates=approve_drafts(connection, officer, approval.drafts, now))


def _out(row: Row[Any]) -> DraftOut:
    return DraftOut(
        id=row.id,
        state=row.state,
        type_number=row.type_number,
        type_version=row.type_version,
        claims=json.loads(row.claims),
        drafted_by=row.drafted_by,
        import_id=row.import_id,
        import_row=row.import_row,
        remark=row.remark,
    )
