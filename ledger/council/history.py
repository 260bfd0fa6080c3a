"""What the council has done, folded from the events of its Safe and its manager, as one node tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.council.acts import Act, read_act
from ledger.council.carrying import Intended, read_carried
from ledger.council.council_file import CouncilFile
from ledger.errors import MalformedAnswer, UnknownAct
from ledger.hexadecimal import octets, quantity, to_hex
from ledger.rpc import Rpc

EXPIRATION_SECONDS = 7 * 86_400
"""The manager's: an act that is due has to be executed within this."""
_BLOCKS_AT_ONCE = 50_000

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
    for log in _logs(rpc, council):
        fold.take(log)
    return fold.enacted()


@dataclass(frozen=True, slots=True)
class _Log:
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int


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

    def take(self, log: _Log) -> None:
        known = _EVENTS.get(log.topics[0]) if log.topics else None
        if known is None or log.address != (self.council.safe if known[0] == "safe" else self.council.manager):
            return
        _, name, types = known
        try:
            values = decode(types, log.data)
        except Exception as e:  # eth_abi raises many kinds
            raise MalformedAnswer(f"an event {name} without its values") from e
        getattr(self, f"_{name}")(log, values)

    def enacted(self) -> tuple[Enacted, ...]:
        return tuple(
            replace(each, operations=tuple(self._operations[key] for key in keys)) for each, keys in self._done
        )

    def _sent(self, log: _Log, values: tuple[Any, ...]) -> None:
        to, value, data, operation = values[:4]
        (nonce,) = decode(["uint256"], values[10][:32])
        self._open = _Sent(nonce, bytes.fromhex(to[2:]), data, not value and not operation)
        self._scheduled = []

    def _succeeded(self, log: _Log, values: tuple[Any, ...]) -> None:
        self._close(log, succeeded=True)

    def _failed(self, log: _Log, values: tuple[Any, ...]) -> None:
        self._close(log, succeeded=False)

    def _close(self, log: _Log, *, succeeded: bool) -> None:
        if self._open is None:
            raise MalformedAnswer("the Safe executed what it was not sent: events are missing")
        intended = _intended(self.council, self._open)
        made = Enacted(self._open.nonce, log.topics[1], log.block, succeeded, intended, ())
        self._done.append((made, tuple(self._scheduled)))
        self._open, self._scheduled = None, []

    def _scheduled_act(self, log: _Log, values: tuple[Any, ...]) -> None:
        due, caller, target, data = values
        if bytes.fromhex(caller[2:]) != self.council.safe:
            return
        to = bytes.fromhex(target[2:])
        key = _key(log)
        self._operations[key] = Operation(*key, due, to, data, _act(self.council, to, data))
        self._scheduled.append(key)

    def _executed(self, log: _Log, values: tuple[Any, ...]) -> None:
        self._end(log, "executed")

    def _cancelled(self, log: _Log, values: tuple[Any, ...]) -> None:
        self._end(log, "cancelled")

    def _end(self, log: _Log, how: Literal["executed", "cancelled"]) -> None:
        key = _key(log)
        if key in self._operations:
            self._operations[key] = replace(self._operations[key], ended=how)


def _key(log: _Log) -> tuple[bytes, int]:
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


def _logs(rpc: Rpc, council: CouncilFile) -> Iterator[_Log]:
    head = rpc.quantity("eth_blockNumber")
    for first in range(council.from_block, head + 1, _BLOCKS_AT_ONCE):
        last = min(first + _BLOCKS_AT_ONCE - 1, head)
        asked = {
            "address": [to_hex(council.safe), to_hex(council.manager)],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        found = rpc.call("eth_getLogs", asked)
        if not isinstance(found, list):
            raise MalformedAnswer("eth_getLogs was not answered with a list")
        yield from map(_log, found)


def _log(answer: object) -> _Log:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("topics"), Sequence):
        raise MalformedAnswer("a log is not a log")
    try:
        topics = tuple(octets(each, 32) for each in answer["topics"])
        return _Log(
            octets(answer.get("address"), 20), topics, octets(answer.get("data")), quantity(answer["blockNumber"])
        )
    except (KeyError, ValueError) as e:
        raise MalformedAnswer(f"a log: {e}") from e


def _event(place: str, name: str, signature: str, *types: str) -> tuple[bytes, tuple[str, str, tuple[str, ...]]]:
    return keccak(signature.encode()), (place, name, types)


_SENT = (
    "address",
    "uint256",
    "bytes",
    "uint8",
    "uint256",
    "uint256",
    "uint256",
    "address",
    "address",
    "bytes",
    "bytes",
)
_EVENTS = dict(
    (
        _event("safe", "sent", f"SafeMultiSigTransaction({','.join(_SENT)})", *_SENT),
        _event("safe", "succeeded", "ExecutionSuccess(bytes32,uint256)", "uint256"),
        _event("safe", "failed", "ExecutionFailure(bytes32,uint256)", "uint256"),
        _event(
            "manager",
            "scheduled_act",
            "OperationScheduled(bytes32,uint32,uint48,address,address,bytes)",
            *("uint48", "address", "address", "bytes"),
        ),
        _event("manager", "executed", "OperationExecuted(bytes32,uint32)"),
        _event("manager", "cancelled", "OperationCanceled(bytes32,uint32)"),
    )
)
