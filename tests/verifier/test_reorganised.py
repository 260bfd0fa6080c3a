"""A window on a Clique network whose branch is overtaken by a heavier one: what was judged on it is withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from credential import Policy
from ledger import Replica, load_catalogue
from tests.ledger.door import Door
from tests.ledger.forged import START, Branch, clique, sign, sign_in_turn
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.replica_samples import HISTORY
from tests.verifier.window_samples import Bureau
from verifier.following import Follower
from verifier.receive import Request, Window, receive
from verifier.store import Check, Store

FOUR = KEYS[:4]
NOW = START + 1000


@dataclass
class Desk:
    """A window, the door of its one node, and what it shows there."""

    window: Window
    follower: Follower
    door: Door
    paper: str

    def ask(self, request_id: str) -> Check:
        return receive(Request(request_id, self.paper), self.window)


@dataclass
class Branches:
    """One network up to block 2, and two branches from there."""

    lighter: Branch
    heavier: Branch


@pytest.fixture
def branches() -> Branches:
    trunk = clique(FOUR)
    sign(trunk, FOUR, 1, *HISTORY[:5])
    sign_in_turn(trunk, FOUR, 7)
    lighter, heavier = trunk.fork(2), trunk.fork(2)
    for number in range(3, 12):
        sign(lighter, FOUR, number % 4, *(HISTORY[5:9] if number == 3 else ()))
    for number in range(3, 16):
        sign(heavier, FOUR, number % 4, *(HISTORY[5:] if number == 4 else ()))
    return Branches(lighter, heavier)


@pytest.fixture
def desk(branches: Branches, tmp_path: Path) -> Iterator[Desk]:
    door = Door("http://127.0.0.1:9")
    door.instead = branches.lighter.answer
    with desk_on(tmp_path, "window.sqlite", branches.lighter, door) as made:
        yield made
    door.close()


@contextmanager
def desk_on(folder: Path, store_name: str, branch: Branch, door: Door) -> Iterator[Desk]:
    """A desk with a record of its own on the one replica's file."""
    store = Store(folder / store_name, 100)
    path, catalogue = folder / "replica.sqlite", load_catalogue()
    with Replica(path, branch.network, catalogue, [door.url], clock=lambda: NOW) as replica:
        window = Window("w", Policy(region=440000), replica, store, lambda: NOW, ids().__next__)
        follower = Follower(replica, store, [door.url], 1.0, window.clock)
        yield Desk(window, follower, door, Bureau(catalogue.types[(3, 1)]).credential(None)[0])
    store.close()


def ids() -> Iterator[str]:
    return (f"check-{number}" for number in count(1))


def test_checks_on_the_branch_that_was_overtaken_are_withdrawn(desk: Desk, branches: Branches) -> None:
    desk.follower.look_now()
    before = desk.ask("before")
    assert (before.block, before.block_hash) == (5, branches.lighter.blocks[5].header.hash)
    assert before.withdrawn_at is None
    desk.door.instead = branches.heavier.answer
    desk.follower.look_now()
    assert desk.follower.state.trouble is None
    marked = desk.ask("before")
    assert marked.withdrawn_at == NOW
    assert (marked.id, marked.report) == (before.id, before.report)
    after = desk.ask("after")
    assert after.withdrawn_at is None
    assert after.block_hash in {each.header.hash for each in branches.heavier.blocks}
    assert [(each.id, each.made_again) for each in desk.window.store.withdrawn(only_open=False)] == [
        (before.id, after.id)
    ]


def test_a_check_by_blocks_that_both_branches_share_stands(desk: Desk, branches: Branches) -> None:
    shared = branches.lighter.fork(8)
    desk.door.instead = shared.answer
    desk.follower.look_now()
    early = desk.ask("early")
    assert early.block == 2
    for branch in (branches.lighter, branches.heavier):
        desk.door.instead = branch.answer
        desk.follower.look_now()
    assert desk.window.replica.rewinds() != ()
    assert desk.ask("early").withdrawn_at is None


def test_a_window_on_the_same_replica_that_was_off_learns_of_it_when_it_is_started(
    desk: Desk, branches: Branches, tmp_path: Path
) -> None:
    desk.follower.look_now()
    with desk_on(tmp_path, "second.sqlite", branches.lighter, desk.door) as second:
        made = second.ask("there")
    desk.door.instead = branches.heavier.answer
    desk.follower.look_now()
    with desk_on(tmp_path, "second.sqlite", branches.lighter, desk.door) as second:
        second.follower.withdraw()
        assert second.window.store.get(made.id).withdrawn_at == NOW
