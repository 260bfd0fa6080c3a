"""Drafts of certificates: made by hand or from a file, submitted, withdrawn, sent back. Approval is approvals.py's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from credential import CertificateIdentifier, CertificateType
from issuer.accounts import Officer
from issuer.bureau import Authority
from issuer.errors import Code, Conflict, Invalid, NotFound, NotPermitted
from issuer.rows import IDENTIFIER, normalise, problems_of
from issuer.schema import drafts, serials

DRAFT, SUBMITTED, APPROVED, WITHDRAWN = "draft", "submitted", "approved", "withdrawn"
REPLACING = "replacing"
"""A replacement's draft goes with its act, and is approved with it alone."""
FIRST_VERSION = "001"


@dataclass(frozen=True, slots=True)
class NewDraft:
    """Claims that fit their type, and where they came from. Without an identifier they are given the next."""

    claims: Mapping[str, str] = field(repr=False)
    import_row: int | None = None
    row_digest: bytes | None = None


def create_draft(
    connection: Connection,
    officer: Officer,
    authority: Authority,
    certificate_type: CertificateType,
    claims: Mapping[str, str],
    now: int,
) -> int:
    """A draft by hand. Raises Invalid naming each claim that does not fit."""
    fitting = fitting_claims(claims, authority, certificate_type)
    new = [NewDraft(fitting)]
    (number,) = insert_drafts(connection, officer, authority, certificate_type, new, now, state=DRAFT)
    return number


def insert_drafts(  # noqa: PLR0913 - a draft has this many sides
    connection: Connection,
    officer: Officer,
    authority: Authority,
    certificate_type: CertificateType,
    new: Iterable[NewDraft],
    now: int,
    *,
    state: str,
    import_id: int | None = None,
) -> list[int]:
    """All of them or none. Raises Conflict where an identifier is taken."""
    named = _with_identifiers(connection, authority, certificate_type, list(new))
    _must_be_free(connection, [each.claims[IDENTIFIER] for each in named])
    rows = [
        {
            "authority": authority.number,
            "type_number": certificate_type.number,
            "type_version": certificate_type.version,
            "identifier": each.claims[IDENTIFIER],
            "claims": claims_text(each.claims),
            "state": state,
            "drafted_by": officer.number,
            "drafted_at": now,
            "import_id": import_id,
            "import_row": each.import_row,
            "row_digest": each.row_digest,
        }
        for each in named
    ]
    return list(connection.execute(insert(drafts).returning(drafts.c.id, sort_by_parameter_order=True), rows).scalars())


def change_draft(
    connection: Connection, officer: Officer, number: int, claims: Mapping[str, str], authority: Authority
) -> None:
    """Only by its drafter, and not once submitted. The identifier stays where the change names none."""
    row = own_draft(connection, officer, number)
    _must_be(row, DRAFT)
    kept = {IDENTIFIER: row.identifier, **claims}
    fitting = fitting_claims(kept, authority, authority.type_of(row.type_number))
    if fitting[IDENTIFIER] != row.identifier:
        _must_be_free(connection, [fitting[IDENTIFIER]])
    values = {"claims": claims_text(fitting), "identifier": fitting[IDENTIFIER]}
    connection.execute(update(drafts).where(drafts.c.id == number).values(**values))


def submit_draft(connection: Connection, officer: Officer, number: int) -> None:
    _must_be(own_draft(connection, officer, number), DRAFT)
    _set(connection, number, state=SUBMITTED, remark=None)


def withdraw_draft(connection: Connection, officer: Officer, number: int) -> None:
    """By its drafter; its identifier and its row are free again."""
    _must_be(own_draft(connection, officer, number), DRAFT, SUBMITTED)
    _set(connection, number, state=WITHDRAWN)


def send_back_draft(connection: Connection, officer: Officer, number: int, remark: str) -> None:
    """By the second officer, who says why; the drafter can change and submit it again."""
    row = draft_row(connection, officer, number)
    _must_be(row, SUBMITTED)
    _set(connection, number, state=DRAFT, remark=remark)


def fitting_claims(
    claims: Mapping[str, str], authority: Authority, certificate_type: CertificateType
) -> dict[str, str]:
    """The claims in the type's order, days and codes normalised. Raises Invalid, also for an empty one of no field."""
    kinds = {each.name: each.kind for each in certificate_type.fields}
    order = [*kinds, *(name for name in claims if name not in kinds)]
    texts = {name: claims[name].strip() for name in order if name in claims}
    present = {name: text for name, text in texts.items() if text or name not in kinds}
    normal = {name: normalise(text, kinds[name]) if name in kinds else text for name, text in present.items()}
    if problems := problems_of(0, normal, certificate_type, authority.settings.credit_code):
        details = {"problems": [problem.as_json() for problem in problems]}
        raise Invalid(Code.CLAIMS_DO_NOT_FIT, "the claims do not fit the certificate type", details)
    return normal


def draft_row(connection: Connection, officer: Officer, number: int) -> Row[tuple[object, ...]]:
    """Raises NotFound, also for another authority's: an officer learns nothing of those."""
    row = connection.execute(select(drafts).where(drafts.c.id == number)).first()
    if row is None or row.authority != officer.authority:
        raise NotFound("draft", number)
    return row


def own_draft(connection: Connection, officer: Officer, number: int) -> Row[tuple[object, ...]]:
    row = draft_row(connection, officer, number)
    if row.drafted_by != officer.number:
        raise NotPermitted(Code.NOT_THE_DRAFTER, "only who drafted it can do this")
    return row


def digest_of_claims(certificate_type: int, version: int, claims: str) -> bytes:
    """What an approval signs off: type, version and every claim."""
    return sha256(f"yinxin/draft/1\n{certificate_type}\n{version}\n{claims}".encode()).digest()


def claims_text(claims: Mapping[str, str]) -> str:
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":"))


def _with_identifiers(
    connection: Connection, authority: Authority, certificate_type: CertificateType, new: list[NewDraft]
) -> list[NewDraft]:
    """GB/T 36904 identifiers, with the authority's next serials, for those that came without."""
    wanting = sum(IDENTIFIER not in each.claims for each in new)
    serial = iter(_next_serials(connection, authority.number, certificate_type.number, wanting))
    issuer = authority.settings.credit_code

    def named(each: NewDraft) -> NewDraft:
        if IDENTIFIER in each.claims:
            return each
        identifier = CertificateIdentifier(certificate_type.code, issuer, f"{next(serial):09d}", FIRST_VERSION)
        return NewDraft({IDENTIFIER: str(identifier), **each.claims}, each.import_row, each.row_digest)

    return [named(each) for each in new]


def _next_serials(connection: Connection, authority: int, certificate_type: int, count: int) -> range:
    start = insert_or_update(serials).values(authority=authority, type_number=certificate_type, last=count)
    adding = start.on_conflict_do_update(set_={"last": serials.c.last + count}).returning(serials.c.last)
    last = connection.execute(adding).scalar_one()
    return range(last - count + 1, last + 1)


def _must_be_free(connection: Connection, identifiers: list[str]) -> None:
    taken = taken_identifiers(connection, identifiers)
    if taken or len(set(identifiers)) != len(identifiers):
        raise Conflict(Code.IDENTIFIER_TAKEN, "a certificate identifier is taken", {"identifiers": sorted(taken)})


def taken_identifiers(connection: Connection, identifiers: list[str]) -> set[str]:
    """Those of `identifiers` that a draft or certificate has."""
    found: set[str] = set()
    for start in range(0, len(identifiers), 10_000):
        part = identifiers[start : start + 10_000]
        query = select(drafts.c.identifier).where(drafts.c.identifier.in_(part), drafts.c.state != WITHDRAWN)
        found.update(connection.execute(query).scalars())
    return found


def _must_be(row: Row[tuple[object, ...]], *states: str) -> None:
    if row.state not in states:
        raise Conflict(Code.WRONG_STATE, f"draft {row.id} is {row.state}, this needs {' or '.join(states)}")


def _set(connection: Connection, number: int, **values: object) -> None:
    connection.execute(update(drafts).where(drafts.c.id == number).values(**values))
