"""A bureau, a window that follows and one that watches, at work while a test breaks things around them.

When the test has done its worst, everything comes to rest, and then nothing may be lost, nothing anchored twice, no
verdict may have been wrong, and the window that was killed knows what a new one knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from credential import Reason, State, Verdict, identifiers
from issuer.bureau import open_bureau
from issuer.settings import Settings
from ledger import FollowFailed, Replica, Rpc
from tests.fixtures_ledger import SHANGHAI, Authority, World
from tests.issuer import bureau_at_work
from tests.issuer.desk import add_officers, write_settings
from tests.ledger.replica_contents import contents
from tests.network.lives import BureauAtWork, FollowingWindow
from tests.network.watching import Shown, WatchingWindow, issue_one

TEAMS = 2
_numbers = count(1)


@dataclass
class AtWork:
    """Everything that goes on; `bureau` and `window` may be killed and started."""

    world: World
    authority: Authority
    settings: Settings
    bureau: BureauAtWork
    window: FollowingWindow
    watch: WatchingWindow

    @property
    def done(self) -> bureau_at_work.Acknowledged:
        """What the bureau has acknowledged so far."""
        return bureau_at_work._together(list(self.bureau.teams))


@contextmanager
def at_work(
    world: World,
    folder: Path,
    urls: Sequence[str],
    sources: Sequence[str],
    team: Callable[[Authority, int], bureau_at_work.Bureau] = bureau_at_work.Bureau,
) -> Iterator[AtWork]:
    """`urls` are the bureau's way to the ledger, `sources` the window's; `team` makes people from authority and number.

    All is checked where the block ends well.
    """
    shown, authority = things_to_show(world), add_authority(world)
    settings = _settings(world, authority, folder, tuple(urls))
    teams = [team(authority, number) for number in range(TEAMS)]
    bureau = BureauAtWork(settings, folder, teams)
    window = FollowingWindow(world.network_path, folder / "window.db", tuple(sources))
    catch_up(world, window.replica, height_of(world))
    with WatchingWindow(world.network, window.replica, shown) as watch:
        try:
            bureau.start()
            window.start()
            yield AtWork(world, authority, settings, bureau, window, watch)
            bureau.kill()
            assert bureau.errors == []
            bureau_at_work._bring_to_rest(settings, teams[0], folder, seconds=150)
            rest = height_of(world)
            _until_followed(world, window.replica, rest)
        finally:
            bureau.kill()
            window.kill()
    watch.never_slipped()
    assert watch.verdicts["anchored"][Verdict.ACCEPTED] > 0
    done = bureau_at_work._together(teams)
    assert min(map(len, (done.drafts, done.certificates, done.sealed))) > 0, done
    catch_up(world, folder / "replica.db", rest)
    bureau_at_work._everything_is_there_once(settings, done, authority, world, folder)
    _knows_what_a_new_one_knows(world, window.replica, folder / "replica.db")


def add_authority(world: World) -> Authority:
    """One whose first position is 0, for one bureau."""
    number = next(_numbers)
    code = f"11310000MB{8000000 + number:07d}"
    code += identifiers.credit_check_character(code)
    return world.add_authority(SHANGHAI, code, f"上海市试验局{number}", f"http://127.0.0.1:8001/at-work-{number}")


def things_to_show(world: World) -> dict[str, Shown]:
    """Anchored, never anchored, and revoked: the last before the watch begins."""
    revoked = issue_one(world, world.shanghai)
    world.set_status(world.shanghai, world.shanghai.total - 1, State.VALID, State.INVALID, Reason.REVOKED)
    anchored = issue_one(world, world.shanghai)
    unanchored = issue_one(world, world.anhui, anchored=False)
    return {"anchored": Shown.good(anchored), "unanchored": Shown.bad(unanchored), "revoked": Shown.bad(revoked)}


def height_of(world: World) -> int:
    with Rpc(world.url) as rpc:
        return rpc.quantity("eth_blockNumber")


def catch_up(world: World, path: Path, height: int, seconds: float = 90) -> None:
    """A replica's file that knows all that is on the chain up to a height, once that is settled."""
    give_up = time.monotonic() + seconds
    with world.replica(path) as replica:
        while not replica.accepted or replica.accepted.number < height:
            assert time.monotonic() < give_up, "the chain does not settle"
            with suppress(FollowFailed):
                replica.follow_once()
            time.sleep(0.2)


def _settings(world: World, authority: Authority, folder: Path, urls: tuple[str, ...]) -> Settings:
    values = {
        "database": folder / "issuer.db",
        "port": 0,
        "wallet_wait_seconds": 0.05,
        "worker_seconds": 0.05,
        "max_fee_per_gas": world.fees.max_fee_per_gas,
    }
    settings = write_settings(folder, authority, world.network_path, urls, **values)
    prepared = open_bureau(settings)
    add_officers(prepared, authority.number)
    prepared.engine.dispose()
    return settings


def _until_followed(world: World, path: Path, height: int, seconds: float = 90) -> None:
    """The follower has come that far, by its own sources."""
    give_up = time.monotonic() + seconds
    with Replica(path, world.network, world.catalogue, []) as followed:
        while not followed.accepted or followed.accepted.number < height:
            assert time.monotonic() < give_up, "the window did not catch up"
            time.sleep(0.1)


def _knows_what_a_new_one_knows(world: World, *paths: Path) -> None:
    """Nothing is changed any more, so their blocks may differ and their contents may not."""
    known = []
    for path in paths:
        with Replica(path, world.network, world.catalogue, []) as replica:
            known.append(contents(replica))
    assert known[0] == known[1]
