"""A business whose calls go through an outbox, and what the chain has of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.pool import NullPool

from ledger import Account, Call, Outbox, Receipt, Registries, Rpc, Sent, events
from ledger.outbox import metadata
from ledger.outbox.tables import transactions
from tests.fixtures_ledger import Authority, World
from tests.ledger.door import Door
from tests.waiting import until

business = Table(
    "business", business_metadata := MetaData(), Column("id", Integer, primary_key=True), Column("done", String)
)


NOTHING = Call(bytes(19) + b"\x02", b"", 30_000, "nothing")


def open_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")

    metadata.create_all(engine)
    business_metadata.create_all(engine)
    return engine


class Desk:
    """A business that anchors by the outbox and notes what it is told."""

    def __init__(self, world: World, bureau: Authority, engine: Engine, door: Door) -> None:
        self.world, self.bureau, self.engine, self.door = world, bureau, engine, door
        self.outbox = Outbox(engine, world.network)
        self.rpc = Rpc(door.url)
        self.settled: list[tuple[str, Receipt]] = []
        with engine.begin() as connection, Rpc(world.url) as honest:
            self.outbox.adopt(connection, bureau.operator.address, honest.nonce(bureau.operator.address))

    def anchor_call(self) -> Call:
        seq, self.bureau.next_seq = self.bureau.next_seq, self.bureau.next_seq + 1
        self.bureau.total += 64
        calls = Registries(self.world.network)
        return calls.anchor(self.bureau.number, seq, os.urandom(32), 64, self.bureau.key.kid)

    def enqueue(self, reference: str, call: Call | None = None, account: Account | None = None) -> None:
        with self.engine.begin() as connection:
            made = call or self.anchor_call()
            self.outbox.enqueue(connection, account or self.bureau.operator, made, reference)

    def note(self, connection: Connection, sent: Sent, receipt: Receipt) -> None:
        connection.execute(insert(business).values(done=sent.reference))
        self.settled.append((sent.reference, receipt))

    def deliver(self, **options: Any) -> Any:
        return self.outbox.deliver(self.rpc, self.note, **options)

    def until_empty(self, **options: Any) -> None:
        until(lambda: self.deliver(**options).waiting == 0, "no call waits", seconds=600)

    @property
    def told(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(business.c.done).order_by(business.c.id)))

    def states(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(transactions.c.state).order_by(transactions.c.id)))

    def batches_on_chain(self) -> list[int]:
        """The sequence numbers that the chain has for this bureau, in order."""
        return sequences_on_chain(self.world, self.bureau)


def sequences_on_chain(world: World, bureau: Authority) -> list[int]:
    """Of the batches that the chain has for a bureau, in order."""
    with Rpc(world.url) as rpc:
        logs = rpc.logs([world.network.registries.credential], 0, rpc.quantity("eth_blockNumber"))
    found = map(events.decode, logs)
    return [each.seq for each in found if isinstance(each, events.BatchAnchored) and each.authority == bureau.number]


def sending(method: str) -> bool:
    return method == "eth_sendRawTransaction"
