"""Importing a bureau's file in two steps: look at what it says, then make drafts of it, all of them or none.

A file is known by its digest: sent again, it is the import that is there already. A row is known too, so that a
corrected file can be sent whole: rows that are drafts already are told as repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection, Row, insert, select, update

from credential import CertificateType
from issuer.accounts import Officer
from issuer.bureau import Authority
from issuer.csv_file import read_rows
from issuer.drafts import SUBMITTED, WITHDRAWN, NewDraft, insert_drafts, taken_identifiers
from issuer.errors import Code, Conflict, NotFound
from issuer.rows import IDENTIFIER, Problem, claims_of, problems_of, repeated
from issuer.schema import drafts, imports

PREVIEWED, CONFIRMED = "previewed", "confirmed"


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file says: rows that fit, and what is wrong with the others. `rows` counts both."""

    digest: bytes
    rows: int
    good: tuple[NewDraft, ...] = field(repr=False)
    problems: tuple[Problem, ...]


def read_file(octets: bytes, certificate_type: CertificateType, authority: Authority) -> FileReading:
    """Reads and checks every row; touches no database. Raises Invalid for a file that is no table of this type."""
    good: list[NewDraft] = []
    problems: list[Problem] = []
    count = 0
    for row in read_rows(octets, certificate_type):
        count += 1
        claims = claims_of(row, certificate_type)
        wrong = problems_of(row.number, claims, certificate_type, authority.settings.credit_code)
        problems += wrong
        if not wrong:
            good.append(NewDraft(claims, row.number, row.digest))
    return _without_repeats(FileReading(sha256(octets).digest(), count, tuple(good), tuple(problems)))


def find_import(connection: Connection, authority: int, certificate_type: int, digest: bytes) -> int | None:
    """The import of the very same file, if there is one."""
    same = (
        imports.c.authority == authority,
        imports.c.type_number == certificate_type,
        imports.c.file_digest == digest,
    )
    return connection.execute(select(imports.c.id).where(*same)).scalar()


def record_import(
    connection: Connection,
    officer: Officer,
    authority: Authority,
    certificate_type: CertificateType,
    octets: bytes,
    reading: FileReading,
    now: int,
) -> int:
    """The preview. Nothing is a draft yet. The same file again is the same import."""
    known = find_import(connection, authority.number, certificate_type.number, reading.digest)
    if known is not None:
        return known
    checked = _without_known(connection, authority.number, certificate_type.number, reading)
    values = {
        "authority": authority.number,
        "type_number": certificate_type.number,
        "file_digest": reading.digest,
        "file": octets,
        "state": PREVIEWED,
        "rows": reading.rows,
        "good_rows": len(checked.good),
        "problems": _problems_text(checked),
        "uploaded_by": officer.number,
        "uploaded_at": now,
    }
    added: int = connection.execute(insert(imports).values(**values).returning(imports.c.id)).scalar_one()
    return added


def confirm_import(
    connection: Connection,
    officer: Officer,
    authority: Authority,
    number: int,
    reading: FileReading,
    *,
    leave_out_bad_rows: bool,
    now: int,
) -> None:
    """Makes submitted drafts of the good rows. Confirmed again, it changes nothing."""
    row = import_row(connection, officer, number)
    if row.state == CONFIRMED:
        return
    checked = _without_known(connection, row.authority, row.type_number, reading)
    if checked.problems and not leave_out_bad_rows:
        raise Conflict(Code.ROWS_HAVE_ERRORS, f"{len(checked.problems)} values do not fit: correct or leave them out")
    if not checked.good:
        raise Conflict(Code.NO_GOOD_ROWS, "the file has no row to go on with")
    certificate_type = authority.type_of(row.type_number)
    insert_drafts(
        connection, officer, authority, certificate_type, checked.good, now, state=SUBMITTED, import_id=number
    )
    values = {"good_rows": len(checked.good), "problems": _problems_text(checked), "file": None}
    done = {"state": CONFIRMED, "confirmed_by": officer.number, "confirmed_at": now}
    connection.execute(update(imports).where(imports.c.id == number).values(**values, **done))


def import_row(connection: Connection, officer: Officer, number: int) -> Row[tuple[object, ...]]:
    row = connection.execute(select(imports).where(imports.c.id == number)).first()
    if row is None or row.authority != officer.authority:
        raise NotFound("import", number)
    return row


def _without_repeats(reading: FileReading) -> FileReading:
    """Rows and identifiers that an earlier row of the same file has."""
    rows: dict[bytes | None, int | None] = {}
    identifiers: dict[str, int | None] = {}

    def problem(each: NewDraft) -> Problem | None:
        number = each.import_row or 0
        first = rows.setdefault(each.row_digest, each.import_row)
        if first != each.import_row:
            return repeated(number, "", "", f"row {first}", f"第 {first} 行")
        identifier = each.claims.get(IDENTIFIER)
        if identifier and (first := identifiers.setdefault(identifier, each.import_row)) != each.import_row:
            return repeated(number, IDENTIFIER, identifier, f"row {first}", f"第 {first} 行")
        return None

    return _split(reading, [problem(each) for each in reading.good])


def _without_known(connection: Connection, authority: int, certificate_type: int, reading: FileReading) -> FileReading:
    """Rows and identifiers that drafts have already."""
    known_rows = dict(_known_rows(connection, authority, certificate_type))
    taken = taken_identifiers(
        connection, [each.claims[IDENTIFIER] for each in reading.good if IDENTIFIER in each.claims]
    )

    def problem(each: NewDraft) -> Problem | None:
        number = each.import_row or 0
        if where := known_rows.get(each.row_digest):
            return repeated(number, "", "", f"row {where[1]} of import {where[0]}", f"导入 {where[0]} 第 {where[1]} 行")
        identifier = each.claims.get(IDENTIFIER)
        if identifier in taken:
            return repeated(number, IDENTIFIER, identifier or "", "an earlier certificate's", "已有证照")
        return None

    return _split(reading, [problem(each) for each in reading.good])


def _known_rows(
    connection: Connection, authority: int, certificate_type: int
) -> Iterator[tuple[bytes | None, tuple[int, int]]]:
    query = select(drafts.c.row_digest, drafts.c.import_id, drafts.c.import_row).where(
        drafts.c.authority == authority,
        drafts.c.type_number == certificate_type,
        drafts.c.row_digest.is_not(None),
        drafts.c.state != WITHDRAWN,
    )
    for row in connection.execute(query):
        yield row.row_digest, (row.import_id, row.import_row)


def _split(reading: FileReading, found: list[Problem | None]) -> FileReading:
    good = tuple(each for each, problem in zip(reading.good, found, strict=True) if problem is None)
    problems = sorted((*reading.problems, *(each for each in found if each)), key=lambda each: each.row)
    return FileReading(reading.digest, reading.rows, good, tuple(problems))


def _problems_text(reading: FileReading) -> str:
    return json.dumps([problem.as_json() for problem in reading.problems], ensure_ascii=False)
