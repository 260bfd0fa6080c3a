"""The JSON-RPC methods, one function each: what they take and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_hash.auto import keccak

from ledger.headers import Header
from ledger.node import accounts
from ledger.node.errors import InvalidParams, LimitExceeded
from ledger.node.node import Node
from ledger.node.nodes import Nodes
from ledger.node.rpc import answers, params
from ledger.node.rpc.answers import Json, hexed
from ledger.node.rpc.calls import call_output, estimated_gas
from ledger.node.view import View

MAX_LOGS = 10_000
MAX_PROOF_SLOTS = 256
MAX_FEE_HISTORY = 1_024
CLIENT_VERSION = "Yinxin/v0.1.0/embedded"

Method = Callable[..., Any]


def method_table(node: Node) -> dict[str, Method]:
    """Every method that the node answers, by its JSON-RPC name."""
    methods = Methods(node)
    named = {name: getattr(methods, name) for name in dir(Methods) if name.startswith(("eth_", "net_", "web3_"))}
    return dict(named)


class Methods:
    """Each method reads one consistent view. Its signature is its list of parameters, with defaults where optional."""

    def __init__(self, node: Node) -> None:
        self._node = node

    # the node

    def web3_clientVersion(self) -> str:
        return CLIENT_VERSION

    def web3_sha3(self, octets: Any) -> str:
        return hexed(keccak(params.data(octets, "data")))

    def net_version(self) -> str:
        return str(self._node.chain_id)

    def net_listening(self) -> bool:
        return True

    def net_peerCount(self) -> str:
        return "0x0"

    def eth_chainId(self) -> str:
        return hex(self._node.chain_id)

    def eth_syncing(self) -> bool:
        return False

    def eth_accounts(self) -> list[str]:
        return []

    def eth_gasPrice(self) -> str:
        return "0x0"

    def eth_maxPriorityFeePerGas(self) -> str:
        return "0x0"

    def eth_feeHistory(self, count: Any, newest: Any, percentiles: Any = None) -> Json:
        wanted = min(params.quantity(hex(count) if isinstance(count, int) else count, "blockCount"), MAX_FEE_HISTORY)
        if percentiles is not None and not isinstance(percentiles, list):
            raise InvalidParams("rewardPercentiles must be a list")
        with self._node.reading() as view:
            last = params.state_block(newest, view)
            return _fee_history(view, max(0, last - wanted + 1), last, len(percentiles or []))

    # blocks

    def eth_blockNumber(self) -> str:
        with self._node.reading() as view:
            return hex(view.head)

    def eth_getBlockByNumber(self, number: Any, full: Any = False) -> Json | None:
        with self._node.reading() as view:
            header = view.header(params.block_number(number, "block", view))
            return _block(view, header, full)

    def eth_getBlockByHash(self, block_hash: Any, full: Any = False) -> Json | None:
        with self._node.reading() as view:
            number = view.number_of(params.data(block_hash, "block hash", 32))
            header = None if number is None else view.header(number)
            return _block(view, header, full)

    def eth_getBlockReceipts(self, block: Any) -> list[Json] | None:
        with self._node.reading() as view:
            if isinstance(block, str) and len(block) == 66:
                number = view.number_of(params.data(block, "block", 32))
            else:
                number = params.state_block(block, view)
            return None if number is None else answers.receipts(view, number)

    # transactions

    def eth_sendRawTransaction(self, raw: Any) -> str:
        return hexed(self._node.submit(params.data(raw, "transaction")))

    def eth_getTransactionByHash(self, transaction_hash: Any) -> Json | None:
        key = params.data(transaction_hash, "transaction hash", 32)
        with self._node.reading() as view:
            if mined := view.mined(key):
                return answers.transaction(mined, view.block_hash(mined.number))
            pending = view.pending_by_hash(key)
            return None if pending is None else answers.pending_transaction(pending)

    def eth_getTransactionReceipt(self, transaction_hash: Any) -> Json | None:
        with self._node.reading() as view:
            mined = view.mined(params.data(transaction_hash, "transaction hash", 32))
            return None if mined is None else answers.receipts(view, mined.number)[mined.position]

    def eth_getLogs(self, query: Any) -> list[Json]:
        with self._node.reading() as view:
            found = view.logs(params.log_query(query, view), MAX_LOGS + 1)
        if len(found) > MAX_LOGS:
            raise LimitExceeded(f"query returned more than {MAX_LOGS} results; ask for fewer blocks")
        return [answers.log(one) for one in found]

    def eth_call(self, call: Any, block: Any = "latest") -> str:
        with self._node.reading() as view:
            number = params.state_block(block, view)
            return hexed(call_output(view, number, params.call(call), self._node.chain_id))

    def eth_estimateGas(self, call: Any, block: Any = "latest") -> str:
        with self._node.reading() as view:
            number = params.state_block(block, view)
            return hex(estimated_gas(view, number, params.call(call), self._node.chain_id))

    # accounts

    def eth_getBalance(self, address: Any, block: Any = "latest") -> str:
        with self._node.reading() as view:
            return hex(_account(view, address, block)[1].balance)

    def eth_getTransactionCount(self, address: Any, block: Any = "latest") -> str:
        """With `pending`: the nonce after the sender's waiting transactions, as far as they have no gap."""
        with self._node.reading() as view:
            nonce = _account(view, address, block)[1].nonce
            waiting = view.pending_nonces(params.data(address, "address", 20)) if block == "pending" else []
            for pending in waiting:
                nonce += pending == nonce
            return hex(nonce)

    def eth_getCode(self, address: Any, block: Any = "latest") -> str:
        with self._node.reading() as view:
            nodes, account = _account(view, address, block)
            return hexed(accounts.code_of(nodes, account))

    def eth_getStorageAt(self, address: Any, slot: Any, block: Any = "latest") -> str:
        with self._node.reading() as view:
            nodes, account = _account(view, address, block)
            value = accounts.storage_at(nodes, account, params.slot(slot, "slot"))
            return hexed(value.to_bytes(32, "big"))

    def eth_getProof(self, address: Any, slots: Any, block: Any = "latest") -> Json:
        if not isinstance(slots, list) or len(slots) > MAX_PROOF_SLOTS:
            raise InvalidParams(f"storage keys must be a list of at most {MAX_PROOF_SLOTS}")
        with self._node.reading() as view:
            nodes, account = _account(view, address, block)
            header = view.header(params.state_block(block, view))
            assert header is not None
            proof = accounts.account_proof(nodes, header.state_root, params.data(address, "address", 20))
            return {
                "address": address,
                "accountProof": [hexed(node) for node in proof],
                "balance": hex(account.balance),
                "nonce": hex(account.nonce),
                "codeHash": hexed(account.code_hash),
                "storageHash": hexed(account.storage_root),
                "storageProof": [_storage_proof(nodes, account, key) for key in slots],
            }


def _block(view: View, header: Header | None, full: Any) -> Json | None:
    wants_transactions = params.flag(full, "full")
    return None if header is None else answers.block(view, header, full=wants_transactions)


def _account(view: View, address: Any, block: Any) -> tuple[Nodes, accounts.Account]:
    header = view.header(params.state_block(block, view))
    assert header is not None
    nodes = Nodes(view)
    return nodes, accounts.account_at(nodes, header.state_root, params.data(address, "address", 20))


def _storage_proof(nodes: Nodes, account: accounts.Account, key: Any) -> Json:
    slot = params.slot(key, "storage key")
    proof = accounts.storage_proof(nodes, account, slot)
    value = accounts.storage_at(nodes, account, slot)
    return {"key": key, "value": hex(value), "proof": [hexed(node) for node in proof]}


def _fee_history(view: View, first: int, last: int, percentiles: int) -> Json:
    headers = [view.header(number) for number in range(first, last + 1)]
    answer: Json = {
        "oldestBlock": hex(first),
        "baseFeePerGas": ["0x0"] * (len(headers) + 1),
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers if header],
    }
    return {**answer, "reward": [["0x0"] * percentiles for _ in headers]} if percentiles else answer
