"""One replica: follows the first source that proves what it says, and answers from its own file with all nodes down."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from credential import Catalogue, Facts, Presentation, Unreadable
from ledger.errors import CheckpointTooOld, FollowFailed, LedgerError, NotProven, SourceError, SourceFailure
from ledger.network_file import NetworkFile
from ledger.replica.facts import facts_for
from ledger.replica.store import Accepted, Store, accepted, writers

if TYPE_CHECKING:
    from ledger.rpc import Rpc

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one round of following did. `failures` are the sources tried before the one that was used."""

    source: str
    block: int
    as_of: int
    new_events: int
    failures: tuple[SourceFailure, ...]


class Replica:
    """The facts of one network in one SQLite file. Safe to read from any thread while one thread follows."""

    def __init__(
        self,
        path: Path,
        network: NetworkFile,
        catalogue: Catalogue,
        sources: Sequence[str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`sources` are nodes' JSON-RPC URLs, best first; empty where the file is only read. Raises OtherReplica."""
        self.network = network
        self._fingerprint = network.fingerprint
        self._catalogue = catalogue
        self._clock = clock
        self._store = Store(path, network)
        self._sources = tuple(sources)
        self._opened: dict[str, Rpc] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for rpc in self._opened.values():
            rpc.close()
        self._opened.clear()
        self._store.close()

    @property
    def accepted(self) -> Accepted | None:
        """The newest proven block, None before the first."""
        return self._store.accepted()

    @property
    def as_of(self) -> int:
        """The time of the newest proven block, 0 before the first."""
        found = self.accepted
        return found.time if found else 0

    def follow_once(self) -> Progress:
        """Moves to the newest block that a source proves, trying them in order.

        Raises FollowFailed; the facts then stay as they were.
        """
        failures: list[SourceFailure] = []
        for source in self._sources:
            try:
                new_events = self._follow(source)
            except (SourceError, NotProven, CheckpointTooOld) as e:
                failures.append(SourceFailure(source, e))
                _log.debug("source not used: %s", failures[-1])
                continue
            now_at = self._require_accepted()
            return Progress(source, now_at.number, now_at.time, new_events, tuple(failures))
        raise FollowFailed(tuple(failures))

    def facts_for(self, shown: Presentation | Unreadable) -> Facts:
        """All that is proven about `shown`, of one block; before the first, `as_of` is 0 and nothing is known."""
        with self.reading() as (connection, block):
            return facts_for(connection, self._fingerprint, block, self._catalogue, shown)

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, Accepted | None]]:
        """The tables of facts (`ledger.replica.schema`) and the block they are of, both held still."""
        with self._store.reading() as connection:
            yield connection, accepted(connection)

    def rebuild(self) -> None:
        """Makes the facts again from the raw events."""
        self._store.rebuild()

    def _follow(self, source: str) -> int:
        """How many new events `source` proved. Raises SourceError, NotProven or CheckpointTooOld."""
        # Proofs and HTTP take a second to load; who only reads the file does without.
        from ledger.replica.follow import Known, fetch_update

        with self.reading() as (connection, block):
            known = Known(block, frozenset(writers(connection)))
        update = fetch_update(self._rpc(source), self.network, known, int(self._clock()))
        if update is None or not self._store.accept(known.accepted, update.accepted, update.logs):
            return 0
        return len(update.logs)

    def _rpc(self, source: str) -> Rpc:
        from ledger.rpc import Rpc

        if source not in self._opened:
            self._opened[source] = Rpc(source)
        return self._opened[source]

    def _require_accepted(self) -> Accepted:
        found = self.accepted
        if found is None:
            raise RuntimeError("a source was followed, and nothing was accepted")
        return found


def keep_following(
    replica: Replica,
    stop: threading.Event,
    *,
    every_seconds: float,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_failure: Callable[[Exception], None] = lambda error: None,
) -> None:
    """Follows until `stop` is set, a round every `every_seconds`; a round that fails is told and tried again."""
    while not stop.is_set():
        try:
            on_progress(replica.follow_once())
        except (LedgerError, sqlite3.Error) as e:
            on_failure(e)
        stop.wait(every_seconds)
