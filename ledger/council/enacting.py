"""Brings a proposal as far as it can go: sends it when enough members signed, executes what is due; or cancels it.

Members sign once. What was scheduled is executed by whoever sends `DueActs.execute` once the delay is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.abi import encode_call
from ledger.administration import Administration
from ledger.calls import Call
from ledger.council.chain import CouncilChain
from ledger.council.history import Enacted, Operation, Standing, enacted
from ledger.council.proposal import Proposal
from ledger.council.signatures import LeftOut, Signature, gather
from ledger.council.words import duration
from ledger.errors import NonceUsed, NotDue, NothingScheduled, NotItsTurn
from ledger.receipts import Receipt

_EXECUTE_SAFE = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
_NOBODY = bytes(20)
_BASE_GAS = 500_000
_GAS_PER_SIGNATURE = 10_000
_GAS_PER_OCTET = 1_000
"""A stored word of 32 octets costs 22,100."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a round did: the proposal as the chain has it now, the receipts of what was sent, signatures left out."""

    enacted: Enacted
    receipts: tuple[Receipt, ...]
    left_out: tuple[LeftOut, ...] = ()


def execute(
    chain: CouncilChain,
    administration: Administration,
    proposal: Proposal,
    signatures: Sequence[Signature],
    now: int,
    *,
    unreadable: Sequence[LeftOut] = (),
) -> Progress:
    """One round. Signatures are needed only until the Safe has executed the proposal; what counts nothing is left out.

    1. The proposal is this council's, on this chain.
    2. If the Safe has not executed it: its nonce is the Safe's next, enough members have signed, and a trial of the
       Safe's call succeeds; then it is sent. Acts without delay are done with that, others are scheduled.
    3. If the Safe has: each scheduled act that is due is executed, one transaction each.

    Raises CouncilProblem, TransactionReverted, TransactionNotFinal or SourceError.
    """
    chain.require_this_chain()  # 1
    proposal.require_of(chain.council)
    found = find(chain, proposal)
    left_out: tuple[LeftOut, ...] = ()
    if found is None:  # 2
        receipt, left_out = _send(chain, administration, proposal, signatures, unreadable)
        receipts = [receipt]
    else:
        receipts = _execute_due(chain, administration, found, now)  # 3
    made = find(chain, proposal)
    if made is None:
        raise NothingScheduled("the node has a receipt of the proposal, but not its events: ask again")
    return Progress(made, tuple(receipts), left_out)


def cancel(chain: CouncilChain, administration: Administration, proposal: Proposal, now: int) -> Progress:
    """Cancels every act of the proposal that is scheduled still; the account has to be a guardian's.

    Raises NothingScheduled, TransactionReverted, TransactionNotFinal or SourceError.
    """
    chain.require_this_chain()
    proposal.require_of(chain.council)
    found = find(chain, proposal)
    running = [] if found is None else _those(found, now, "waiting", "due")
    if not running:
        raise NothingScheduled(_nothing_left(found, now))
    receipts = tuple(administration.send(_cancellation(chain, each)) for each in running)
    made = find(chain, proposal)
    assert made is not None
    return Progress(made, receipts)


def find(chain: CouncilChain, proposal: Proposal) -> Enacted | None:
    """The proposal as the Safe executed it; None where it has not."""
    digest = proposal.digest
    return next((each for each in enacted(chain.rpc, chain.council) if each.digest == digest), None)


def _send(
    chain: CouncilChain,
    administration: Administration,
    proposal: Proposal,
    signatures: Sequence[Signature],
    unreadable: Sequence[LeftOut],
) -> tuple[Receipt, tuple[LeftOut, ...]]:
    _require_its_turn(chain, proposal)
    gathered = gather(proposal, signatures, chain.members(), chain.threshold(), unreadable)
    chain.require_possible(proposal)
    return administration.send(safe_call(proposal, gathered.octets)), gathered.left_out


def safe_call(proposal: Proposal, gathered: bytes) -> Call:
    """The transaction that lets the Safe check the signatures and make its call."""
    values = (proposal.to, 0, proposal.data, 0, 0, 0, 0, _NOBODY, _NOBODY, gathered)
    gas = _BASE_GAS + _GAS_PER_SIGNATURE * (len(gathered) // 65) + _GAS_PER_OCTET * len(proposal.data)
    return Call(proposal.safe, encode_call(_EXECUTE_SAFE, *values), gas, f"the council's transaction {proposal.nonce}")


def _require_its_turn(chain: CouncilChain, proposal: Proposal) -> None:
    next_nonce = chain.nonce()
    if proposal.nonce < next_nonce:
        raise NonceUsed(
            f"another proposal was executed with number {proposal.nonce}; make this one anew with number {next_nonce} "
            "and let it be signed again"
        )
    if proposal.nonce > next_nonce:
        raise NotItsTurn(f"the proposal has number {proposal.nonce}, the one with number {next_nonce} comes first")


def _execute_due(chain: CouncilChain, administration: Administration, found: Enacted, now: int) -> list[Receipt]:
    due = _those(found, now, "due")
    if due:
        return administration.send_all([_due_call(chain, each) for each in due])
    waiting = _those(found, now, "waiting")
    if waiting:
        first = min(each.due for each in waiting)
        raise NotDue(f"scheduled; it can be executed in {duration(first - now)}, and for 7 days from then on", first)
    raise NothingScheduled(_nothing_left(found, now))


def _those(found: Enacted, now: int, *standings: Standing) -> list[Operation]:
    return [each for each in found.operations if each.standing(now) in standings]


def _nothing_left(found: Enacted | None, now: int) -> str:
    if found is None:
        return "the Safe has not executed this proposal, so nothing of it is scheduled"
    standings = {each.standing(now) for each in found.operations}
    if not standings:
        return f"the proposal was done at once, in block {found.block}"
    again = "; what was cancelled or has expired must be proposed and signed again" if standings - {"executed"} else ""
    return f"nothing of the proposal is scheduled: {', '.join(sorted(standings))}{again}"


def _due_call(chain: CouncilChain, operation: Operation) -> Call:
    data = encode_call("execute(address,bytes)", operation.to, operation.data)
    return Call(chain.council.due_acts, data, _gas(operation), _words(operation))


def _cancellation(chain: CouncilChain, operation: Operation) -> Call:
    data = encode_call("cancel(address,address,bytes)", chain.council.safe, operation.to, operation.data)
    return Call(chain.council.manager, data, _gas(operation), f"cancel: {_words(operation)}")


def _gas(operation: Operation) -> int:
    return _BASE_GAS + _GAS_PER_OCTET * len(operation.data)


def _words(operation: Operation) -> str:
    return "an act of another program" if operation.act is None else operation.act.words
