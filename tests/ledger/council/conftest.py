"""A council of five on a node whose clock the tests move, one for all tests and one for a test alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.council import CouncilFile
from tests.ledger.council.councils import ClockedNode, Council, founded


@pytest.fixture(scope="session")
def clocked_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedNode]:
    node = ClockedNode(tmp_path_factory.mktemp("clocked") / "data")
    yield node
    node.close()


@pytest.fixture(scope="session")
def council(clocked_node: ClockedNode) -> Iterator[Council]:
    """For tests that admit, register, schedule and cancel; its members, delay and powers stay as they are."""
    with founded(clocked_node) as made:
        yield made


@pytest.fixture
def own_council(clocked_node: ClockedNode) -> Iterator[Council]:
    """For tests that change the council itself."""
    with founded(clocked_node) as made:
        yield made


@pytest.fixture(scope="session")
def papers() -> CouncilFile:
    """A council that is on no chain, for what needs none."""
    addresses = {name: bytes([number]) * 20 for number, name in enumerate(("safe", "manager", "due_acts"), 1)}
    return CouncilFile(
        "纸上网", b"\x0f" * 32, 20260, **addresses, trust=b"\x04" * 20, journal=b"\x05" * 20, from_block=1
    )
