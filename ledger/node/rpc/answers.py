"""The JSON shapes of blocks, transactions, receipts and logs, as the Ethereum execution API writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_bloom.bloom import BloomFilter

from ledger.headers import Header
from ledger.node.evm import decode_transaction
from ledger.node.records import FoundLog, Log, Mined, Pending
from ledger.node.view import View

Json = dict[str, Any]


def hexed(octets: bytes) -> str:
    return "0x" + octets.hex()


def block(view: View, header: Header, *, full: bool) -> Json:
    mined = view.mined_in(header.number)
    block_hash = view.block_hash(header.number)
    return {
        **_header(header),
        "hash": hexed(block_hash),
        "totalDifficulty": hex(header.number + 1),
        "size": hex(view.size(header.number)),
        "transactions": [transaction(one, block_hash) if full else hexed(one.hash) for one in mined],
        "uncles": [],
    }


def transaction(mined: Mined, block_hash: bytes) -> Json:
    return {
        **_signed(mined.raw, mined.hash, mined.sender),
        "blockHash": hexed(block_hash),
        "blockNumber": hex(mined.number),
        "transactionIndex": hex(mined.position),
    }


def pending_transaction(pending: Pending) -> Json:
    nowhere = {"blockHash": None, "blockNumber": None, "transactionIndex": None}
    return {**_signed(pending.raw, pending.hash, pending.sender), **nowhere}


def receipts(view: View, number: int) -> list[Json]:
    """Of all transactions of one block, in order."""
    block_hash, logs = view.block_hash(number), view.logs_in(number)
    return [
        _receipt(mined, block_hash, [one for one in logs if one.position == mined.position])
        for mined in view.mined_in(number)
    ]


def log(found: FoundLog) -> Json:
    one = found.log
    return {
        "address": hexed(one.address),
        "topics": [hexed(topic) for topic in one.topics],
        "data": hexed(one.data),
        "blockNumber": hex(one.number),
        "blockHash": hexed(found.block_hash),
        "transactionHash": hexed(found.transaction_hash),
        "transactionIndex": hex(one.position),
        "logIndex": hex(one.index),
        "removed": False,
    }


def _header(header: Header) -> Json:
    return {
        "number": hex(header.number),
        "parentHash": hexed(header.parent_hash),
        "nonce": hexed(header.nonce),
        "sha3Uncles": hexed(header.uncles_hash),
        "logsBloom": hexed(header.logs_bloom),
        "transactionsRoot": hexed(header.transactions_root),
        "stateRoot": hexed(header.state_root),
        "receiptsRoot": hexed(header.receipts_root),
        "miner": hexed(header.coinbase),
        "difficulty": hex(header.difficulty),
        "extraData": hexed(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "mixHash": hexed(header.mix_hash),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
    }


def _signed(raw: bytes, transaction_hash: bytes, sender: bytes) -> Json:
    decoded = decode_transaction(raw)
    kind = _kind(raw)
    answer = {
        "hash": hexed(transaction_hash),
        "type": hex(kind),
        "chainId": hex(decoded.chain_id),
        "nonce": hex(decoded.nonce),
        "from": hexed(sender),
        "to": hexed(decoded.to) if decoded.to else None,
        "value": hex(decoded.value),
        "gas": hex(decoded.gas),
        "gasPrice": "0x0",
        "input": hexed(decoded.data),
        "v": hex(decoded.y_parity if kind else decoded.v),
        "r": hex(decoded.r),
        "s": hex(decoded.s),
    }
    return {**answer, **_typed_members(decoded, kind)}


def _typed_members(decoded: Any, kind: int) -> Json:
    if kind == 0:
        return {}
    accessed = [
        {"address": hexed(address), "storageKeys": [hexed(key.to_bytes(32, "big")) for key in keys]}
        for address, keys in decoded.access_list
    ]
    fees = {"maxFeePerGas": "0x0", "maxPriorityFeePerGas": "0x0"} if kind == 2 else {}
    return {"accessList": accessed, "yParity": hex(decoded.y_parity), **fees}


def _receipt(mined: Mined, block_hash: bytes, logs: list[Log]) -> Json:
    recipient = decode_transaction(mined.raw).to
    answer = {
        "transactionHash": hexed(mined.hash),
        "transactionIndex": hex(mined.position),
        "blockHash": hexed(block_hash),
        "blockNumber": hex(mined.number),
        "from": hexed(mined.sender),
        "to": hexed(recipient) if recipient else None,
        "contractAddress": hexed(mined.contract) if mined.contract else None,
        "cumulativeGasUsed": hex(mined.cumulative_gas_used),
        "gasUsed": hex(mined.gas_used),
        "effectiveGasPrice": "0x0",
        "logs": [log(FoundLog(one, block_hash, mined.hash)) for one in logs],
        "logsBloom": hexed(_bloom(logs)),
        "status": hex(mined.status),
        "type": hex(_kind(mined.raw)),
    }
    # As Besu does with --revert-reason-enabled: saves the caller a second execution.
    return answer if mined.status else {**answer, "revertReason": hexed(mined.revert)}


def _kind(raw: bytes) -> int:
    """The transaction's type: its first octet, or 0 for a legacy one, which starts as an RLP list."""
    return raw[0] if raw[0] < 0x80 else 0


def _bloom(logs: Iterable[Log]) -> bytes:
    return int(BloomFilter.from_iterable(item for one in logs for item in (one.address, *one.topics))).to_bytes(
        256, "big"
    )
