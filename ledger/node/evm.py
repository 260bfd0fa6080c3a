"""Running transactions and calls on py-evm's London rules, on the state of one block.

Which transactions run and what becomes of the result is decided elsewhere. The base fee is zero for ever (Besu's
zeroBaseFee) and there is no block reward, so there is no ether on this chain and no account needs a balance.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import eth
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.london import LondonVM
from eth.vm.forks.london.computation import LondonComputation
from eth.vm.forks.london.state import LondonState, LondonTransactionExecutor
from eth.vm.forks.london.transactions import LondonTransactionBuilder, UnsignedDynamicFeeTransaction
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber, Hash32

from ledger.headers import Header
from ledger.node.nodes import Nodes
from ledger.node.view import View

BLOCK_GAS = 30_000_000
"""The most gas that one block, transaction or call may use."""

HEADER_GAS_LIMIT = 2 * BLOCK_GAS
"""What headers say: with no block over half of it, zero is also what EIP-1559 computes as the next base fee."""

CALL_SECONDS = 5.0
"""The calls of one request are given up after this; geth's value. Transactions have no limit but their gas."""

Transaction = Any
"""py-evm's signed transaction; it ships no usable types."""

logging.getLogger("eth").setLevel(logging.CRITICAL)  # reverted calls are ordinary here
sys.setrecursionlimit(
    eth.EVM_RECURSION_LIMIT
)  # 1,024 nested calls; another library raises it past what the stack holds


@dataclass(frozen=True, slots=True)
class Call:
    """A message to run without a signature. `to` is empty for a creation."""

    sender: bytes
    to: bytes
    gas: int
    value: int
    data: bytes
    access_list: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `error` is None for success; a revert's data is in `output`."""

    output: bytes
    gas_used: int
    gas_refunded: int
    error: Exception | None
    logs: tuple[tuple[bytes, tuple[int, ...], bytes], ...]
    contract: bytes | None


class CallTimedOut(Exception):
    """The calls of one request ran for longer than CALL_SECONDS."""


class _TimedComputation(LondonComputation):
    def consume_gas(self, amount: int, reason: str) -> None:
        if time.monotonic() > self.state.deadline:  # type: ignore[attr-defined]
            raise CallTimedOut
        super().consume_gas(amount, reason)


class _CallState(LondonState):
    computation_class = _TimedComputation
    deadline = float("inf")


def decode_transaction(raw: bytes) -> Transaction:
    return LondonTransactionBuilder.decode(raw)


def state_to_change(view: View, nodes: Nodes, header: Header, chain_id: int, state_root: bytes) -> Any:
    """py-evm's state at `state_root`, for transactions that run inside the block `header`."""
    return LondonState(AtomicDB(nodes), _context(view, header, chain_id), Hash32(state_root))


def state_to_ask(view: View, header: Header, chain_id: int) -> Any:
    """py-evm's state after the block `header`, for the calls of one request; all of them together must end in time."""
    state = _CallState(AtomicDB(Nodes(view)), _context(view, header, chain_id), Hash32(header.state_root))
    state.deadline = time.monotonic() + CALL_SECONDS
    return state


def run_transaction(state: Any, transaction: Transaction) -> Outcome:
    """Runs it for good; raises, with the state as before, where it cannot be part of a block at all."""
    state.lock_changes()
    snapshot = state.snapshot()
    try:
        computation = state.apply_transaction(transaction)
    except Exception:
        state.revert(snapshot)
        raise
    return _outcome(transaction, computation)


def run_call(state: Any, call: Call) -> Outcome:
    """Runs it and leaves the state as it was. Nonce and prices are not looked at. Raises CallTimedOut."""
    unsigned: Any = UnsignedDynamicFeeTransaction(
        chain_id=state.execution_context.chain_id,
        nonce=0,
        max_priority_fee_per_gas=0,
        max_fee_per_gas=0,
        gas=call.gas,
        to=call.to,
        value=call.value,
        data=call.data,
        access_list=call.access_list,
    )
    transaction: Any = SpoofTransaction(unsigned, from_=call.sender)
    executor = LondonTransactionExecutor(state)
    state.lock_changes()
    snapshot = state.snapshot()
    try:
        computation = executor.build_computation(executor.build_evm_message(transaction), transaction)
        return _outcome(transaction, executor.finalize_computation(transaction, computation))
    finally:
        state.revert(snapshot)


def intrinsic_gas(call: Call) -> int:
    unsigned: Any = UnsignedDynamicFeeTransaction(0, 0, 0, 0, 0, call.to, call.value, call.data, call.access_list)
    return int(unsigned.intrinsic_gas)


def _context(view: View, header: Header, chain_id: int) -> ExecutionContext:
    return ExecutionContext(
        coinbase=Address(header.coinbase),
        timestamp=header.timestamp,
        block_number=BlockNumber(header.number),
        difficulty=header.difficulty,
        mix_hash=Hash32(header.mix_hash),
        gas_limit=header.gas_limit,
        prev_hashes=_ancestors(view, header.number),
        chain_id=chain_id,
        base_fee_per_gas=0,
    )


def _outcome(transaction: Transaction, computation: Any) -> Outcome:
    is_creation = bool(computation.msg.is_create)
    return Outcome(
        output=bytes(computation.output),
        gas_used=int(LondonVM.finalize_gas_used(transaction, computation)),
        gas_refunded=int(computation.get_gas_refund()),
        error=computation.error if computation.is_error else None,
        logs=tuple(computation.get_log_entries()),
        contract=bytes(computation.msg.storage_address) if is_creation else None,
    )


def _ancestors(view: View, number: int) -> Iterable[Hash32]:
    """For BLOCKHASH: hashes of the blocks before `number`, newest first, read as they are asked for."""
    return (Hash32(view.block_hash(earlier)) for earlier in range(number - 1, max(-1, number - 257), -1))
