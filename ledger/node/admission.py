"""Which transactions the node acknowledges. Refusals use geth's words, because client libraries match on them.

Once acknowledged, a transaction runs in some block exactly once, or waits for the nonces before it. A second one with
the same sender and nonce is therefore refused whatever it offers: on a chain without ether there is nothing to outbid
with.
"""

from __future__ import annotations

from dataclasses import dataclass

import rlp
from eth.exceptions import UnrecognizedTransactionType
from eth_hash.auto import keccak
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.node.errors import TransactionRefused
from ledger.node.evm import BLOCK_GAS, Transaction, decode_transaction

MAX_TRANSACTION_OCTETS = 131_072
MAX_PENDING = 4_096
MAX_PENDING_OCTETS = 16 * 1024 * 1024
MAX_NONCES_AHEAD = 1_024
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A decoded transaction whose signature holds."""

    hash: bytes
    sender: bytes
    nonce: int
    raw: bytes
    transaction: Transaction


def read_transaction(raw: bytes, chain_id: int) -> Candidate:
    """What can be judged without the chain: form, size, signature, gas and price."""
    if len(raw) > MAX_TRANSACTION_OCTETS:
        raise TransactionRefused(f"oversized data: transaction size {len(raw)}, limit {MAX_TRANSACTION_OCTETS}")
    transaction = _decode(raw)
    _check_chain(transaction, chain_id)
    _check_gas_and_price(transaction)
    return Candidate(bytes(keccak(raw)), _sender(transaction), transaction.nonce, raw, transaction)


def check_room(pending_count: int, pending_octets: int) -> None:
    if pending_count >= MAX_PENDING or pending_octets >= MAX_PENDING_OCTETS:
        raise TransactionRefused("txpool is full")


def check_nonce(nonce: int, next_nonce: int, pending_nonces: list[int]) -> None:
    """Whether this nonce of the sender is free, in the chain and in the pool, and near enough."""
    if nonce < next_nonce:
        raise TransactionRefused(f"nonce too low: next nonce {next_nonce}, tx nonce {nonce}")
    if nonce in pending_nonces:
        raise TransactionRefused("replacement transaction underpriced")
    if nonce > next_nonce + MAX_NONCES_AHEAD:
        raise TransactionRefused(f"nonce too high: next nonce {next_nonce}, tx nonce {nonce}")


def _decode(raw: bytes) -> Transaction:
    try:
        transaction = decode_transaction(raw)
        if transaction.s > _HALF_ORDER:
            raise TransactionRefused("invalid transaction v, r, s values")
        transaction.validate()
        same = transaction.encode() == raw
    except UnrecognizedTransactionType as e:
        raise TransactionRefused("transaction type not supported") from e
    except (rlp.RLPException, ValidationError, ValueError, TypeError) as e:
        raise TransactionRefused(f"rlp: transaction cannot be decoded: {type(e).__name__}") from e
    if not same:
        raise TransactionRefused("rlp: transaction is not canonically encoded")
    return transaction


def _check_chain(transaction: Transaction, chain_id: int) -> None:
    if transaction.chain_id is None:
        raise TransactionRefused("only replay-protected (EIP-155) transactions allowed over RPC")
    if transaction.chain_id != chain_id:
        raise TransactionRefused(f"invalid chain id for signer: have {transaction.chain_id} want {chain_id}")


def _check_gas_and_price(transaction: Transaction) -> None:
    if transaction.gas > BLOCK_GAS:
        raise TransactionRefused("exceeds block gas limit")
    if transaction.gas < transaction.intrinsic_gas:
        needed = transaction.intrinsic_gas
        raise TransactionRefused(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {needed}")
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise TransactionRefused("max priority fee per gas higher than max fee per gas")
    cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
    if cost:
        raise TransactionRefused(f"insufficient funds for gas * price + value: balance 0, tx cost {cost}")


def _sender(transaction: Transaction) -> bytes:
    try:
        return bytes(transaction.sender)
    except (BadSignature, ValidationError, ValueError) as e:
        raise TransactionRefused("invalid transaction v, r, s values") from e
