"""Full disks on the live network: one host's, and the one that bureau and window share, under work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from operator import gt
from pathlib import Path

import httpx
import pytest

from issuer import passwords
from scripts.hosts import Network
from tests.fixtures_ledger import Authority
from tests.issuer.bureau_at_work import DecidingBureau
from tests.issuer.desk import Desk
from tests.network.at_work import at_work
from tests.network.live import goes_on, heights, live_world, wait_until
from tests.small_disk import SmallDisk, mounted

pytestmark = [pytest.mark.slow, pytest.mark.network_full]
HOSTS, CRAMPED = (1, 2, 3, 4), 4
HOST_OCTETS = 128 << 20
"""geth ends by itself where less than 32 MiB are free."""
SERVICES_OCTETS = 48 << 20
FULL_SECONDS = 10
ROUNDS = 2


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


class PatientBureau(DecidingBureau):
    """Officers and wallets who try again where they are refused while the disk is full, and at no other time."""

    def __init__(self, authority: Authority, seed: int, is_full: threading.Event) -> None:
        super().__init__(authority, seed)
        self.refusals = self.begun = 0
        self._is_full = is_full

    def work(self, client: httpx.Client) -> None:
        self.desk = Desk(client, None, self.authority.number)
        while True:
            self.begun += 1
            try:
                self.random.choice(self.deeds)()
            except httpx.TransportError:
                return
            except AssertionError:
                if not self._is_full.is_set():
                    raise
                self.refusals += 1
                time.sleep(0.1)


@pytest.fixture
def cramped_host(geth_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, SmallDisk]]:
    """Four hosts, one of which has its chain on a small disk."""
    network = Network.create(tmp_path_factory.mktemp("cramped"), len(HOSTS))
    network.end_with_this_process()
    with ExitStack() as stack:
        disk = stack.enter_context(mounted(network.folder / f"hosts/{CRAMPED}/data/geth", HOST_OCTETS))
        stack.callback(network.down)
        network.up()
        yield network, disk


@pytest.fixture
def services_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mounted(tmp_path / "services", SERVICES_OCTETS) as disk:
        yield disk


def test_a_host_the_bureau_and_the_window_run_out_of_space(
    cramped_host: tuple[Network, SmallDisk], services_disk: SmallDisk
) -> None:
    """The host is the first that bureau and window ask; its disk fills first, then theirs."""
    (network, hosts_disk), is_full = cramped_host, threading.Event()
    world, urls = live_world(network), [network.url(CRAMPED), network.url(1)]

    def patient(authority: Authority, seed: int) -> PatientBureau:
        return PatientBureau(authority, seed, is_full)

    with at_work(world, services_disk.path, urls, urls, patient) as working:
        teams = [team for team in working.bureau.teams if isinstance(team, PatientBureau)]
        working.wait_for_something_of_each_kind()
        for _ in range(ROUNDS):
            hosts_disk.fill()
            wait_until(lambda: _is_lost(network), "the host without space ends or stands still")
            goes_on(network, (1, 2, 3))
            _fill_for_a_while(services_disk, is_full, teams)
            working.goes_on()
            hosts_disk.empty()
            _restart(network)


def _fill_for_a_while(disk: SmallDisk, is_full: threading.Event, teams: Sequence[PatientBureau]) -> None:
    """Until each team was refused, and has the answer to what it asked while the disk was full."""
    is_full.set()
    refused = [team.refusals for team in teams]
    with disk.full():
        time.sleep(FULL_SECONDS)
        wait_until(lambda: all(map(gt, [team.refusals for team in teams], refused)), "each team is refused")
    time.sleep(2)
    begun = [team.begun for team in teams]
    wait_until(lambda: all(map(gt, [team.begun for team in teams], begun)), "each team goes on")
    is_full.clear()


def _is_lost(network: Network) -> bool:
    return not network.host(CRAMPED).is_up or heights(network, (CRAMPED,))[0] < heights(network, (1,))[0] - 5


def _restart(network: Network) -> None:
    if network.host(CRAMPED).is_up:
        network.kill(CRAMPED)
    network.start(CRAMPED)
    goes_on(network, HOSTS)
