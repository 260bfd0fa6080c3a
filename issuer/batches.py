"""Closing a batch: which credentials go in, their places, the tree, the signatures, and the one record of it all.

    1. take in    the credentials that wait, and the authority's next place    (reads)
    2. compose    random order, padding, payloads, tree, signed JWTs           (pure, slow, holds no lock)
    3. record     batch, positions and the anchor call in one transaction      (refuses where 1 no longer holds)

A batch that was recorded is never composed again: whatever crashes later, the same signed transaction is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, select, update

from credential import (
    CertificateType,
    PublicKey,
    SigningKey,
    Tree,
    issue,
    leaf_hash,
    padding_leaf,
    payload_octets,
)
from issuer.credentials import Form
from issuer.schema import batches, certificates, credentials, standings
from issuer.settings import Settings

SMALLEST = 64
"""Smaller batches are padded to this, so that they do not tell how few certificates a bureau makes."""
LIVE = ("queued", "anchored")


class Overtaken(Exception):
    """What was taken in changed before it was recorded: an act, or another batch. Take in again."""


@dataclass(frozen=True, slots=True)
class Member:
    """A credential that waits: what its payload is made of."""

    credential: int
    certificate_type: tuple[int, int]
    claims: Mapping[str, str] = field(repr=False)
    seed: bytes = field(repr=False)
    holder_key: PublicKey | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """The authority's next sequence number, and the position of the first leaf: the sum of its earlier counts."""

    seq: int
    first: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What one batch will hold."""

    authority: int
    form: Form
    place: Place
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential with its position for ever and its signed JWT."""

    credential: int
    position: int
    jwt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """A composed batch; `count` includes the padding."""

    intake: Intake
    count: int
    root: bytes
    kid: bytes
    sealed: tuple[Sealed, ...]


def take_in(connection: Connection, authority: int, settings: Settings, now: int) -> Intake | None:
    """The next batch that is due: wallets' by time or size, else whatever paper waits. None while nothing is due."""
    if _is_halted(connection, authority):
        return None
    for form, most in ((Form.WALLET, settings.wallet_batch_size), (Form.PAPER, settings.paper_batch_size)):
        if _is_due(connection, authority, form, settings, now):
            return Intake(
                authority, form, next_place(connection, authority), _members(connection, authority, form, most)
            )
    return None


def next_place(connection: Connection, authority: int) -> Place:
    query = select(func.count(), func.coalesce(func.sum(batches.c.count), 0))
    seq, first = connection.execute(query.where(batches.c.authority == authority, batches.c.state.in_(LIVE))).one()
    return Place(seq, first)


def compose(
    intake: Intake,
    issuer: str,
    signer: SigningKey,
    type_of: Callable[[int, int], CertificateType],
    random: Random,
    now: int,
) -> Batch:
    """The batch, its leaves in an order drawn from `random`, which must be unpredictable."""
    count = max(SMALLEST, len(intake.members))
    slots: list[Member | None] = [*intake.members, *[None] * (count - len(intake.members))]
    random.shuffle(slots)
    first = intake.place.first
    payloads = {
        index: payload_octets(
            type_of(*member.certificate_type),
            member.claims,
            seed=member.seed,
            issuer=issuer,
            position=first + index,
            issued_at=now,
            holder_key=member.holder_key,
        )
        for index, member in enumerate(slots)
        if member
    }
    tree = Tree([leaf_hash(payloads[i]) if i in payloads else padding_leaf(random.randbytes(32)) for i in range(count)])
    sealed = tuple(
        Sealed(member.credential, first + index, issue(payloads[index], tree.path(index), signer))
        for index, member in enumerate(slots)
        if member
    )
    return Batch(intake, count, tree.root, signer.kid, sealed)


def record(connection: Connection, batch: Batch, now: int) -> int:
    """Gives the credentials their positions. Raises Overtaken where the intake no longer holds. The batch's number."""
    intake = batch.intake
    if next_place(connection, intake.authority) != intake.place or not _all_still_wait(connection, batch):
        raise Overtaken
    values = {
        "authority": intake.authority,
        "seq": intake.place.seq,
        "first": intake.place.first,
        "count": batch.count,
        "root": batch.root,
        "kid": batch.kid,
        "form": intake.form,
        "state": "queued",
        "closed_at": now,
    }
    number: int = connection.execute(insert(batches).values(**values).returning(batches.c.id)).scalar_one()
    placing = update(credentials).where(credentials.c.id == bindparam("number"))
    rows = [{"number": each.credential, "place": each.position, "signed": each.jwt} for each in batch.sealed]
    connection.execute(placing.values(batch_id=number, position=bindparam("place"), jwt=bindparam("signed")), rows)
    return number


def drop_refused(connection: Connection, authority: int) -> int:
    """Lets the credentials of refused batches wait again, for new places. How many batches were dropped.

    Their positions were never the chain's, and nothing of them was delivered.
    """
    refused = select(batches.c.id).where(batches.c.authority == authority, batches.c.state == "refused")
    back = update(credentials).where(credentials.c.batch_id.in_(refused))
    connection.execute(back.values(batch_id=None, position=None, jwt=None))
    dropping = update(batches).where(batches.c.authority == authority, batches.c.state == "refused")
    return connection.execute(dropping.values(state="dropped")).rowcount


def _is_halted(connection: Connection, authority: int) -> bool:
    """After a refusal every later anchor would be refused too, until somebody has looked."""
    query = select(batches.c.id).where(batches.c.authority == authority, batches.c.state == "refused")
    return connection.execute(query.limit(1)).first() is not None


def _is_due(connection: Connection, authority: int, form: Form, settings: Settings, now: int) -> bool:
    waiting = _waiting(authority, form).with_only_columns(func.count(), func.min(credentials.c.asked_at))
    count, oldest = connection.execute(waiting).one()
    if form is Form.PAPER or not count:
        return bool(count)
    return bool(count >= settings.wallet_batch_size or now - oldest >= settings.wallet_batch_seconds)


def _members(connection: Connection, authority: int, form: Form, most: int) -> tuple[Member, ...]:
    rows = connection.execute(_waiting(authority, form).order_by(credentials.c.id).limit(most))
    return tuple(
        Member(
            row.id,
            (row.type_number, row.type_version),
            json.loads(row.claims),
            row.seed,
            PublicKey(row.holder_key) if row.holder_key else None,
        )
        for row in rows
    )


def _waiting(authority: int, form: Form) -> Select[Any]:
    """Credentials without a place; not those that something weighs on, which wait until it ends."""
    joined = credentials.join(certificates, certificates.c.id == credentials.c.certificate_id)
    weighing = exists().where(
        standings.c.certificate_id == credentials.c.certificate_id,
        standings.c.ended_by.is_(None),
        standings.c.credential_id.is_(None) | (standings.c.credential_id == credentials.c.id),
    )
    columns = (certificates.c.type_number, certificates.c.type_version, certificates.c.claims)
    query = select(credentials.c.id, credentials.c.seed, credentials.c.holder_key, *columns).select_from(joined)
    mine = (credentials.c.authority == authority, credentials.c.form == form)
    return query.where(*mine, credentials.c.batch_id.is_(None), credentials.c.closed_by.is_(None), ~weighing)


def _all_still_wait(connection: Connection, batch: Batch) -> bool:
    waiting = _waiting(batch.intake.authority, batch.intake.form).with_only_columns(credentials.c.id)
    return {each.credential for each in batch.sealed} <= set(connection.execute(waiting).scalars())
