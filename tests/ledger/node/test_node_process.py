"""The node as users meet it: a process, HTTP, and web3.py."""

from __future__ import annotations

import http.client
import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError, ContractLogicError, Web3RPCError
from web3.middleware import ExtraDataToPOAMiddleware

from ledger.headers import header_from_json, signers
from ledger.node.cli import node_command

COUNTER = json.loads((Path(__file__).parent / "counter.json").read_text())


@pytest.fixture
def web3(node_process: Any) -> Web3:
    web3 = Web3(HTTPProvider(node_process.url))
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return web3


@pytest.fixture
def send(web3: Web3) -> Callable[..., Any]:
    """Lets web3 fill in gas, fees and chain id; signs, sends and waits."""
    account = Account.create()

    def send_and_wait(function: Any) -> Any:
        nonce = web3.eth.get_transaction_count(account.address, "pending")
        built = function.build_transaction({"from": account.address, "nonce": nonce})
        sent = web3.eth.send_raw_transaction(account.sign_transaction(built).raw_transaction)
        return web3.eth.wait_for_transaction_receipt(sent, timeout=20, poll_latency=0.05)

    return send_and_wait


def post(url: str, body: bytes, **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("POST", "/", body, {"content-type": "application/json", **headers})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_web3_deploys_sends_reads_logs_and_proofs(web3: Web3, send: Callable[..., Any], node_process: Any) -> None:
    deployed = send(web3.eth.contract(abi=COUNTER["abi"], bytecode=COUNTER["bytecode"]).constructor())
    counter = web3.eth.contract(deployed.contractAddress, abi=COUNTER["abi"])
    receipt = send(counter.functions.add(7, b"why"))
    assert (receipt.status, receipt.effectiveGasPrice) == (1, 0)
    assert counter.functions.total().call() == 7
    assert counter.functions.total().call(block_identifier=deployed.blockNumber) == 0
    (event,) = counter.events.Counted().get_logs(from_block=0)
    assert (event.args.total, event.args.data, event.transactionHash) == (7, b"why", receipt.transactionHash)
    proof = web3.eth.get_proof(counter.address, [0], receipt.blockNumber)
    assert int.from_bytes(proof.storageProof[0].value, "big") == 7
    assert web3.eth.get_transaction(receipt.transactionHash).blockNumber == receipt.blockNumber
    with pytest.raises(ContractCustomError, match="0x677fd0e3"):
        counter.functions.add(101, b"").call()
    with pytest.raises(ContractLogicError, match="nothing to add"):
        counter.functions.add(0, b"").estimate_gas()
    raw = web3.provider.make_request("eth_getBlockByNumber", [hex(receipt.blockNumber), False])["result"]  # type: ignore[arg-type]
    header = header_from_json(raw)
    assert header.hash == bytes(receipt.blockHash)
    assert [one.hex() for one in signers(header.fields())] == [node_process.ready["validator"][2:]]


def test_web3_gets_geths_words_for_a_used_nonce(web3: Web3) -> None:
    account = Account.create()
    fields = {"nonce": 0, "to": account.address, "gas": 21_000, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0}
    signed = account.sign_transaction({**fields, "value": 0, "chainId": web3.eth.chain_id})
    sent = web3.eth.send_raw_transaction(signed.raw_transaction)
    web3.eth.wait_for_transaction_receipt(sent, timeout=20, poll_latency=0.05)
    assert web3.eth.send_raw_transaction(signed.raw_transaction) == sent
    other = account.sign_transaction({**fields, "value": 0, "chainId": web3.eth.chain_id, "gas": 21_001})
    with pytest.raises(Web3RPCError, match="nonce too low: next nonce 1, tx nonce 0"):
        web3.eth.send_raw_transaction(other.raw_transaction)


def test_door_has_limits(node_process: Any) -> None:
    asked = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    assert post(node_process.url, asked).status == 200
    assert post(node_process.url, asked, **{"content-type": "text/plain"}).status == 415
    assert post(node_process.url, b" " * (5 * 1024 * 1024 + 1)).status == 413
    for host, status in {"evil.example": 403, "localhost:1": 200, "[::1]:8545": 200, "10.0.0.1": 200, "": 403}.items():
        assert post(node_process.url, asked, host=host).status == status
    assert node_process.process.poll() is None


def test_listens_on_loopback_unless_told_otherwise(node_process: Any) -> None:
    assert urlsplit(node_process.url).hostname == "127.0.0.1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_well(node_process: Any, tmp_path: Path, number: signal.Signals) -> None:
    assert post(node_process.url, b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}').status == 200
    node_process.process.send_signal(number)
    output, _ = node_process.process.communicate(timeout=60)
    assert node_process.process.returncode == 0
    assert output.splitlines() == [
        f"node ready at {node_process.url}, chain 20260, validator {node_process.ready['validator']}"
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node"]
    assert sorted(path.name for path in (tmp_path / "node").iterdir()) == [
        "chain.sqlite3", "lock", "sealed-height", "validator.key",
    ]  # fmt: skip


def test_memory_stays_modest(node_process: Any) -> None:
    status = Path(f"/proc/{node_process.ready['pid']}/status").read_text()
    (peak,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    assert peak < 200 * 1024


def test_second_node_on_the_same_data_says_why(node_process: Any, tmp_path: Path) -> None:
    result = CliRunner().invoke(node_command, ["--data", str(tmp_path / "node"), "--port", "0"])
    assert result.exit_code == 1
    assert "Error: the node does not start: another node is running on this data directory" in result.output


def test_port_that_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(node_command, ["--data", str(tmp_path / "node"), "--port", port])
    assert result.exit_code == 1
    assert f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use" in result.output
    assert not (tmp_path / "node").exists()


def test_node_is_a_command_of_the_ledger_group() -> None:
    from ledger.cli import ledger

    assert "node" in ledger.commands
