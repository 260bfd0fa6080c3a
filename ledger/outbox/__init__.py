"""The outbox: calls are recorded in the same transaction as the business change, and reach the chain exactly once."""

from ledger.outbox.outbox import Delivery, Outbox, Sent, Waiting
from ledger.outbox.tables import metadata

__all__ = ["Delivery", "Outbox", "Sent", "Waiting", "metadata"]
