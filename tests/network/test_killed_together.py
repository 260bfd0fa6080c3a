"""Node, bureau and follower killed together at random moments, with good, bad and lying sources in between.

Afterwards nothing is lost, nothing was anchored twice, and no window ever showed a wrong verdict.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from credential import Reason, State, Verdict, identifiers
from issuer import passwords
from issuer.bureau import open_bureau
from ledger import Replica
from tests.fixtures_ledger import SHANGHAI, Authority, World, make_world
from tests.issuer import test_kill as bureau_at_work
from tests.issuer.desk import add_officers, write_settings
from tests.ledger.conftest import Door
from tests.ledger.liars import about_logs
from tests.ledger.test_liars import contents
from tests.network.lives import BureauAtWork, EmbeddedNode, FollowingWindow, free_port, kill_together
from tests.network.proxy import Proxy, Weather
from tests.network.watching import Shown, WatchingWindow, issue_one

CODE = "11310000MB2F30910"
ROUNDS = 12
TEAMS = 2
BAD_WEATHER = Weather(delay_seconds=0.02, jitter_seconds=0.05, loss=0.05, resent_after_seconds=0.2, resets=0.02)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


@dataclass
class Scene:
    node: EmbeddedNode
    world: World
    authority: Authority
    bad_way: Proxy
    liar: Door


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A node of its own, and two more ways to it: one through bad weather, one that forges the history."""
    node = EmbeddedNode(tmp_path / "node", free_port(), ("--heartbeat-seconds", "2"))
    node.start()
    (tmp_path / "world").mkdir()
    world = make_world(node.url, tmp_path / "world")
    authority = world.add_authority(
        SHANGHAI, f"{CODE}{identifiers.credit_check_character(CODE)}", "上海市试验局", "http://127.0.0.1:8001/killed"
    )
    liar = Door(node.url)
    liar.lie = about_logs(lambda found: found[:-1])
    at = urlsplit(node.url)
    with Proxy((str(at.hostname), at.port or 0), BAD_WEATHER, seed=3) as bad_way:
        yield Scene(node, world, authority, bad_way, liar)
    liar.close()
    node.kill()


@pytest.mark.slow
def test_killed_together_nothing_is_lost_nothing_twice_no_verdict_wrong(scene: Scene, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance, world = random.Random(seed), scene.world
    shown = things_to_show(world)
    settings = _settings(scene, tmp_path)
    bureau = BureauAtWork(
        settings, tmp_path, [bureau_at_work.Bureau(scene.authority, number) for number in range(TEAMS)]
    )
    sources = (scene.liar.url, scene.bad_way.url, world.url)
    window = FollowingWindow(world.network_path, tmp_path / "window.db", sources)
    with world.replica(window.replica) as replica:
        replica.follow_once()
    programs = [scene.node, bureau, window]
    bureau.start()
    window.start()
    with WatchingWindow(world.network, window.replica, shown) as watch:
        for round_ in range(ROUNDS):
            victims = programs if round_ % 3 == 0 else chance.sample(programs, chance.randint(1, 2))
            time.sleep(chance.uniform(0.2, 2.0))
            kill_together(victims)
            for victim in chance.sample(victims, len(victims)):
                victim.start()
        time.sleep(1)
        bureau.kill()
        bureau_at_work._bring_to_rest(settings, bureau.teams[0], tmp_path)
        _until_at_rest(window, world)
    window.kill()
    watch.never_slipped()
    assert watch.verdicts["anchored"][Verdict.ACCEPTED] > 0
    done = bureau_at_work._together(list(bureau.teams))
    assert done.least > 0, done
    bureau_at_work._everything_is_there_once(settings, done, scene.authority, world, tmp_path)
    _same_as_a_fresh_one(window.replica, world, tmp_path)


def things_to_show(world: World) -> dict[str, Shown]:
    """Anchored, never anchored, and revoked: the last before the watch begins."""
    revoked = issue_one(world, world.shanghai)
    world.set_status(world.shanghai, world.shanghai.total - 1, State.VALID, State.INVALID, Reason.REVOKED)
    anchored = issue_one(world, world.shanghai)
    unanchored = issue_one(world, world.anhui, anchored=False)
    return {"anchored": Shown.good(anchored), "unanchored": Shown.bad(unanchored), "revoked": Shown.bad(revoked)}


def _settings(scene: Scene, folder: Path) -> SimpleNamespace:
    """The bureau's own way to the ledger is bad weather first, too."""
    quick = {"wallet_wait_seconds": 0.05, "worker_seconds": 0.02, "database": folder / "issuer.db", "port": 0}
    urls = (scene.bad_way.url, scene.world.url)
    settings = write_settings(folder, scene.authority, scene.world.network_path, urls, **quick)
    prepared = open_bureau(settings)
    add_officers(prepared, scene.authority.number)
    prepared.engine.dispose()
    return settings


def _until_at_rest(window: FollowingWindow, world: World) -> None:
    """The window has caught up with the chain as it is now."""
    give_up = time.monotonic() + 30
    with world.replica(window.replica.with_name("newest.db")) as newest:
        newest.follow_once()
        with Replica(window.replica, world.network, world.catalogue, []) as followed:
            while followed.as_of < newest.as_of:
                assert time.monotonic() < give_up
                time.sleep(0.1)


def _same_as_a_fresh_one(path: Path, world: World, folder: Path) -> None:
    with world.replica(path) as killed, world.replica(folder / "fresh.db") as fresh:
        killed.follow_once()
        fresh.follow_once()
        assert contents(killed) == contents(fresh)
