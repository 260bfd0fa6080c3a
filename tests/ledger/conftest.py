"""A door in front of the session's node, and a network on it that tests may change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures_ledger import RunningNode, World, make_world
from tests.ledger.door import Door


@pytest.fixture(scope="session")
def own_world(ledger_node: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A second network on the same node, for tests that change regions and agreements."""
    return make_world(ledger_node.url, tmp_path_factory.mktemp("own-world"))


@pytest.fixture
def door(ledger_node: RunningNode) -> Iterator[Door]:
    made = Door(ledger_node.url)
    yield made
    made.close()
