"""Holds the bureau's books against the proven ledger: foreign batches, fallen ones, statuses that ought to be others.

Only looks. After a theft the thief's acts, and the bureau's own that fell with the fence, make the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from credential import State, dates, gravest, is_allowed, reaches_back
from issuer.act_kinds import ACT_KINDS
from issuer.acts import BACKDATING_SECONDS
from issuer.certificates import standings_of
from issuer.credentials import Credential, Progress, credential_of
from issuer.errors import LedgerMismatch
from issuer.schema import acts, batches, credentials, standings, status_changes
from issuer.status_changes import Cause
from ledger import AnchoredBatch, AuthorityRecord

_MARGIN_SECONDS = dates.DAY_SECONDS // 2
"""A change that is dated anew, because its 7 days are over, still has to be sent and recorded in time."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A copy whose status on the chain is not what weighs on it here. `cause` is what to record; None: nothing can."""

    credential: int
    position: int
    held: State
    wanted: State
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class FallenBatch:
    """One of our batches that fell with the fence, and how many copies were in it: their holders need others."""

    seq: int
    copies: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of one authority. `held` are the registry's states of all copies that were looked at."""

    authority: int
    foreign: tuple[AnchoredBatch, ...]
    fallen: tuple[FallenBatch, ...]
    unrestored: tuple[int, ...]
    differences: tuple[Difference, ...]
    held: tuple[tuple[int, State], ...]

    @property
    def is_even(self) -> bool:
        return not (self.foreign or self.unrestored or self.differences)


def compare(connection: Connection, record: AuthorityRecord, now: int) -> Comparison:
    """Raises LedgerMismatch where a batch of ours is not the ledger's: the two histories contradict one another."""
    ours = _our_batches(connection, record)
    looked_at = [(copy, _held(record, copy)) for copy in _worth_a_look(connection, record)]
    return Comparison(
        authority=record.authority,
        foreign=tuple(each for each in record.batches if each.seq not in ours),
        fallen=tuple(_fallen(connection, ours, record)),
        unrestored=tuple(sorted(each for each, held in record.held.items() if record.standing[each] != held)),
        differences=tuple(filter(None, (_difference(connection, copy, held, now) for copy, held in looked_at))),
        held=tuple((copy.number, held) for copy, held in looked_at),
    )


def _our_batches(connection: Connection, record: AuthorityRecord) -> dict[int, int]:
    """Our anchored batches: sequence number to id, each as the ledger has it."""
    query = select(batches.c.id, batches.c.seq, batches.c.root).where(
        batches.c.authority == record.authority, batches.c.state == "anchored"
    )
    anchored = {each.seq: each.root for each in record.batches}
    ours: dict[int, int] = {}
    for row in connection.execute(query):
        if anchored.get(row.seq) != row.root:
            raise LedgerMismatch(f"authority {record.authority}: batch {row.seq} is not the one that the ledger has")
        ours[row.seq] = row.id
    return ours


def _fallen(connection: Connection, ours: dict[int, int], record: AuthorityRecord) -> Iterable[FallenBatch]:
    for each in record.batches:
        if each.seq in ours and record.has_fallen(each):
            count = select(func.count()).where(credentials.c.batch_id == ours[each.seq])
            if copies := connection.execute(count).scalar_one():
                yield FallenBatch(each.seq, copies)


def _worth_a_look(connection: Connection, record: AuthorityRecord) -> list[Credential]:
    """Anchored copies that something weighs on, that the chain has a history of, or that we believe not to be valid."""
    weighing = select(standings.c.certificate_id).where(standings.c.ended_by.is_(None))
    mine = select(credentials.c.id).where(
        credentials.c.authority == record.authority, credentials.c.position.is_not(None)
    )
    known = mine.where(or_(credentials.c.certificate_id.in_(weighing), credentials.c.shown != State.VALID))
    found = set(connection.execute(known).scalars())
    touched = sorted(record.held)
    for start in range(0, len(touched), _CHUNK):
        chunk = mine.where(credentials.c.position.in_(touched[start : start + _CHUNK]))
        found |= set(connection.execute(chunk).scalars())
    copies = (credential_of(connection, number) for number in sorted(found))
    return [each for each in copies if each.progress in (Progress.ANCHORED, Progress.CLOSED)]


def _held(record: AuthorityRecord, copy: Credential) -> State:
    assert copy.position is not None
    return State(record.held.get(copy.position, State.VALID))


def _difference(connection: Connection, copy: Credential, held: State, now: int) -> Difference | None:
    assert copy.position is not None
    wanted = gravest(standings_of(connection, copy.certificate, copy.number))
    if held is wanted:
        return None
    cause = _cause(connection, copy, held, wanted, now)
    if wanted is State.SUPERSEDED and cause is not None and cause.successor is None:
        return None  # it waits for its successor to be anchored
    return Difference(copy.number, copy.position, held, wanted, cause)


def _cause(connection: Connection, copy: Credential, held: State, wanted: State, now: int) -> Cause | None:
    """The act that began what ought to show, or the one that ended what still shows."""
    about = standings.c.certificate_id == copy.certificate
    whose = or_(standings.c.credential_id.is_(None), standings.c.credential_id == copy.number)
    begun = select(standings.c.begun_by).where(
        about, whose, standings.c.state == wanted, standings.c.ended_by.is_(None)
    )
    ended = select(standings.c.ended_by).where(
        about, whose, standings.c.state == held, standings.c.ended_by.is_not(None)
    )
    for query in (begun, ended):
        number = connection.execute(query.order_by(standings.c.id.desc()).limit(1)).scalar()
        if number is None:
            continue
        act = connection.execute(select(acts).where(acts.c.id == number)).one()
        reason = ACT_KINDS[act.kind].reason
        if is_allowed(held, wanted, reason):
            earliest = 0 if reaches_back(reason) else now - BACKDATING_SECONDS + _MARGIN_SECONDS
            return Cause(act.id, reason, max(act.effective, earliest), _successor(connection, copy, act.id))
    return None


def _successor(connection: Connection, copy: Credential, act: int) -> int | None:
    """The position that the act named before."""
    query = select(status_changes.c.successor).where(
        status_changes.c.act_id == act, status_changes.c.credential_id == copy.number
    )
    return connection.execute(query.order_by(status_changes.c.id.desc()).limit(1)).scalar() or None
