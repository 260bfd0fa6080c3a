"""The outbox's tables, made in the database of whoever uses it: `metadata.create_all(engine)`."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

metadata = MetaData()


class State(StrEnum):
    """`queued`: no node is known to have acknowledged it. `sent`: one has. `settled`: it is final, done or reverted.

    Where blocks can be taken back, a settled call whose block was is queued again.
    """

    QUEUED = "queued"
    SENT = "sent"
    SETTLED = "settled"


accounts = Table(
    "outbox_accounts",
    metadata,
    Column("address", LargeBinary(20), primary_key=True),
    Column("next_nonce", Integer, nullable=False),
)

beginnings = Table(
    "outbox_beginnings",
    metadata,
    Column("account", LargeBinary(20), primary_key=True),
    Column("nonce", Integer, nullable=False),
)
"""The nonce that an account had when this outbox began with it."""

transactions = Table(
    "outbox_transactions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", LargeBinary(20), nullable=False),
    Column("nonce", Integer, nullable=False),
    Column("reference", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("recipient", LargeBinary(20), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("gas", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("enqueued_at", Integer, nullable=False),
    Column("problem", String),
    Column("block", Integer),
    Column("revert", String),
    UniqueConstraint("account", "nonce"),
    Index("outbox_transactions_by_state", "state", "account", "nonce"),
)

settled_blocks = Table(
    "outbox_settled_blocks",
    metadata,
    Column("transaction_id", ForeignKey("outbox_transactions.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("outbox_settled_blocks_by_number", "number"),
)
"""Where settled calls lie, on networks whose blocks can be taken back."""

earlier_hashes = Table(
    "outbox_earlier_hashes",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("transaction_id", ForeignKey("outbox_transactions.id"), nullable=False),
    Index("outbox_earlier_hashes_by_transaction", "transaction_id"),
)
"""Of calls that were signed anew: with a higher fee, of which the chain takes one; or with another nonce."""
