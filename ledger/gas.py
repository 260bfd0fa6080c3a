"""What gas costs at a node now, and whether an offer suffices: looked at before anything is signed for it, or sent.

geth takes a transaction that offers less than the base fee, keeps it, and never puts it into a block: every later
transaction of the account then waits behind it. So nobody sends one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import rlp

from ledger.accounts import Fees
from ledger.errors import FeeTooLow, MalformedAnswer
from ledger.hexadecimal import quantity
from ledger.rpc import Rpc

_RISING = 2
"""A base fee rises by an eighth with each full block: it takes six of them to double."""


@dataclass(frozen=True, slots=True)
class Gas:
    """The newest block's base fee, in wei; 0 where gas is free."""

    base_fee: int

    @property
    def least_fee(self) -> int:
        """What a transaction has to offer to get in, also when it waits for a few full blocks; 1 wei is the tip."""
        return _RISING * self.base_fee + 1 if self.base_fee else 0

    def suffices(self, fees: Fees) -> bool:
        return fees.max_fee_per_gas >= self.least_fee

    def shuts_out(self, fees: Fees) -> bool:
        """Whether a transaction that was sent with these fees cannot get in as things are."""
        return fees.max_fee_per_gas < self.base_fee

    def require(self, fees: Fees) -> None:
        """Raises FeeTooLow."""
        if not self.suffices(fees):
            raise FeeTooLow(fees.max_fee_per_gas, self.base_fee, self.least_fee)


def gas_at(rpc: Rpc) -> Gas:
    """At the node's newest block. Blocks without a base fee: gas is free. Raises SourceError."""
    found = rpc.header().get("baseFeePerGas")
    try:
        return Gas(0 if found is None else quantity(found))
    except ValueError as e:
        raise MalformedAnswer(f"baseFeePerGas: {e}") from e


def fees_of(raw: bytes) -> Fees:
    """What a transaction that `Account.sign` made offers."""
    fields = rlp.decode(raw[1:])  # EIP-1559: 0x02 ‖ [chain id, nonce, tip, fee, …]
    return Fees(int.from_bytes(fields[3], "big"), int.from_bytes(fields[2], "big"))


def replacing(earlier: Fees, fees: Fees) -> Fees:
    """The fees with a tip that lets a transaction take the place of an earlier one: nodes ask for a tenth more."""
    tip = max(fees.max_priority_fee_per_gas, earlier.max_priority_fee_per_gas * 11 // 10 + 1)
    return replace(fees, max_priority_fee_per_gas=min(tip, fees.max_fee_per_gas))
