"""A pack's file into a replica: checked, and taken over in one transaction, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import ContradictoryHeaders, PackProblem
from ledger.pack.checking import prove_packs
from ledger.pack.container import OnProgress, Pack, unheard
from ledger.pack.history import new_logs
from ledger.replica import Replica
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
            proven = _proven(replica, pack, known, now)
            if proven is None:
                assert known.accepted is not None
                block, as_of, new_events = known.accepted.number, known.accepted.time, 0
                break
            logs = new_logs([pack], replica.network, known, on_progress, is_chosen=True)
            progress = replica.take(known, Update(proven, logs), path.name)
            if progress is not None:  # else another follower of the replica's file was first
                block, as_of, new_events = progress.block, progress.as_of, progress.new_events
                break
        span = pack.span
        return Loaded(span.start.events, span.end.events, new_events, block, as_of, proven is None)


def _proven(replica: Replica, pack: Pack, known: Known, now: int) -> Proven | None:
    """A contradiction is kept as evidence, wherever it comes from."""
    try:
        return prove_packs([pack], replica.network, known, now)
    except ContradictoryHeaders as e:
        replica.keep_contradiction(e)
        raise
