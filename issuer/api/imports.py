"""Files of certificates: look first, then confirm."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy import Connection

from issuer.accounts import Officer
from issuer.api.access import AnyOfficer, Drafter, Number, Reading, TheService
from issuer.bureau import Authority, Bureau
from issuer.errors import Code, Invalid
from issuer.imports import confirm_import, import_row, read_file, record_import
from issuer.store import reading

router = APIRouter(prefix="/imports", tags=["imports"])


class ProblemOut(BaseModel):
    """One cell that does not fit. Row 1 is the header; an empty column means the whole row."""

    row: int
    column: str
    value: str
    code: str
    reason: str
    reason_zh: str


class ImportOut(BaseModel):
    """A file and what is wrong with it. `state` is previewed, or confirmed: its good rows are submitted drafts."""

    id: int
    state: str
    type_number: int
    sha256: str
    rows: int
    good_rows: int
    problems: list[ProblemOut]


class Confirmation(BaseModel):
    """With `leave_out_bad_rows` the good rows go on; without, any problem stops the whole file."""

    leave_out_bad_rows: bool = False


@router.post("", status_code=201)
def upload(
    officer: Drafter, service: TheService, type_number: Annotated[Number, Form()], file: Annotated[UploadFile, File()]
) -> ImportOut:
    """Reads a CSV file (UTF-8 or GB18030) of one certificate type. Nothing becomes a draft. Sent again: same import."""
    bureau = service.bureau
    authority = authority_of(bureau, officer)
    certificate_type = authority.type_of(type_number)
    octets = file.file.read(bureau.settings.upload_limit_octets + 1)
    if len(octets) > bureau.settings.upload_limit_octets:
        raise Invalid(Code.TOO_LARGE, f"a file has at most {bureau.settings.upload_limit_octets} octets")
    found = read_file(octets, certificate_type, authority)
    with bureau.engine.begin() as connection:
        number = record_import(connection, officer, authority, certificate_type, octets, found, bureau.clock())
        return _out(connection, officer, number)


@router.get("/{number}")
def show(number: Number, officer: AnyOfficer, connection: Reading) -> ImportOut:
    return _out(connection, officer, number)


@router.post("/{number}/confirm")
def confirm(number: Number, confirmation: Confirmation, officer: Drafter, service: TheService) -> ImportOut:
    """Makes submitted drafts of the good rows, all of them in one transaction. Confirmed again: nothing changes."""
    bureau = service.bureau
    authority = authority_of(bureau, officer)
    with reading(bureau.engine) as connection:
        row = import_row(connection, officer, number)
    if row.file is not None:
        found = read_file(row.file, authority.type_of(row.type_number), authority)
        with bureau.engine.begin() as connection:
            confirm_import(
                connection,
                officer,
                authority,
                number,
                found,
                leave_out_bad_rows=confirmation.leave_out_bad_rows,
                now=bureau.clock(),
            )
    with reading(bureau.engine) as connection:
        return _out(connection, officer, number)


def authority_of(bureau: Bureau, officer: Officer) -> Authority:
    """The authority an officer serves; an administrator serves none."""
    if officer.authority is None:
        raise Invalid(Code.OTHER_AUTHORITY, "an administrator of the service drafts nothing")
    return bureau.authority(officer.authority)


def _out(connection: Connection, officer: Officer, number: int) -> ImportOut:
    row: Any = import_row(connection, officer, number)
    return ImportOut(
        id=row.id,
        state=row.state,
        type_number=row.type_number,
        sha256=row.file_digest.hex(),
        rows=row.rows,
        good_rows=row.good_rows,
        problems=json.loads(row.problems),
    )
