"""The way to the ledger: tries the nodes in turn, compares histories before anything is sent, tells how it stands."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from eth_hash.auto import keccak
from sqlalchemy import Connection, func, select

from issuer.batches import LIVE
from issuer.bureau import Bureau
from issuer.errors import LedgerMismatch, OtherChain
from issuer.schema import batches
from issuer.settlement import settle
from issuer.store import reading
from ledger import Delivery, Receipt, Rpc, Sent, SourceError, shown_address

_log = logging.getLogger(__name__)
_TOTALS_OF = keccak(b"totalsOf(uint32)")[:4]
_TWO_WORDS = re.compile(r"0x[0-9a-f]{128}")

STANDING_STILL_SECONDS = 15.0
"""How long none of an account's calls is settled before the other nodes are asked as well, and it is told."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the last round ended. `unreachable` is why no node could be used; `mismatches` are by authority.

    `problems` are what is left of them once every node was asked. `fee_too_low` is what gas costs, where every node
    that could be used says that the settings offer less.
    """

    unreachable: str | None = None
    problems: tuple[str, ...] = ()
    fee_too_low: str | None = None
    mismatches: Mapping[int, str] = field(default_factory=dict)


class LedgerLink:
    """One thread at a time uses it: the start, then the worker."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
        self._rpcs = [Rpc(url) for url in bureau.settings.ledger_urls]
        self._of_this_chain: set[str] = set()
        self._is_compared = False
        # By account with calls that wait: when one of them was settled, or the first was seen.
        self._moved_at: dict[bytes, float] = {}
        self.state = LinkState()

    def close(self) -> None:
        for rpc in self._rpcs:
            rpc.close()

    def compare(self) -> None:
        """Compares the chain's totals with this database. Raises LedgerMismatch; does nothing while no node answers."""
        self._ask_in_turn(lambda rpc: Delivery(0, 0, ()))
        if self.state.mismatches:
            raise LedgerMismatch("; ".join(self.state.mismatches.values()))

    def deliver(self) -> bool:
        """One round of the outbox. False where no node could be used: everything queued stays queued.

        What one node does not take, for its price or whatever it says, or takes and lets lie, the next is asked to take
        in the same round.
        """
        self._ask_in_turn(self._deliver)
        return self.state.unreachable is None

    def _ask_in_turn(self, work: Callable[[Rpc], Delivery]) -> None:
        """Until a node leaves no problem. A node of another chain, or of another history, is not used."""
        failures: list[str] = []
        mismatches: dict[int, str] = {}
        deliveries: list[Delivery] = []
        for rpc in self._rpcs:
            try:
                self._require_this_chain(rpc)
                if differing := self._compare(rpc):
                    mismatches |= differing
                    raise LedgerMismatch("; ".join(differing.values()))
                deliveries.append(work(rpc))
            except (SourceError, OtherChain, LedgerMismatch) as error:
                failures.append(f"{shown_address(rpc.url)}: {error}")
                continue
            if not deliveries[-1].problems:
                break
        self._become(_state(deliveries, failures, mismatches))

    def _require_this_chain(self, rpc: Rpc) -> None:
        """Before anything else that it says counts; asked once. Raises OtherChain."""
        if rpc.url in self._of_this_chain:
            return
        if (found := rpc.chain_id()) != self._bureau.network.chain_id:
            raise OtherChain(f"chain id {found}, the network file says {self._bureau.network.chain_id}")
        self._of_this_chain.add(rpc.url)

    def _become(self, state: LinkState) -> None:
        if state.mismatches and not self.state.mismatches:
            _log.error("nothing is sent: %s", state.unreachable)
        elif state.unreachable and not self.state.unreachable:
            _log.warning("the ledger cannot be reached, acts are queued: %s", state.unreachable)
        elif self.state.unreachable and not state.unreachable:
            _log.info("the ledger can be reached again")
            self._moved_at.clear()
        self.state = state

    def _deliver(self, rpc: Rpc) -> Delivery:
        dispatch = self._bureau.dispatch
        delivery = dispatch.outbox.deliver(rpc, self._on_settled, signers=dispatch.accounts.values())
        return replace(delivery, problems=(*delivery.problems, *self._standing_still()))

    def _standing_still(self) -> list[str]:
        """The accounts whose calls a node may have taken without any of them getting into a block."""
        now = time.monotonic()
        self._moved_at = {
            each: self._moved_at.get(each, now) for each in self._bureau.dispatch.outbox.waiting_accounts()
        }
        return [
            f"calls of 0x{account.hex()} wait, none was settled for {now - moved_at:.0f} seconds"
            for account, moved_at in self._moved_at.items()
            if now - moved_at > STANDING_STILL_SECONDS
        ]

    def _on_settled(self, connection: Connection, sent: Sent, receipt: Receipt) -> None:
        settle(connection, self._bureau, sent, receipt)
        self._moved_at[sent.account] = time.monotonic()
        _log.info("settled: %s%s", sent.purpose, f", refused: {receipt.revert}" if receipt.revert else "")

    def _compare(self, rpc: Rpc) -> dict[int, str]:
        """What the node has that this database does not know, by authority. Until one node's totals are as expected.

        Raises SourceError where it lacks what was anchored: it is behind.
        """
        mismatches: dict[int, str] = {}
        if self._is_compared:
            return mismatches
        behind = []
        for number, authority in self._bureau.authorities.items():
            totals = _totals(rpc, self._bureau.network.registries.credential, number)
            with reading(self._bureau.engine) as connection:
                expected = _possible_totals(connection, number)
            told = _difference(number, authority.settings.name, totals, expected)
            if totals[0] < expected[0][0] and totals[1] < expected[0][1]:
                behind.append(f"{told}; the node is behind")
            elif totals not in expected:
                mismatches[number] = f"{told}; it is an old copy, or another service anchors for this authority"
        if behind and not mismatches:
            raise SourceError("; ".join(behind))
        if not mismatches:
            adopt(self._bureau, self._usable())
            self._is_compared = True
        return mismatches

    def _usable(self) -> Iterator[Rpc]:
        for rpc in self._rpcs:
            with suppress(SourceError, OtherChain):
                self._require_this_chain(rpc)
                yield rpc


def adopt(bureau: Bureau, rpcs: Iterable[Rpc]) -> None:
    """Accounts that the outbox does not know begin at the lowest nonce that a node gives. Raises SourceError.

    A call whose nonce is too low is refused, and numbered again; behind one that is too high nothing is used.
    """
    outbox, accounts = bureau.dispatch.outbox, {each.address for each in bureau.dispatch.accounts.values()}
    with reading(bureau.engine) as connection:
        new = {account for account in accounts if not outbox.knows(connection, account)}
    if not new:
        return
    given: list[dict[bytes, int]] = []
    for rpc in rpcs:
        with suppress(SourceError):
            given.append({account: rpc.nonce(account) for account in new})
    if not given:
        raise SourceError("no node says where a new account stands")
    with bureau.engine.begin() as connection:
        for account in new:
            outbox.adopt(connection, account, min(each[account] for each in given))


def _state(deliveries: Sequence[Delivery], failures: Sequence[str], mismatches: Mapping[int, str]) -> LinkState:
    if not deliveries:
        return LinkState(unreachable="; ".join(failures), mismatches=mismatches)
    left = deliveries[-1].problems
    is_too_low = all(each.fee_too_low for each in deliveries)
    return LinkState(
        problems=(*left, *failures) if left else (),
        fee_too_low=deliveries[-1].fee_too_low if is_too_low else None,
    )


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


def _difference(authority: int, name: str, totals: tuple[int, int], expected: list[tuple[int, int]]) -> str:
    ours = f"{expected[0][0]} to {expected[-1][0]} batches with {expected[0][1]} to {expected[-1][1]} positions"
    return (
        f"authority {authority} ({name}): the chain has {totals[0]} batches with {totals[1]} positions, this database "
        f"expects {ours}"
    )
