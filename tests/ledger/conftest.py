"""A door in front of the session's node, a network on it that tests may change, and a business with an outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.fixtures_ledger import SHANGHAI, Authority, RunningNode, World, make_world
from tests.ledger.door import Door
from tests.ledger.outbox_desk import Desk, open_engine


@pytest.fixture(scope="session")
def own_world(ledger_node: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A second network on the same node, for tests that change regions and agreements."""
    return make_world(ledger_node.url, tmp_path_factory.mktemp("own-world"))


@pytest.fixture
def door(ledger_node: RunningNode) -> Iterator[Door]:
    made = Door(ledger_node.url)
    yield made
    made.close()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(tmp_path / "business.db")


@pytest.fixture(scope="module")
def bureau(ledger_world: World) -> Authority:
    """An authority of these tests alone, so that they know its next sequence number."""
    number = len(ledger_world.authorities) + 1
    return ledger_world.add_authority(SHANGHAI, f"X{number}", "发件箱", f"https://outbox-{number}.example")


@pytest.fixture
def desk(ledger_world: World, bureau: Authority, engine: Engine, door: Door) -> Iterator[Desk]:
    made = Desk(ledger_world, bureau, engine, door)
    yield made
    made.rpc.close()
    # Whatever the test did, the chain has each batch once and none is missing.
    assert made.batches_on_chain() == list(range(bureau.next_seq))
