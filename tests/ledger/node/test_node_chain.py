"""The chain that the node makes: durable, sealed, in step with the clock, each acknowledged transaction in it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from ledger.headers import header_from_json, signers
from ledger.node import blocks
from ledger.node.blocks import ready
from ledger.node.errors import TransactionRefused
from ledger.node.producer import next_block_at
from ledger.node.records import Pending


def check_chain(node: Any) -> None:
    """From the raw JSON answers alone: hashes, parents, seals, times, and the tries' roots."""
    validator = node.node.validator_address
    parent = None
    for number in range(int(node.result("eth_blockNumber"), 16) + 1):
        block = node.result("eth_getBlockByNumber", hex(number), True)
        header = header_from_json(block)
        assert header.hash.hex() == block["hash"][2:]
        if parent:
            assert header.parent_hash == parent.hash
            assert header.timestamp > parent.timestamp
            assert signers(header.fields()) == (validator,)
        assert len(block["transactions"]) == len(node.result("eth_getBlockReceipts", hex(number)))
        parent = header


def test_genesis_names_one_validator_and_has_no_seal(node: Any) -> None:
    header = header_from_json(node.result("eth_getBlockByNumber", "0x0"))
    assert header.hash == node.node.genesis_hash
    assert signers(header.fields()) == ()


def test_mined_transaction_changes_state_and_is_in_the_chain(node: Any, client: Any, counter: str) -> None:
    sent = node.send(client.add(counter, 7, b"why"))
    assert node.result("eth_getTransactionReceipt", sent) is None
    assert node.result("eth_getTransactionByHash", sent)["blockHash"] is None
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", sent)
    assert (receipt["status"], len(receipt["logs"]), receipt["blockNumber"]) == ("0x1", 1, "0x2")
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == 7
    check_chain(node)


def test_chain_and_pool_survive_a_restart(start: Callable[..., Any], node: Any, client: Any, counter: str) -> None:
    mined = node.send(client.add(counter, 1))
    node.mine()
    waiting = node.send(client.add(counter, 2))
    before = node.result("eth_getBlockByNumber", "latest", True)
    again = start()
    assert again.result("eth_getBlockByNumber", "latest", True) == before
    assert again.result("eth_getTransactionReceipt", mined)["status"] == "0x1"
    assert again.result("eth_getTransactionReceipt", waiting) is None
    again.mine()
    assert again.result("eth_getTransactionReceipt", waiting)["status"] == "0x1"
    assert int(again.result("eth_getStorageAt", counter, "0x0"), 16) == 3
    check_chain(again)


def test_transaction_sent_again_gets_the_same_answer_and_runs_once(node: Any, client: Any, counter: str) -> None:
    raw = client.add(counter, 5)
    first, again = node.send(raw), node.send(raw)
    node.mine()
    late = node.send(raw)
    node.mine()
    assert first == again == late
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == 5


def test_gap_of_nonces_waits_and_then_runs_in_order(node: Any, client: Any, counter: str) -> None:
    start = client.nonce
    late = [node.send(client.add(counter, 1, nonce=start + offset)) for offset in (2, 1)]
    node.mine()
    assert [node.result("eth_getTransactionReceipt", sent) for sent in late] == [None, None]
    assert node.result("eth_blockNumber") == "0x1"
    assert int(node.result("eth_getTransactionCount", client.address, "pending"), 16) == start
    first = node.send(client.add(counter, 1, nonce=start))
    assert int(node.result("eth_getTransactionCount", client.address, "pending"), 16) == start + 3
    node.mine()
    positions = [
        node.result("eth_getTransactionReceipt", sent)["transactionIndex"] for sent in (first, late[1], late[0])
    ]
    assert positions == ["0x0", "0x1", "0x2"]


def test_reverted_transaction_is_mined_without_effect_and_tells_why(node: Any, client: Any, counter: str) -> None:
    sent = node.send(client.add(counter, 101))
    node.mine()
    receipt = node.result("eth_getTransactionReceipt", sent)
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])
    assert receipt["revertReason"].startswith("0x677fd0e3")
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == 0
    assert int(node.result("eth_getTransactionCount", client.address), 16) == client.nonce


def test_no_block_without_need_and_one_when_the_head_is_old(node: Any) -> None:
    node.mine(58)
    assert node.result("eth_blockNumber") == "0x0"
    node.mine(1)
    assert node.result("eth_blockNumber") == "0x1"
    node.mine(59)
    assert node.result("eth_blockNumber") == "0x1"
    node.mine(1)
    assert node.result("eth_blockNumber") == "0x2"


def test_block_time_never_runs_ahead_of_the_clock(node: Any, client: Any, counter: str) -> None:
    for _ in range(12):
        node.send(client.add(counter, 1))
        node.mine(0.3)
        assert int(node.result("eth_getBlockByNumber", "latest")["timestamp"], 16) <= node.clock()
    node.mine(1)
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == 12
    check_chain(node)


def test_no_block_while_the_clock_is_behind_the_head(node: Any, client: Any, counter: str) -> None:
    node.send(client.add(counter, 1))
    node.mine(-10)
    assert node.result("eth_blockNumber") == "0x1"
    node.mine(11)
    assert node.result("eth_blockNumber") == "0x2"


@pytest.mark.parametrize(
    ("wanted", "block_seconds", "heartbeat_seconds", "expected"),
    [(True, 1, 60, 101), (True, 5, 60, 105), (False, 1, 60, 160), (False, 5, 2, 105)],
)
def test_next_block_is_due(wanted: bool, block_seconds: int, heartbeat_seconds: int, expected: int) -> None:
    due = next_block_at(100, wanted=wanted, block_seconds=block_seconds, heartbeat_seconds=heartbeat_seconds)
    assert due == expected


def test_block_takes_no_more_gas_than_allowed(node: Any, client: Any, counter: str) -> None:
    sent = [node.send(client.add(counter, 1, gas=30_000_000)) for _ in range(3)]
    for number in (2, 3, 4):
        node.mine()
        mined = [node.result("eth_getTransactionReceipt", one) for one in sent]
        assert sum(receipt is not None for receipt in mined) == number - 1
    assert {node.result("eth_getBlockByNumber", hex(number))["baseFeePerGas"] for number in range(5)} == {"0x0"}


def test_transaction_that_cannot_run_leaves_and_the_senders_later_ones_wait(
    node: Any, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, later = node.send(client.add(counter, 1)), node.send(client.add(counter, 2))

    def run(state: Any, transaction: Any) -> Any:
        if transaction.hash.hex() == bad[2:]:
            raise RecursionError
        return genuine(state, transaction)

    genuine = blocks.run_transaction
    monkeypatch.setattr(blocks, "run_transaction", run)
    node.mine()
    assert node.result("eth_getTransactionByHash", bad) is None
    assert node.result("eth_getTransactionByHash", later)["blockNumber"] is None
    client.nonce -= 2
    node.send(client.add(counter, 3))
    node.mine()
    assert node.result("eth_getTransactionReceipt", later)["status"] == "0x1"
    assert int(node.result("eth_getStorageAt", counter, "0x0"), 16) == 5
    check_chain(node)


def test_disk_trouble_keeps_the_transaction(
    node: Any, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = node.send(client.add(counter, 1))

    def fail(*_: Any) -> Any:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(blocks, "run_transaction", fail)
        with pytest.raises(OSError, match="disk"):
            node.mine()
    node.mine()
    assert node.result("eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_roots_are_those_of_the_plain_london_chain(node: Any, client: Any, counter: str) -> None:
    """py-evm's own MiningChain, given the same transactions, comes to the same tries."""
    from eth.chains.base import MiningChain
    from eth.consensus.noproof import NoProofConsensus
    from eth.db.atomic import AtomicDB
    from eth.vm.forks.london import LondonVM
    from eth.vm.forks.london.transactions import LondonTransactionBuilder

    for amount in (3, 101, 0, 9):
        node.send(client.add(counter, amount, bytes(amount)))
    node.mine()

    class Vm(LondonVM):
        consensus_class = NoProofConsensus
        get_block_reward = staticmethod(int)

    class Plain(MiningChain):
        chain_id = 20260
        vm_configuration = ((0, Vm),)

    first, second = (node.result("eth_getBlockByNumber", number, True) for number in ("0x1", "0x2"))
    genesis = {
        "difficulty": 1,
        "gas_limit": int(first["gasLimit"], 16),
        "timestamp": int(first["timestamp"], 16) - 1,
        "base_fee_per_gas": 0,
    }
    plain = Plain.from_genesis(AtomicDB(), genesis)
    sender = bytes.fromhex(client.address[2:])
    for block in (first, second):
        plain.set_header_timestamp(int(block["timestamp"], 16))
        with node.node.reading() as view:
            raws = [mined.raw for mined in view.mined_in(int(block["number"], 16))]
        transactions = [LondonTransactionBuilder.decode(raw) for raw in raws]
        header = plain.mine_all(transactions, coinbase=sender)[0].imported_block.header
        assert header.state_root.hex() == block["stateRoot"][2:]
        assert header.receipt_root.hex() == block["receiptsRoot"][2:]
        assert header.transaction_root.hex() == block["transactionsRoot"][2:]
        assert header.bloom == int(block["logsBloom"], 16)
        assert header.gas_used == int(block["gasUsed"], 16)


def test_block_hash_and_context_are_seen_by_contracts(node: Any, counter: str) -> None:
    node.mine(60)
    latest = node.result("eth_getBlockByNumber", "latest")
    answer = bytes.fromhex(node.result("eth_call", {"to": counter, "data": "0x" + keccak(b"context()")[:4].hex()})[2:])
    words = [answer[place : place + 32] for place in range(0, 160, 32)]
    assert [int.from_bytes(word, "big") for word in words[:4]] == [2, int(latest["timestamp"], 16), 20260, 0]
    assert words[4].hex() == latest["parentHash"][2:]


def test_transactions_root_covers_every_raw_transaction(node: Any, client: Any, counter: str) -> None:
    for amount in range(1, 5):
        node.send(client.add(counter, amount, gasPrice=0) if amount % 2 else client.add(counter, amount))
    node.mine()
    with node.node.reading() as view:
        raws = [mined.raw for mined in view.mined_in(2)]
    nodes: dict[bytes, bytes] = {}
    trie = HexaryTrie(nodes)
    for index, raw in enumerate(raws):
        trie[rlp.encode(index)] = raw
    assert len(raws) == 4
    assert trie.root_hash.hex() == node.result("eth_getBlockByNumber", "0x2")["transactionsRoot"][2:]


@given(
    st.lists(st.tuples(st.sampled_from([b"a" * 20, b"b" * 20]), st.integers(0, 8)), unique=True, max_size=16),
    st.integers(0, 3),
)
def test_ready_transactions_are_each_senders_unbroken_run(arrivals: list[tuple[bytes, int]], first: int) -> None:
    pending = [
        Pending(place, bytes([place]) * 32, sender, nonce, b"") for place, (sender, nonce) in enumerate(arrivals)
    ]
    chosen = ready(pending, lambda _: first)
    for sender in (b"a" * 20, b"b" * 20):
        nonces = {nonce for one, nonce in arrivals if one == sender}
        run = [one.nonce for one in chosen if one.sender == sender]
        end = first
        while end in nonces:
            end += 1
        assert run == list(range(first, end))


def test_submit_refuses_what_the_pool_has_no_room_for(
    node: Any, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.node.admission.MAX_PENDING", 2)
    for _ in range(2):
        node.node.submit(client.add(counter, 1))
    with pytest.raises(TransactionRefused, match="txpool is full"):
        node.node.submit(client.add(counter, 1))
