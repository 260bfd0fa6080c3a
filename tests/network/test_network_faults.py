"""Faults on the live network of four hosts, under a bureau that anchors and a window that never stops checking.

The first test is the short form, for every run; the others take `scripts/test --network`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import permutations
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from credential import Verdict
from issuer import passwords
from ledger import Rpc
from scripts.hosts import Network
from scripts.ports import free_ports
from tests.fixtures_ledger import World
from tests.network.at_work import AtWork, at_work
from tests.network.judging import Chain, Place, read_chain
from tests.network.live import block_hash, goes_on, heights, live_world, stands_still, wait_until
from tests.network.lives import NetworkHost, kill_together
from tests.network.lying import LIES, SLOW_LIES, lying_node
from tests.network.proxy import CALM, Proxy, Weather

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("network")]
HOSTS = (1, 2, 3, 4)
TRIES = 20
BAD_LINK = Weather(delay_seconds=0.05, jitter_seconds=0.1, loss=0.05, resent_after_seconds=0.4, resets=0.002)
BAD_WEATHER = Weather(delay_seconds=0.03, jitter_seconds=0.1, loss=0.05, resent_after_seconds=0.3, resets=0.02)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


@pytest.fixture
def world(network_world: World) -> World:
    return network_world


@pytest.fixture
def network(clique_network: Network, world: World) -> Network:
    """All four hosts, up and joined, however the test before ended; set up as `world`."""
    return clique_network


def test_a_bad_day(network: Network, world: World, tmp_path: Path) -> None:
    """One host lost, two lost, all back; the bureau's host cut off and rejoined; then that host, the bureau and the
    window killed at once. Of the window's three sources one lies all the while, and one is far away."""
    lies = ("logs: one dropped", "old head", "header forged")
    with (
        lying_node(network, 2) as liar,
        bad_ways([network.url(3)]) as bad_way,
        at_work(world, tmp_path, [network.url(1)], [liar.url, *bad_way, network.url(1)]) as working,
    ):
        liar.change(lies[0])
        _lose_two_and_restart(network, working)
        wait_until(liar.is_heard, "it could lie")
        liar.change(lies[1])
        taken_back = _taken_back(network, working)
        wait_until(liar.is_heard, "it could lie")
        liar.change(lies[2])
        _kill_at_once(network, working, 1)
        wait_until(liar.is_heard, "it could lie")
    _shown_before_they_were_settled(working, taken_back)


@pytest.mark.network_full
def test_one_host_lost_changes_nothing_two_halt_it_and_a_restart_resumes(
    network: Network, world: World, tmp_path: Path
) -> None:
    with at_work(world, tmp_path, network.urls, network.urls) as working:
        for _ in range(3):
            _lose_two_and_restart(network, working)


@pytest.mark.network_full
def test_a_minoritys_blocks_are_taken_back_and_the_bureau_there_loses_nothing(
    network: Network, world: World, tmp_path: Path
) -> None:
    """The bureau's only node is cut off alone: what it anchors there is in blocks that the others never had."""
    with at_work(world, tmp_path, [network.url(1)], [network.url(1), network.url(3)]) as working:
        working.wait_for_something_of_each_kind()
        taken_back: set[Place] = set()
        for _ in range(4):
            taken_back |= _taken_back(network, working)
    assert taken_back, "no paper's batch was in a block that was taken back"
    _shown_before_they_were_settled(working, taken_back)


@pytest.mark.network_full
def test_a_window_that_does_not_wait_marks_all_that_it_said_by_a_minoritys_blocks(
    network: Network, world: World, tmp_path: Path
) -> None:
    """Windows wait for two rounds of signers, and then nothing is taken back here; so this one does not wait."""
    with at_work(world, tmp_path, [network.url(1)], [network.url(1)], is_hasty=True) as working:
        working.wait_for_something_of_each_kind()
        for _ in range(3):
            _taken_back(network, working)
    assert working.clerk.withdrawn


@pytest.mark.network_full
def test_halves_that_are_cut_off_stand_still_and_become_one_again(
    network: Network, world: World, tmp_path: Path
) -> None:
    with at_work(world, tmp_path, network.urls, [network.url(2), network.url(4)]) as working:
        for one in ((1, 2), (1, 3)):
            network.partition(one)
            assert stands_still(network, HOSTS)
            working.goes_on()
            network.heal()
            goes_on(network, HOSTS)


@pytest.mark.network_full
def test_hosts_bureau_and_window_killed_in_bad_weather(network: Network, world: World, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with bad_ways(network.urls, seed) as ways, at_work(world, tmp_path, ways[:2], ways) as working:
        kill_at_random(network, working, random.Random(seed), rounds=10)


@pytest.mark.network_full
def test_a_host_that_lies_in_every_way_it_can(network: Network, world: World, tmp_path: Path) -> None:
    """One lie after the other, each until it was heard, beside one honest host."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with (
        lying_node(network, 2) as liar,
        at_work(world, tmp_path, [network.url(1)], [liar.url, network.url(3)]) as working,
    ):
        working.wait_for_something_of_each_kind()
        quick = sorted(LIES.keys() - SLOW_LIES)
        for lie in (*random.Random(seed).sample(quick, len(quick)), *SLOW_LIES):
            liar.change(lie)
            wait_until(liar.is_heard, f"it could tell this lie: {lie}")
    assert liar.told == set(LIES)


@pytest.mark.network_full
def test_delay_loss_and_resets_between_the_hosts(
    geth_is_here: None, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Every host reaches every other through a proxy; for a while those around one host let nothing pass."""
    with bad_links(tmp_path_factory.mktemp("links")) as (network, links):
        world = live_world(network)
        with at_work(world, tmp_path, network.urls, network.urls) as working:
            for link in links.values():
                link.weather = BAD_LINK
            goes_on(network, HOSTS, blocks=20)
            working.wait_for_something_of_each_kind()
            across = [link for (one, other), link in links.items() if (one == 1) != (other == 1)]
            for link in across:
                link.part()
            goes_on(network, (2, 3, 4), blocks=5)
            for link in across:
                link.heal()
            goes_on(network, HOSTS, blocks=5)
            wait_until(lambda: any(link.resets for link in links.values()), "the weather cuts a connection of theirs")
            for link in links.values():
                link.weather = CALM


def kill_at_random(network: Network, working: AtWork, chance: random.Random, rounds: int) -> None:
    """One host, and now and then the bureau and the window with it; the hosts left are always a majority."""
    for _ in range(rounds):
        time.sleep(chance.uniform(1, 5))
        host = chance.choice(HOSTS)
        programs = chance.sample([working.bureau, working.window], chance.randint(0, 2))
        network.kill(host)
        for program in programs:
            program.kill()
        for program in programs:
            program.start()
        time.sleep(chance.uniform(0, 3))
        network.start(host)


def _kill_at_once(network: Network, working: AtWork, number: int) -> None:
    """A host, the bureau and the window; the host comes back last."""
    host = NetworkHost(network, number)
    kill_together([host, working.bureau, working.window])
    working.window.start()
    working.bureau.start()
    working.goes_on()
    host.start()


@contextmanager
def bad_ways(urls: Sequence[str], seed: int = 0) -> Iterator[list[str]]:
    """Other addresses of the same nodes, in bad weather."""
    with ExitStack() as stack:
        targets = map(urlsplit, urls)
        proxies = [Proxy((str(at.hostname), at.port or 0), BAD_WEATHER, seed=seed) for at in targets]
        yield [stack.enter_context(proxy).url for proxy in proxies]


@contextmanager
def bad_links(folder: Path) -> Iterator[tuple[Network, dict[tuple[int, int], Proxy]]]:
    """Four hosts on ports, and the proxy that each takes to each other one. The weather is calm to begin with."""
    links: dict[tuple[int, int], Proxy] = {}
    addresses = {pair: ("127.0.0.1", port) for pair, port in zip(permutations(HOSTS, 2), free_ports(12), strict=True)}
    network = Network.create(folder, len(HOSTS), "ports", dial=lambda one, other: addresses[one, other])
    network.end_with_this_process()
    with ExitStack() as stack:
        stack.callback(network.down)
        for (one, other), at in addresses.items():
            links[one, other] = stack.enter_context(Proxy(network.host(other).p2p, at=at, seed=10 * one + other))
        network.up()
        yield network, links


def _lose_two_and_restart(network: Network, working: AtWork) -> None:
    network.kill(4)
    goes_on(network, (1, 2, 3))
    working.wait_for_something_of_each_kind()
    network.kill(3)
    assert stands_still(network, (1, 2))
    working.goes_on()  # what it acknowledges now is queued
    network.start(3)
    goes_on(network, (1, 2, 3))
    network.start(4)
    goes_on(network, HOSTS)


def _taken_back(network: Network, working: AtWork) -> set[Place]:
    """Makes blocks of the bureau's host that are taken back with something of the bureau's in them.

    Several tries, for host 1 may be too late. The papers of which the batch was in them.
    """
    for _ in range(TRIES):
        chain = _partition_and_heal(network, 1)
        if chain.batches or chain.changes:
            return {paper.place for paper in working.watch.showing.papers() if chain.batch_at(paper.place, sys.maxsize)}
    pytest.fail("nothing of the bureau's was in a block that was taken back")


def _shown_before_they_were_settled(working: AtWork, papers: set[Place]) -> None:
    """What a window makes of a batch in a minority's block was asked, of all these or of most; the judge knows more."""
    seen = {note.shown.place for note in working.watch.notes if note.verdict is Verdict.UNDETERMINED}
    assert len(papers & seen) >= len(papers) / 2


def _partition_and_heal(network: Network, alone: int) -> Chain:
    """Cuts one host off until the others have gone on; what was logged in its blocks that were taken back."""
    others = [number for number in HOSTS if number != alone]
    wait_until(lambda: _has_a_block_to_make(network, alone), "its turn comes near")
    network.partition((alone,), others)
    goes_on(network, others, blocks=4)
    with Rpc(network.url(alone)) as rpc:
        height = rpc.quantity("eth_blockNumber")
    wait_until(lambda: min(heights(network, others)) > height, "the majority is ahead")
    first = height
    while block_hash(network, alone, first) != block_hash(network, others[0], first):
        first -= 1
    with Rpc(network.url(alone)) as rpc:
        chain = read_chain(rpc, network.network, first + 1, height) if first < height else Chain()
    network.heal()
    wait_until(
        lambda: block_hash(network, alone, height) == block_hash(network, others[0], height), "it takes them back"
    )
    return chain


def _has_a_block_to_make(network: Network, host: int) -> bool:
    """Whether its turn is the next but one: soon, and long enough after its last for it to make a block alone."""
    view = network.look()
    return view.next_signer(view.height + 1) == host
