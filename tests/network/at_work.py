"""A bureau and a window's service at work, and all that the window says, while a test breaks things around them.

When the test has done its worst, everything comes to rest, and then nothing may be lost, nothing anchored twice, no
verdict may have been wrong, and the window that was killed knows what a new one knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from credential import Reason, State, Verdict, identifiers
from issuer.bureau import open_bureau
from issuer.settings import Settings
from ledger import FollowFailed, Replica, Rpc
from scripts.ports import free_ports
from tests.fixtures_ledger import GUANGDONG, SHANGHAI, Authority, World
from tests.issuer import bureau_at_work
from tests.issuer.desk import add_officers, write_settings
from tests.ledger.replica_contents import contents
from tests.network.judging import Shown, read_chain, slips
from tests.network.live import PATIENCE_SECONDS, wait_until
from tests.network.lives import BureauAtWork, WindowService
from tests.network.papers import Papers, wallets_of
from tests.network.watching import Clerk, Showing, Watch, WatchingWindow, issue_one
from tests.verifier.office import office_of

TEAMS = 2
FOLLOW_SECONDS = 0.2
LEAST_LOOKS, LEAST_CHECKS = 50, 10
"""How many verdicts on each sample, and how many answered checks, it takes to say anything."""
_numbers = count(1)


@dataclass
class AtWork:
    """Everything that goes on; `bureau` and `window` may be killed and started."""

    world: World
    authority: Authority
    settings: Settings
    bureau: BureauAtWork
    window: WindowService
    watch: WatchingWindow
    clerk: Clerk

    @property
    def done(self) -> bureau_at_work.Acknowledged:
        """What the bureau has acknowledged so far."""
        return bureau_at_work.put_together(list(self.bureau.teams))

    def wait_for_something_of_each_kind(self) -> None:
        wait_until(lambda: self.done.least > 0, "something of each kind is acknowledged")

    def goes_on(self) -> None:
        """Waits until the bureau has drafted and approved more than by now."""
        drafted, approved = len(self.done.drafts), len(self.done.certificates)
        wait_until(
            lambda: len(self.done.drafts) > drafted and len(self.done.certificates) > approved,
            "the bureau goes on drafting and approving",
        )


@contextmanager
def at_work(
    world: World,
    folder: Path,
    urls: Sequence[str],
    sources: Sequence[str],
    team: Callable[[Authority, int], bureau_at_work.Bureau] = bureau_at_work.DecidingBureau,
    *,
    is_hasty: bool = False,
) -> Iterator[AtWork]:
    """`urls` are the bureau's way to the ledger, `sources` the window's; `team` makes people from authority and number.

    All is checked where the block ends well. For a hasty window see `WindowService`.
    """
    samples, authority = things_to_show(world), add_authority(world)
    settings = _settings(world, authority, folder, tuple(urls))
    teams = [team(authority, number) for number in range(TEAMS)]
    bureau, window = BureauAtWork(settings, folder, teams), _window(world, folder, sources, is_hasty)
    catch_up(world, window.replica, height_of(world))
    with closing(Papers(settings)) as papers:
        showing = Showing(samples, papers, lambda: wallets_of(teams))
        try:
            window.start()
            with WatchingWindow(world.network, window.replica, showing) as watch, Clerk(window.url, showing) as clerk:
                bureau.start()
                working = AtWork(world, authority, settings, bureau, window, watch, clerk)
                yield working
                working.wait_for_something_of_each_kind()
                wait_until(lambda: _have_looked_often(showing, watch, clerk), "the windows have looked often enough")
                bureau.kill()
                assert bureau.errors == []
                bureau_at_work.bring_to_rest(settings, teams[0], folder, seconds=2 * PATIENCE_SECONDS)
                rest = height_of(world)
                _until_followed(world, window.replica, rest)
        finally:
            bureau.kill()
            window.kill()
        _no_verdict_was_wrong(world, window.replica, watch, clerk)
        _enough_was_seen(showing, watch, clerk)
    catch_up(world, folder / "replica.db", rest)
    bureau_at_work.expect_everything_once(settings, working.done, authority, world, folder)
    _knows_what_a_new_one_knows(world, window.replica, folder / "replica.db")


def add_authority(world: World) -> Authority:
    """One whose first position is 0, for one bureau."""
    number = next(_numbers)
    code = f"11310000MB{8000000 + number:07d}"
    code += identifiers.credit_check_character(code)
    return world.add_authority(SHANGHAI, code, f"上海市试验局{number}", f"http://127.0.0.1:8001/at-work-{number}")


def things_to_show(world: World) -> tuple[Shown, ...]:
    """Anchored, never anchored, and revoked: the last before the watch begins."""
    shanghai, anhui = world.shanghai, world.anhui
    revoked = issue_one(world, shanghai)
    world.set_status(shanghai, shanghai.total - 1, State.VALID, State.INVALID, Reason.REVOKED)
    return (
        Shown.good("anchored", shanghai.number, issue_one(world, shanghai)),
        Shown.bad("unanchored", anhui.number, issue_one(world, anhui, anchored=False)),
        Shown.bad("revoked", shanghai.number, revoked),
    )


def height_of(world: World) -> int:
    with Rpc(world.url) as rpc:
        return rpc.quantity("eth_blockNumber")


def catch_up(world: World, path: Path, height: int) -> None:
    """A replica's file that knows all that is on the chain up to a height, once that is settled."""
    give_up = time.monotonic() + PATIENCE_SECONDS
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
        "login_tries": 10_000,  # a login that a kill cuts short counts as a failed one
        "max_fee_per_gas": world.fees.max_fee_per_gas,
    }
    settings = write_settings(folder, authority, world.network_path, urls, **values)
    prepared = open_bureau(settings)
    add_officers(prepared, authority.number)
    prepared.engine.dispose()
    return settings


def _window(world: World, folder: Path, sources: Sequence[str], is_hasty: bool) -> WindowService:
    replica, (port,) = folder / "window.db", free_ports(1)
    office = office_of(
        world, folder, GUANGDONG, sources=list(sources), replica=str(replica), port=port, follow_seconds=FOLLOW_SECONDS
    )
    return WindowService(office.config, replica, f"http://127.0.0.1:{port}", is_hasty)


def _no_verdict_was_wrong(world: World, replica: Path, watch: WatchingWindow, clerk: Clerk) -> None:
    """Held against the chain as it is at rest; and what was taken back is marked, in the replica and on record."""
    with Replica(replica, world.network, world.catalogue, []) as known, Rpc(world.url) as rpc:
        removed = frozenset(hash_ for rewind in known.rewinds() for hash_ in rewind.removed)
        numbers = (note.block for each in (watch, clerk) for note in each.notes)
        first, last = world.network.from_block, rpc.quantity("eth_blockNumber")
        chain = read_chain(rpc, world.network, first, last, numbers)
    for each in (watch, clerk):
        assert slips(each.notes, chain, removed) == []
    assert clerk.withdrawn & clerk.checks.keys() == {id_ for id_, hash_ in clerk.checks.items() if hash_ in removed}


def _have_looked_often(showing: Showing, watch: Watch, clerk: Clerk) -> bool:
    """One that has ended before its time says why when it is left."""
    looked = all(watch.verdicts[sample.name].total() >= LEAST_LOOKS for sample in showing.samples)
    asked = len(clerk.checks) >= LEAST_CHECKS
    return (looked or not watch.is_alive()) and (asked or not clerk.is_alive())


def _enough_was_seen(showing: Showing, watch: Watch, clerk: Clerk) -> None:
    """Samples often; each paper of the bureau, one that was good, one that was not any more; a code that was used."""
    assert all(watch.verdicts[sample.name].total() >= LEAST_LOOKS for sample in showing.samples), watch.verdicts
    assert watch.verdicts["anchored"][Verdict.ACCEPTED] > 0
    papers = [watch.verdicts[paper.name] for paper in showing.papers()]
    assert all(papers)
    assert any(seen[Verdict.ACCEPTED] for seen in papers)
    assert any(seen[Verdict.REJECTED] for seen in papers)
    assert len(clerk.checks) >= LEAST_CHECKS
    assert clerk.codes_used > 0


def _until_followed(world: World, path: Path, height: int) -> None:
    """The follower has come that far, by its own sources."""
    give_up = time.monotonic() + PATIENCE_SECONDS
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
