"""Credentials: the copies of a certificate, on paper or in a wallet, from the moment they are asked for.

A credential waits without a position until a batch takes it in; it may leave the house once that batch is anchored.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select

from credential import State, salts
from issuer.accounts import Officer
from issuer.errors import Code, Conflict, NotFound
from issuer.schema import batches, certificates, credentials, drafts, standings


class Form(StrEnum):
    """What a copy is bound to: a sheet of paper, or a wallet's key."""

    PAPER = "paper"
    WALLET = "wallet"


class Progress(StrEnum):
    """How far a credential is."""

    WAITING = "waiting"  # for a batch
    QUEUED = "queued"  # in a batch, not anchored yet
    ANCHORED = "anchored"  # it may be delivered
    REFUSED = "refused"  # the chain refused its batch
    CLOSED = "closed"  # an act ended it before or after


@dataclass(frozen=True, slots=True)
class Credential:
    """One copy. `position` and `jwt` are there from the batch on; `shown` is the chain's state once all is recorded."""

    number: int
    certificate: int
    authority: int
    form: Form
    seed: bytes = field(repr=False)
    holder_key: bytes | None = field(repr=False)
    transaction_id: str | None = field(repr=False)
    position: int | None
    jwt: str | None = field(repr=False)
    shown: State
    progress: Progress

    def must_be_anchored(self) -> str:
        """The signed JWT. Raises Conflict before its anchor is settled."""
        if self.progress is not Progress.ANCHORED or self.jwt is None:
            raise Conflict(Code.NOT_ANCHORED_YET, f"credential {self.number} is {self.progress}, not anchored")
        return self.jwt


def seal_certificates(connection: Connection, authority: int, numbers: Sequence[int], now: int) -> int:
    """Asks for a paper credential of each certificate that is in force and has none. How many were asked for."""
    ours = _sealable().where(certificates.c.authority == authority)
    return _ask_for_paper(connection, ours.where(certificates.c.id.in_(numbers)), now)


def seal_import(connection: Connection, authority: int, import_id: int, now: int) -> int:
    """The same for every certificate of a file."""
    of_file = select(drafts.c.id).where(drafts.c.import_id == import_id)
    ours = _sealable().where(certificates.c.authority == authority)
    return _ask_for_paper(connection, ours.where(certificates.c.draft_id.in_(of_file)), now)


def seal_authority(connection: Connection, authority: int, now: int) -> int:
    """The same for every certificate of an authority."""
    return _ask_for_paper(connection, _sealable().where(certificates.c.authority == authority), now)


def ask_for_wallet(
    connection: Connection,
    certificate: int,
    authority: int,
    offer: int,
    holder_key: bytes,
    proof_digest: bytes,
    now: int,
) -> Credential:
    """A credential bound to a wallet's key, waiting for a batch."""
    values = {
        **_new(certificate, authority, Form.WALLET, now),
        "offer_id": offer,
        "holder_key": holder_key,
        "proof_digest": proof_digest,
        "transaction_id": secrets.token_urlsafe(16),
    }
    number = connection.execute(insert(credentials).values(**values).returning(credentials.c.id)).scalar_one()
    return credential_of(connection, number)


def is_bound(connection: Connection, holder_key: bytes) -> bool:
    """Whether a credential, of whatever authority, is bound to this key (spec/credential.md, 4.3)."""
    query = select(credentials.c.id).where(credentials.c.holder_key == holder_key)
    return connection.execute(query).first() is not None


def credential_of(connection: Connection, number: int) -> Credential:
    row = connection.execute(_with_batch().where(credentials.c.id == number)).first()
    if row is None:
        raise NotFound("credential", number)
    return as_credential(row)


def credential_for(connection: Connection, officer: Officer, number: int) -> Credential:
    """Raises NotFound, also for another authority's."""
    found = credential_of(connection, number)
    if found.authority != officer.authority:
        raise NotFound("credential", number)
    return found


def credentials_of(connection: Connection, certificate: int) -> tuple[Credential, ...]:
    query = _with_batch().where(credentials.c.certificate_id == certificate).order_by(credentials.c.id)
    return tuple(map(as_credential, connection.execute(query)))


def credential_of_offer(connection: Connection, offer: int) -> Credential | None:
    row = connection.execute(_with_batch().where(credentials.c.offer_id == offer)).first()
    return None if row is None else as_credential(row)


def as_credential(row: Row[tuple[object, ...]]) -> Credential:
    return Credential(
        row.id,
        row.certificate_id,
        row.authority,
        Form(row.form),
        row.seed,
        row.holder_key,
        row.transaction_id,
        row.position,
        row.jwt,
        State(row.shown),
        Progress.CLOSED if row.closed_by is not None else _PROGRESS[row.batch_state],
    )


_PROGRESS = {
    None: Progress.WAITING,
    "queued": Progress.QUEUED,
    "anchored": Progress.ANCHORED,
    "refused": Progress.REFUSED,
}


def _with_batch() -> Select[Any]:
    joined = credentials.outerjoin(batches, batches.c.id == credentials.c.batch_id)
    return select(credentials, batches.c.state.label("batch_state")).select_from(joined)


def _sealable() -> Select[Any]:
    """Certificates that nothing weighs on and that have no paper credential."""
    weighing = exists().where(
        standings.c.certificate_id == certificates.c.id,
        standings.c.credential_id.is_(None),
        standings.c.ended_by.is_(None),
    )
    paper = exists().where(
        credentials.c.certificate_id == certificates.c.id,
        credentials.c.form == Form.PAPER,
        credentials.c.closed_by.is_(None),
    )
    return select(certificates.c.id, certificates.c.authority).where(~weighing, ~paper)


def _ask_for_paper(connection: Connection, wanted: Select[Any], now: int) -> int:
    rows = [_new(row.id, row.authority, Form.PAPER, now) for row in connection.execute(wanted)]
    if rows:
        connection.execute(insert(credentials), rows)
    return len(rows)


def _new(certificate: int, authority: int, form: Form, now: int) -> dict[str, object]:
    """The seed is drawn here, once; a credential keeps it for life."""
    seed = secrets.token_bytes(salts.SEED_OCTETS)
    return {"certificate_id": certificate, "authority": authority, "form": form, "seed": seed, "asked_at": now}
