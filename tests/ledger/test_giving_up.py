"""An account that is fenced: what waits of it is settled, by receipts where there are any, and never waits again."""

from __future__ import annotations

import time

from sqlalchemy import Engine

from credential import Reason, State
from ledger import Outbox, Receipt, Rpc, Sent
from tests.fixtures_ledger import SHANGHAI, World
from tests.waiting import until


def test_what_can_never_run_is_given_up_and_what_ran_is_told_by_its_receipt(own_world: World, engine: Engine) -> None:
    serial = len(own_world.authorities) + 1
    stolen = own_world.add_authority(SHANGHAI, f"GIVE{serial}", "被盗局", f"https://give{serial}.example")
    own_world.anchor(stolen, (bytes([1]) * 32, 64))
    outbox, calls, now = Outbox(engine, own_world.network), own_world.registries, int(time.time()) - 60
    told: dict[str, str | None] = {}

    def on_settled(connection: object, sent: Sent, receipt: Receipt) -> None:
        told[sent.reference] = receipt.revert.name if receipt.revert else None

    def enqueue(position: int, reference: str) -> None:
        call = calls.set_status(stolen.number, position, State.VALID, State.FROZEN, Reason.FROZEN, now)
        with engine.begin() as connection:
            outbox.enqueue(connection, stolen.operator, call, reference)

    with engine.begin() as connection:
        outbox.adopt(connection, stolen.operator.address, 1)
    enqueue(1, "ran")
    with Rpc(own_world.url) as rpc:
        outbox.deliver(rpc, on_settled)
        until(lambda: rpc.nonce(stolen.operator.address) == 2)
        # The thief uses the next nonce before the bureau's next call is sent.
        own_world.set_status(stolen, 5, State.VALID, State.INVALID, Reason.REVOKED)
        enqueue(2, "overtaken")
        enqueue(3, "behind it")
        with engine.begin() as connection:
            assert outbox.waiting(connection).count == 3
        assert outbox.waiting_accounts() == [stolen.operator.address]
        assert outbox.give_up(rpc, stolen.operator.address, on_settled) == 3
        assert told == {"ran": None, "overtaken": "GivenUp", "behind it": "GivenUp"}
        assert outbox.deliver(rpc, on_settled).waiting == 0
        assert outbox.waiting_accounts() == []
