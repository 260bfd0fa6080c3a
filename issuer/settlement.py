"""What the chain answered: a batch anchored or refused, a change recorded or refused; in the outbox's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, Row, select, update

from issuer.bureau import Bureau
from issuer.dispatch import BATCH, parse_reference
from issuer.replacements import supersede_predecessors
from issuer.schema import batches
from issuer.status_changes import settle_change
from ledger import Receipt, Sent, events


def settle(connection: Connection, bureau: Bureau, sent: Sent, receipt: Receipt) -> None:
    """Called for each call that became final, in the order they were queued; again where its block was taken back."""
    kind, number = parse_reference(sent.reference)
    if kind == BATCH:
        _settle_batch(connection, bureau, number, receipt)
    else:
        settle_change(connection, number, receipt.revert, bureau.clock())


def _settle_batch(connection: Connection, bureau: Bureau, number: int, receipt: Receipt) -> None:
    row = connection.execute(select(batches).where(batches.c.id == number)).one()
    refusal = str(receipt.revert) if receipt.revert else _disagreement(row, receipt)
    state = "refused" if refusal else "anchored"
    values = {"state": state, "refusal": refusal, "settled_at": bureau.clock()}
    connection.execute(update(batches).where(batches.c.id == number).values(**values))
    if not refusal and row.state != state:
        supersede_predecessors(connection, bureau, number)


def _disagreement(row: Row[tuple[object, ...]], receipt: Receipt) -> str | None:
    """The chain must have given the batch the place that its credentials were signed for."""
    anchored = [event for event in receipt.events if isinstance(event, events.BatchAnchored)]
    if [(event.seq, event.first, event.root) for event in anchored] == [(row.seq, row.first, row.root)]:
        return None
    return f"the receipt does not anchor batch {row.seq} at position {row.first}"
