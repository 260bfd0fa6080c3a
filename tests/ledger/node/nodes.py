"""A node on a clock that the test sets, one in a process of its own, and who signs for the Counter contract there."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eth_abi import encode
from eth_account import Account
from eth_hash.auto import keccak
from eth_utils import to_canonical_address

from ledger.node.node import Node
from ledger.node.rpc.envelope import respond
from ledger.node.rpc.methods import method_table
from ledger.node.settings import NodeSettings

CHAIN_ID = 20260
COUNTER = json.loads((Path(__file__).parent / "counter.json").read_text())


@dataclass
class Clock:
    """Stands still until the test moves it."""

    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


class TestNode:
    """A node without its producer thread: `mine` moves the clock and makes the block that is due."""

    __test__ = False

    def __init__(self, settings: NodeSettings, clock: Clock) -> None:
        self.clock = clock
        self.node = Node(settings, clock)
        self.methods = method_table(self.node)

    def mine(self, seconds: float = 1) -> None:
        self.clock.now += seconds
        self.node.make_block()

    def ask(self, method: str, *params: Any) -> Any:
        """The whole JSON-RPC response."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return json.loads(respond(json.dumps(request).encode(), self.methods))

    def result(self, method: str, *params: Any) -> Any:
        response = self.ask(method, *params)
        assert "error" not in response, response
        return response["result"]

    def error(self, method: str, *params: Any) -> dict[str, Any]:
        response = self.ask(method, *params)
        assert "result" not in response, response
        return dict(response["error"])

    def send(self, raw: bytes) -> str:
        return str(self.result("eth_sendRawTransaction", "0x" + raw.hex()))


@dataclass
class Client:
    """Signs transactions with nonces of its own."""

    account: Any = field(default_factory=Account.create)
    nonce: int = 0

    @property
    def address(self) -> str:
        return str(self.account.address).lower()

    def sign(self, **changes: Any) -> bytes:
        fees = {} if "gasPrice" in changes else {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2}
        plain = {"nonce": self.nonce, "gas": 300_000, "value": 0, "data": b"", "chainId": CHAIN_ID, **fees}
        signed = self.account.sign_transaction({"to": "0x" + "11" * 20, **plain, **changes})
        self.nonce = max(self.nonce, changes.get("nonce", self.nonce) + 1)
        return bytes(signed.raw_transaction)

    def deploy(self) -> bytes:
        return self.sign(to=b"", data=COUNTER["bytecode"], gas=1_000_000)

    def add(self, counter: str, amount: int, data: bytes = b"", **changes: Any) -> bytes:
        return self.sign(to=to_canonical_address(counter), data=add_data(amount, data), **changes)


def add_data(amount: int, data: bytes = b"") -> bytes:
    return selector("add(uint256,bytes)") + encode(["uint256", "bytes"], [amount, data])


def selector(signature: str) -> bytes:
    return bytes(keccak(signature.encode())[:4])


@dataclass
class NodeProcess:
    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.ready["url"])


def start_process(data: Path, *options: str) -> NodeProcess:
    """Starts `yinxin ledger node` and returns when it is ready."""
    ready_file = data.with_name(data.name + ".ready")
    ready_file.unlink(missing_ok=True)
    program = "from ledger.node.cli import node_command; node_command()"
    arguments = ["--data", str(data), "--port", "0", "--ready-file", str(ready_file), *options]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    while not ready_file.exists():
        if process.poll() is not None:
            raise AssertionError(f"the node ended with {process.returncode}: {process.communicate()[0]}")
        time.sleep(0.01)
    return NodeProcess(process, json.loads(ready_file.read_text()))


class Connection:
    """One keep-alive connection; any failure means that nothing is known about the request."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)

    def ask(self, method: str, *params: Any) -> Any:
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self._connection.request("POST", "/", request, {"content-type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())
        assert "error" not in answer, answer
        return answer["result"]

    def close(self) -> None:
        self._connection.close()


def deploy(url: str, client: Any) -> str:
    connection = Connection(url)
    sent = connection.ask("eth_sendRawTransaction", "0x" + client.deploy().hex())
    wait_until_mined(connection, [sent])
    address = connection.ask("eth_getTransactionReceipt", sent)["contractAddress"]
    connection.close()
    return str(address)


def wait_until_mined(connection: Connection, sent: list[str]) -> None:
    for one in sent:
        while connection.ask("eth_getTransactionReceipt", one) is None:
            time.sleep(0.05)
