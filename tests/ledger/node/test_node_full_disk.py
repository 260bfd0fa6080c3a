"""A node on a disk that is full: refuses, says so, loses nothing that it acknowledged, goes on when there is space."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.node.directory import DataDirectory
from ledger.node.errors import NodeError
from ledger.node.settings import NodeSettings
from tests.ledger.node.nodes import Clock, Connection, NodeProcess, TestNode, deploy
from tests.small_disk import SmallDisk
from tests.waiting import until


@pytest.fixture
def node_on_small_disk(small_disk: SmallDisk, clock: Clock) -> Iterator[Callable[[], TestNode]]:
    running: list[TestNode] = []

    def start() -> TestNode:
        while running:
            running.pop().node.close()
        running.append(TestNode(NodeSettings(small_disk.path / "node"), clock))
        return running[-1]

    yield start
    for each in running:
        each.node.close()


def deployed(node: TestNode, client: Any) -> str:
    sent = node.send(client.deploy())
    node.mine()
    return str(node.result("eth_getTransactionReceipt", sent)["contractAddress"])


@pytest.mark.parametrize("left", [0, 4096, 16384, 65536, 131072])
def test_acknowledged_transactions_survive_a_full_disk(
    node_on_small_disk: Callable[[], TestNode], small_disk: SmallDisk, client: Any, left: int
) -> None:
    """With a little space left it fails later: in the pool, in the block, or in the mark."""
    node = node_on_small_disk()
    counter = deployed(node, client)
    acknowledged, refused = [], 0
    with small_disk.full(left):
        for _ in range(60):
            raw = client.add(counter, 1, nonce=client.nonce, data=bytes(500))
            answer = node.ask("eth_sendRawTransaction", "0x" + raw.hex())
            if "result" in answer:
                acknowledged.append(answer["result"])
            else:
                client.nonce -= 1
                refused += 1
            head = int(node.result("eth_blockNumber"), 16)
            try:
                node.mine()
            except Exception:
                assert int(node.result("eth_blockNumber"), 16) == head
        assert refused
    node.mine()
    node = node_on_small_disk()  # what it left behind is a chain it starts on again
    for sent in acknowledged:
        assert node.result("eth_getTransactionReceipt", sent)["status"] == "0x1"
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == len(acknowledged)
    node.send(client.add(counter, 1))
    node.mine()
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == len(acknowledged) + 1


def test_no_block_is_stored_where_its_mark_cannot_be(
    node: TestNode, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else readers would see a block that the mark does not guard."""
    sent = node.send(client.add(counter, 1))
    head = node.result("eth_blockNumber")

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(DataDirectory, "draft_mark", full)
        with pytest.raises(OSError, match="No space"):
            node.mine()
    assert node.result("eth_blockNumber") == head
    node.mine()
    assert node.result("eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_a_new_node_on_a_full_disk_says_why_and_begins_when_there_is_space(small_disk: SmallDisk, clock: Clock) -> None:
    settings = NodeSettings(small_disk.path / "node")
    with small_disk.full(), pytest.raises((NodeError, OSError), match=r"full|No space"):
        TestNode(settings, clock)
    TestNode(settings, clock).node.close()


@pytest.mark.slow
def test_a_running_node_tells_its_callers_and_goes_on(
    small_disk: SmallDisk, client: Any, start_process: Callable[..., NodeProcess]
) -> None:
    running = start_process(small_disk.path / "node", "--heartbeat-seconds", "1")
    try:
        counter, connection = deploy(running.url, client), Connection(running.url)
        with small_disk.full():
            time.sleep(2.5)  # heartbeats that cannot be stored
            raw = "0x" + client.add(counter, 1, nonce=client.nonce).hex()
            with pytest.raises(AssertionError, match="-32603"):
                connection.ask("eth_sendRawTransaction", raw)
            height = connection.ask("eth_blockNumber")
            assert connection.ask("eth_getStorageAt", counter, "0x0")
        sent = connection.ask("eth_sendRawTransaction", raw)
        until(lambda: connection.ask("eth_getTransactionReceipt", sent) is not None)
        assert int(connection.ask("eth_blockNumber"), 16) > int(height, 16)
        connection.close()
    finally:
        running.process.terminate()
        told = running.process.communicate(timeout=60)[0]
    assert "full" in told or "No space" in told
