"""A node on a chain with a base fee, as one account meets it: what offers too little is kept, and never mined."""

from __future__ import annotations

from typing import Any

import rlp
from eth_hash.auto import keccak

from ledger import Fees
from ledger.gas import fees_of
from tests.ledger.door import FORWARD
from tests.ledger.outbox_desk import sending


class PricedNode:
    """Put it behind a door: `door.instead = PricedNode(7).answer`. `sealing` off: nothing gets into blocks."""

    def __init__(self, base_fee: int) -> None:
        self.base_fee, self.sealing = base_fee, True
        self.pool: dict[int, str] = {}
        """By nonce."""
        self.mined: list[str] = []
        self.offers: dict[str, Fees] = {}
        """All that was ever sent."""

    def take(self, raw: bytes) -> str:
        nonce = int.from_bytes(rlp.decode(raw[1:])[1], "big")
        name, offer = "0x" + keccak(raw).hex(), fees_of(raw)
        if nonce in self.pool and name != self.pool[nonce]:
            earlier = self.offers[self.pool[nonce]]
            assert offer.max_fee_per_gas > earlier.max_fee_per_gas * 1.1, "geth: replacement transaction underpriced"
            assert offer.max_priority_fee_per_gas > earlier.max_priority_fee_per_gas * 1.1, "geth: … underpriced"
        assert nonce >= len(self.mined), "geth: nonce too low"
        self.offers[name], self.pool[nonce] = offer, name
        return name

    def seal(self) -> None:
        while (name := self.pool.get(len(self.mined))) and self.offers[name].max_fee_per_gas >= self.base_fee:
            self.mined.append(self.pool.pop(len(self.mined)))

    def answer(self, method: str, params: list[Any]) -> Any:
        if self.sealing:
            self.seal()
        if sending(method):
            return self.take(bytes.fromhex(params[0][2:]))
        if method == "eth_getBlockByNumber":
            return {"number": "0x1", "baseFeePerGas": hex(self.base_fee)}
        if method == "eth_getTransactionCount":
            return hex(len(self.mined) + (len(self.pool) if params[1] == "pending" else 0))
        if method == "eth_getTransactionByHash":
            return {"hash": params[0]} if params[0] in (*self.pool.values(), *self.mined) else None
        if method == "eth_getTransactionReceipt":
            return self._receipt(params[0]) if params[0] in self.mined else None
        return FORWARD

    def _receipt(self, name: str) -> dict[str, Any]:
        place = {"blockNumber": "0x1", "blockHash": "0x" + "aa" * 32, "transactionHash": name}
        return {**place, "gasUsed": "0x1", "status": "0x1", "logs": []}
