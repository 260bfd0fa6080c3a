"""Receipts of transactions: whether the call succeeded and what it logged, as one's own node tells it.

A receipt is not proven. It tells an outbox when to stop waiting; what a window believes comes from the replica alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.errors import MalformedAnswer, MalformedEvent, NodeRefused, Revert
from ledger.events import Event, decode
from ledger.hexadecimal import counted, octets, quantity, to_hex
from ledger.journal import RawLog
from ledger.reverts import UNEXPLAINED, decode_revert, revert_of
from ledger.rpc import Rpc


@dataclass(frozen=True, slots=True)
class Receipt:
    """A final transaction. `revert` is set where the contract refused; `events` are the registries'."""

    transaction: bytes
    block: int
    block_hash: bytes
    gas_used: int
    revert: Revert | None
    events: tuple[Event, ...]

    @property
    def succeeded(self) -> bool:
        return self.revert is None


def parse_receipt(rpc: Rpc, answer: object, transaction: bytes) -> Receipt:
    """The transaction's `eth_getTransactionReceipt` answer; asks again why, if the call failed. Raises SourceError."""
    if not isinstance(answer, Mapping):
        raise MalformedAnswer("a receipt is not an object")
    try:
        if octets(answer.get("transactionHash"), 32) != transaction:
            raise MalformedAnswer("a receipt is another transaction's")
        block = counted(answer.get("blockNumber"))
        return Receipt(
            transaction=transaction,
            block=block,
            block_hash=octets(answer.get("blockHash"), 32),
            gas_used=counted(answer.get("gasUsed")),
            revert=None if quantity(answer.get("status")) == 1 else _why(rpc, answer, block),
            events=_events(answer.get("logs")),
        )
    except (ValueError, MalformedEvent) as e:
        raise MalformedAnswer(f"a receipt: {e}") from e


def _events(logs: object) -> tuple[Event, ...]:
    if not isinstance(logs, list):
        raise MalformedAnswer("a receipt without its logs")
    decoded = (decode(log) for log in map(_one_topic, logs) if log is not None)
    return tuple(event for event in decoded if event is not None)


def _one_topic(log: object) -> RawLog | None:
    """The log, if it has the one topic that registry events have; other contracts log in their own ways."""
    if not isinstance(log, Mapping) or not isinstance(log.get("topics"), list):
        raise MalformedAnswer("a receipt's log is not a log")
    if len(log["topics"]) != 1:
        return None
    return RawLog(octets(log.get("address"), 20), octets(log["topics"][0], 32), octets(log.get("data")))


def _why(rpc: Rpc, receipt: Mapping[str, object], block: int) -> Revert:
    """The custom error of a failed transaction: as the receipt has it (Besu's `revertReason`), or by calling again."""
    try:
        return decode_revert(octets(receipt["revertReason"]))
    except (KeyError, ValueError):
        return _call_again(rpc, receipt, block)


def _call_again(rpc: Rpc, receipt: Mapping[str, object], block: int) -> Revert:
    """The error of the same call on the state before its block; unexplained where that succeeds."""
    sent = rpc.call("eth_getTransactionByHash", receipt.get("transactionHash"))
    if not isinstance(sent, Mapping):
        return UNEXPLAINED
    again = {"from": sent.get("from"), "to": sent.get("to"), "data": sent.get("input"), "gas": sent.get("gas")}
    for state in (block - 1, block):
        try:
            rpc.call("eth_call", again, hex(state))
        except NodeRefused as e:
            return revert_of(e) or UNEXPLAINED
    return UNEXPLAINED


def receipt_of(rpc: Rpc, transaction: bytes) -> Receipt | None:
    """The receipt of a transaction, None while it has none. Raises SourceError."""
    answer = rpc.call("eth_getTransactionReceipt", to_hex(transaction))
    return None if answer is None else parse_receipt(rpc, answer, transaction)
