"""Real networks of several hosts. What cannot be had here is skipped, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from scripts.hosts import Network, geth

_numbers = count(1)


@contextmanager
def running_network(folder: Path, **options: Any) -> Iterator[Network]:
    """A network that is up, and down afterwards, also where the tests are killed."""
    if reason := geth.why_it_cannot_be_built():
        pytest.skip(reason)
    network = Network.create(folder, **options)
    network.end_with_this_process()
    try:
        network.up()
        yield network
    finally:
        network.down()


@pytest.fixture
def new_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Network]]:
    """Makes networks of a test's own: `new_network(hosts=…, isolation=…, dial=…)`."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(
            running_network(tmp_path_factory.mktemp(f"net{next(_numbers)}"), **options)
        )


@pytest.fixture(scope="session")
def session_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with running_network(tmp_path_factory.mktemp("hosts")) as network:
        yield network


@pytest.fixture
def clique_network(session_network: Network) -> Network:
    """Four hosts, shared by tests: one finds them up and joined, and may do to them what it likes."""
    session_network.up()
    if len(session_network.record.groups) > 1:
        session_network.heal()
    session_network.wait_for_agreement(1)
    return session_network
