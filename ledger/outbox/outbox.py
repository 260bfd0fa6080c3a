"""Exactly once from a database to the chain: what is enqueued with a business change is sent until it is final.

A call is signed when it is enqueued, with the account's next nonce, and only ever sent as that one transaction: however
often it is resent, the chain takes it once. There are two exceptions. Where somebody else used a nonce up before any
node had acknowledged the call, that transaction, and those queued after it, can never run, and are signed again. Where
gas costs more than a call offers, it is signed with more, and the same nonce; or nothing is sent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from ledger.accounts import Account, Fees
from ledger.calls import Call
from ledger.errors import FeeTooLow, NodeRefused, Revert
from ledger.gas import Gas, fees_of, gas_at
from ledger.hexadecimal import to_hex
from ledger.network_file import NetworkFile
from ledger.outbox.fees import earlier_receipt, sign_with_more
from ledger.outbox.nonces import MOST_USED_ELSEWHERE, fill, may_be_next, send_again, settled_from
from ledger.outbox.reorganisations import Reorganisations
from ledger.outbox.tables import State, accounts, beginnings, earlier_hashes, transactions
from ledger.receipts import Receipt, parse_receipt, receipt_of
from ledger.rpc import Rpc

IN_FLIGHT = 64
"""How many of one account's transactions are looked at, and sent, in one round."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """One enqueued call. `reference` is what its enqueuer knows it by."""

    id: int
    account: bytes
    nonce: int
    reference: str
    purpose: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round did: how many calls became final, how many still wait, and what the node has against them.

    `fee_too_low` says what gas costs, where that is more than is offered: then nothing was sent of some account.
    """

    settled: int
    waiting: int
    problems: tuple[str, ...]
    fee_too_low: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: how many calls, and when the oldest was enqueued (Unix seconds)."""

    count: int
    since: int | None


OnSettled = Callable[[Connection, Sent, Receipt], None]


class Outbox:
    """The outbox in one database for one network; its tables are `ledger.outbox.metadata`'s."""

    def __init__(
        self,
        engine: Engine,
        network: NetworkFile,
        *,
        fees: Fees = Fees(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._chain_id = network.chain_id
        self._reorganisations = Reorganisations(network)
        self._fees = fees
        self._clock = clock

    def knows(self, connection: Connection, account: bytes) -> bool:
        return connection.scalar(select(accounts.c.address).where(accounts.c.address == account)) is not None

    def adopt(self, connection: Connection, account: bytes, next_nonce: int) -> None:
        """Begins with an account that was used before, at the chain's next nonce. A known account is left as it is."""
        if not self.knows(connection, account):
            _begin(connection, account, first=next_nonce, next_nonce=next_nonce)

    def enqueue(self, connection: Connection, account: Account, call: Call, reference: str) -> int:
        """Records the call within the caller's transaction: once that is committed, it will reach the chain, once.

        An account never seen begins at nonce 0. Returns the row's id. `reference` and the call's purpose are public.
        """
        if call.to is None:
            raise ValueError("the outbox sends calls of contracts, it creates none")
        nonce = _take_nonce(connection, account.address)
        signed = account.sign(self._chain_id, nonce, call, self._fees)
        row = insert(transactions).values(
            account=account.address,
            nonce=nonce,
            reference=reference,
            purpose=call.purpose,
            recipient=call.to,
            data=call.data,
            gas=call.gas,
            raw=signed.raw,
            hash=signed.hash,
            state=State.QUEUED,
            enqueued_at=int(self._clock()),
        )
        result = connection.execute(row.returning(transactions.c.id))
        return int(result.scalar_one())

    def waiting(self, connection: Connection) -> Waiting:
        query = select(func.count(), func.min(transactions.c.enqueued_at)).where(_unsettled())
        count, since = connection.execute(query).one()
        return Waiting(count, since)

    def deliver(self, rpc: Rpc, on_settled: OnSettled, *, signers: Iterable[Account] = ()) -> Delivery:
        """One round: settles what is final, in nonce order, then sends what no node has. Raises SourceError.

        `on_settled` is called in the transaction that marks a call settled: both happen, or neither, and it is called
        again in the next round. It is called again, too, for a call whose block was taken back, once that is settled
        anew (Clique only). `signers` are needed only where a nonce was used up by somebody else, or a fee is too low.
        """
        by_address = {signer.address: signer for signer in signers}
        self._reorganisations.take_back(self._engine, rpc)
        settled, fee_too_low = 0, None
        for account in self.waiting_accounts():
            settled += self._settle(rpc, account, on_settled)
            try:
                self._send(rpc, account, by_address.get(account))
            except FeeTooLow as e:
                fee_too_low = str(e)
        return Delivery(settled, *self._left(), fee_too_low)

    def give_up(self, rpc: Rpc, account: bytes, on_settled: OnSettled) -> int:
        """Settles all that waits of an account that can do nothing any more: as its receipt says, else as given up.

        Only for an account whose every call the contracts refuse, as after its fence: what is given up may still run.
        How many calls were settled. Raises SourceError.
        """
        settled = 0
        while rows := self._rows(account):
            for row in rows:
                given_up = Receipt(row.hash, 0, b"", 0, Revert("GivenUp", ()), ())
                settled += self._settle_one(row, self._receipt(rpc, row) or given_up, on_settled)
        return settled

    def waiting_accounts(self) -> list[bytes]:
        """The accounts with calls that are not settled."""
        query = select(transactions.c.account).where(_unsettled()).distinct().order_by(transactions.c.account)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def _left(self) -> tuple[int, tuple[str, ...]]:
        query = select(transactions.c.problem).where(_unsettled(), transactions.c.problem.is_not(None))
        with self._engine.connect() as connection:
            return self.waiting(connection).count, tuple(connection.scalars(query))

    def _rows(self, account: bytes) -> list[Row[Any]]:
        query = select(transactions).where(_unsettled(), transactions.c.account == account)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(transactions.c.nonce).limit(IN_FLIGHT)))

    def _settle(self, rpc: Rpc, account: bytes, on_settled: OnSettled) -> int:
        """Settles in nonce order what has a receipt: whoever is told of a call has been told of those before it."""
        settled, newest = 0, self._reorganisations.newest_settled(rpc)
        while rows := self._rows(account):
            answers = rpc.batch("eth_getTransactionReceipt", [[to_hex(row.hash)] for row in rows])
            for row, answer in zip(rows, answers, strict=True):
                found = None if answer is None else parse_receipt(rpc, answer, row.hash)
                receipt = self._settling(rpc, row, found)
                if receipt is None:
                    return settled
                if newest is not None and receipt.block > newest:
                    return settled
                settled += self._settle_one(row, receipt, on_settled)
        return settled

    def _settling(self, rpc: Rpc, row: Row[Any], found: Receipt | None) -> Receipt | None:
        """The receipt that counts: a call that was signed anew, and was refused so, may have been done before that."""
        if found is not None and found.succeeded:
            return found
        earlier = earlier_receipt(self._engine, rpc, row)
        return earlier if found is None or (earlier is not None and earlier.succeeded) else found

    def _settle_one(self, row: Row[Any], receipt: Receipt, on_settled: OnSettled) -> int:
        revert = str(receipt.revert) if receipt.revert else None
        changes = {"state": State.SETTLED, "block": receipt.block, "revert": revert, "problem": None}
        with self._engine.begin() as connection:
            changed = connection.execute(update(transactions).where(_is(row), _unsettled()).values(changes))
            if changed.rowcount == 0:  # another worker was first
                return 0
            if receipt.block_hash:
                self._reorganisations.note(connection, row.id, receipt)
            on_settled(connection, _sent(row), receipt)
        return 1

    def _send(self, rpc: Rpc, account: bytes, signer: Account | None) -> None:
        """Sends, in nonce order, what the node does not have; stops at the first that it refuses.

        Raises FeeTooLow, with nothing sent from there on, where gas costs more than is offered.
        """
        rows = self._rows(account)
        if not rows:
            return
        gas = gas_at(rpc)
        if not self._is_next(rpc, rows[0], gas, signer):
            return
        lost = set(self._lost(rpc, [row for row in rows if row.state == State.SENT]))
        for row in rows:
            if row.state == State.SENT and row.id not in lost and not self._is_shut_out(rpc, row, gas):
                if row.problem is not None:  # another node's
                    self._mark(row, problem=None)
                continue
            payable = self._payable(row, gas, signer)
            if payable is None:
                return  # another worker was first
            try:
                rpc.call("eth_sendRawTransaction", to_hex(payable.raw))
            except NodeRefused as e:
                if not self._taken_anyway(rpc, payable, e, signer):
                    return
            self._mark(payable, state=State.SENT, problem=None)

    def _is_next(self, rpc: Rpc, first: Row[Any], gas: Gas, signer: Account | None) -> bool:
        """Whether the node can run the first call; else it is sent what it lacks before that, as much as one round has.

        Raises FeeTooLow.
        """
        next_nonce = rpc.nonce(first.account)
        if next_nonce >= first.nonce:
            return True
        if settled := settled_from(self._engine, first.account, next_nonce, IN_FLIGHT):
            send_again(rpc, settled)
            problem = "the node lacks calls that are settled: it is behind, or the one that said so lied"
        else:
            # What others have pending there is theirs.
            gap = range(max(next_nonce, rpc.nonce(first.account, "pending")), first.nonce)
            if not gap:
                return True
            problem = f"{len(gap)} nonces before its own were never used"
            if len(gap) > MOST_USED_ELSEWHERE:
                problem = f"{problem}, too many to be filled: the authority needs another operator account"
            elif signer is not None:
                gas.require(self._fees)
                try:
                    fill(rpc, gap[:IN_FLIGHT], self._chain_id, signer, self._fees)
                    if len(gap) <= IN_FLIGHT:
                        return True
                except NodeRefused as e:
                    problem = f"{problem}, and empty transactions for them are refused: {e}"
        self._mark(first, problem=f"{first.purpose}: {problem}")
        return False

    def _is_shut_out(self, rpc: Rpc, row: Row[Any], gas: Gas) -> bool:
        return gas.shuts_out(fees_of(row.raw)) and self._receipt(rpc, row) is None

    def _payable(self, row: Row[Any], gas: Gas, signer: Account | None) -> Row[Any] | None:
        """The row, signed with more where it offers too little; None where another worker was first.

        Raises FeeTooLow where the outbox's own fees are too low, or nobody is here to sign.
        """
        offered = fees_of(row.raw)
        if gas.suffices(offered):
            return row
        try:
            gas.require(offered if signer is None else self._fees)
        except FeeTooLow as e:
            if row.problem != (problem := f"{row.purpose}: {e}"):
                _log.warning("not sent: %s", problem)
                self._mark(row, problem=problem)
            raise
        assert signer is not None
        _log.info("signed with a higher fee: %s", row.purpose)
        return sign_with_more(self._engine, row, self._chain_id, signer, self._fees)

    def _lost(self, rpc: Rpc, rows: list[Row[Any]]) -> Iterable[int]:
        """Acknowledged once, but the node has neither receipt nor transaction any more."""
        known = rpc.batch("eth_getTransactionByHash", [[to_hex(row.hash)] for row in rows])
        for row, found in zip(rows, known, strict=True):
            if found is None and earlier_receipt(self._engine, rpc, row) is None:
                _log.warning("the node lost %s, sent again", row.purpose)
                yield row.id

    def _taken_anyway(self, rpc: Rpc, row: Row[Any], refusal: NodeRefused, signer: Account | None) -> bool:
        """Whether the node has the refused transaction after all: it was sent before, and the answer was lost.

        The nonce is asked before the receipt, in a block that stays: if it is used up there and the transaction is not
        final, it never can be.
        """
        used_up = rpc.nonce(row.account, self._reorganisations.settled_state(rpc)) > row.nonce
        if self._receipt(rpc, row) or rpc.call("eth_getTransactionByHash", to_hex(row.hash)):
            return True
        # What follows a queued row was never sent: numbering all again is safe. After a sent one it would not be.
        problem = "its nonce was used by another transaction of the account" if used_up else str(refusal)
        if used_up and signer is not None and row.state == State.QUEUED:
            next_nonce = rpc.nonce(row.account, "pending")
            problem = f"the node says that its nonce was used elsewhere, and {next_nonce} is next"
            if not self._renumber(row, next_nonce, signer):
                problem = f"{problem}, which is not believed"
        self._mark(row, problem=f"{row.purpose}: {problem}")
        _log.warning("not sent: %s: %s", row.purpose, problem)
        return False

    def _receipt(self, rpc: Rpc, row: Row[Any]) -> Receipt | None:
        return receipt_of(rpc, row.hash) or earlier_receipt(self._engine, rpc, row)

    def _renumber(self, first: Row[Any], next_nonce: int, signer: Account) -> bool:
        """Signs `first` and what follows it again, in order, from `next_nonce` on. False where that is not believed.

        As signed before they can never run, if the node is right; if not, the hashes they had tell. What comes before
        was acknowledged and may have become final meanwhile: it keeps its nonces.
        """
        account = first.account
        with self._engine.begin() as connection:
            _lock(connection, account)
            if next_nonce <= first.nonce or not may_be_next(connection, account, next_nonce):
                return False
            query = select(transactions).where(_unsettled(), transactions.c.account == account)
            query = query.where(transactions.c.nonce >= first.nonce).order_by(transactions.c.nonce.desc())
            rows = list(connection.execute(query))
            if not rows or rows[-1].hash != first.hash or any(row.state == State.SENT for row in rows):
                return True  # another worker was first
            last = next_nonce + len(rows) - 1
            # From the last to the first, so that no two rows ever have one nonce.
            for offset, row in enumerate(rows):
                call = Call(row.recipient, row.data, row.gas, row.purpose)
                signed = signer.sign(self._chain_id, last - offset, call, self._fees)
                values = {"nonce": last - offset, "raw": signed.raw, "hash": signed.hash, "state": State.QUEUED}
                connection.execute(update(transactions).where(_is(row)).values(values))
                connection.execute(insert(earlier_hashes).values(hash=row.hash, transaction_id=row.id))
            connection.execute(update(accounts).where(accounts.c.address == account).values(next_nonce=last + 1))
        _log.warning("nonces of %s were used elsewhere; %d calls numbered again", to_hex(account), len(rows))
        return True

    def _mark(self, row: Row[Any], **changes: str | None) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(transactions).where(_is(row), _unsettled()).values(changes))


def _unsettled() -> Any:
    return transactions.c.state != State.SETTLED


def _is(row: Row[Any]) -> Any:
    return transactions.c.id == row.id


def _sent(row: Row[Any]) -> Sent:
    return Sent(row.id, row.account, row.nonce, row.reference, row.purpose, row.hash)


def _lock(connection: Connection, account: bytes) -> None:
    """Nobody else enqueues or numbers calls of the account until the transaction ends."""
    unchanged = update(accounts).where(accounts.c.address == account).values(next_nonce=accounts.c.next_nonce)
    connection.execute(unchanged)


def _begin(connection: Connection, account: bytes, *, first: int, next_nonce: int) -> None:
    connection.execute(insert(accounts).values(address=account, next_nonce=next_nonce))
    connection.execute(insert(beginnings).values(account=account, nonce=first))


def _take_nonce(connection: Connection, account: bytes) -> int:
    """The account's next nonce; the row stays locked until the caller's transaction ends, so none is given twice."""
    taken = update(accounts).where(accounts.c.address == account).values(next_nonce=accounts.c.next_nonce + 1)
    found = connection.scalar(taken.returning(accounts.c.next_nonce))
    if found is not None:
        return int(found) - 1
    _begin(connection, account, first=0, next_nonce=1)
    return 0
