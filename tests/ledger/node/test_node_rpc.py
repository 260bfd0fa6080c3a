"""The JSON-RPC door: answers that can be proven, errors with the right codes, limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from eth_utils import to_checksum_address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from ledger.node.rpc import params
from ledger.node.rpc.envelope import respond
from tests.ledger.node.nodes import Client

UNKNOWN = "0x" + "77" * 32


def proven_slots(proof: dict[str, Any], state_root: str) -> dict[str, int]:
    """The slots' values, taken only from trie nodes that lead to the state root."""

    def nodes(hexed: list[str]) -> list[Any]:
        return [rlp.decode(bytes.fromhex(node[2:])) for node in hexed]

    root = bytes.fromhex(state_root[2:])
    found = HexaryTrie.get_from_proof(root, keccak(bytes.fromhex(proof["address"][2:])), nodes(proof["accountProof"]))
    nonce, balance, storage_root, code_hash = rlp.decode(found)
    assert int.from_bytes(nonce, "big") == int(proof["nonce"], 16)
    assert int.from_bytes(balance, "big") == int(proof["balance"], 16)
    assert storage_root.hex() == proof["storageHash"][2:]
    assert code_hash.hex() == proof["codeHash"][2:]
    values = {}
    for one in proof["storageProof"]:
        key = keccak(int(one["key"], 16).to_bytes(32, "big"))
        encoded = HexaryTrie.get_from_proof(storage_root, key, nodes(one["proof"]))
        values[one["key"]] = int.from_bytes(rlp.decode(encoded), "big") if encoded else 0
        assert values[one["key"]] == int(one["value"], 16)
    return values


def test_proofs_of_every_historic_block_lead_to_its_header(node: Any, client: Any, counter: str) -> None:
    for amount in (3, 4, 5):
        node.send(client.add(counter, amount))
        node.mine()
    mapped = "0x" + keccak(bytes(12) + bytes.fromhex(client.address[2:]) + (1).to_bytes(32, "big")).hex()
    for number, total in enumerate([0, 3, 7, 12], start=1):
        header = node.result("eth_getBlockByNumber", hex(number))
        proof = node.result("eth_getProof", counter, ["0x0", mapped, "0x63"], hex(number))
        assert proven_slots(proof, header["stateRoot"]) == {"0x0": total, mapped: total, "0x63": 0}


def test_account_that_does_not_exist_is_proven_absent(node: Any, counter: str) -> None:
    header = node.result("eth_getBlockByNumber", "latest")
    proof = node.result("eth_getProof", "0x" + "99" * 20, ["0x0"], "latest")
    nodes = [rlp.decode(bytes.fromhex(one[2:])) for one in proof["accountProof"]]
    root = bytes.fromhex(header["stateRoot"][2:])
    assert HexaryTrie.get_from_proof(root, keccak(b"\x99" * 20), nodes) == b""
    assert proof["storageProof"] == [{"key": "0x0", "value": "0x0", "proof": []}]


def test_calls_run_on_the_block_they_name(node: Any, client: Any, counter: str) -> None:
    for amount in (3, 4):
        node.send(client.add(counter, amount))
        node.mine()
    total = {"to": counter, "data": "0x" + keccak(b"total()")[:4].hex()}
    by_hash = {"blockHash": node.result("eth_getBlockByNumber", "0x2")["hash"]}
    for block, expected in (("0x1", 0), ("0x2", 3), ("latest", 7), (by_hash, 3), ({"blockNumber": "0x3"}, 7)):
        assert int(node.result("eth_call", total, block), 16) == expected
    assert node.error("eth_call", total, "0x4") == {"code": -32000, "message": "header not found"}


def test_calls_change_nothing(node: Any, client: Any, counter: str) -> None:
    root = node.result("eth_getBlockByNumber", "latest")["stateRoot"]
    for _ in range(2):
        node.result("eth_call", {"from": client.address, "to": counter, "data": "0x" + add(5).hex()})
    node.mine(60)
    assert node.result("eth_getBlockByNumber", "latest")["stateRoot"] == root


def add(amount: int) -> bytes:
    head = keccak(b"add(uint256,bytes)")[:4] + amount.to_bytes(32, "big")
    return bytes(head + (64).to_bytes(32, "big") + bytes(32))


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_revert_carries_its_data(node: Any, counter: str, method: str) -> None:
    error = node.error(method, {"to": counter, "data": "0x" + add(101).hex()})
    assert (error["code"], error["message"]) == (3, "execution reverted")
    assert error["data"] == "0x677fd0e3" + (101).to_bytes(32, "big").hex() + (100).to_bytes(32, "big").hex()
    text = node.error(method, {"to": counter, "data": "0x" + add(0).hex()})
    assert (text["code"], text["message"]) == (3, "execution reverted: nothing to add")


@pytest.mark.parametrize("amount", [1, 100])
def test_estimate_is_enough_and_not_much_more(node: Any, client: Any, counter: str, amount: int) -> None:
    message = {"from": client.address, "to": counter, "data": "0x" + add(amount).hex()}
    estimate = int(node.result("eth_estimateGas", message), 16)
    sent = node.send(client.add(counter, amount, gas=estimate))
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    assert estimate <= int(receipt["gasUsed"], 16) * 1.1


def test_estimate_covers_a_refund(node: Any, client: Any, counter: str) -> None:
    node.send(client.add(counter, 5))
    node.mine()
    reset = "0x" + keccak(b"reset()")[:4].hex()
    estimate = int(node.result("eth_estimateGas", {"from": client.address, "to": counter, "data": reset}), 16)
    sent = node.send(client.sign(to=to_checksum_address(counter), data=reset, gas=estimate))
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) < estimate


def test_estimate_of_a_creation_deploys(node: Any, client: Any) -> None:
    from_deploy = client.deploy()
    decoded = node.result("eth_getTransactionByHash", node.send(from_deploy))
    estimate = int(node.result("eth_estimateGas", {"data": decoded["input"]}), 16)
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", decoded["hash"])
    assert int(receipt["gasUsed"], 16) <= estimate < 300_000


def test_endless_call_is_given_up(node: Any, counter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.node.evm.CALL_SECONDS", 0.2)
    error = node.error("eth_call", {"to": counter, "data": "0x" + keccak(b"burn()")[:4].hex()})
    assert error["code"] == -32000
    assert error["message"].startswith("execution aborted")


def test_call_out_of_gas_says_so(node: Any, counter: str) -> None:
    message = {"to": counter, "data": "0x" + keccak(b"burn()")[:4].hex(), "gas": "0xffff"}
    assert node.error("eth_call", message)["message"] == "out of gas: gas required exceeds allowance (65535)"
    low = node.error("eth_call", {**message, "gas": "0x1"})["message"]
    assert low.startswith("intrinsic gas too low")


@pytest.fixture
def logged(node: Any, client: Any, counter: str) -> list[dict[str, Any]]:
    """Nine logs of two contracts by two senders in blocks 3 to 5, as the receipts have them."""
    other_client = Client()
    deployed = node.send(client.deploy())
    node.mine()
    other = node.result("eth_getTransactionReceipt", deployed)["contractAddress"]
    for number in range(3):
        node.send(client.add(counter, 1 + number))
        node.send(client.add(other, 1, b"x"))
        node.send(other_client.add(counter, 2))
        node.mine()
    blocks = [node.result("eth_getBlockReceipts", hex(number)) for number in range(6)]
    return [log for receipts in blocks for receipt in receipts for log in receipt["logs"]]


def test_logs_by_filter_are_those_of_the_receipts(node: Any, logged: list[dict[str, Any]]) -> None:
    assert len(logged) == 9
    assert [int(log["logIndex"], 16) for log in logged] == [0, 1, 2] * 3
    choices: list[Any] = [None, logged[0]["address"], [logged[0]["address"], logged[1]["address"]], "0x" + "99" * 20]
    topics = [None, [], [logged[0]["topics"][0]], [None, logged[3]["topics"][1]], [None, None, logged[2]["topics"][2]]]
    topics += [[[UNKNOWN, logged[0]["topics"][0]]], [UNKNOWN], [None, None, None, UNKNOWN]]
    for address in choices:
        for topic in topics:
            for first, last in ((0, 5), (3, 3), (4, 9), (6, 6), (5, 4)):
                query = {"fromBlock": hex(first), "toBlock": hex(last), "address": address, "topics": topic}
                expected = [log for log in logged if matches(log, address, topic, first, last)]
                assert node.result("eth_getLogs", query) == expected


def matches(log: dict[str, Any], address: Any, topics: Any, first: int, last: int) -> bool:
    addresses = [address] if isinstance(address, str) else address
    wanted = [[topic] if isinstance(topic, str) else topic for topic in topics or []]
    return (
        first <= int(log["blockNumber"], 16) <= last
        and (not addresses or log["address"] in addresses)
        and all(
            not topic or (place < len(log["topics"]) and log["topics"][place] in topic)
            for place, topic in enumerate(wanted)
        )
    )


def test_logs_of_one_block_by_hash(node: Any, logged: list[dict[str, Any]]) -> None:
    assert node.result("eth_getLogs", {"blockHash": logged[3]["blockHash"]}) == logged[3:6]
    assert node.error("eth_getLogs", {"blockHash": UNKNOWN})["message"] == "unknown block"
    assert node.error("eth_getLogs", {"blockHash": UNKNOWN, "fromBlock": "0x0"})["code"] == -32602


def test_logs_have_limits(node: Any, logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.node.rpc.methods.MAX_LOGS", 8)
    assert node.error("eth_getLogs", {"fromBlock": "0x0"})["code"] == -32005
    assert len(node.result("eth_getLogs", {"fromBlock": "0x4"})) == 6
    monkeypatch.setattr(params, "MAX_LOG_BLOCKS", 3)
    assert node.error("eth_getLogs", {"fromBlock": "0x0"})["code"] == -32005
    assert node.error("eth_getLogs", {"address": ["0x" + "11" * 20] * 1_001})["code"] == -32005


def test_indexed_lookup_serves_logs_by_address(node: Any, counter: str) -> None:
    with node.node.reading() as view:
        plan = view._all(
            "EXPLAIN QUERY PLAN SELECT * FROM logs WHERE number BETWEEN 0 AND 9 AND address IN (x'00', x'01')"
            " ORDER BY number, log_index LIMIT 5"
        )
    assert any("logs_by_address" in row[3] for row in plan)


def test_bloom_of_the_header_holds_every_log(node: Any, logged: list[dict[str, Any]]) -> None:
    for number in (3, 4, 5):
        block = node.result("eth_getBlockByNumber", hex(number))
        merged = 0
        for receipt in node.result("eth_getBlockReceipts", hex(number)):
            merged |= int(receipt["logsBloom"], 16)
        assert merged == int(block["logsBloom"], 16) != 0


def test_constants_of_the_chain(node: Any) -> None:
    assert node.result("eth_chainId") == hex(20260)
    assert node.result("net_version") == "20260"
    assert node.result("eth_syncing") is False
    assert node.result("eth_gasPrice") == node.result("eth_maxPriorityFeePerGas") == "0x0"
    assert node.result("eth_accounts") == []
    history = node.result("eth_feeHistory", "0x5", "latest", [25, 75])
    assert history == {
        "oldestBlock": "0x0",
        "baseFeePerGas": ["0x0", "0x0"],
        "gasUsedRatio": [0.0],
        "reward": [["0x0"] * 2],
    }


def test_absent_things_are_null(node: Any) -> None:
    assert node.result("eth_getBlockByNumber", "0x99", False) is None
    assert node.result("eth_getBlockByHash", UNKNOWN, True) is None
    assert node.result("eth_getTransactionByHash", UNKNOWN) is None
    assert node.result("eth_getTransactionReceipt", UNKNOWN) is None
    assert node.result("eth_getBlockReceipts", UNKNOWN) is None
    assert node.result("eth_getCode", "0x" + "99" * 20, "latest") == "0x"
    assert node.result("eth_getBalance", "0x" + "99" * 20, "latest") == "0x0"


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("eth_getBlockByNumber", []),
        ("eth_getBlockByNumber", ["0x1", False, 3]),
        ("eth_getBlockByNumber", [1, False]),
        ("eth_getBlockByNumber", ["0x01", False]),
        ("eth_getBlockByNumber", ["0x", False]),
        ("eth_getBlockByNumber", ["0x" + "f" * 65, False]),
        ("eth_getBlockByNumber", ["newest", False]),
        ("eth_getBlockByNumber", ["latest", "yes"]),
        ("eth_getBlockByHash", ["0x12", False]),
        ("eth_call", [{"to": "0x12"}]),
        ("eth_call", [{"data": "0x1", "to": "0x" + "11" * 20}]),
        ("eth_call", [{"to": "0x" + "11" * 20, "surprise": 1}]),
        ("eth_call", [{"data": "0x11", "input": "0x12"}]),
        ("eth_call", [{"gas": 5}]),
        ("eth_call", [{"accessList": [5]}]),
        ("eth_call", [{"accessList": [{"address": "0x" + "11" * 20, "storageKeys": 5}]}]),
        ("eth_feeHistory", [-1, "latest", []]),
        ("eth_call", [{"to": "0x" + "11" * 20}, {}]),
        ("eth_call", ["0x"]),
        ("eth_sendRawTransaction", ["1234"]),
        ("eth_sendRawTransaction", [None]),
        ("eth_getProof", ["0x" + "11" * 20, "0x0", "latest"]),
        ("eth_getProof", ["0x" + "11" * 20, ["0x" + "1" * 65], "latest"]),
        ("eth_getProof", ["0x" + "11" * 20, ["0x0"] * 257, "latest"]),
        ("eth_getLogs", [{"topics": "0x"}]),
        ("eth_getLogs", [{"topics": [None] * 5}]),
        ("eth_getLogs", [{"address": "0x" + "11" * 19}]),
        ("eth_getLogs", [[]]),
        ("eth_getStorageAt", ["0x" + "11" * 20, 0, "latest"]),
        ("eth_feeHistory", ["x", "latest", []]),
        ("eth_feeHistory", ["0x1", "latest", 5]),
    ],
)
def test_wrong_parameters_are_32602(node: Any, method: str, given: list[Any]) -> None:
    assert node.error(method, *given)["code"] == -32602


def raw(node: Any, octets: bytes) -> Any:
    response = respond(octets, node.methods)
    return json.loads(response) if response else None


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 100_000, -32700),
        (('"\u2200' + "[" * 100_000).encode("utf-16"), -32700),
        (b'"\\"' + b"[" * 100_000, -32700),
        (b"1" * 10_000, -32700),
        (b"[]", -32600),
        (b"{}", -32600),
        (b"5", -32600),
        (b'"eth_chainId"', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":[1],"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1e999,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"__init__"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', -32602),
    ],
)
def test_wrong_envelope_has_its_code(node: Any, octets: bytes, code: int) -> None:
    assert raw(node, octets)["error"]["code"] == code


def test_batch_is_answered_in_order_and_notifications_are_not(node: Any) -> None:
    wanted = {"jsonrpc": "2.0", "method": "eth_chainId"}
    batch = [{**wanted, "id": 1}, wanted, {**wanted, "id": "b", "method": "eth_nothing"}, 7]
    answers = raw(node, json.dumps(batch).encode())
    assert [answer["id"] for answer in answers] == [1, "b", None]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, -32601, -32600]
    assert respond(json.dumps(wanted).encode(), node.methods) == b""
    assert raw(node, json.dumps([wanted] * 101).encode())["error"]["code"] == -32600


def test_large_batch_answer_is_cut_off(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.node.rpc.envelope.MAX_RESPONSE_OCTETS", 3_000)
    one = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x0", False]}
    answers = raw(node, json.dumps([one] * 4).encode())
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, -32005, -32005, -32005]


def test_unexpected_failure_tells_nothing(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("inner detail")

    monkeypatch.setitem(node.methods, "eth_chainId", fail)
    assert node.error("eth_chainId") == {"code": -32603, "message": "internal error"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["latest", "0x0", "0x" + "f" * 40, "0x" + "11" * 20, "0x" + "22" * 32]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "to",
                    "from",
                    "data",
                    "address",
                    "topics",
                    "fromBlock",
                    "blockHash",
                    "gas",
                    "accessList",
                    "storageKeys",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), values=st.lists(json_values, max_size=4))
def test_no_parameters_cause_an_internal_error(node: Any, data: st.DataObject, values: list[Any]) -> None:
    method = data.draw(st.sampled_from(sorted(node.methods)))
    response = node.ask(method, *values)
    assert response.get("error", {}).get("code") != -32603, (method, values)


def test_every_method_of_the_plan_is_there(node: Any) -> None:
    expected = {
        "eth_accounts", "eth_blockNumber", "eth_call", "eth_chainId", "eth_estimateGas", "eth_feeHistory",
        "eth_gasPrice", "eth_getBalance", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts",
        "eth_getCode", "eth_getLogs", "eth_getProof", "eth_getStorageAt", "eth_getTransactionByHash",
        "eth_getTransactionCount", "eth_getTransactionReceipt", "eth_maxPriorityFeePerGas",
        "eth_sendRawTransaction", "eth_syncing", "net_listening", "net_peerCount", "net_version",
        "web3_clientVersion", "web3_sha3",
    }  # fmt: skip
    assert set(node.methods) == expected


def test_deepest_nesting_of_calls_runs(node: Any, client: Any) -> None:
    """A contract that calls itself with all gas left, the most frames that 30 million gas can buy."""
    recursion = bytes.fromhex("60006000600060006000305af100")
    deployed = node.send(client.sign(to=b"", data=bytes.fromhex("600e600c600039600e6000f3") + recursion))
    node.mine()
    contract = node.result("eth_getTransactionReceipt", deployed)["contractAddress"]
    assert node.result("eth_call", {"to": contract}) == "0x"
    sent = node.send(client.sign(to=to_checksum_address(contract), gas=30_000_000))
    node.mine()
    assert node.result("eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_snapshot_does_not_see_later_blocks(node: Any, client: Any, counter: str) -> None:
    with node.node.reading() as view:
        node.send(client.add(counter, 5))
        node.mine()
        assert (view.head, view.header(2), view.pending_size()) == (1, None, (0, 0))
    with node.node.reading() as view:
        assert view.head == 2


def test_block_is_not_seen_before_its_mark_is_durable(
    node: Any, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    seen: list[str] = []
    directory = node.node._opened.directory
    draft_mark: Callable[..., Callable[[], None]] = directory.draft_mark
    reader = threading.Thread(target=lambda: seen.append(node.result("eth_blockNumber")))

    def slowly(set_mark: Callable[[], None]) -> None:
        reader.start()
        reader.join(0.3)
        assert seen == []
        set_mark()

    monkeypatch.setattr(type(directory), "draft_mark", lambda _self, mark: partial(slowly, draft_mark(mark)))
    node.send(client.add(counter, 5))
    node.mine()
    reader.join()
    assert seen == ["0x2"]
