"""What the council has done, folded from the events of its Safe and its manager, as one node tells them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.council.acts import Act, read_act
from ledger.council.carrying import Intended, read_carried
from ledger.council.council_file import CouncilFile
from ledger.council.logs import Log, logs_of
from ledger.errors import MalformedAnswer, UnknownAct
from ledger.rpc import Rpc

EXPIRATION_SECONDS = 7 * 86_400
"""The manager's: an act that is due has to be executed within this."""

Standing = Literal["waiting", "due", "executed", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class Operation:
    """A scheduled act. `number` counts the times that the same act was scheduled; `act` is None where unknown here."""

    id: bytes
    number: int
    due: int
    to: bytes
    data: bytes
    act: Act | None
    ended: Literal["executed", "cancelled"] | None = None

    def standing(self, now: int) -> Standing:
        """At `now`; the first second of being due is due, and the last before the expiry too."""
        if self.ended is not None:
            return self.ended
        if now >= self.due + EXPIRATION_SECONDS:
            return "expired"
        return "due" if now >= self.due else "waiting"


@dataclass(frozen=True, slots=True)
class Enacted:
    """A transaction of the Safe. `intended` is None where it is of a kind that this program does not make."""

    nonce: int
    digest: bytes
    block: int
    succeeded: bool
    intended: tuple[Intended, ...] | None
    operations: tuple[Operation, ...]


def enacted(rpc: Rpc, council: CouncilFile) -> tuple[Enacted, ...]:
    """Every transaction of the Safe, oldest first. Raises SourceError."""
    fold = _Fold(council)
    for log in logs_of(rpc, [council.safe, council.manager], list(_EVENTS), council.from_block):
        fold.take(log)
    return fold.enacted()


@dataclass(frozen=True, slots=True)
class _Sent:
    """The Safe's call, before its outcome is known. `is_plain`: without value, and no delegatecall."""

    nonce: int
    to: bytes
    data: bytes
    is_plain: bool


@dataclass(slots=True)
class _Fold:
    """Between `_sent` and `_succeeded` or `_failed` lie the events of one transaction of the Safe."""

    council: CouncilFile
    _open: _Sent | None = None
    _scheduled: list[tuple[bytes, int]] = field(default_factory=list)
    _operations: dict[tuple[bytes, int], Operation] = field(default_factory=dict)
    _done: list[tuple[Enacted, tuple[tuple[bytes, int], ...]]] = field(default_factory=list)

    def take(self, log: Log) -> None:
        place, name, topics, types = _EVENTS[log.topics[0]]
        if log.address != (self.council.safe if place == "safe" else self.council.manager):
            return
        try:
            if len(log.topics) != topics:
                raise ValueError(f"{len(log.topics)} topics in place of {topics}")
            values = decode(types, log.data)
        except Exception as e:  # eth_abi raises many kinds
            raise MalformedAnswer(f"an event {name} without its values") from e
        getattr(self, f"_{name}")(log, values)

    def enacted(self) -> tuple[Enacted, ...]:
        return tuple(
            replace(each, operations=tuple(self._operations[key] for key in keys)) for each, keys in self._done
        )

    def _sent(self, log: Log, values: tuple[Any, ...]) -> None:
        to, value, data, operation = values[:4]
        nonce = int.from_bytes(values[10][:32], "big")  # of additionalInfo: nonce, sender, threshold
        self._open = _Sent(nonce, bytes.fromhex(to[2:]), data, not value and not operation)
        self._scheduled = []

    def _succeeded(self, log: Log, values: tuple[Any, ...]) -> None:
        self._close(log, succeeded=True)

    def _failed(self, log: Log, values: tuple[Any, ...]) -> None:
        self._close(log, succeeded=False)

    def _close(self, log: Log, *, succeeded: bool) -> None:
        if self._open is None:
            raise MalformedAnswer("the Safe executed what it was not sent: events are missing")
        intended = _intended(self.council, self._open)
        made = Enacted(self._open.nonce, log.topics[1], log.block, succeeded, intended, ())
        self._done.append((made, tuple(self._scheduled)))
        self._open, self._scheduled = None, []

    def _scheduled_act(self, log: Log, values: tuple[Any, ...]) -> None:
        due, caller, target, data = values
        if bytes.fromhex(caller[2:]) != self.council.safe:
            return
        to = bytes.fromhex(target[2:])
        key = _key(log)
        self._operations[key] = Operation(*key, due, to, data, _act(self.council, to, data))
        self._scheduled.append(key)

    def _executed(self, log: Log, values: tuple[Any, ...]) -> None:
        self._end(log, "executed")

    def _cancelled(self, log: Log, values: tuple[Any, ...]) -> None:
        self._end(log, "cancelled")

    def _end(self, log: Log, how: Literal["executed", "cancelled"]) -> None:
        key = _key(log)
        if key in self._operations:
            self._operations[key] = replace(self._operations[key], ended=how)


def _key(log: Log) -> tuple[bytes, int]:
    return log.topics[1], int.from_bytes(log.topics[2], "big")


def _intended(council: CouncilFile, sent: _Sent) -> tuple[Intended, ...] | None:
    try:
        return read_carried(council, sent.to, sent.data) if sent.is_plain else None
    except UnknownAct:
        return None


def _act(council: CouncilFile, to: bytes, data: bytes) -> Act | None:
    try:
        return read_act(council, to, data)
    except UnknownAct:
        return None


def _event(place: str, name: str, signature: str, topics: int, types: str = "") -> _Event:
    return keccak(signature.encode()), (place, name, topics, tuple(types.split(",")) if types else ())


_Event = tuple[bytes, tuple[str, str, int, tuple[str, ...]]]
_SENT = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes,bytes"
_SCHEDULED = "OperationScheduled(bytes32,uint32,uint48,address,address,bytes)"
_EVENTS = dict(
    (
        _event("safe", "sent", f"SafeMultiSigTransaction({_SENT})", 1, _SENT),
        _event("safe", "succeeded", "ExecutionSuccess(bytes32,uint256)", 2, "uint256"),
        _event("safe", "failed", "ExecutionFailure(bytes32,uint256)", 2, "uint256"),
        _event("manager", "scheduled_act", _SCHEDULED, 3, "uint48,address,address,bytes"),
        _event("manager", "executed", "OperationExecuted(bytes32,uint32)", 3),
        _event("manager", "cancelled", "OperationCanceled(bytes32,uint32)", 3),
    )
)
