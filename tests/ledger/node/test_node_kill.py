"""SIGKILL at 50 random moments under load: what was acknowledged is in the chain exactly once, and the chain holds."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ledger.headers import header_from_json, signers
from tests.ledger.node.nodes import Client, Connection, deploy, wait_until_mined

KILLS = 50
CLIENTS = 3


class Sender(threading.Thread):
    """Sends one client's transactions with growing nonces; after a failure the same one again, as an outbox does."""

    def __init__(self, url: str, client: Any, counter: str, acknowledged: list[str]) -> None:
        super().__init__()
        self._url, self._client, self._counter, self._acknowledged = url, client, counter, acknowledged
        self.failure: BaseException | None = None

    def run(self) -> None:
        connection = Connection(self._url)
        try:
            while True:
                nonce = len(self._acknowledged)
                raw = self._client.add(self._counter, 1, nonce=nonce)
                self._acknowledged.append(connection.ask("eth_sendRawTransaction", "0x" + raw.hex()))
        except (OSError, http.client.HTTPException):
            return  # killed
        except BaseException as e:
            self.failure = e
        finally:
            connection.close()


class Trial:
    """One data directory through many lives of the node."""

    def __init__(self, path: Path, clients: list[Any]) -> None:
        self.data, self.ready_file = path / "node", path / "ready"
        self.clients = clients
        self.acknowledged: list[list[str]] = [[] for _ in clients]
        self.counter = ""
        self.seen: dict[int, str] = {}

    @property
    def acknowledgements(self) -> int:
        return sum(map(len, self.acknowledged))

    def die_starting(self, seconds: float) -> None:
        """Kills the node that many seconds after its first instruction."""
        process = self._spawn()
        time.sleep(seconds)
        process.kill()
        process.communicate()

    def die_serving(self, seconds: float) -> None:
        """Kills the node that many seconds after it began to serve, under load."""
        process = self._spawn()
        try:
            while not self.ready_file.exists():
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.01)
            self._load(process, time.monotonic() + seconds)
        finally:
            process.kill()
            process.communicate()

    def _spawn(self) -> subprocess.Popen[str]:
        self.ready_file.unlink(missing_ok=True)
        program = "from ledger.node.cli import node_command; node_command()"
        options = ["--data", str(self.data), "--port", "0", "--ready-file", str(self.ready_file)]
        return subprocess.Popen(
            [sys.executable, "-c", program, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def _load(self, process: subprocess.Popen[str], end: float) -> None:
        url = json.loads(self.ready_file.read_text())["url"]
        senders = [
            Sender(url, *pair) for pair in zip(self.clients, [self.counter] * CLIENTS, self.acknowledged, strict=True)
        ]
        for sender in senders:
            sender.start()
        self._watch(url, end)
        process.kill()
        for sender in senders:
            sender.join()
            if sender.failure:
                raise sender.failure

    def _watch(self, url: str, end: float) -> None:
        """What was seen of the chain in an earlier life must still be there, and is added to."""
        connection = Connection(url)
        with contextlib.suppress(OSError, http.client.HTTPException):
            for number, block_hash in list(self.seen.items())[-5:]:
                assert connection.ask("eth_getBlockByNumber", hex(number), False)["hash"] == block_hash
            while time.monotonic() < end:
                block = connection.ask("eth_getBlockByNumber", "latest", False)
                number = int(block["number"], 16)
                assert self.seen.setdefault(number, block["hash"]) == block["hash"]
                time.sleep(0.02)
        connection.close()


@pytest.mark.slow
def test_acknowledged_transactions_survive_sigkill_and_run_once(
    tmp_path: Path, client: Any, start_process: Any
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    trial = Trial(tmp_path, [Client() for _ in range(CLIENTS)])
    first = start_process(trial.data)
    trial.counter = deploy(first.url, client)
    first.process.kill()
    first.process.communicate()

    lives = count()
    # A slow machine does less in a life: until enough was done there are more of them.
    while (life := next(lives)) < KILLS or (trial.acknowledgements <= KILLS and life < 10 * KILLS):
        if life % 3 == 2:
            trial.die_starting(moments.uniform(0, 1.5))
        else:
            trial.die_serving(moments.uniform(0, 0.7))

    last = start_process(trial.data)
    connection = Connection(last.url)
    wait_until_mined(connection, [sent for sents in trial.acknowledged for sent in sents])
    blocks = check_chain(connection, trial, last.ready["validator"])
    connection.close()
    last.process.kill()
    last.process.communicate()
    print(f"{trial.acknowledgements} acknowledged in {life} lives, {blocks} blocks")
    assert blocks > 5
    assert trial.acknowledgements > KILLS


def check_chain(connection: Connection, trial: Trial, validator: str) -> int:
    """The height, after a look at every block and sender: each acknowledged transaction is there once, nothing else."""
    parent, mined = None, []
    for number in range(int(connection.ask("eth_blockNumber"), 16) + 1):
        block = connection.ask("eth_getBlockByNumber", hex(number), True)
        header = header_from_json(block)
        assert header.hash.hex() == block["hash"][2:]
        assert trial.seen.get(number, block["hash"]) == block["hash"]
        assert header.timestamp <= time.time()
        if parent:
            assert (header.parent_hash, header.number) == (parent.hash, parent.number + 1)
            assert header.timestamp > parent.timestamp
            assert ["0x" + one.hex() for one in signers(header.fields())] == [validator]
        parent = header
        mined += block["transactions"]
    by_sender = {client.address: sents for client, sents in zip(trial.clients, trial.acknowledged, strict=True)}
    for address, sents in by_sender.items():
        own = [one for one in mined if one["from"] == address]
        assert [int(one["nonce"], 16) for one in own] == list(range(len(own)))
        assert [one["hash"] for one in own[: len(sents)]] == sents
        assert len(own) <= len(sents) + 1  # the last one may have been stored and not answered
    total = int(connection.ask("eth_getStorageAt", trial.counter, "0x0"), 16)
    assert total == len(mined) - 1  # all but the deployment add one
    assert parent
    return parent.number


def test_killed_at_every_write_of_a_block_it_is_at_the_old_head_or_the_new(start: Any, client: Any, clock: Any) -> None:
    """Statements of the block's transaction and fsyncs of its mark, each once the last thing that happened."""
    node = start()
    node.send(client.deploy())
    node.mine()
    heads = []
    for write in range(1, 100):
        amount = client.sign()
        node.node.close()
        survived = make_block_and_die(start, amount, write)
        clock.now += 1
        node = start()
        heads.append(int(node.result("eth_blockNumber"), 16))
        node.mine()
        sent = node.send(amount)
        assert node.result("eth_getTransactionReceipt", sent)["status"] == "0x1"
        if survived:
            break
    assert write > 8
    assert len(heads) == write


def make_block_and_die(start: Any, raw: bytes, write: int) -> bool:
    """In a child process: takes a transaction, makes its block, is killed at that write. True: it was not reached."""
    child = os.fork()
    if not child:
        try:
            node = start()
            node.send(raw)
            dying = Countdown(write)
            node.node._store._writer.set_trace_callback(lambda _statement: dying.count())
            genuine = os.fsync
            os.fsync = lambda descriptor: (dying.count(), genuine(descriptor))[1]  # type: ignore[assignment]
            node.mine()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == 0


class Countdown:
    def __init__(self, left: int) -> None:
        self._left = left

    def count(self) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
