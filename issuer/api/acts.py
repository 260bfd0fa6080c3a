"""Acts on certificates: suspend, reinstate, rescind, revoke, deregister, freeze, unfreeze, withdraw a copy, replace."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from credential import dates
from issuer.accounts import Officer
from issuer.act_kinds import ACT_KINDS
from issuer.acts import ActDraft, act_row, approve_act, approver_of, draft_act, withdraw_act
from issuer.api.access import AnyOfficer, Approver, Drafter, Number, Reading, TheService
from issuer.api.drafts import Remark
from issuer.certificates import certificate_of
from issuer.chain_states import states_on_chain
from issuer.errors import Code, Invalid
from issuer.replacements import changed_claims
from issuer.schema import acts, certificates, status_changes
from issuer.service import Service
from issuer.store import reading
from issuer.trying_again import refused_positions, try_act_again

router = APIRouter(prefix="/acts", tags=["acts"])
KindName = Literal[
    "suspend",
    "reinstate",
    "rescind",
    "revoke",
    "deregister",
    "withdraw_copy",
    "freeze",
    "unfreeze",
    "reissue",
    "alter",
    "renew",
]
PAGE = 200


class ActIn(BaseModel):
    """A draft of an act.

    `reference` is the number of the legal document (文号) or of the holder's request (受理号). `effective` is a day
    (YYYY-MM-DD, from its first instant in Shanghai) or an RFC 3339 time; without it, now. `credential` names one copy
    for freeze, unfreeze and withdraw_copy. `changes` are the claims that reissue, alter and renew change, by GB/T 36903
    name, code or Chinese label; an empty text takes one away.
    """

    kind: KindName
    certificate: Number
    credential: Number | None = None
    reference: str = Field(min_length=1, max_length=200)
    effective: str | None = None
    changes: dict[str, str] = Field(default={}, repr=False)


class Confirmation(BaseModel):
    """To confirm, repeat the certificate's identifier."""

    certificate_identifier: str


class ChangeOut(BaseModel):
    """One change of status on the chain: queued, recorded, refused (with the contract's reason) or tried_again."""

    credential: int
    state: str
    origin: int
    to: int
    refusal: str | None


class ChangedClaimOut(BaseModel):
    """A claim that differs in the new certificate; null where it has none, or the old one had none."""

    field: str
    label: dict[str, str]
    old: str | None = Field(repr=False)
    new: str | None = Field(repr=False)


class ActOut(BaseModel):
    """An act: drafted, withdrawn, queued (approved, on its way to the chain), recorded there, or refused by it.

    Of reissue, alter and renew, `replacing_draft` holds the new certificate's claims, `changed_claims` are those that
    differ, and `replacement` is the certificate, once it is approved. `changes` are the chain's.
    """

    id: int
    kind: str
    certificate: int
    credential: int | None
    reference: str
    effective: int
    state: str
    waiting_for_ledger: bool
    drafted_by: int
    approved_by: int | None
    remark: str | None
    certificate_identifier: str = Field(repr=False)
    replacing_draft: int | None
    changed_claims: list[ChangedClaimOut]
    replacement: int | None
    changes: list[ChangeOut]


@router.post("", status_code=201)
def draft(new: ActIn, officer: Drafter, service: TheService) -> ActOut:
    bureau = service.bureau
    now = bureau.clock()
    act = ActDraft(
        ACT_KINDS[new.kind],
        new.certificate,
        new.credential,
        new.reference,
        _instant(new.effective, now),
        new.changes,
    )
    with bureau.engine.begin() as connection:
        number = draft_act(connection, bureau, officer, act, now)
    return _answer(service, officer, number)


@router.get("")
def list_acts(
    officer: AnyOfficer, service: TheService, connection: Reading, state: str | None = None, after: Number = 0
) -> list[ActOut]:
    """Up to 200 acts with numbers above `after`."""
    mine = select(acts.c.id).join(certificates, certificates.c.id == acts.c.certificate_id)
    query = mine.where(certificates.c.authority == officer.authority, acts.c.id > after)
    if state is not None:
        query = query.where(acts.c.state == state)
    numbers = connection.execute(query.order_by(acts.c.id).limit(PAGE)).scalars().all()
    return [_out(connection, service, officer, number) for number in numbers]


@router.get("/{number}")
def show(number: Number, officer: AnyOfficer, service: TheService, connection: Reading) -> ActOut:
    return _out(connection, service, officer, number)


@router.post("/{number}/approve")
def approve(number: Number, confirmation: Confirmation, officer: Approver, service: TheService) -> ActOut:
    """By a second officer. The act holds here at once, and is queued for the chain."""
    bureau = service.bureau
    with bureau.engine.begin() as connection:
        approve_act(connection, bureau, officer, number, confirmation.certificate_identifier, bureau.clock())
    service.worker.wake()
    return _answer(service, officer, number)


@router.post("/{number}/withdraw", status_code=204)
def withdraw(number: Number, remark: Remark, officer: AnyOfficer, service: TheService) -> Response:
    """By its drafter, or sent back by an approver, before it is approved."""
    with service.bureau.engine.begin() as connection:
        withdraw_act(connection, officer, number, remark.remark)
    return Response(status_code=204)


@router.post("/{number}/retry")
def retry(number: Number, officer: Approver, service: TheService) -> ActOut:
    """Queues again what the chain refused, from the state the chain has now."""
    bureau = service.bureau
    with reading(bureau.engine) as connection:
        authority, positions = refused_positions(connection, officer, number)
    on_chain = states_on_chain(bureau, authority, positions)
    with bureau.engine.begin() as connection:
        try_act_again(connection, bureau, officer, number, on_chain)
    service.worker.wake()
    return _answer(service, officer, number)


def _instant(effective: str | None, now: int) -> int:
    if effective is None:
        return now
    try:
        return dates.start_of(dates.parse_day(effective))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(effective)
    except ValueError as error:
        raise Invalid(Code.BAD_REQUEST, "effective is a day YYYY-MM-DD or an RFC 3339 time") from error
    if moment.tzinfo is None:
        raise Invalid(Code.BAD_REQUEST, "a time says its offset, as in 2026-01-31T09:00:00+08:00")
    return int(moment.timestamp())


def _answer(service: Service, officer: Officer, number: int) -> ActOut:
    with reading(service.bureau.engine) as connection:
        return _out(connection, service, officer, number)


def _out(connection: Connection, service: Service, officer: Officer, number: int) -> ActOut:
    row: Any = act_row(connection, officer, number)
    approval: Any = approver_of(connection, number)
    changes = connection.execute(select(status_changes).where(status_changes.c.act_id == number)).all()
    certificate = certificate_of(connection, row.certificate_id)
    replacement = select(certificates.c.id).where(certificates.c.draft_id == row.replacement_id)
    changed = []
    if row.replacement_id is not None:
        changed = changed_claims(connection, service.bureau, certificate, row.replacement_id)
    return ActOut(
        id=row.id,
        kind=row.kind,
        certificate=row.certificate_id,
        credential=row.credential_id,
        reference=row.reference,
        effective=row.effective,
        state=row.state,
        waiting_for_ledger=row.state == "queued" and service.waiting_for_ledger,
        drafted_by=row.drafted_by,
        approved_by=approval.approved_by if approval else None,
        remark=row.remark,
        certificate_identifier=certificate.identifier,
        replacing_draft=row.replacement_id,
        changed_claims=[
            ChangedClaimOut(
                field=each.about.name, label={"zh": each.about.zh, "en": each.about.en}, old=each.old, new=each.new
            )
            for each in changed
        ],
        replacement=connection.execute(replacement).scalar() if row.replacement_id else None,
        changes=[
            ChangeOut(
                credential=each.credential_id, state=each.state, origin=each.origin, to=each.to, refusal=each.refusal
            )
            for each in changes
        ],
    )
