"""What an outbox does where gas costs more than was offered: nothing is sent, or the same call is signed with more.

A call that is signed anew keeps its nonce, so the chain takes one of the two. A node may have the earlier one, or have
it in a block: every hash that a call ever had stays known.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from ledger.accounts import Account, Fees
from ledger.calls import Call
from ledger.gas import fees_of, replacing
from ledger.outbox.tables import State, earlier_hashes, transactions
from ledger.receipts import Receipt, receipt_of
from ledger.rpc import Rpc


def earlier_receipt(engine: Engine, rpc: Rpc, row: Row[Any]) -> Receipt | None:
    """Of a call that got into a block as it was before it was signed anew. Raises SourceError."""
    query = select(earlier_hashes.c.hash).where(earlier_hashes.c.transaction_id == row.id)
    with engine.connect() as connection:
        hashes = list(connection.scalars(query))
    receipts = [receipt for receipt in (receipt_of(rpc, each) for each in hashes) if receipt is not None]
    return next((receipt for receipt in receipts if receipt.succeeded), next(iter(receipts), None))


def sign_with_more(engine: Engine, row: Row[Any], chain_id: int, signer: Account, fees: Fees) -> Row[Any] | None:
    """The row with its call signed anew, in its state: what was acknowledged before still may get in as it was.

    None where another worker was first.
    """
    call = Call(row.recipient, row.data, row.gas, row.purpose)
    signed = signer.sign(chain_id, row.nonce, call, replacing(fees_of(row.raw), fees))
    unchanged = (
        transactions.c.id == row.id,
        transactions.c.hash == row.hash,
        transactions.c.nonce == row.nonce,
        transactions.c.state != State.SETTLED,
    )
    with engine.begin() as connection:
        made = update(transactions).where(*unchanged).values(raw=signed.raw, hash=signed.hash)
        found = connection.execute(made.returning(transactions)).one_or_none()
        if found is not None:
            connection.execute(insert(earlier_hashes).values(hash=row.hash, transaction_id=row.id))
    return found
