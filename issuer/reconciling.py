"""Brings the bureau's books and the chain together again, after a theft: one look, then one transaction.

    1. give up     what a fenced account of ours still had queued: it can never run
    2. compare     the proven ledger with the books (`issuer.comparing`)
    3. carry out   note foreign batches, whose places are taken for ever; queue what the chain lacks of approved acts

The service is stopped meanwhile; it sends what was queued when it is started again.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from issuer.batches import drop_refused
from issuer.bureau import Bureau
from issuer.comparing import Comparison, Difference
from issuer.credentials import credential_of
from issuer.errors import AccountFenced, NotSettled
from issuer.schema import acts, batches
from issuer.settlement import settle
from issuer.status_changes import show, show_gravest
from issuer.store import reading
from issuer.trying_again import note_tried_again
from ledger import AuthorityRecord, Rpc

FOREIGN = "foreign"
"""The form of a batch that somebody else anchored with our account: nothing of ours is in it."""


def require_unfenced(bureau: Bureau, records: list[AuthorityRecord]) -> None:
    """Raises AccountFenced where what is found missing could not be sent."""
    for record in records:
        if record.is_fenced(bureau.dispatch.accounts[record.authority].address):
            raise AccountFenced(
                f"authority {record.authority}: the account in the settings is fenced, whatever it sends is refused:"
                " put the one there that the region has added since"
            )


def give_up_fenced(bureau: Bureau, rpc: Rpc, records: list[AuthorityRecord]) -> int:
    """How many calls were given up, or settled by their receipts. Raises NotSettled where others still wait."""
    outbox, current = bureau.dispatch.outbox, {each.address for each in bureau.dispatch.accounts.values()}
    settled = 0
    for account in outbox.waiting_accounts():
        having = [record for record in records if account in record.operators]
        if account not in current and having and all(record.is_fenced(account) for record in having):
            settled += outbox.give_up(rpc, account, lambda connection, *told: settle(connection, bureau, *told))
    with reading(bureau.engine) as connection:
        waiting = outbox.waiting(connection).count
    if waiting:
        raise NotSettled(
            f"{waiting} calls still wait for the ledger: run the service until they are through; or have the region"
            " fence the account that sends them, and put another one into the settings"
        )
    return settled


def carry_out(connection: Connection, bureau: Bureau, found: Comparison, now: int) -> int:
    """How many changes of status were queued."""
    for batch in found.foreign:
        values = {
            "authority": found.authority,
            "seq": batch.seq,
            "first": batch.first,
            "count": batch.last - batch.first + 1,
            "root": batch.root,
            "kid": batch.kid,
            "form": FOREIGN,
            "state": "anchored",
            "closed_at": batch.anchored_at,
            "settled_at": now,
        }
        connection.execute(insert(batches).values(**values))
    drop_refused(connection, found.authority)
    for number, held in found.held:
        show(connection, number, held)
    return sum(_queue(connection, bureau, each) for each in found.differences)


def _queue(connection: Connection, bureau: Bureau, difference: Difference) -> bool:
    if difference.cause is None:
        return False
    credential = credential_of(connection, difference.credential)
    queued = show_gravest(connection, bureau.dispatch, credential, difference.cause)
    note_tried_again(connection, difference.cause.act)
    connection.execute(update(acts).where(acts.c.id == difference.cause.act).values(state="queued"))
    return queued
