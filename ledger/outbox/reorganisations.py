"""What a network whose blocks can be taken back (Clique) asks of an outbox: to wait longer, and to look again.

A call is settled once its block has two rounds of signers on top (spec/headers.md). Where a block is taken back all the
same, the calls in it are queued again: the same signed transactions, so that the chain still takes each once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from ledger.errors import MalformedAnswer
from ledger.hexadecimal import octets
from ledger.light_client import settling_depth
from ledger.network_file import NetworkFile
from ledger.outbox.tables import State, settled_blocks, transactions
from ledger.receipts import Receipt
from ledger.rpc import Rpc

LOOKED_BACK_BLOCKS = 100_000
"""More than a day of blocks; what lies deeper is not looked at again."""

_log = logging.getLogger(__name__)


class Reorganisations:
    """Of one network. On those whose blocks are final at once it asks nothing and keeps nothing."""

    def __init__(self, network: NetworkFile) -> None:
        self._depth = settling_depth(network)

    def newest_settled(self, rpc: Rpc) -> int | None:
        """The newest block whose calls may be settled; None: any."""
        return rpc.quantity("eth_blockNumber") - self._depth if self._depth else None

    def settled_state(self, rpc: Rpc) -> str:
        """The newest block whose state stays, as JSON-RPC names it."""
        newest = self.newest_settled(rpc)
        return "latest" if newest is None else hex(max(0, newest))

    def note(self, connection: Connection, transaction_id: int, receipt: Receipt) -> None:
        """Remembers where a call was settled, in the transaction that settles it."""
        if not self._depth:
            return
        connection.execute(delete(settled_blocks).where(settled_blocks.c.number < receipt.block - LOOKED_BACK_BLOCKS))
        values = {"transaction_id": transaction_id, "number": receipt.block, "hash": receipt.block_hash}
        connection.execute(insert(settled_blocks).values(**values))

    def take_back(self, engine: Engine, rpc: Rpc) -> int:
        """Queues again what lies in blocks that the node's chain no longer has. How many calls."""
        if not self._depth:
            return 0
        gone = _gone(engine, rpc)
        if gone:
            _log.warning("the chain was reorganised below settled blocks, %d calls are sent again", len(gone))
            with engine.begin() as connection:
                again = update(transactions).where(transactions.c.id.in_(gone))
                connection.execute(again.values(state=State.QUEUED, block=None, revert=None))
                connection.execute(delete(settled_blocks).where(settled_blocks.c.transaction_id.in_(gone)))
        return len(gone)


def _gone(engine: Engine, rpc: Rpc) -> list[int]:
    """From the newest settled block down to the first that is still there: what lies below it is, too."""
    query = select(settled_blocks).order_by(settled_blocks.c.number.desc())
    with engine.connect() as connection:
        rows = list(connection.execute(query))
    gone: list[int] = []
    for row in rows:
        if _is_there(rpc, row):
            break
        gone.append(row.transaction_id)
    return gone


def _is_there(rpc: Rpc, row: Row[Any]) -> bool:
    """A node that does not have the block yet is behind, and says nothing against it."""
    found = rpc.call("eth_getBlockByNumber", hex(row.number), False)
    if found is None:
        return True
    if not isinstance(found, Mapping):
        raise MalformedAnswer("eth_getBlockByNumber was not answered with an object")
    try:
        return bool(octets(found.get("hash"), 32) == row.hash)
    except ValueError as e:
        raise MalformedAnswer(f"eth_getBlockByNumber: {e}") from e
