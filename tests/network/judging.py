"""Which of the verdicts that windows gave were wrong: each is held against what the chain itself logged.

The chain is read from one host by plain JSON-RPC when everything is at rest; no replica's table is asked. A verdict by
facts of a block on the chain must be the one that follows from the logs up to that block. For a block that is not on
the chain any more nothing follows; it must be marked as taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from credential import (
    FINAL,
    Presentation,
    State,
    Unreadable,
    Verdict,
    WrongPathLength,
    leaf_hash,
    parse_presentation,
    root_from_path,
)
from ledger import NetworkFile, Rpc
from ledger.events import BatchAnchored, StatusChanged, decode
from ledger.hexadecimal import to_hex
from ledger.rpc import raw_log

ABOUT_STATUS, REVOKED = "status_is_", "status_is_revoked"
"""Of the codes in spec/verdict.md."""
Place = tuple[int, int]
"""An authority's number, and a position of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a window is shown: a credential of an authority, by number, and verdicts that are wrong whenever given."""

    name: str
    authority: int
    presentation: Presentation = field(repr=False)
    wrong: frozenset[Verdict] = frozenset()

    @classmethod
    def good(cls, name: str, authority: int, text: str) -> Shown:
        """A credential that was anchored before the watch began: an outage brands nobody a forger."""
        return cls(name, authority, _parsed(text), frozenset({Verdict.REJECTED}))

    @classmethod
    def bad(cls, name: str, authority: int, text: str) -> Shown:
        """One that was never anchored, or was revoked before the watch began: no outage makes it good."""
        return cls(name, authority, _parsed(text), frozenset({Verdict.ACCEPTED}))

    @classmethod
    def changing(cls, name: str, authority: int, text: str) -> Shown:
        """A true one that is anchored, suspended, reinstated or revoked while it is shown."""
        return cls(name, authority, _parsed(text))

    @property
    def place(self) -> Place:
        return self.authority, self.presentation.payload.position


@dataclass(frozen=True, slots=True)
class Note:
    """One verdict, asked for at `at`, by facts of the block; `failing` are the codes of the rows that fail."""

    shown: Shown
    verdict: Verdict
    failing: tuple[str, ...]
    at: int
    block: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong verdict, and why it is one."""

    why: str
    place: Place
    note: Note


@dataclass
class Chain:
    """What the registries logged, with the block of each, in order; and hashes of blocks that verdicts went by."""

    batches: dict[int, list[tuple[int, BatchAnchored]]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[Place, list[tuple[int, StatusChanged]]] = field(default_factory=lambda: defaultdict(list))
    hashes: dict[int, bytes] = field(default_factory=dict)

    def add(self, block: int, event: object) -> None:
        if isinstance(event, BatchAnchored):
            self.batches[event.authority].append((block, event))
        elif isinstance(event, StatusChanged):
            self.changes[event.authority, event.position].append((block, event))

    def verdict(self, shown: Shown, block: int, at: int) -> Verdict:
        """What follows for a credential whose signature and dates are good, by what was logged up to a block."""
        position, state = shown.presentation.payload.position, int(State.VALID)
        batch = self.batch_at(shown.place, block)
        if batch is None:
            return Verdict.UNDETERMINED
        if _root(shown.presentation, position - batch.first, batch.count) != batch.root:
            return Verdict.REJECTED
        for number, change in self.changes.get(shown.place, ()):
            if number <= block and change.effective <= at and state not in FINAL:
                state = change.to
        return Verdict.ACCEPTED if state == State.VALID else Verdict.REJECTED

    def batch_at(self, place: Place, block: int) -> BatchAnchored | None:
        """The batch that holds the position, once it is anchored."""
        authority, position = place
        anchored = (each for number, each in self.batches.get(authority, ()) if number <= block)
        return next((each for each in anchored if each.first <= position < each.first + each.count), None)


def read_chain(rpc: Rpc, network: NetworkFile, first: int, last: int, numbers: Iterable[int] = ()) -> Chain:
    """What a host's chain logged in blocks `first` to `last`; and the hashes of the blocks of these numbers."""
    chain, address = Chain(), to_hex(network.registries.credential)
    asked = {"address": address, "fromBlock": hex(first), "toBlock": hex(last)}
    for log in rpc.call("eth_getLogs", asked):
        chain.add(int(log["blockNumber"], 16), decode(raw_log(log)))
    for number in set(numbers):
        chain.hashes[number] = bytes.fromhex(rpc.header(number)["hash"][2:])
    return chain


def slips(notes: Sequence[Note], chain: Chain, removed: frozenset[bytes]) -> list[Slip]:
    """The wrong ones of one window's verdicts, which are in the order of time; `removed` blocks are marked there."""
    found: list[Slip] = []
    ended: set[tuple[int, int]] = set()
    for note in notes:
        shown, place = note.shown, note.shown.place
        stands = chain.hashes[note.block] == note.block_hash
        is_forgery = any(not code.startswith(ABOUT_STATUS) for code in note.failing)
        reasons = {
            "never so": note.verdict in shown.wrong,
            "a true one is branded a forgery": is_forgery and not shown.wrong,
            "it had ended before": note.verdict is Verdict.ACCEPTED and place in ended,
            "its block was taken back, and is not marked": not stands and note.block_hash not in removed,
            "the chain says otherwise": stands and note.verdict is not chain.verdict(shown, note.block, note.at),
        }
        found += [Slip(why, place, note) for why, is_so in reasons.items() if is_so]
        if REVOKED in note.failing and note.block_hash not in removed:
            ended.add(place)
    return found


def _root(shown: Presentation, index: int, count: int) -> bytes | None:
    try:
        return root_from_path(leaf_hash(shown.payload.octets), index, count, shown.header.inclusion_path)
    except WrongPathLength:
        return None


def _parsed(text: str) -> Presentation:
    found = parse_presentation(text)
    assert not isinstance(found, Unreadable), found
    return found
