"""Making blocks: the genesis block, which pending transactions come next, and one sealed block from them.

Header time is the clock's, never ahead of it: with at most one block a second that also makes it grow with every block.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import rlp
from eth.db.trie import make_trie_root_and_nodes
from eth.vm.interrupt import EVMMissingData
from eth_keys.datatypes import PrivateKey

from ledger.genesis import qbft_genesis_header
from ledger.headers import Extra, Header, seal
from ledger.node.evm import (
    BLOCK_GAS,
    HEADER_GAS_LIMIT,
    Outcome,
    Transaction,
    decode_transaction,
    run_transaction,
    state_to_change,
)
from ledger.node.nodes import Nodes
from ledger.node.records import Log, Mined, Pending, Produced
from ledger.node.view import View

VANITY = b"yinxin".ljust(32, b"\0")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Validator:
    """The one key that seals this chain."""

    key: PrivateKey

    @property
    def address(self) -> bytes:
        return bytes(self.key.public_key.to_canonical_address())

    def extra_data(self) -> bytes:
        return Extra(VANITY, (self.address,), (), 0, ()).encode()


def genesis_block(validator: Validator, timestamp: int) -> Produced:
    """An empty state; QBFT's genesis carries no seal, so readers pin its hash."""
    header = qbft_genesis_header([validator.address], timestamp, HEADER_GAS_LIMIT, VANITY)
    return Produced(header, _size(header, ()), (), (), {}, ())


def ready(pending: Iterable[Pending], next_nonce: Callable[[bytes], int]) -> list[Pending]:
    """The pending transactions that can run now, each sender's in nonce order and without a gap, else by arrival."""
    by_sender: dict[bytes, list[Pending]] = {}
    for one in pending:
        by_sender.setdefault(one.sender, []).append(one)
    ordered: list[tuple[int, int, Pending]] = []
    for sender, waiting in by_sender.items():
        expected, latest = next_nonce(sender), 0
        for one in sorted(waiting, key=lambda each: each.nonce):
            if one.nonce > expected:
                break
            if one.nonce < expected:
                continue
            expected, latest = expected + 1, max(latest, one.arrival)
            ordered.append((latest, one.nonce, one))
    ordered.sort(key=lambda each: each[:2])
    return [one for _, _, one in ordered]


class BlockBuilder:
    """Fills one block on top of a view's head."""

    def __init__(self, view: View, validator: Validator, chain_id: int, timestamp: int) -> None:
        parent = view.head_header()
        if timestamp <= parent.timestamp:
            raise ValueError(f"block time {timestamp} does not follow its parent's {parent.timestamp}")
        self._validator = validator
        self._nodes = Nodes(view)
        self._header = replace(
            parent,
            parent_hash=parent.hash,
            coinbase=validator.address,
            number=parent.number + 1,
            timestamp=timestamp,
            extra_data=validator.extra_data(),
        )
        self._state = state_to_change(view, self._nodes, self._header, chain_id, parent.state_root)
        self._transactions: list[Transaction] = []
        self._receipts: list[Any] = []
        self._mined: list[Mined] = []
        self._logs: list[Log] = []
        self._refused: list[bytes] = []
        self._stopped: set[bytes] = set()
        self._gas_used = 0

    def add(self, pending: Pending, decoded: Transaction | None) -> bool:
        """Runs the transaction as the block's next. False: no room for it. One that can never run leaves the pool."""
        if pending.sender in self._stopped:
            return True
        try:
            transaction = decoded or decode_transaction(pending.raw)
            if self._gas_used + transaction.gas > BLOCK_GAS:
                return False
            outcome = run_transaction(self._state, transaction)
        except (sqlite3.Error, OSError, MemoryError, EVMMissingData):
            raise  # our trouble, not the transaction's
        except Exception:
            # One that py-evm cannot run must not stop the chain. The sender's later ones wait for its nonce.
            _logger.exception("transaction 0x%s cannot run and leaves the pool", pending.hash.hex())
            self._refused.append(pending.hash)
            self._stopped.add(pending.sender)
            return True
        self._record(pending, transaction, outcome)
        return True

    def sealed(self) -> Produced:
        """The finished block."""
        self._state.persist()
        header = replace(
            self._header,
            state_root=bytes(self._state.state_root),
            transactions_root=make_trie_root_and_nodes(self._transactions)[0],
            receipts_root=make_trie_root_and_nodes(self._receipts)[0],
            logs_bloom=_bloom(self._receipts),
            gas_used=self._gas_used,
        )
        header = seal(header, (self._validator.key,))
        size = _size(header, tuple(mined.raw for mined in self._mined))
        nodes = self._nodes.written
        return Produced(header, size, tuple(self._mined), tuple(self._logs), nodes, tuple(self._refused))

    def _record(self, pending: Pending, transaction: Transaction, outcome: Outcome) -> None:
        self._gas_used += outcome.gas_used
        status = 0 if outcome.error else 1
        status_octets = b"\x01" if status else b""
        self._receipts.append(transaction.make_receipt(status_octets, self._gas_used, outcome.logs))
        number, position = self._header.number, len(self._mined)
        for address, topics, data in outcome.logs:
            words = tuple(topic.to_bytes(32, "big") for topic in topics)
            self._logs.append(Log(number, len(self._logs), position, address, words, data))
        self._transactions.append(transaction)
        self._mined.append(
            Mined(
                hash=pending.hash,
                number=number,
                position=position,
                raw=pending.raw,
                sender=pending.sender,
                contract=outcome.contract,
                status=status,
                gas_used=outcome.gas_used,
                cumulative_gas_used=self._gas_used,
                revert=outcome.output if outcome.error else b"",
            )
        )


def _bloom(receipts: list[Any]) -> bytes:
    bits = 0
    for receipt in receipts:
        bits |= receipt.bloom
    return bits.to_bytes(256, "big")


def _size(header: Header, raw_transactions: tuple[bytes, ...]) -> int:
    """Octets of the block's RLP; typed transactions stand in it as strings, legacy ones as lists."""
    items = [raw if raw[0] < 0x80 else rlp.decode(raw) for raw in raw_transactions]
    return len(rlp.encode([list(header.fields()), items, []]))
