"""A pack's file into a replica: checked, and taken over in one transaction, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import ContradictoryHeaders, JournalMismatch, PackProblem
from ledger.pack.checking import prove_packs
from ledger.pack.container import OnProgress, Pack, unheard
from ledger.pack.history import new_logs
from ledger.replica import Progress, Replica
from ledger.replica.trust import is_before_checkpoint
from ledger.replica.update import Known, Proven, Update


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did. The pack holds the events from number `from_event` (0: from the beginning) to `events`."""

    from_event: int
    events: int
    new_events: int
    block: int
    as_of: int
    already_known: bool


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """Raises PackProblem, also where the file cannot be read."""
    try:
        file = path.open("rb")
    except OSError as e:
        raise PackProblem(f"cannot read {path}: {e.strerror}") from e
    with file:
        yield Pack(file)


def load_pack(replica: Replica, path: Path, now: int, on_progress: OnProgress = unheard) -> Loaded:
    """Takes over what is new in the pack; all of it is there when this returns, or, where it raises, nothing.

    Raises PackProblem, NotProven or CheckpointTooOld.
    """
    with open_pack(path) as pack:
        while True:
            known = replica.known()
            try:
                progress = _take(replica, pack, known, known, path.name, now, on_progress)
            except JournalMismatch:
                if not is_before_checkpoint(replica.network, known):
                    raise
                # The file's checkpoint counts, not what was accepted before: the pack need not continue from that.
                progress = _take(replica, pack, known, Known(), path.name, now, on_progress)
            if progress is not None:  # else another follower of the replica's file was first
                break
        span = pack.span
        is_known = known.accepted is not None and progress.block == known.accepted.number
        return Loaded(span.start.events, span.end.events, progress.new_events, progress.block, progress.as_of, is_known)


def _take(
    replica: Replica, pack: Pack, known: Known, start: Known, name: str, now: int, on_progress: OnProgress
) -> Progress | None:
    """Takes over what the pack has after `start`: what is known, or nothing. None where another follower was first."""
    proven = _proven(replica, pack, start, now)
    if proven is None:
        assert known.accepted is not None
        return Progress(name, known.accepted.number, known.accepted.time, 0, ())
    logs = new_logs([pack], replica.network, start, on_progress, is_chosen=True)
    return replica.take(known, Update(proven, logs), name)


def _proven(replica: Replica, pack: Pack, known: Known, now: int) -> Proven | None:
    """A contradiction is kept as evidence, wherever it comes from."""
    try:
        return prove_packs([pack], replica.network, known, now)
    except ContradictoryHeaders as e:
        replica.keep_contradiction(e)
        raise
