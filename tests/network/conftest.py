"""Real networks of several hosts. What cannot be had here is skipped, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from scripts.hosts import CannotBuild, Network, geth
from tests.fixtures_ledger import World
from tests.network.live import live_world

_numbers = count(1)


@contextmanager
def running_network(folder: Path, **options: Any) -> Iterator[Network]:
    """A network that is up, and down afterwards, also where the tests are killed."""
    network = Network.create(folder, **options)
    network.end_with_this_process()
    try:
        network.up()
        yield network
    finally:
        network.down()


@pytest.fixture(scope="session")
def geth_is_here() -> None:
    """Builds it where it is not; asked once a session, whatever comes of it."""
    try:
        geth.build(print)
    except CannotBuild as e:
        pytest.skip(str(e))


@pytest.fixture
def new_network(geth_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Network]]:
    """Makes networks of a test's own: `new_network(hosts=…, isolation=…, dial=…)`."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(
            running_network(tmp_path_factory.mktemp(f"net{next(_numbers)}"), **options)
        )


@pytest.fixture(scope="session")
def session_network(geth_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with running_network(tmp_path_factory.mktemp("hosts")) as network:
        yield network


@pytest.fixture(scope="session")
def network_world(session_network: Network) -> World:
    """What its registries are set up with, once. Tests add to it, and leave its council what it is."""
    return live_world(joined(session_network))


@pytest.fixture
def clique_network(session_network: Network) -> Network:
    """Four hosts, shared by tests: one finds them up and joined, and may do to them what it likes."""
    return joined(session_network)


def joined(network: Network) -> Network:
    """All its hosts up, on one branch and going on, whatever happened to them."""
    network.up()
    if len(network.record.groups) > 1:
        network.heal()
    network.wait_for_agreement(1)
    return network
