"""A node on a clock that the test sets, a real node process, and a client that signs for the Counter contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.node.settings import NodeSettings
from tests.ledger.node.nodes import Client, Clock, NodeProcess, TestNode, start_process


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node in this process fills its blocks and answers calls however slow the machine is at that moment."""
    monkeypatch.setattr("ledger.node.node._FILL_SECONDS", 600.0)
    monkeypatch.setattr("ledger.node.evm.CALL_SECONDS", 600.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., TestNode]]:
    """Starts the node of `tmp_path`, as often as the test asks; the one before it is closed."""
    running: list[TestNode] = []

    def start_node(**settings: Any) -> TestNode:
        while running:
            running.pop().node.close()
        node = TestNode(NodeSettings(tmp_path / "node", **settings), clock)
        running.append(node)
        return node

    yield start_node
    for node in running:
        node.node.close()


@pytest.fixture
def node(start: Callable[..., TestNode]) -> TestNode:
    return start()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def counter(node: TestNode, client: Client) -> str:
    """The address of a Counter in block 1."""
    transaction_hash = node.send(client.deploy())
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", transaction_hash)
    assert receipt["status"] == "0x1"
    return str(receipt["contractAddress"])


@pytest.fixture(name="start_process")
def start_process_fixture() -> Callable[..., NodeProcess]:
    return start_process


@pytest.fixture
def node_process(tmp_path: Path) -> Iterator[NodeProcess]:
    started = start_process(tmp_path / "node")
    yield started
    started.process.kill()
    started.process.communicate()
