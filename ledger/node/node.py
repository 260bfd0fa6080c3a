"""The embedded node: one validator's chain on disk. It takes transactions, makes blocks and lends consistent views.

JSON-RPC on top of it is `ledger.node.rpc`'s. Times are read from the clock that is passed in, once for each decision.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from ledger.node.accounts import account_at
from ledger.node.admission import Candidate, check_nonce, check_room, read_transaction
from ledger.node.blocks import BlockBuilder, ready
from ledger.node.directory import Mark
from ledger.node.evm import Transaction
from ledger.node.nodes import Nodes
from ledger.node.opening import open_chain
from ledger.node.producer import Producer, next_block_at
from ledger.node.records import Pending
from ledger.node.settings import NodeSettings
from ledger.node.store import Store
from ledger.node.view import View

_FILL_SECONDS = 0.8
"""A block takes no more transactions after this, so that a long queue does not stretch the time between blocks."""


class Node:
    """`start` begins to make blocks; `close` finishes the block being made and lets the data directory go."""

    def __init__(self, settings: NodeSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._opened = open_chain(settings, int(clock()))
        self._decoded: dict[bytes, Transaction] = {}
        """Pending transactions since the start, because recovering a sender takes 12 ms."""
        self._producer = Producer(self._due_in, self.make_block)

    @property
    def chain_id(self) -> int:
        return self._opened.chain_id

    @property
    def genesis_hash(self) -> bytes:
        return self._opened.genesis_hash

    @property
    def validator_address(self) -> bytes:
        return self._opened.validator.address

    def start(self) -> None:
        self._producer.start()

    def close(self) -> None:
        if self._producer.is_alive():
            self._producer.stop()
        self._opened.close()

    def reading(self) -> AbstractContextManager[View]:
        """A view of the chain up to its head of now."""
        return self._store.reading()

    def submit(self, raw: bytes) -> bytes:
        """Acknowledges a signed transaction by its hash: it survives a crash and will be in one block.

        Sent again, it gets the same answer and does nothing.
        """
        candidate = read_transaction(raw, self.chain_id)
        with self._store.writing:
            if not self._is_known(candidate):
                self._store.add_pending(Pending(0, candidate.hash, candidate.sender, candidate.nonce, raw))
                self._decoded[candidate.hash] = candidate.transaction
        self._producer.wake()
        return candidate.hash

    def make_block(self) -> bool:
        """Makes the next block if there is something for it. True: more transactions are ready than it could take.

        Only the producer's thread, or a test that did not `start`, calls it.
        """
        with self._store.reading() as view:
            waiting = ready(view.pending(), lambda sender: self._next_nonce(view, sender))
            if self._due_in(wanted=bool(waiting)) > 0:
                return bool(waiting)
            builder = BlockBuilder(view, self._opened.validator, self.chain_id, int(self._clock()))
            left = self._fill(builder, waiting)
            block = builder.sealed()
        set_mark = self._opened.directory.draft_mark(Mark(block.header.number, block.header.hash))
        self._store.commit(block, before_publishing=set_mark)
        for gone in (*(mined.hash for mined in block.mined), *block.refused):
            self._decoded.pop(gone, None)
        return left

    @property
    def _store(self) -> Store:
        return self._opened.store

    def _is_known(self, candidate: Candidate) -> bool:
        with self._store.reading() as view:
            if view.pending_by_hash(candidate.hash) or view.mined(candidate.hash):
                return True
            account = account_at(Nodes(view), view.head_header().state_root, candidate.sender)
            check_room(*view.pending_size())
            check_nonce(candidate.nonce, account.nonce, view.pending_nonces(candidate.sender))
            return False

    def _due_in(self, wanted: bool) -> float:
        with self._store.reading() as view:
            head_time = view.head_header().timestamp
        at = next_block_at(
            head_time,
            wanted=wanted,
            block_seconds=self._settings.block_seconds,
            heartbeat_seconds=self._settings.heartbeat_seconds,
        )
        return at - self._clock()

    def _fill(self, builder: BlockBuilder, waiting: list[Pending]) -> bool:
        started = time.monotonic()
        for pending in waiting:
            if time.monotonic() - started > _FILL_SECONDS or not builder.add(pending, self._decoded.get(pending.hash)):
                return True
        return False

    def _next_nonce(self, view: View, sender: bytes) -> int:
        return account_at(Nodes(view), view.head_header().state_root, sender).nonce
