"""From a replica's proven history to a pack's file. What is handed out was read again and checked like a stranger's."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ledger.durable import put_in_place
from ledger.errors import JournalMismatch, PackNotWritten, UnsupportedPack
from ledger.journal import RawLog, fold
from ledger.network_file import NetworkFile
from ledger.pack.checking import check_pack
from ledger.pack.container import Mark, OnProgress, Pack, Span, Written, unheard, write_pack
from ledger.replica import Replica
from ledger.replica.points import Exported, exported
from ledger.replica.store import logs_after
from ledger.replica.update import Proof


@dataclass(frozen=True, slots=True)
class Draft:
    """A pack in a temporary file, checked. It goes away unless it is kept."""

    path: Path
    span: Span
    written: Written
    block: int
    time: int

    def keep(self, path: Path) -> None:
        """Gives it its name, in place of what had it. Survives a crash."""
        put_in_place(self.path, path)


def export_pack(
    replica: Replica,
    path: Path,
    metadata: Mapping[bytes, bytes],
    *,
    since: Mark | int = 0,
    on_progress: OnProgress = unheard,
) -> Draft:
    """Writes the replica's history from event number `since` on, or from an earlier pack's end, to `path`.

    `metadata` are files of certificate types by digest, beside those that the replica has. `on_progress` hears of all
    events twice: as they are written, and as they are checked. Raises PackNotWritten, JournalMismatch where the earlier
    pack is of another history, UnsupportedPack or PackTooLarge; `path` then is as it was.
    """
    with exporting(replica) as source, source.draft(path.parent, since, metadata, on_progress) as draft:
        try:
            draft.keep(path)
        except OSError as e:
            raise PackNotWritten(f"cannot write {path}: {e.strerror}") from e
        return draft


class Exporting:
    """A replica's proven history, held still."""

    def __init__(self, network: NetworkFile, connection: sqlite3.Connection, found: Exported) -> None:
        self._network = network
        self._connection = connection
        self._accepted = found.point.accepted
        self.proof = found.proof
        self.block = self._accepted.number
        self.end = Mark(self._accepted.events, self._accepted.head)

    @contextmanager
    def draft(
        self, folder: Path, since: Mark | int, metadata: Mapping[bytes, bytes], on_progress: OnProgress = unheard
    ) -> Iterator[Draft]:
        """A pack from `since` to the accepted block, in a temporary file of `folder`."""
        with self.draft_between(folder, self.mark(since), self.end, self.proof, metadata, on_progress) as draft:
            yield draft

    @contextmanager
    def draft_between(
        self,
        folder: Path,
        start: Mark,
        end: Mark,
        proof: Proof,
        metadata: Mapping[bytes, bytes],
        on_progress: OnProgress = unheard,
    ) -> Iterator[Draft]:
        """A pack of a part of the history. `proof` is of a block with the head `end`."""
        span = Span(self._network.first_head, bytes.fromhex(self._network.fingerprint), start, end)
        logs = islice(logs_after(self._connection, start.events), span.events)
        known = {**metadata, **dict(self._connection.execute("SELECT digest, octets FROM metadata"))}
        with _temporary(folder) as path:
            written = _write(path, span, proof, logs, known, on_progress)
            with path.open("rb") as file:
                header = check_pack(Pack(file), self._network, on_progress)
            yield Draft(path, span, written, header.number, header.time)

    def mark(self, since: Mark | int) -> Mark:
        """The place in this history of an event number, or of an earlier pack's end."""
        events = since if isinstance(since, int) else since.events
        if not 0 <= events <= self.end.events:
            raise PackNotWritten(f"the replica has {self.end.events} events, the pack was to begin at {events}")
        query = "SELECT events, head FROM points WHERE events <= ? ORDER BY events DESC LIMIT 1"
        nearest = Mark(*(self._connection.execute(query, (events,)).fetchone() or (0, self._network.first_head)))
        between = islice(logs_after(self._connection, nearest.events), events - nearest.events)
        found = Mark(events, fold(nearest.head, between))
        if isinstance(since, Mark) and since != found:
            raise JournalMismatch("the earlier pack does not end in the replica's history")
        return found


@contextmanager
def exporting(replica: Replica) -> Iterator[Exporting]:
    """Raises PackNotWritten where nothing is proven yet, UnsupportedPack for an engine without packs."""
    network = replica.network
    if network.engine == "clique":
        raise UnsupportedPack("there are no trust packs of Clique networks: their blocks are never final")
    with replica.reading() as (connection, _):
        found = exported(connection, network.checkpoint.number)
        if found is None:
            raise PackNotWritten("the replica has no proven block with its proof yet: follow a source first")
        yield Exporting(network, connection, found)


def _write(
    path: Path,
    span: Span,
    proof: Proof,
    logs: Iterable[RawLog],
    metadata: Mapping[bytes, bytes],
    on_progress: OnProgress,
) -> Written:
    try:
        with path.open("wb") as file:
            written = write_pack(file, span, proof, logs, metadata, on_progress)
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:
        raise PackNotWritten(f"cannot write to {path.parent}: {e.strerror}") from e
    return written


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    try:
        descriptor, name = tempfile.mkstemp(prefix=".draft-", suffix=".pack", dir=folder)
    except OSError as e:
        raise PackNotWritten(f"cannot write to {folder}: {e.strerror}") from e
    os.close(descriptor)
    path = Path(name)
    path.chmod(0o644)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
