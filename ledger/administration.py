"""Sends calls and waits for them: the council's, the regions', a deployment's. Services use the outbox instead."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from ledger.accounts import Account, Fees
from ledger.calls import Call, empty_call
from ledger.errors import TransactionNotFinal, TransactionReverted
from ledger.gas import gas_at
from ledger.hexadecimal import to_hex
from ledger.receipts import Receipt, receipt_of
from ledger.reverts import reverts_explained
from ledger.rpc import Rpc

TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05


class Administration:
    """One account at one node, for work that a person waits for."""

    def __init__(
        self,
        rpc_url: str,
        account: Account,
        *,
        fees: Fees = Fees(),  # noqa: B008 - frozen
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._rpc = Rpc(rpc_url, timeout_seconds=timeout_seconds)
        self._account = account
        self._fees = fees
        self._timeout_seconds = timeout_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rpc.close()

    def send(self, call: Call) -> Receipt:
        """Tries the call, sends it and waits until it is final.

        Raises FeeTooLow, TransactionReverted, TransactionNotFinal or SourceError.
        """
        self._try(call)
        return self.send_all([call])[0]

    def send_all(self, calls: Sequence[Call], on_final: Callable[[Call], None] = lambda call: None) -> list[Receipt]:
        """Sends the calls in order without waiting in between, then waits for all.

        Raises as `send` does, at the first that failed; those after it are sent all the same. Where the fee is too low
        none is signed.
        """
        return self._send_from(self._rpc.nonce(self._account.address, "pending"), calls, self._fees, on_final)

    def free(self) -> list[Receipt]:
        """Puts empty transactions in the place of those that the node holds without a block, and waits for them.

        Their tip is the whole fee: nodes ask for a tenth more than what is there. Raises as `send_all` does.
        """
        first, after = (self._rpc.nonce(self._account.address, block) for block in ("latest", "pending"))
        fees = replace(self._fees, max_priority_fee_per_gas=self._fees.max_fee_per_gas)
        return self._send_from(first, [empty_call(self._account.address)] * (after - first), fees)

    def _send_from(
        self, nonce: int, calls: Sequence[Call], fees: Fees, on_final: Callable[[Call], None] = lambda call: None
    ) -> list[Receipt]:
        gas_at(self._rpc).require(fees)
        chain_id = self._rpc.chain_id()
        hashes = []
        for offset, call in enumerate(calls):
            signed = self._account.sign(chain_id, nonce + offset, call, fees)
            self._rpc.call("eth_sendRawTransaction", to_hex(signed.raw))
            hashes.append(signed.hash)
        receipts = []
        for call, transaction in zip(calls, hashes, strict=True):
            receipts.append(self._wait(call, transaction))
            on_final(call)
        return receipts

    def _try(self, call: Call) -> None:
        """Makes the call without sending it, so that a refusal costs nothing and has its reason."""
        asked = {"from": self._account.hex_address, "data": to_hex(call.data), "gas": hex(call.gas)}
        if call.to is not None:
            asked["to"] = to_hex(call.to)
        with reverts_explained(call.purpose):
            self._rpc.call("eth_call", asked, "latest")

    def _wait(self, call: Call, transaction: bytes) -> Receipt:
        give_up = time.monotonic() + self._timeout_seconds
        while (receipt := receipt_of(self._rpc, transaction)) is None:
            if time.monotonic() > give_up:
                raise TransactionNotFinal(f"{call.purpose}: no receipt of {to_hex(transaction)} in time{self._ahead()}")
            time.sleep(_POLL_SECONDS)
        if receipt.revert is not None:
            raise TransactionReverted(call.purpose, receipt.revert)
        return receipt

    def _ahead(self) -> str:
        """How many of the account's transactions the node holds without a block for them, where there are others."""
        address = self._account.address
        waiting = self._rpc.nonce(address, "pending") - self._rpc.nonce(address)
        if waiting < 2:
            return ""
        return f"; {waiting} transactions of the account wait: if it stays so, `yinxin ledger account free` frees it"
