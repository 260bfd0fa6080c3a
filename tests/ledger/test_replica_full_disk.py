"""A replica whose disk is full: a typed error, the old facts as before, and on with it once there is space."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest

from ledger import FollowFailed, Replica
from ledger.errors import JournalMismatch, ReplicaUnwritable
from ledger.replica import keep_following
from tests.fixtures_ledger import World
from tests.ledger.door import Door
from tests.ledger.replica_contents import contents
from tests.small_disk import SmallDisk


@pytest.mark.parametrize("left", [0, 4096, 12_288, 32_768])
def test_the_facts_stay_and_go_on_afterwards(
    ledger_world: World, small_disk: SmallDisk, tmp_path: Path, left: int
) -> None:
    """The more space is left, the later in the transaction it ends; each time all of it is taken back."""
    world = ledger_world
    with world.replica(small_disk.path / "r.db") as replica:
        replica.follow_once()
        with small_disk.full(left):
            accepted, before = replica.accepted, contents(replica)
            for _ in range(3):
                world.anchor(world.shanghai, *((os.urandom(32), 64) for _ in range(4)))
                if _follows(replica):
                    accepted, before = replica.accepted, contents(replica)  # there was room for this one
                assert (replica.accepted, contents(replica)) == (accepted, before)
        assert replica.follow_once().block > 0
        with world.replica(tmp_path / "other.db") as other:
            other.follow_once()
            replica.follow_once()
            assert contents(replica) == contents(other)
    with world.replica(small_disk.path / "r.db") as again:
        assert again.accepted is not None


def _follows(replica: Replica) -> bool:
    try:
        replica.follow_once()
    except ReplicaUnwritable:
        return False
    return True


def test_it_is_no_sources_fault(ledger_world: World, small_disk: SmallDisk) -> None:
    world = ledger_world
    with world.replica(small_disk.path / "r.db", world.url, "http://127.0.0.1:9") as replica:
        with small_disk.full(), pytest.raises(ReplicaUnwritable) as told:
            replica.follow_once()
        assert not isinstance(told.value, FollowFailed)
        assert replica.accepted is None
        assert replica.follow_once().new_events > 0


def test_a_false_history_that_has_no_room_keeps_no_true_one_out(
    ledger_world: World, small_disk: SmallDisk, door: Door
) -> None:
    """It is found out before anything of it is written."""
    world, large = ledger_world, {"data": "0x" + "ab" * 6_000_000}
    door.lie = lambda method, params, found: [*found[:-1], found[-1] | large] if method == "eth_getLogs" else found
    with world.replica(small_disk.path / "r.db", door.url, world.url) as replica, small_disk.full(4_000_000):
        progress = replica.follow_once()
    assert progress.source == world.url
    assert [type(each.error) for each in progress.failures] == [JournalMismatch]


def test_a_new_file_on_a_full_disk_is_refused_and_made_when_there_is_space(
    ledger_world: World, small_disk: SmallDisk
) -> None:
    path = small_disk.path / "r.db"
    with small_disk.full(), pytest.raises(ReplicaUnwritable):
        ledger_world.replica(path)
    with ledger_world.replica(path) as replica:
        assert replica.follow_once().new_events > 0


def test_a_follower_goes_on_by_itself(
    ledger_world: World, small_disk: SmallDisk, caplog: pytest.LogCaptureFixture
) -> None:
    world, stop, told, failed = ledger_world, threading.Event(), threading.Event(), threading.Event()
    reasons: list[Exception] = []

    def on_failure(error: Exception) -> None:
        reasons.append(error)
        failed.set()

    def follow(replica: Replica) -> None:
        options = {"every_seconds": 0.05, "on_progress": lambda _: told.set(), "on_failure": on_failure}
        keep_following(replica, stop, **options)  # type: ignore[arg-type]

    with caplog.at_level(logging.DEBUG), world.replica(small_disk.path / "r.db") as replica:
        small_disk.fill()
        thread = threading.Thread(target=follow, args=(replica,))
        thread.start()
        assert failed.wait(60)
        assert not told.is_set()
        small_disk.empty()
        assert told.wait(60)
        stop.set()
        thread.join()
        assert replica.accepted is not None
    assert all(isinstance(each, ReplicaUnwritable) for each in reasons), reasons
