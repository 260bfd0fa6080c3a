"""The first block of a QBFT network, as every node of it computes it from its genesis file.

Nobody seals it: it is pinned by its hash. Laid out as Hyperledger Besu does under London rules without a gas price.
"""

from __future__ import annotations

from collections.abc import Sequence

import rlp
from eth_hash.auto import keccak

from ledger.headers import MIX_HASH, Extra, Header

DIFFICULTY = 1
_NO_VANITY = bytes(32)
_NOTHING = keccak(rlp.encode(b""))
"""The root of an empty trie: no accounts, no transactions, no receipts."""
_NO_UNCLES = keccak(rlp.encode([]))


def qbft_genesis_header(validators: Sequence[bytes], time: int, gas_limit: int, vanity: bytes = _NO_VANITY) -> Header:
    """Block 0 of a network that begins with these validators and no accounts; the order given does not matter.

    A node sorts the validators in every later block; so does this. Raises ValueError where one is given twice.
    """
    if len(set(validators)) != len(validators):
        raise ValueError("a validator is named twice")
    extra = Extra(vanity, tuple(sorted(validators)), vote=(), round=0, seals=())
    return Header(
        parent_hash=bytes(32),
        uncles_hash=_NO_UNCLES,
        coinbase=bytes(20),
        state_root=_NOTHING,
        transactions_root=_NOTHING,
        receipts_root=_NOTHING,
        logs_bloom=bytes(256),
        difficulty=DIFFICULTY,
        number=0,
        gas_limit=gas_limit,
        gas_used=0,
        timestamp=time,
        extra_data=extra.encode(),
        mix_hash=MIX_HASH,
        nonce=bytes(8),
        base_fee_per_gas=0,
    )
