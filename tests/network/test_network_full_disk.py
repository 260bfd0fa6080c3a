"""Full disks on the live network: one host's, and the one that bureau and window share, under work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from issuer import passwords
from scripts.hosts import Network
from tests.fixtures_ledger import Authority
from tests.issuer.desk import Desk
from tests.issuer.test_kill import Bureau
from tests.network.at_work import at_work
from tests.network.live import goes_on, heights, live_world, until
from tests.small_disk import SmallDisk, mounted

pytestmark = [pytest.mark.slow, pytest.mark.network_full]
HOSTS, CRAMPED = (1, 2, 3, 4), 4
HOST_OCTETS = 128 << 20
"""geth ends by itself where less than 32 MiB are free."""
SERVICES_OCTETS = 48 << 20
FULL_SECONDS = 10


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


class PatientBureau(Bureau):
    """Officers and wallets who try again where they are refused while the disk is full, and at no other time."""

    def __init__(self, authority: Authority, seed: int, is_full: threading.Event) -> None:
        super().__init__(authority, seed)
        self.refusals = 0
        self._is_full = is_full

    def work(self, client: httpx.Client) -> None:
        self.desk = Desk(client, None, self.authority.number)
        acts = (self.draft, self.draft, self.approve, self.seal, self.suspend, self.collect)
        while True:
            try:
                self.random.choice(acts)()
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


def test_a_host_the_bureau_and_the_window_run_out_of_space(
    cramped_host: tuple[Network, SmallDisk], small_disk_of_services: SmallDisk
) -> None:
    network, hosts_disk = cramped_host
    services_disk, is_full = small_disk_of_services, threading.Event()
    world, urls = live_world(network), [network.url(CRAMPED), network.url(1)]
    with at_work(
        world, services_disk.path, urls, urls, team=lambda authority, seed: PatientBureau(authority, seed, is_full)
    ) as working:
        until(lambda: working.done.least > 0, "something of each kind is acknowledged")
        for _ in range(2):
            hosts_disk.fill()
            until(lambda: _is_lost(network), "the host without space ends or stands still")
            goes_on(network, (1, 2, 3))
            is_full.set()
            with services_disk.full():
                time.sleep(FULL_SECONDS)
            time.sleep(2)  # for what was asked while it was full
            is_full.clear()
            drafted = len(working.done.drafts)
            until(lambda drafted=drafted: len(working.done.drafts) > drafted, "the bureau goes on")  # type: ignore[misc]
            hosts_disk.empty()
            if network.host(CRAMPED).is_up:
                network.kill(CRAMPED)
            network.start(CRAMPED)
            goes_on(network, HOSTS)
        assert all(team.refusals for team in working.bureau.teams if isinstance(team, PatientBureau))


@pytest.fixture
def small_disk_of_services(tmp_path: Path) -> Iterator[SmallDisk]:
    with mounted(tmp_path / "services", SERVICES_OCTETS) as disk:
        yield disk


def _is_lost(network: Network) -> bool:
    return not network.host(CRAMPED).is_up or heights(network, (CRAMPED,))[0] < heights(network, (1,))[0] - 5
