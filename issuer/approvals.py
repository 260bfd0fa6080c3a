"""Four eyes (双人双锁): whoever drafted or uploaded cannot approve. Approvals keep a digest of what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from issuer.accounts import Officer
from issuer.certificates import make_certificates
from issuer.drafts import APPROVED, SUBMITTED, digest_of_claims
from issuer.errors import Code, Conflict, NotFound, NotPermitted
from issuer.schema import approvals, drafts, imports

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Approved:
    """What is signed off: a draft or an act, by number, with a digest of its content."""

    subject: str
    number: int
    digest: bytes
    drafted_by: int


def record_approvals(connection: Connection, officer: Officer, approved: Sequence[Approved], now: int) -> None:
    """Raises NotPermitted where the officer drafted any of them; then none is recorded."""
    if own := [each.number for each in approved if each.drafted_by == officer.number]:
        message = "whoever drafted cannot approve: another officer has to"
        raise NotPermitted(Code.SAME_OFFICER, message, {"numbers": own[:100]})
    rows = [
        {
            "subject": each.subject,
            "subject_id": each.number,
            "digest": each.digest,
            "drafted_by": each.drafted_by,
            "approved_by": officer.number,
            "approved_at": now,
        }
        for each in approved
    ]
    connection.execute(insert(approvals), rows)


def approve_drafts(connection: Connection, officer: Officer, numbers: Sequence[int], now: int) -> list[int]:
    """Approves all of them or none; each becomes a certificate, whose numbers come back in the drafts' order."""
    wanted = list(dict.fromkeys(numbers))
    rows = connection.execute(select(drafts).where(drafts.c.id.in_(wanted)).order_by(drafts.c.id)).all()
    mine = [row for row in rows if row.authority == officer.authority]
    if missing := set(wanted) - {row.id for row in mine}:
        raise NotFound("draft", min(missing))
    if other := [row.id for row in mine if row.state != SUBMITTED]:
        raise Conflict(Code.WRONG_STATE, f"draft {other[0]} is not submitted", {"numbers": other[:100]})
    return _approve(connection, officer, mine, now)


def approve_import(connection: Connection, officer: Officer, import_id: int, now: int) -> list[int]:
    """Approves every submitted draft of a file. Once all are approved, asking again gives an empty list."""
    query = select(drafts).where(drafts.c.import_id == import_id, drafts.c.authority == officer.authority)
    rows = connection.execute(query.order_by(drafts.c.id)).all()
    if not rows:
        raise NotFound("confirmed import", import_id)
    return _approve(connection, officer, [row for row in rows if row.state == SUBMITTED], now)


def _approve(connection: Connection, officer: Officer, rows: Sequence[Row[tuple[object, ...]]], now: int) -> list[int]:
    if not rows:
        return []
    _must_be_anothers_files(connection, officer, rows)
    approved = [
        Approved("draft", row.id, digest_of_claims(row.type_number, row.type_version, row.claims), row.drafted_by)
        for row in rows
    ]
    record_approvals(connection, officer, approved, now)
    numbers = [row.id for row in rows]
    for start in range(0, len(numbers), MOST_AT_ONCE):
        part = numbers[start : start + MOST_AT_ONCE]
        connection.execute(update(drafts).where(drafts.c.id.in_(part)).values(state=APPROVED))
    return make_certificates(connection, rows, now)


def _must_be_anothers_files(connection: Connection, officer: Officer, rows: Sequence[Row[tuple[object, ...]]]) -> None:
    """Who uploaded a file wrote its rows, whoever confirmed them."""
    files = {row.import_id for row in rows if row.import_id is not None}
    uploaded = select(imports.c.id).where(imports.c.id.in_(files), imports.c.uploaded_by == officer.number)
    if own_files := set(connection.execute(uploaded).scalars()):
        message = "whoever uploaded the file cannot approve: another officer has to"
        own = [row.id for row in rows if row.import_id in own_files]
        raise NotPermitted(Code.SAME_OFFICER, message, {"numbers": own[:100]})
