"""Mirrors and packs on a full disk: what is there stays whole and usable, and the next round goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Replica, ReplicaUnwritable
from ledger.catalogue import installed_metadata
from ledger.errors import PackNotWritten
from ledger.pack import export_pack, load_pack
from tests.fixtures_ledger import World
from tests.ledger.mirror.mirrors import write_mirror
from tests.ledger.replica_contents import contents
from tests.small_disk import SmallDisk


@pytest.fixture
def replica(ledger_world: World, tmp_path: Path) -> Iterator[Replica]:
    """On a disk with room; it has followed."""
    with ledger_world.replica(tmp_path / "r.db") as made:
        made.follow_once()
        yield made


def go_on(world: World, replica: Replica) -> None:
    world.anchor(world.shanghai, *((os.urandom(32), 64) for _ in range(3)))
    replica.follow_once()


def files(folder: Path) -> dict[str, bytes]:
    """Neither drafts nor the lock."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("left", [0, 4096, 16_384])
def test_a_mirror_that_cannot_be_written_stays_as_it_was(
    ledger_world: World, replica: Replica, small_disk: SmallDisk, tmp_path: Path, left: int
) -> None:
    folder = small_disk.path / "mirror"
    source = f"file://{folder}/"
    write_mirror(folder, replica, installed_metadata())
    with ledger_world.replica(tmp_path / "window.db", source) as window:
        window.follow_once()
        known = contents(window)
        before = files(folder)
        small_disk.fill(left)
        for _ in range(4):
            go_on(ledger_world, replica)
            try:
                write_mirror(folder, replica, installed_metadata())
            except PackNotWritten:
                break
            before = files(folder)  # there was room for this one
            window.follow_once()
            known = contents(window)
        else:
            pytest.fail("the disk was not full")
        assert files(folder).items() >= before.items()
        window.follow_once()
        assert contents(window) == known
        small_disk.empty()
        write_mirror(folder, replica, installed_metadata())
        window.follow_once()
        assert contents(window) == contents(replica)


def test_an_export_that_fails_leaves_the_earlier_pack(
    ledger_world: World, replica: Replica, small_disk: SmallDisk
) -> None:
    path = small_disk.path / "window.pack"
    export_pack(replica, path, installed_metadata())
    before = path.read_bytes()
    go_on(ledger_world, replica)
    with small_disk.full():
        with pytest.raises(PackNotWritten, match="No space"):
            export_pack(replica, path, installed_metadata())
        assert files(small_disk.path).keys() == {"window.pack", "ballast"}
        assert path.read_bytes() == before
    export_pack(replica, path, installed_metadata())
    assert path.read_bytes() != before


def test_a_pack_is_taken_over_whole_or_not_at_all(
    ledger_world: World, replica: Replica, small_disk: SmallDisk, tmp_path: Path
) -> None:
    pack = tmp_path / "window.pack"
    export_pack(replica, pack, installed_metadata())
    with ledger_world.replica(small_disk.path / "w.db") as window:
        with small_disk.full(8192):
            with pytest.raises(ReplicaUnwritable):
                load_pack(window, pack, int(time.time()))
            assert window.accepted is None
            assert not any(contents(window).values())
        load_pack(window, pack, int(time.time()))
        assert contents(window) == contents(replica)
