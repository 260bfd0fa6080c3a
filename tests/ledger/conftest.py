"""A door in front of the session's node, a network on it that tests may change, and a business with an outbox.

And nodes of forged branches, with replicas that follow them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger import Replica, load_catalogue
from ledger.network_file import NetworkFile
from ledger.replica import asking
from tests.fixtures_ledger import SHANGHAI, Authority, RunningNode, World, make_world
from tests.ledger.door import Door
from tests.ledger.forged import START, Branch
from tests.ledger.outbox_desk import Desk, open_engine


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that answers may take its time on a busy machine; where one hangs, the test says how long it may."""
    monkeypatch.setattr(asking, "GRACE_SECONDS", 60.0)
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 60.0)


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


@pytest.fixture
def serve() -> Iterator[Callable[[Branch], Door]]:
    """A node for each branch it is given."""
    doors: list[Door] = []

    def made(branch: Branch) -> Door:
        door = Door("http://127.0.0.1:9")
        door.instead = branch.answer
        doors.append(door)
        return door

    yield made
    for door in doors:
        door.close()


@pytest.fixture
def replica_of(tmp_path: Path) -> Iterator[Callable[..., Replica]]:
    """A replica of a network, with the doors as its sources."""
    opened: list[Replica] = []

    def made(network: NetworkFile, *doors: Door, name: str = "r.db") -> Replica:
        sources = [door.url for door in doors]
        replica = Replica(tmp_path / name, network, load_catalogue(), sources, clock=lambda: START + 1000)
        opened.append(replica)
        return replica

    yield made
    for replica in opened:
        replica.close()
