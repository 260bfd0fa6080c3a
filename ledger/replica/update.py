"""What a source hands over: a proven block with all that proves it, and the events that lead to its head.

Plain values between the sources, which prove, and the store, which keeps; neither decides anything here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.errors import LedgerError
from ledger.journal import RawLog


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest proven block, the journal's head in it, and how many events led to that head."""

    number: int
    hash: bytes
    time: int
    head: bytes
    events: int


@dataclass(frozen=True, slots=True)
class Point:
    """A block that was accepted once. `header` is its RLP with the seals; weights are Clique's, since the checkpoint:

    of the block itself, and of the longest branch that was seen on top of it. They are 0 where nobody has followed the
    network file's checkpoint past the block yet: it was accepted by an earlier file.
    """

    accepted: Accepted
    validators: tuple[bytes, ...]
    header: bytes | None
    weight: int = 0
    tip_weight: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the replica has proven so far. `writers` are the contracts that became writers by an event.

    `points` are the newest blocks that were accepted, oldest first; the last is the accepted one.
    """

    points: tuple[Point, ...] = ()
    writers: frozenset[bytes] = frozenset()

    @property
    def newest(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def accepted(self) -> Accepted | None:
        return self.points[-1].accepted if self.points else None


@dataclass(frozen=True, slots=True)
class Proof:
    """All that another replica needs to believe the block: RLP of headers with their seals, and trie nodes.

    `path` are the sealed headers in between where the validators changed too much to believe `header` at once.
    """

    header: bytes
    account: tuple[bytes, ...]
    storage: tuple[bytes, ...]
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Proven:
    """A block that one source proved, with the journal's head in it.

    `validators` are those that the block names. `after` is the point that its history continues from: the accepted
    one, an earlier one where a reorganisation took its place (Clique only), None from the first event on. `metadata`
    are files of certificate types that came along; they count only where the ledger has their digest.
    """

    number: int
    hash: bytes
    time: int
    head: bytes
    validators: tuple[bytes, ...]
    proof: Proof
    after: Point | None
    weight: int = 0
    tip_weight: int = 0
    metadata: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Update:
    """A proven block and its history, as claimed: the store folds `logs` and keeps nothing where they do not fit."""

    proven: Proven
    logs: Iterable[RawLog]


@dataclass(frozen=True, slots=True)
class Offer:
    """A proven block, and what one source has of its history, as claimed, or why that is none.

    The block may be one that another source proved. `asked_after` is the accepted point when it was asked: an answer
    that comes late may be of no use any more.
    """

    asked_after: Point | None
    proven: Proven
    logs: Iterable[RawLog] | LedgerError


@dataclass(frozen=True, slots=True)
class Rewind:
    """A reorganisation: blocks after `ancestor`, up to `last`, are no longer the ledger's. Numbered from 1.

    `removed` are the hashes of the blocks that had been accepted.
    """

    number: int
    ancestor: int
    last: int
    at: int
    removed: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two sealed headers of one number (RLP), and their block hashes: the validators contradicted themselves."""

    number: int
    first: bytes
    second: bytes
    first_hash: bytes
    second_hash: bytes
    found_at: int
