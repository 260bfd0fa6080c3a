"""What the bureau sends to the ledger: anchors and changes of status, put into the outbox with what causes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from credential import Reason, State
from issuer.batches import Batch
from ledger import Account, Outbox, Registries

BATCH, CHANGE = "batch", "change"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Both methods belong to the caller's transaction: the act and the intention to send it are one."""

    outbox: Outbox
    registries: Registries
    accounts: Mapping[int, Account]

    def anchor(self, connection: Connection, number: int, batch: Batch) -> None:
        intake = batch.intake
        call = self.registries.anchor(intake.authority, intake.place.seq, batch.root, batch.count, batch.kid)
        self.outbox.enqueue(connection, self.accounts[intake.authority], call, f"{BATCH}:{number}")

    def set_status(
        self,
        connection: Connection,
        number: int,
        authority: int,
        position: int,
        change: tuple[State, State, Reason],
        effective: int,
        successor: int | None,
    ) -> None:
        origin, to, reason = change
        call = self.registries.set_status(authority, position, origin, to, reason, effective, successor)
        self.outbox.enqueue(connection, self.accounts[authority], call, f"{CHANGE}:{number}")


def parse_reference(reference: str) -> tuple[str, int]:
    """What a sent call was for: (BATCH or CHANGE, number)."""
    kind, number = reference.split(":")
    return kind, int(number)
