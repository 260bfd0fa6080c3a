"""Node, bureau and window killed together at random moments, with good, bad and lying sources in between."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from issuer import passwords
from scripts.ports import free_port
from tests.fixtures_ledger import World, make_world
from tests.ledger.door import Door
from tests.ledger.liars import about_logs
from tests.network.at_work import at_work
from tests.network.lives import EmbeddedNode, kill_together
from tests.network.proxy import Proxy, Weather

ROUNDS = 9
BAD_WEATHER = Weather(delay_seconds=0.02, jitter_seconds=0.05, loss=0.05, resent_after_seconds=0.2, resets=0.02)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


@dataclass
class Scene:
    node: EmbeddedNode
    world: World
    bad_way: Proxy
    liar: Door


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A node of its own, and two more ways to it: one through bad weather, one that forges the history."""
    node = EmbeddedNode(tmp_path / "node", free_port(), ("--heartbeat-seconds", "2"))
    node.start()
    (tmp_path / "world").mkdir()
    world = make_world(node.url, tmp_path / "world")
    liar = Door(node.url)
    liar.lie = about_logs(lambda found: found[:-1])
    at = urlsplit(node.url)
    with Proxy((str(at.hostname), at.port or 0), BAD_WEATHER, seed=3) as bad_way:
        yield Scene(node, world, bad_way, liar)
    liar.close()
    node.kill()


@pytest.mark.slow
def test_killed_together_nothing_is_lost_nothing_twice_no_verdict_wrong(scene: Scene, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance, world = random.Random(seed), scene.world
    urls, sources = (scene.bad_way.url, world.url), (scene.liar.url, scene.bad_way.url, world.url)
    with at_work(world, tmp_path, urls, sources) as working:
        programs = [scene.node, working.bureau, working.window]
        for round_ in range(ROUNDS):
            victims = programs if round_ % 3 == 0 else chance.sample(programs, chance.randint(1, 2))
            time.sleep(chance.uniform(0.2, 2.0))
            kill_together(victims)
            for victim in chance.sample(victims, len(victims)):
                victim.start()
        time.sleep(1)
