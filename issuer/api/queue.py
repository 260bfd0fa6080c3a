"""How the service stands: health for whoever watches it, the queue for those who work with it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import Connection, func, select

from issuer.api.access import Administrator, AnyOfficer, Number, Reading, TheService
from issuer.batches import drop_refused
from issuer.schema import batches, credentials, status_changes
from issuer.service import Service

router = APIRouter(tags=["queue"])


Status = Literal["ok", "waiting_for_ledger", "fee_too_low", "held_up", "ledger_mismatch", "failing"]
"""Public and permanent; docs/issuer.md says what each means. All but the first two need somebody."""


class Health(BaseModel):
    """`waiting_for_ledger` says that acts are queued, whatever keeps them."""

    status: Status
    waiting_for_ledger: bool


class RefusedBatch(BaseModel):
    """A batch that the chain refused: nothing of the authority is anchored until an administrator has looked."""

    seq: int
    refusal: str


class AuthorityQueue(BaseModel):
    """What waits for one authority. Its credentials, then its batches."""

    authority: int
    waiting_credentials: int
    queued_batches: int
    anchored_batches: int
    positions: int
    refused_batches: list[RefusedBatch]
    mismatch: str | None


class Queue(BaseModel):
    """What waits for the ledger, and why; `status` as `/health` has it."""

    status: Status
    waiting_for_ledger: bool
    unreachable: str | None
    problems: list[str]
    queued_calls: int
    oldest_call_at: int | None
    queued_changes: int
    refused_changes: int
    authorities: list[AuthorityQueue]


class Dropped(BaseModel):
    """How many refused batches were dropped; their credentials wait for new places."""

    batches: int


@router.get("/health")
def health(service: TheService, response: Response) -> Health:
    status = _status(service)
    if status not in ("ok", "waiting_for_ledger"):
        response.status_code = 503
    return Health(status=status, waiting_for_ledger=service.waiting_for_ledger)


@router.get("/queue")
def queue(_: AnyOfficer, service: TheService, connection: Reading) -> Queue:
    state, waiting = service.link.state, service.bureau.dispatch.outbox.waiting(connection)
    by_state = select(status_changes.c.state, func.count()).group_by(status_changes.c.state)
    changes: dict[str, int] = dict(map(tuple, connection.execute(by_state)))
    return Queue(
        status=_status(service),
        waiting_for_ledger=service.waiting_for_ledger,
        unreachable=state.unreachable,
        problems=list(state.problems),
        queued_calls=waiting.count,
        oldest_call_at=waiting.since,
        queued_changes=changes.get("queued", 0),
        refused_changes=changes.get("refused", 0),
        authorities=[_of_authority(connection, service, number) for number in service.bureau.authorities],
    )


@router.post("/queue/{authority}/drop-refused")
def drop(authority: Number, _: Administrator, service: TheService) -> Dropped:
    """After the cause is gone: the credentials of refused batches get new places, and anchoring goes on."""
    service.bureau.authority(authority)
    with service.bureau.engine.begin() as connection:
        dropped = drop_refused(connection, authority)
    service.worker.wake()
    return Dropped(batches=dropped)


def _status(service: Service) -> Status:
    state = service.link.state
    if state.mismatches:
        return "ledger_mismatch"
    if service.worker.failure:
        return "failing"
    if state.fee_too_low:
        return "fee_too_low"
    if state.problems:
        return "held_up"
    return "waiting_for_ledger" if service.waiting_for_ledger else "ok"


def _of_authority(connection: Connection, service: Service, number: int) -> AuthorityQueue:
    counts = select(batches.c.state, func.count(), func.sum(batches.c.count)).where(batches.c.authority == number)
    by_state = {state: (many, leaves) for state, many, leaves in connection.execute(counts.group_by(batches.c.state))}
    waiting = select(func.count()).where(credentials.c.authority == number, credentials.c.batch_id.is_(None))
    refused = select(batches.c.seq, batches.c.refusal).where(
        batches.c.authority == number, batches.c.state == "refused"
    )
    return AuthorityQueue(
        authority=number,
        waiting_credentials=connection.execute(waiting.where(credentials.c.closed_by.is_(None))).scalar_one(),
        queued_batches=by_state.get("queued", (0, 0))[0],
        anchored_batches=by_state.get("anchored", (0, 0))[0],
        positions=by_state.get("anchored", (0, 0))[1],
        refused_batches=[RefusedBatch(seq=row.seq, refusal=row.refusal) for row in connection.execute(refused)],
        mismatch=service.link.state.mismatches.get(number),
    )
