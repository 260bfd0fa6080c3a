"""Which events several packs bring, one after the other, and the files of types with them (spec/trust-pack.md §5).

Nothing of a pack is handed out before all of it was folded; the store, which trusts nobody, does that once more while
it stores the events. Whether the last one's end is the proven head is decided in `checking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise

from ledger.errors import JournalMismatch, OtherNetwork, PackGap, PackStale, PackTooLarge, UnsupportedPack
from ledger.hexadecimal import to_hex
from ledger.journal import RawLog, fold
from ledger.network_file import NetworkFile
from ledger.pack.container import MAX_DATA, Mark, OnProgress, Pack, unheard
from ledger.replica.update import Known

MAX_METADATA = 32 * 1024 * 1024
"""How many octets of certificate types one update may bring."""


def mark_of(network: NetworkFile, known: Known) -> Mark:
    """Where the known history ends."""
    accepted = known.accepted
    return Mark(accepted.events, accepted.head) if accepted else Mark(0, network.first_head)


def require_network(pack: Pack, network: NetworkFile) -> None:
    """Raises UnsupportedPack or OtherNetwork."""
    if network.engine == "clique":
        raise UnsupportedPack("there are no trust packs of Clique networks: their blocks are never final")
    if pack.span.network != network.first_head:
        raise OtherNetwork(f"the pack is of another network than {network.name!r}")


def require_start(start: Mark, known: Mark) -> None:
    """Whether a pack that starts there continues what is known. Raises PackGap or JournalMismatch."""
    if start.events > known.events:
        raise PackGap(start.events, known.events)
    if start.events == known.events and start.head != known.head:
        raise JournalMismatch(
            f"at event {start.events} the head is {to_hex(known.head)}, the pack has {to_hex(start.head)}"
        )


def require_chain(packs: Sequence[Pack], network: NetworkFile, known: Known) -> None:
    """The packs are of this network, and each begins at or before what is known, or what those before it hold.

    Where it begins there, it does so at the same head. Raises PackProblem, OtherNetwork or JournalMismatch.
    """
    at = mark_of(network, known)
    for each in packs:
        require_network(each, network)
        require_start(each.span.start, at)
        at = max(at, each.span.end, key=_events)


def new_logs(
    packs: Sequence[Pack],
    network: NetworkFile,
    known: Known,
    on_progress: OnProgress = unheard,
    *,
    is_chosen: bool = False,
) -> Iterator[RawLog]:
    """The events of `packs`, one pack after the other, that are not known yet.

    Before the first is handed out all were read, and each pack's events lead from its start to its end, on the way by
    what is known, or by the end of the pack before it. Not so of a pack that a person chose: that takes half as long
    again, and the store finds it out too. Raises JournalMismatch, PackGap, PackProblem.
    """
    require_chain(packs, network, known)
    marks = [mark_of(network, known), *(pack.span.end for pack in packs)]
    for before, after in pairwise(marks):
        if after.events < before.events:
            raise PackStale(f"the pack ends at event {after.events}, known are {before.events}")
    if not is_chosen:
        _require_folded(packs, marks)
    return chain.from_iterable(_after(at, pack, on_progress) for pack, at in zip(packs, marks, strict=False))


def metadata_of(packs: Sequence[Pack]) -> tuple[bytes, ...]:
    """The files of certificate types in the packs. Raises PackTooLarge."""
    found: dict[bytes, None] = {}
    octets = 0
    for pack in packs:
        new = [each for each in pack.metadata if each not in found]
        octets += sum(map(len, new))
        if octets > MAX_METADATA:
            raise PackTooLarge(f"the packs have more than {MAX_METADATA} octets of certificate types")
        found.update(dict.fromkeys(new))
    return tuple(found)


def _after(at: Mark, pack: Pack, on_progress: OnProgress) -> Iterator[RawLog]:
    logs, common = pack.logs(on_progress), at.events - pack.span.start.events
    if fold(pack.span.start.head, islice(logs, common)) != at.head:
        raise JournalMismatch(f"the pack's first {common} events are not those that are known")
    return logs


def _require_folded(packs: Sequence[Pack], marks: Sequence[Mark]) -> None:
    """The last first: its end is the proven head, which then proves its events and its start, and so on.

    So of a mirror's packs one at most is read for nothing.
    """
    left = MAX_DATA
    for pack, at in reversed([*zip(packs, marks, strict=False)]):
        counted = _Counted(pack.logs(), left)
        common = at.events - pack.span.start.events
        if fold(pack.span.start.head, islice(counted, common)) != at.head:
            raise JournalMismatch(f"the pack's first {common} events are not those that are known")
        if fold(at.head, counted) != pack.span.end.head:
            raise JournalMismatch("the pack's events do not lead to the head that it ends with")
        left = counted.left


class _Counted:
    """Logs that together have at most so many octets."""

    def __init__(self, logs: Iterator[RawLog], left: int) -> None:
        self._logs = logs
        self.left = left

    def __iter__(self) -> Iterator[RawLog]:
        return self

    def __next__(self) -> RawLog:
        log = next(self._logs)
        self.left -= len(log.data)
        if self.left < 0:
            raise PackTooLarge(f"the packs stand for more than {MAX_DATA} octets of logs: load them one by one")
        return log


def _events(mark: Mark) -> int:
    return mark.events
