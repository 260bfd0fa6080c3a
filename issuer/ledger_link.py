"""The way to the ledger: tries the nodes in turn, compares histories before anything is sent, tells how it stands."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from eth_hash.auto import keccak
from sqlalchemy import Connection, func, select

from issuer.batches import LIVE
from issuer.bureau import Bureau
from issuer.errors import LedgerMismatch, OtherChain
from issuer.schema import batches
from issuer.settlement import settle
from issuer.store import reading
from ledger import Receipt, Rpc, Sent, SourceError, shown_address

_log = logging.getLogger(__name__)
_TOTALS_OF = keccak(b"totalsOf(uint32)")[:4]
_TWO_WORDS = re.compile(r"0x[0-9a-f]{128}")


@dataclass(slots=True)
class LinkState:
    """How the last attempt ended. `unreachable` is why no node could be used; `mismatches` are by authority.

    `fee_too_low` is what gas costs, where the settings offer less to the last node asked: it was sent nothing.
    """

    compared: bool = False
    unreachable: str | None = None
    problems: tuple[str, ...] = ()
    fee_too_low: str | None = None
    mismatches: dict[int, str] = field(default_factory=dict)


class LedgerLink:
    """One thread at a time uses it: the start, then the worker."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
        self._rpcs = [Rpc(url) for url in bureau.settings.ledger_urls]
        self._of_this_chain: set[str] = set()
        self.state = LinkState()

    def close(self) -> None:
        for rpc in self._rpcs:
            rpc.close()

    def compare(self) -> None:
        """Compares the chain's totals with this database. Raises LedgerMismatch; does nothing while no node answers."""
        self._with_node(self._compare_all)
        if self.state.mismatches:
            raise LedgerMismatch("; ".join(self.state.mismatches.values()))

    def deliver(self) -> bool:
        """One round of the outbox. False where no node could be used: everything queued stays queued.

        What one node does not take, for its price or whatever it says, the next is asked to take in the same round.
        """
        return self._with_node(self._deliver)

    def _with_node(self, work: Callable[[Rpc], bool]) -> bool:
        """Whether a node could be used. `work` says whether it is done, so that no other node need be asked."""
        failures, is_usable = [], False
        for rpc in self._rpcs:
            try:
                self._require_this_chain(rpc)
                is_done = work(rpc)
            except (SourceError, OtherChain) as error:
                failures.append(f"{shown_address(rpc.url)}: {error}")
                continue
            is_usable = True
            if is_done:
                break
        if is_usable:
            self._now_reachable()
            return True
        if self.state.unreachable is None:
            _log.warning("the ledger cannot be reached, acts are queued: %s", "; ".join(failures))
        self.state.unreachable = "; ".join(failures)
        return False

    def _require_this_chain(self, rpc: Rpc) -> None:
        """Before anything else that it says counts; asked once. Raises OtherChain."""
        if rpc.url in self._of_this_chain:
            return
        if (found := rpc.chain_id()) != self._bureau.network.chain_id:
            raise OtherChain(f"chain id {found}, the network file says {self._bureau.network.chain_id}")
        self._of_this_chain.add(rpc.url)

    def _now_reachable(self) -> None:
        if self.state.unreachable is not None:
            _log.info("the ledger can be reached again")
        self.state.unreachable = None

    def _compare_all(self, rpc: Rpc) -> bool:
        self._compare(rpc)
        return True

    def _deliver(self, rpc: Rpc) -> bool:
        if not self.state.compared:
            self._compare(rpc)
        if self.state.mismatches:
            return True
        delivery = self._bureau.dispatch.outbox.deliver(
            rpc, self._on_settled, signers=self._bureau.dispatch.accounts.values()
        )
        self.state.problems, self.state.fee_too_low = delivery.problems, delivery.fee_too_low
        return not delivery.problems

    def _on_settled(self, connection: Connection, sent: Sent, receipt: Receipt) -> None:
        settle(connection, self._bureau, sent, receipt)
        _log.info("settled: %s%s", sent.purpose, f", refused: {receipt.revert}" if receipt.revert else "")

    def _compare(self, rpc: Rpc) -> None:
        mismatches = {}
        for number, authority in self._bureau.authorities.items():
            totals = _totals(rpc, self._bureau.network.registries.credential, number)
            with reading(self._bureau.engine) as connection:
                expected = _possible_totals(connection, number)
            if totals not in expected:
                mismatches[number] = _mismatch(number, authority.settings.name, totals, expected)
        with self._bureau.engine.begin() as connection:
            for account in self._bureau.dispatch.accounts.values():
                self._bureau.dispatch.outbox.adopt(connection, account.address, rpc.nonce(account.address))
        self.state.mismatches = mismatches
        self.state.compared = True
        for mismatch in mismatches.values():
            _log.error("%s", mismatch)


def _totals(rpc: Rpc, registry: bytes, authority: int) -> tuple[int, int]:
    """The registry's (next sequence number, total of positions) of the authority."""
    data = _TOTALS_OF + authority.to_bytes(32)
    answer = rpc.call("eth_call", {"to": f"0x{registry.hex()}", "data": f"0x{data.hex()}"}, "latest")
    if not isinstance(answer, str) or not _TWO_WORDS.fullmatch(answer):
        raise SourceError("totalsOf was not answered with two numbers")
    return int(answer[2:66], 16), int(answer[66:], 16)


def _possible_totals(connection: Connection, authority: int) -> list[tuple[int, int]]:
    """What the chain can have: everything anchored, and any number of the batches that are queued after that."""
    mine = (batches.c.authority == authority, batches.c.state.in_(LIVE))
    anchored = select(func.count(), func.coalesce(func.sum(batches.c.count), 0))
    seq, total = connection.execute(anchored.where(*mine, batches.c.state == "anchored")).one()
    possible = [(seq, total)]
    queued = select(batches.c.count).where(*mine, batches.c.state == "queued").order_by(batches.c.seq)
    for count in connection.execute(queued).scalars():
        seq, total = seq + 1, total + count
        possible.append((seq, total))
    return possible


def _mismatch(authority: int, name: str, totals: tuple[int, int], expected: list[tuple[int, int]]) -> str:
    ours = f"{expected[0][0]} to {expected[-1][0]} batches with {expected[0][1]} to {expected[-1][1]} positions"
    return (
        f"authority {authority} ({name}): the chain has {totals[0]} batches with {totals[1]} positions, this database "
        f"expects {ours}; it is an old copy, or another service anchors for this authority"
    )
