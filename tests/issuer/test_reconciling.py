"""What a fenced account had queued is given up; what may still run is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from issuer.bureau import open_bureau
from issuer.errors import NotSettled
from issuer.reconciling import give_up_fenced
from ledger import Account, AuthorityRecord, Rpc
from ledger.replica import Accepted
from tests.ledger.outbox_desk import NOTHING


@pytest.fixture
def bureau(settings):
    bureau = open_bureau(settings)
    yield bureau
    bureau.engine.dispose()


def record(authority: int, operators: Mapping[bytes, int | None]) -> AuthorityRecord:
    return AuthorityRecord(authority, Accepted(9, bytes(32), 100, bytes(32), 1), (), {}, {}, operators)


def test_an_account_that_one_of_two_authorities_fenced_may_still_act_for_the_other(bureau, ledger_world):
    shared = Account.create()
    with bureau.engine.begin() as connection:
        bureau.dispatch.outbox.enqueue(connection, shared, NOTHING, "batch:1")
    records = [record(1, {shared.address: 50}), record(2, {shared.address: None}), record(3, {})]
    with Rpc(ledger_world.url) as rpc, pytest.raises(NotSettled):
        give_up_fenced(bureau, rpc, records)
    assert bureau.dispatch.outbox.waiting_accounts() == [shared.address]
