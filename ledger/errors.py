"""The errors of this package: what a node, a file or a transaction can have wrong.

LedgerError
├── MalformedNetworkFile        the network file is not one
├── AccountProblem              a key file cannot be read
├── MalformedSource             an address that is no source's
├── SourceError                 one node cannot be used now
│   ├── NodeUnavailable         no answer, or not in time
│   ├── NodeRefused             an error by JSON-RPC; carries its code
│   ├── MalformedAnswer         an answer that is not what the method answers
│   └── PackProblem             a trust pack, or a mirror of them, is of no use now
│       ├── MalformedPack       not a pack, damaged, or made up
│       ├── PackTooLarge        beyond the limits of the format or of this program
│       ├── UnsupportedPack     of a later format version, or for an engine that packs do not serve
│       ├── PackStale           older than what is known already
│       └── PackIncomplete      cut short, or a pack before it is needed
│           └── PackGap         begins after what is known; carries where
├── NotProven                   one node's answer does not hold against the network file; nothing of it is used
│   ├── OtherNetwork            another chain, journal or network id
│   ├── HeaderNotSealed         a header that is not sealed as its own validators must
│   ├── TooFewTrusted           a header that too few of the validators trusted before have sealed
│   ├── NotAdvancing            a header older than, or beside, what was accepted before
│   ├── ContradictoryHeaders    two sealed headers of one number; carries both
│   ├── DoesNotFollow           a header whose parent is not the one before it (Clique); carries the number
│   ├── ProofRefused            a storage proof that does not lead to the header's state root
│   └── JournalMismatch         logs that do not fold to the proven head
├── MalformedEvent              a proven log without the layout of its event
├── CheckpointTooOld            the trusted validators were last confirmed too long ago
├── FollowFailed                no source could be used; carries each one's reason
├── PackNotWritten              a replica has nothing to make a pack of, or the file cannot be written
├── OtherReplica                the replica's file belongs to another network or a newer program
├── ReplicaUnwritable           the replica's file cannot be written: a full disk
├── ReplicaDamaged              the replica's file is damaged, or is no replica's
├── CouncilProblem              what members wrote, signed or ask for does not fit their council
│   ├── MalformedCouncilDocument  a council, proposal or signature file that is none
│   ├── OtherCouncil            for another chain, Safe or network
│   ├── UnknownAct              octets that cannot be put into words; nobody signs them
│   ├── SignatureRefused        a stranger's signature, a forged one, or another proposal's
│   ├── TooFewSignatures        names who could give those that are missing
│   ├── NonceUsed               another proposal was executed in this one's place
│   ├── NotItsTurn              proposals with lower nonces come first
│   ├── NotDue                  scheduled, and the delay still runs; carries from when on it can be done
│   ├── NothingScheduled        executed, cancelled or expired already, or never scheduled
│   └── UnsoundCouncil          the chain has other powers or code than a council of this kind; carries each finding
├── NotRenewable                this block cannot become a network file's checkpoint
├── FactsBehind                 not in time proven up to the ledger's newest block; carries both blocks
├── NotOnRecord                 the ledger, as far as it is proven here, has no such operator, key or authority
├── RestorationStopped          a part of the statuses is restored; the command goes on when it is run again
├── OtherEngine                 the chain is sealed by another engine than the one that was named
├── FeeTooLow                   gas costs more than is offered; nothing was sent. Carries the least fee
├── TransactionReverted         the contract refused; carries its custom error
└── TransactionNotFinal         no receipt in time
"""

from __future__ import annotations

from dataclasses import dataclass


class LedgerError(Exception):
    """Something about the chain, a node or a file of this package is wrong."""


class MalformedNetworkFile(LedgerError):
    """The network file is not one."""


class AccountProblem(LedgerError):
    """A key file cannot be read or opened."""


class MalformedSource(LedgerError):
    """An address that has none of the forms of a source."""


class SourceError(LedgerError):
    """One node cannot be used now."""


class NodeUnavailable(SourceError):
    """No answer, or not in time."""


class NodeRefused(SourceError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, method: str, code: int, message: str, data: object = None) -> None:
        super().__init__(f"{method} refused with {code}: {message}")
        self.method = method
        self.code = code
        self.reason = message
        self.data = data


class MalformedAnswer(SourceError):
    """The answer is not what the method answers."""


class PackProblem(SourceError):
    """A trust pack, or a mirror of them, is of no use now."""


class MalformedPack(PackProblem):
    """It is no pack, is damaged, or was made up."""


class PackTooLarge(PackProblem):
    """The pack is beyond the limits of the format or of this program."""


class UnsupportedPack(PackProblem):
    """The pack is of a later format version, or the network's engine is one that packs do not serve."""


class PackStale(PackProblem):
    """The pack ends at an older block than what is known already. It may be a good one, and was once."""


class PackIncomplete(PackProblem):
    """The pack was cut short, or another has to be loaded before it. What is there of it may be good."""


class PackGap(PackIncomplete):
    """The pack begins after what is known: at event `begins`, and `known` events are."""

    def __init__(self, begins: int, known: int) -> None:
        super().__init__(f"the pack begins at event {begins}, known are {known}: load the pack before it first")
        self.begins = begins
        self.known = known


class NotProven(LedgerError):
    """The node's answer does not hold against the network file; nothing of it is used."""


class OtherNetwork(NotProven):
    """The node serves another chain, journal or network id."""


class HeaderNotSealed(NotProven):
    """The header is not sealed as the validators that it names must, or does not have its engine's form."""


class TooFewTrusted(NotProven):
    """Too few of the validators trusted before have sealed the header: they changed, or somebody names its own."""


class NotAdvancing(NotProven):
    """The header is older than, or beside, what was accepted before."""


class ContradictoryHeaders(NotProven):
    """The validators sealed two blocks of one number. `first`, already accepted, and `second` are the headers' RLP."""

    def __init__(self, number: int, first: bytes, second: bytes) -> None:
        super().__init__(f"two sealed headers of number {number}: the validators contradict themselves")
        self.number = number
        self.first = first
        self.second = second


class DoesNotFollow(NotProven):
    """The header at `number` is not the next one of the branch: a gap, or another parent."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class ProofRefused(NotProven):
    """The storage proof does not lead to the header's state root."""


class JournalMismatch(NotProven):
    """The logs do not fold to the proven head: altered, dropped, added or reordered."""


class MalformedEvent(LedgerError):
    """A log's data does not have the layout of the event that its topic names."""


class CheckpointTooOld(LedgerError):
    """The trusted validators were last confirmed too long ago; a new network file is needed."""


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Why one source was not used."""

    source: str
    error: LedgerError

    def __str__(self) -> str:
        return f"{self.source}: {type(self.error).__name__}: {self.error}"


class FollowFailed(LedgerError):
    """No source could be used; the facts are as they were."""

    def __init__(self, failures: tuple[SourceFailure, ...]) -> None:
        super().__init__("; ".join(map(str, failures)) or "no source is configured")
        self.failures = failures


class PackNotWritten(LedgerError):
    """The replica has nothing to make such a pack of, or the file cannot be written."""


class OtherReplica(LedgerError):
    """The replica's file belongs to another network or was written by a newer program."""


class NotOnRecord(LedgerError):
    """The ledger, as far as it is proven here, has no such operator, key or authority."""


class FactsBehind(LedgerError):
    """What is proven ends at block `proven`, and the ledger is at `newest`: what came in between is not looked at."""

    def __init__(self, message: str, proven: int, newest: int) -> None:
        super().__init__(message)
        self.proven = proven
        self.newest = newest


class NotRenewable(LedgerError):
    """The block cannot become the checkpoint of a renewed network file: not later, not there, or not agreed upon."""


class RestorationStopped(LedgerError):
    """Some of the statuses are restored; running the command again restores the rest."""

    def __init__(self, done: int, total: int, why: LedgerError) -> None:
        super().__init__(f"{done} of {total} statuses are restored, then: {why}; run the command again to go on")
        self.done = done
        self.total = total


class ReplicaUnwritable(LedgerError):
    """The replica's file cannot be written, for example because the disk is full; its facts are as they were."""


class ReplicaDamaged(LedgerError):
    """The replica's file is damaged, or is no replica's. All that it held is on the ledger: remove it, follow anew."""


@dataclass(frozen=True, slots=True)
class Revert:
    """A contract's custom error: its name and values, as public text. `Error` has a reason in the contract's words."""

    name: str
    values: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        if self.name == "Error" and self.values:
            return self.values[0][1]
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.values)})"


class CouncilProblem(LedgerError):
    """What members wrote, signed or ask for does not fit their council."""


class MalformedCouncilDocument(CouncilProblem):
    """A council, proposal or signature file that is none."""


class OtherCouncil(CouncilProblem):
    """For another chain, Safe or network."""


class UnknownAct(CouncilProblem):
    """Octets that cannot be put into words."""


class SignatureRefused(CouncilProblem):
    """A stranger's signature, a forged one, or another proposal's."""


class TooFewSignatures(CouncilProblem):
    """Fewer different members have signed than the council needs."""


class NonceUsed(CouncilProblem):
    """Another proposal was executed in this one's place: it has to be made and signed anew."""


class NotItsTurn(CouncilProblem):
    """Proposals with lower nonces come first."""


class NotDue(CouncilProblem):
    """The act is scheduled and its delay still runs; `due` is when it ends, in Unix seconds."""

    def __init__(self, message: str, due: int) -> None:
        super().__init__(message)
        self.due = due


class NothingScheduled(CouncilProblem):
    """Executed, cancelled or expired already, or never scheduled."""


class UnsoundCouncil(CouncilProblem):
    """The chain has other powers or code than a council of this kind has."""

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


class OtherEngine(LedgerError):
    """The chain behind the node is sealed by another engine than the one that was named."""


class FeeTooLow(LedgerError):
    """Gas costs more than is offered: a transaction would wait for ever, and so would all after it. In wei."""

    def __init__(self, offered: int, base_fee: int, least: int) -> None:
        super().__init__(
            f"gas costs {base_fee} wei on this chain, offered are {offered}, and nothing was sent: offer at least "
            f"{least}, by --max-fee-per-gas or YINXIN_MAX_FEE_PER_GAS, in a bureau's settings by max_fee_per_gas"
        )
        self.offered = offered
        self.base_fee = base_fee
        self.least = least


class TransactionReverted(LedgerError):
    """The contract refused the call; or would, where it was only tried."""

    def __init__(self, purpose: str, revert: Revert, *, only_tried: bool = False) -> None:
        super().__init__(f"{purpose} {'would be' if only_tried else 'was'} refused by the contract: {revert}")
        self.revert = revert


class TransactionNotFinal(LedgerError):
    """No receipt in time; the transaction may still become final."""
