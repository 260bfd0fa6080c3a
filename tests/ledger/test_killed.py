"""SIGKILL between any two steps of outbox and replica: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection, insert, select

from ledger import Outbox, Receipt, Registries, Replica, Rpc, Sent
from ledger.outbox.tables import transactions
from tests.fixtures_ledger import Authority, World
from tests.ledger.outbox_desk import business, open_engine, sequences_on_chain
from tests.waiting import until

STEPS = (
    "enqueued, not committed",
    "committed",
    "before it is sent",
    "sent, not noted",
    "final, not settled",
    "told, not committed",
    "settled",
)
KILLS = 50


def die(*_: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def anchor_one(step: str, database: Path, world: World, bureau: Authority) -> None:
    """Runs in a process of its own: enqueues one batch and delivers it, and dies at `step`."""
    engine = open_engine(database)
    outbox = Outbox(engine, world.network)
    call = Registries(world.network).anchor(bureau.number, bureau.next_seq, os.urandom(32), 64, bureau.key.kid)
    with engine.begin() as connection:
        outbox.enqueue(connection, bureau.operator, call, "batch")
        if step == "enqueued, not committed":
            die()
    if step == "committed":
        die()
    rpc = DyingRpc(world.url, step)
    deliver_all(outbox, rpc, note(step))
    die()


class DyingRpc(Rpc):
    def __init__(self, url: str, step: str) -> None:
        super().__init__(url)
        self._step = step

    def call(self, method: str, *params: object) -> Any:
        if method == "eth_sendRawTransaction" and self._step == "before it is sent":
            die()
        result = super().call(method, *params)
        if method == "eth_sendRawTransaction" and self._step == "sent, not noted":
            die()
        return result

    def batch(self, method: str, params: Any) -> list[Any]:
        results = super().batch(method, params)
        if method == "eth_getTransactionReceipt" and any(results) and self._step == "final, not settled":
            die()
        return results


def note(step: str) -> Callable[[Connection, Sent, Receipt], None]:
    def on_settled(connection: Connection, sent: Sent, receipt: Receipt) -> None:
        connection.execute(insert(business).values(done=f"{sent.reference} {receipt.succeeded}"))
        if step == "told, not committed":
            die()

    return on_settled


def deliver_all(outbox: Outbox, rpc: Rpc, on_settled: Callable[[Connection, Sent, Receipt], None]) -> None:
    until(lambda: outbox.deliver(rpc, on_settled).waiting == 0)


def forked(work: Callable[[], None], seconds: float | None = None) -> None:
    """Runs `work` in a copy of this process until it kills itself, or is killed after `seconds`."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child was to die by a signal"


def anchored_so_far(acknowledged: Path) -> int:
    return len(acknowledged.read_text().split()) if acknowledged.exists() else 0


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_the_outbox_sends_and_tells_exactly_once(
    ledger_world: World, bureau: Authority, tmp_path: Path, step: str
) -> None:
    world, database = ledger_world, tmp_path / "business.db"
    engine = open_engine(database)
    outbox = Outbox(engine, world.network)
    with engine.begin() as connection, Rpc(world.url) as rpc:
        outbox.adopt(connection, bureau.operator.address, rpc.nonce(bureau.operator.address, "pending"))
    forked(lambda: anchor_one(step, database, world, bureau))
    with Rpc(world.url) as rpc:
        deliver_all(outbox, rpc, note("nothing"))
    with engine.connect() as connection:
        told = list(connection.scalars(select(business.c.done)))
    if step == "enqueued, not committed":
        assert told == []
    else:
        assert told == ["batch True"]
        bureau.next_seq += 1
        bureau.total += 64
    assert sequences_on_chain(world, bureau) == list(range(bureau.next_seq))


@pytest.mark.slow
def test_killed_at_fifty_moments_every_acknowledged_batch_is_anchored_once(
    ledger_world: World, bureau: Authority, tmp_path: Path
) -> None:
    world, database, acknowledged = ledger_world, tmp_path / "business.db", tmp_path / "acknowledged"
    engine = open_engine(database)
    outbox = Outbox(engine, world.network)
    with engine.begin() as connection, Rpc(world.url) as rpc:
        outbox.adopt(connection, bureau.operator.address, rpc.nonce(bureau.operator.address, "pending"))

    def work() -> None:
        """Anchors batch after batch; the next sequence number is read from its own database."""
        mine = open_engine(database)
        box = Outbox(mine, world.network)
        rpc = Rpc(world.url)
        while True:
            with mine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                count = len(list(connection.scalars(select(transactions.c.id))))
                seq = bureau.next_seq + count
                call = Registries(world.network).anchor(bureau.number, seq, os.urandom(32), 64, bureau.key.kid)
                box.enqueue(connection, bureau.operator, call, str(seq))
            with acknowledged.open("a") as file:
                file.write(f"{seq}\n")
            box.deliver(rpc, note("nothing"))

    chance, kills = random.Random(3), 0
    # On a slow machine more of them come before anything is done: then there are more.
    while kills < KILLS or (anchored_so_far(acknowledged) < 5 and kills < 10 * KILLS):
        forked(work, chance.uniform(0.02, 0.6 if kills < KILLS else 6))
        kills += 1
    with Rpc(world.url) as rpc:
        deliver_all(outbox, rpc, note("nothing"))
    with engine.connect() as connection:
        enqueued = [int(each) for each in connection.scalars(select(transactions.c.reference))]
        told = list(connection.scalars(select(business.c.done)))
    assert set(map(int, acknowledged.read_text().split())) <= set(enqueued)
    assert told == [f"{seq} True" for seq in enqueued]
    assert len(enqueued) >= 5, "the kills came before anything was done"
    bureau.next_seq += len(enqueued)
    bureau.total += 64 * len(enqueued)
    assert sequences_on_chain(world, bureau) == list(range(bureau.next_seq))


@pytest.mark.slow
def test_killed_at_fifty_moments_a_replica_is_always_at_a_proven_block(
    ledger_world: World, bureau: Authority, tmp_path: Path
) -> None:
    world, path = ledger_world, tmp_path / "r.db"

    def work() -> None:
        with world.replica(path) as replica:
            while True:
                replica.follow_once()

    started = time.monotonic()
    with world.replica(tmp_path / "measured.db") as replica:
        replica.follow_once()
    one_round = time.monotonic() - started
    chance, seen = random.Random(5), 0
    for round_ in range(KILLS):
        if round_ % 10 == 0:
            world.anchor(bureau, (os.urandom(32), 64))
        # A machine that has become slower since gets more time, until there is something to see.
        forked(work, chance.uniform(0.0, (3 if seen else 3 + round_) * one_round))
        with Replica(path, world.network, world.catalogue, []) as replica:
            accepted = replica.accepted
        assert (accepted.number if accepted else 0) >= seen
        seen = accepted.number if accepted else 0
    assert seen > 0
    with world.replica(path) as killed, world.replica(tmp_path / "fresh.db") as fresh:
        killed.follow_once()
        fresh.follow_once()
        with killed.reading() as (one, _), fresh.reading() as (other, _):
            logs = "SELECT * FROM logs ORDER BY position"
            assert one.execute(logs).fetchall() == other.execute(logs).fetchall()
            batches = "SELECT * FROM batches ORDER BY authority, first"
            assert one.execute(batches).fetchall() == other.execute(batches).fetchall()
