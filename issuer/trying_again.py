"""Trying again what the chain refused of an approved act: from the state that the chain has now, not the one it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from credential import FINAL, State, gravest
from issuer.accounts import Officer
from issuer.act_kinds import ACT_KINDS
from issuer.acts import QUEUED, RECORDED, REFUSED, act_row, must_be
from issuer.bureau import Bureau
from issuer.certificates import certificate_of, standings_of
from issuer.credentials import Credential, credential_of
from issuer.errors import Code, Conflict
from issuer.schema import acts, status_changes
from issuer.status_changes import Cause, is_waiting, show, show_gravest


def refused_positions(connection: Connection, officer: Officer, number: int) -> tuple[int, Sequence[int]]:
    """The authority, and where the chain refused something of the act. Raises NotFound."""
    row = act_row(connection, officer, number)
    copies = [credential_of(connection, each.credential_id) for each in connection.execute(_refused(number))]
    authority = certificate_of(connection, row.certificate_id).authority
    return authority, [each.position for each in copies if each.position is not None]


def try_act_again(
    connection: Connection, bureau: Bureau, officer: Officer, number: int, on_chain: Mapping[int, State]
) -> None:
    """Queues anew what was refused. `on_chain` are states by position; what it lacks is taken from our books.

    Raises Conflict where the chain holds a final state that is not the wanted one: no act can change that.
    """
    row = act_row(connection, officer, number)
    must_be(row, REFUSED)
    kind, queued = ACT_KINDS[row.kind], []
    for change in connection.execute(_refused(number)).all():
        credential = _as_on_chain(connection, credential_of(connection, change.credential_id), on_chain)
        cause = Cause(number, kind.reason, row.effective, change.successor or None)
        queued.append(show_gravest(connection, bureau.dispatch, credential, cause))
    note_tried_again(connection, number)
    connection.execute(update(acts).where(acts.c.id == number).values(state=QUEUED if any(queued) else RECORDED))


def note_tried_again(connection: Connection, act: int) -> None:
    """What was refused of the act no longer waits for anybody."""
    refused = update(status_changes).where(status_changes.c.act_id == act, status_changes.c.state == "refused")
    connection.execute(refused.values(state="tried_again"))


def _as_on_chain(connection: Connection, credential: Credential, on_chain: Mapping[int, State]) -> Credential:
    """The copy with the state that the chain has; as it is while a change of it is on its way there."""
    found = on_chain.get(credential.position) if credential.position is not None else None
    if found is None or is_waiting(connection, credential.number):
        return credential
    wanted = gravest(standings_of(connection, credential.certificate, credential.number))
    if found in FINAL and found is not wanted:
        raise Conflict(
            Code.FINAL_ON_CHAIN,
            f"the chain holds {found.name.lower()} for credential {credential.number}, which no act can change",
            {"state": found.name.lower()},
        )
    show(connection, credential.number, found)
    return credential_of(connection, credential.number)


def _refused(number: int) -> Select[Any]:
    query = select(status_changes.c.credential_id, status_changes.c.successor)
    return query.where(status_changes.c.act_id == number, status_changes.c.state == "refused").distinct()
