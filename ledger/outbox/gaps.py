"""Nonces that nobody used: where a node said that they were, the calls numbered after them wait for ever.

They are filled with empty transactions, never by numbering the calls again: those may be at a node by now, and would
run twice.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Row, func, select

from ledger.accounts import Account, Fees
from ledger.calls import empty_call
from ledger.errors import NodeRefused
from ledger.hexadecimal import to_hex
from ledger.outbox.tables import State, transactions
from ledger.rpc import Rpc

_log = logging.getLogger(__name__)


def gap_before(engine: Engine, rpc: Rpc, first: Row[Any]) -> range:
    """The nonces before the account's first unsettled call that are no call's, and that the chain has not seen used.

    Empty where the node is behind the outbox: it does not even have what is settled. Raises SourceError.
    """
    query = select(func.max(transactions.c.nonce)).where(
        transactions.c.account == first.account, transactions.c.state == State.SETTLED
    )
    with engine.connect() as connection:
        settled = connection.scalar(query)
    no_calls = range(0 if settled is None else settled + 1, first.nonce)
    if not no_calls:
        return no_calls
    next_nonce = rpc.nonce(first.account)
    return range(next_nonce, first.nonce) if next_nonce >= no_calls.start else range(0)


def fill(rpc: Rpc, gap: range, chain_id: int, signer: Account, fees: Fees) -> None:
    """Sends an empty transaction for each nonce of the gap. Raises NodeRefused, SourceError.

    Their tip is the whole fee, so that higher fees replace those which a node holds already.
    """
    _log.warning("%d nonces of %s were never used: filled with empty transactions", len(gap), signer.hex_address)
    offered = replace(fees, max_priority_fee_per_gas=fees.max_fee_per_gas)
    for nonce in gap:
        signed = signer.sign(chain_id, nonce, empty_call(signer.address), offered)
        try:
            rpc.call("eth_sendRawTransaction", to_hex(signed.raw))
        except NodeRefused:
            if rpc.call("eth_getTransactionByHash", to_hex(signed.hash)) is None:
                raise
