"""Certificates: the legal records. Made by approval, never changed; acts and standings tell what happens to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, insert, or_, select

from credential import State, gravest
from issuer.accounts import Officer
from issuer.errors import Code, Conflict, NotFound
from issuer.schema import certificates, standings


@dataclass(frozen=True, slots=True)
class Certificate:
    """One legal record. `standings` weigh on the certificate as a whole; a credential may have more of its own."""

    number: int
    authority: int
    type_number: int
    type_version: int
    identifier: str = field(repr=False)
    claims: dict[str, str] = field(repr=False)
    made_at: int
    predecessor: int | None
    standings: frozenset[State]

    @property
    def state(self) -> State:
        return gravest(self.standings)

    def must_be_in_force(self) -> None:
        """Raises Conflict: no new credential of a certificate that anything weighs on."""
        if self.standings:
            message = f"certificate {self.number} is {self.state.name.lower()}"
            raise Conflict(Code.NOT_IN_FORCE, message, {"state": self.state.name.lower()})


def make_certificates(
    connection: Connection, approved: Sequence[Row[tuple[object, ...]]], now: int, predecessor: int | None = None
) -> list[int]:
    """One certificate for each approved draft, in their order."""
    rows = [
        {
            "draft_id": draft.id,
            "authority": draft.authority,
            "type_number": draft.type_number,
            "type_version": draft.type_version,
            "identifier": draft.identifier,
            "claims": draft.claims,
            "made_at": now,
            "predecessor_id": predecessor,
        }
        for draft in approved
    ]
    inserting = insert(certificates).returning(certificates.c.id, sort_by_parameter_order=True)
    return list(connection.execute(inserting, rows).scalars())


def certificate_of(connection: Connection, number: int) -> Certificate:
    """Raises NotFound."""
    row = connection.execute(select(certificates).where(certificates.c.id == number)).first()
    if row is None:
        raise NotFound("certificate", number)
    return _certificate(row, standings_of(connection, number))


def certificate_for(connection: Connection, officer: Officer, number: int) -> Certificate:
    """Raises NotFound, also for another authority's."""
    found = certificate_of(connection, number)
    if found.authority != officer.authority:
        raise NotFound("certificate", number)
    return found


def standings_of(connection: Connection, certificate: int, credential: int | None = None) -> frozenset[State]:
    """What weighs on the certificate, and with `credential` also on that one."""
    open_ones = select(standings.c.state).where(
        standings.c.certificate_id == certificate, standings.c.ended_by.is_(None)
    )
    whose = or_(standings.c.credential_id.is_(None), standings.c.credential_id == credential)
    return frozenset(map(State, connection.execute(open_ones.where(whose)).scalars()))


def _certificate(row: Row[tuple[object, ...]], weighing: frozenset[State]) -> Certificate:
    return Certificate(
        row.id,
        row.authority,
        row.type_number,
        row.type_version,
        row.identifier,
        json.loads(row.claims),
        row.made_at,
        row.predecessor_id,
        weighing,
    )
