"""eth_call and eth_estimateGas: running a message on the state of a block without changing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eth.exceptions import OutOfGas, Revert, VMError
from eth_utils.exceptions import ValidationError

from ledger.node.errors import ExecutionReverted, NotAvailable, RequestRefused
from ledger.node.evm import CALL_SECONDS, Call, CallTimedOut, Outcome, intrinsic_gas, run_call, state_to_ask
from ledger.node.rpc.answers import hexed
from ledger.node.view import View

_CLOSE_ENOUGH = 0.015
"""How far, in parts of itself, an estimate may be above the least gas that does; geth's value."""
_CALL_STIPEND = 2_300


def call_output(view: View, number: int, call: Call, chain_id: int) -> bytes:
    outcome = _run(_state(view, number, chain_id), call, call.gas)
    _raise_for(outcome, call.gas)
    return outcome.output


def estimated_gas(view: View, number: int, call: Call, chain_id: int) -> int:
    """Enough gas for the message to succeed, found as geth does: a full run, a good guess, then halving."""
    state = _state(view, number, chain_id)
    full = _run(state, call, call.gas)
    _raise_for(full, call.gas)
    low, high = full.gas_used - 1, call.gas
    guess = (full.gas_used + full.gas_refunded + _CALL_STIPEND) * 64 // 63
    while high - low > max(1, high * _CLOSE_ENOUGH):
        middle = guess if low < guess < high else (low + high) // 2
        guess = 0
        if _run(state, call, middle).error is None:
            high = middle
        else:
            low = middle
    return high


def _state(view: View, number: int, chain_id: int) -> Any:
    header = view.header(number)
    if header is None:
        raise NotAvailable("header not found")
    return state_to_ask(view, header, chain_id)


def _run(state: Any, call: Call, gas: int) -> Outcome:
    needed = intrinsic_gas(call)
    if gas < needed:
        raise RequestRefused(f"intrinsic gas too low: gas {gas}, minimum needed {needed}")
    try:
        return run_call(state, replace(call, gas=gas))
    except CallTimedOut as e:
        raise RequestRefused(f"execution aborted (timeout = {CALL_SECONDS:g}s)") from e
    except (ValidationError, VMError) as e:
        raise RequestRefused(f"call cannot run: {e}") from e


def _raise_for(outcome: Outcome, gas: int) -> None:
    if outcome.error is None:
        return
    if isinstance(outcome.error, Revert):
        raise ExecutionReverted(_revert_message(outcome.output), hexed(outcome.output))
    if isinstance(outcome.error, OutOfGas):
        raise RequestRefused(f"out of gas: gas required exceeds allowance ({gas})")
    raise RequestRefused(f"execution failed: {type(outcome.error).__name__}")


def _revert_message(output: bytes) -> str:
    """With the text of Solidity's Error(string), where it is one."""
    if output[:4] != b"\x08\xc3\x79\xa0" or len(output) < 68:
        return "execution reverted"
    length = int.from_bytes(output[36:68], "big")
    return "execution reverted: " + output[68 : 68 + min(length, 1_000)].decode("utf-8", "replace")
