"""Where an account's nonces stand at a node: what it lacks of them, as one does that is behind, lies, or was lied to.

Calls wait for ever behind a nonce that nobody used. Such a nonce is filled with an empty transaction; the calls after
it are not numbered again for that, since they may be at a node by now and would run twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from ledger.accounts import Account, Fees
from ledger.calls import empty_call
from ledger.errors import NodeRefused
from ledger.hexadecimal import to_hex
from ledger.outbox.tables import State, beginnings, transactions
from ledger.rpc import Rpc

MOST_USED_ELSEWHERE = 1024
"""How many nonces at most a node is believed to have seen used by others: each that was not has to be filled."""

_log = logging.getLogger(__name__)


def may_be_next(connection: Connection, account: bytes, nonce: int) -> bool:
    """Whether a node is believed that says so: no further than can be filled from where the account surely stands."""
    settled = connection.scalar(select(func.max(transactions.c.nonce)).where(*_on_chain(account)))
    began = connection.scalar(select(beginnings.c.nonce).where(beginnings.c.account == account))
    return nonce - (settled + 1 if settled is not None else began or 0) <= MOST_USED_ELSEWHERE


def settled_from(engine: Engine, account: bytes, nonce: int, most: int) -> list[Row[Any]]:
    """The first calls from `nonce` on that a node has given a receipt for."""
    query = select(transactions).where(*_on_chain(account), transactions.c.nonce >= nonce)
    with engine.connect() as connection:
        return list(connection.execute(query.order_by(transactions.c.nonce).limit(most)))


def send_again(rpc: Rpc, rows: Iterable[Row[Any]]) -> None:
    """The same octets, which no chain takes twice: whether they are refused does not matter. Raises SourceError."""
    for row in rows:
        with suppress(NodeRefused):
            rpc.call("eth_sendRawTransaction", to_hex(row.raw))


def fill(rpc: Rpc, gap: range, chain_id: int, signer: Account, fees: Fees) -> None:
    """Sends an empty transaction for each nonce of the gap. Raises NodeRefused, SourceError."""
    _log.warning("%d nonces of %s were never used: filled with empty transactions", len(gap), signer.hex_address)
    # The whole fee is their tip, so that a higher fee replaces those which a node holds already.
    offered = replace(fees, max_priority_fee_per_gas=fees.max_fee_per_gas)
    for nonce in gap:
        signed = signer.sign(chain_id, nonce, empty_call(signer.address), offered)
        try:
            rpc.call("eth_sendRawTransaction", to_hex(signed.raw))
        except NodeRefused:
            if rpc.call("eth_getTransactionByHash", to_hex(signed.hash)) is None:
                raise


def _on_chain(account: bytes) -> tuple[Any, ...]:
    """Settled by a receipt. What was given up has no block."""
    return transactions.c.account == account, transactions.c.state == State.SETTLED, transactions.c.block > 0
