"""From what weighs on a credential to what the chain says of it: each change queued once, in order, and its fate kept.

`credentials.shown` is the state that the chain will have once all that is queued is recorded; the outbox keeps order.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from credential import FINAL, Reason, State, gravest
from issuer.certificates import standings_of
from issuer.credentials import Credential, Progress
from issuer.dispatch import Dispatch
from issuer.schema import acts, credentials, status_changes
from ledger import Revert

PLACED = (Progress.QUEUED, Progress.ANCHORED, Progress.CLOSED)


@dataclass(frozen=True, slots=True)
class Cause:
    """The act behind a change: its number, reason and legal date, and the successor where it replaces."""

    act: int
    reason: Reason
    effective: int
    successor: int | None = None


def show_gravest(connection: Connection, dispatch: Dispatch, credential: Credential, cause: Cause) -> bool:
    """Queues the change that brings the chain to the gravest of what applies. False where the chain says so already."""
    to = gravest(standings_of(connection, credential.certificate, credential.number))
    if credential.position is None or to is credential.shown:
        return False
    values = {
        "credential_id": credential.number,
        "act_id": cause.act,
        "origin": credential.shown,
        "to": to,
        "reason": cause.reason,
        "effective": cause.effective,
        "successor": cause.successor or 0,
        "state": "queued",
    }
    adding = insert(status_changes).values(**values).returning(status_changes.c.id)
    number: int = connection.execute(adding).scalar_one()
    show(connection, credential.number, to)
    change = (credential.shown, to, cause.reason)
    authority, position = credential.authority, credential.position
    dispatch.set_status(connection, number, authority, position, change, cause.effective, cause.successor)
    return True


def settle_change(connection: Connection, number: int, revert: Revert | None, now: int) -> None:
    """Keeps what became of a change, and finishes its act once none is left."""
    row = connection.execute(select(status_changes).where(status_changes.c.id == number)).one()
    state, refusal = ("recorded", None) if revert is None else ("refused", str(revert))
    values = {"state": state, "refusal": refusal, "settled_at": now}
    connection.execute(update(status_changes).where(status_changes.c.id == number).values(**values))
    if revert is not None:
        show(connection, row.credential_id, _after_refusal(connection, row.credential_id, revert))
    _finish(connection, row.act_id)


def _finish(connection: Connection, act: int) -> None:
    query = select(status_changes.c.state, func.count()).where(status_changes.c.act_id == act)
    counts: dict[str, int] = dict(map(tuple, connection.execute(query.group_by(status_changes.c.state))))
    if not counts.get("queued"):
        state = "refused" if counts.get("refused") else "recorded"
        connection.execute(update(acts).where(acts.c.id == act).values(state=state))


def _after_refusal(connection: Connection, credential: int, revert: Revert) -> State:
    """What the chain says it has instead; else where our own acts led.

    A final state that we did not cause is somebody else's, with a stolen account. Once that is fenced and the region
    has restored the statuses, the chain holds ours again; taken over, theirs would make a lawful revocation seem
    recorded.
    """
    if revert.name == "StatusIsNot":
        told = dict(revert.values).get("found")
        found = next((each for each in State if str(each.value) == told), None)
        if found is not None and found not in FINAL:
            return found
    ours = select(status_changes.c.to).where(
        status_changes.c.credential_id == credential, status_changes.c.state == "recorded"
    )
    return State(connection.execute(ours.order_by(status_changes.c.id.desc()).limit(1)).scalar() or State.VALID)


def is_waiting(connection: Connection, credential: int) -> bool:
    """Whether a change of it is queued, so that the chain is not yet where our books are."""
    query = select(status_changes.c.id).where(
        status_changes.c.credential_id == credential, status_changes.c.state == "queued"
    )
    return connection.execute(query.limit(1)).first() is not None


def show(connection: Connection, credential: int, state: State) -> None:
    """Notes what the chain will have once all that is queued is recorded."""
    connection.execute(update(credentials).where(credentials.c.id == credential).values(shown=state))
