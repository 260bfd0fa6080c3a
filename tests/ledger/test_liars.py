"""Every liar, alone and beside an honest source: it is named with its reason, and bends nothing.

Alone, it leaves the facts and their time as they were. Beside an honest source, before or behind it, the facts are the
honest chain's in the end.
"""

from __future__ import annotations

import logging
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ledger import Account, FollowFailed, Replica, Rpc, deploy
from ledger import rpc as rpc_module
from ledger.administration import Administration
from ledger.replica import asking
from tests.fixtures_ledger import GUANGDONG, SHANGHAI, RunningNode, World, running_node
from tests.ledger.door import Door
from tests.ledger.liars import LIARS, Elsewhere, Liar
from tests.ledger.replica_contents import contents
from tests.waiting import until

NEW_BATCHES = 3
HASTE_SECONDS = 1.0
EVERY_LIAR = pytest.mark.parametrize("liar", LIARS.values(), ids=LIARS)


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes little, so that this limit is soon met."""
    monkeypatch.setattr(rpc_module, "MAX_ANSWER_OCTETS", 2_000_000)


@contextmanager
def soon_left(liar: Liar, where: ModuleType, limit: str) -> Iterator[None]:
    """One that hangs soon meets this limit; for all others it is what it was, for an honest node may take its time."""
    with pytest.MonkeyPatch.context() as patch:
        if liar.hangs:
            patch.setattr(where, limit, HASTE_SECONDS)
        yield


@pytest.fixture(scope="module")
def twin(ledger_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node of another network: same chain id, same addresses, a validator and a history of its own."""
    with running_node(tmp_path_factory.mktemp("twin") / "data") as node:
        network = deploy(node.url, ledger_world.council, "另一个网络 twin")
        assert network.chain_id == ledger_world.network.chain_id
        assert network.journal.address == ledger_world.network.journal.address
        calls = ledger_world.registries
        with Administration(node.url, ledger_world.council) as council:
            for region in (SHANGHAI, GUANGDONG):
                council.send(calls.admit_region(region, "另一个省", Account.create().address))
        yield node


@dataclass
class Scene:
    """A replica's file that stopped at an earlier block; the chain has gone on since, and `honest` with it."""

    world: World
    file: Path
    elsewhere: Elsewhere
    honest: Replica

    def truth(self) -> dict[str, list[Any]]:
        self.honest.follow_once()
        return contents(self.honest)


@pytest.fixture(scope="module")
def scene(ledger_world: World, twin: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    world, file = ledger_world, tmp_path_factory.mktemp("scene") / "r.db"
    with Rpc(world.url) as rpc, Rpc(twin.url) as other:
        old_block = dict(rpc.header())
        world.anchor(world.shanghai, (os.urandom(32), 64))
        with world.replica(file) as replica:
            replica.follow_once()
        for _ in range(NEW_BATCHES):
            world.anchor(world.shanghai, (os.urandom(32), 64))
        with world.replica(file.with_name("honest.db")) as honest:
            yield Scene(world, file, Elsewhere(old_block, lambda method, params: other.call(method, *params)), honest)


def open_replica(scene: Scene, folder: Path, *sources: str) -> Replica:
    shutil.copy(scene.file, folder / "r.db")
    return scene.world.replica(folder / "r.db", *sources)


@EVERY_LIAR
def test_alone_it_changes_nothing_and_is_named(scene: Scene, door: Door, tmp_path: Path, liar: Liar) -> None:
    with open_replica(scene, tmp_path, door.url) as replica:
        accepted, before = replica.accepted, contents(replica)
        liar.set_up(door, scene.elsewhere)
        for _ in range(2):
            with soon_left(liar, rpc_module, "MAX_ANSWER_SECONDS"), pytest.raises(FollowFailed) as failed:
                replica.follow_once()
            (failure,) = failed.value.failures
            assert failure.source == door.url
            assert isinstance(failure.error, liar.errors), failure
            assert (replica.accepted, contents(replica)) == (accepted, before)
        door.honest()
        assert replica.follow_once().new_events >= NEW_BATCHES


@pytest.mark.parametrize("place", [0, 1], ids=["before", "behind"])
@EVERY_LIAR
def test_beside_an_honest_source_the_facts_are_the_chains(
    scene: Scene, door: Door, tmp_path: Path, liar: Liar, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    liar.set_up(door, scene.elsewhere)
    sources = [scene.world.url]
    sources.insert(place, door.url)
    with caplog.at_level(logging.DEBUG), open_replica(scene, tmp_path, *sources) as replica:
        with soon_left(liar, asking, "GRACE_SECONDS"):
            progress = replica.follow_once()
        assert contents(replica) == scene.truth()
        assert progress.new_events >= NEW_BATCHES
        assert progress.as_of == replica.as_of
    _check_named(door, liar, progress.failures, caplog.messages)


def _check_named(door: Door, liar: Liar, failures: Any, messages: list[str]) -> None:
    """Whoever lied is named; whoever was not asked for what it lies about could not."""
    if liar.hangs:
        until(lambda: door.lied)
    named = [failure for failure in failures if failure.source == door.url]
    assert len(named) == len(failures)
    assert bool(named) == door.lied
    for failure in named:
        assert isinstance(failure.error, liar.errors), failure
        assert any(door.url in message and type(failure.error).__name__ in message for message in messages), messages


def test_a_new_replica_among_liars_only_takes_nothing(scene: Scene, door: Door, tmp_path: Path) -> None:
    """The first round is where a reader knows least: nothing but the network file."""
    held_back = {"old head"}  # an old head is the truth to whoever knows nothing newer
    for number, (name, liar) in enumerate(LIARS.items()):
        if name in held_back:
            continue
        door.honest()
        liar.set_up(door, scene.elsewhere)
        with scene.world.replica(tmp_path / f"{number}.db", door.url) as replica:
            with soon_left(liar, rpc_module, "MAX_ANSWER_SECONDS"), pytest.raises(FollowFailed) as failed:
                replica.follow_once()
            assert isinstance(failed.value.failures[0].error, liar.errors), name
            assert replica.accepted is None, name
            assert all(not rows for rows in contents(replica).values()), name


@pytest.fixture
def doors(ledger_node: RunningNode) -> Iterator[Callable[[], Door]]:
    made: list[Door] = []

    def make() -> Door:
        made.append(Door(ledger_node.url))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_crowd_of_liars_in_any_order_hides_no_honest_source(
    scene: Scene, doors: Callable[[], Door], tmp_path: Path
) -> None:
    expected, chance = scene.truth(), random.Random(11)
    for round_ in range(8):
        names = chance.sample([name for name, liar in LIARS.items() if not liar.hangs], 4)
        crowd: dict[str, tuple[Liar, Door]] = {}
        for name in names:
            liar = doors()
            LIARS[name].set_up(liar, scene.elsewhere)
            crowd[liar.url] = (LIARS[name], liar)
        sources = [*crowd, scene.world.url]
        chance.shuffle(sources)
        folder = tmp_path / str(round_)
        folder.mkdir()
        with open_replica(scene, folder, *sources) as replica:
            progress = replica.follow_once()
            assert contents(replica) == expected, names
        named = {failure.source: failure.error for failure in progress.failures}
        assert set(named) == {url for url, (_, liar) in crowd.items() if liar.lied}
        for url, error in named.items():
            assert isinstance(error, crowd[url][0].errors), (names, error)


def test_a_liar_that_changes_its_lie_every_round_is_refused_every_round(
    scene: Scene, door: Door, tmp_path: Path
) -> None:
    """One replica through all lies, with a true answer now and then: no lie leaves anything behind for the next."""
    quick = {name: liar for name, liar in LIARS.items() if not liar.hangs and name != "old head"}
    with open_replica(scene, tmp_path, door.url) as replica:
        for number, (name, liar) in enumerate(quick.items()):
            if number % 9 == 0:
                scene.world.anchor(scene.world.anhui, (os.urandom(32), 64), (os.urandom(32), 64))
            accepted = replica.accepted
            liar.set_up(door, scene.elsewhere)
            with pytest.raises(FollowFailed):
                replica.follow_once()
            assert replica.accepted == accepted, name
            door.honest()
            if number % 9 == 8:
                replica.follow_once()
        replica.follow_once()
        assert contents(replica) == scene.truth()
