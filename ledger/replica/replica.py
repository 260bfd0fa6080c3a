"""One replica: learns from all its sources, believes what is proven, answers from its own file when all are down."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from credential import Catalogue, Facts, Presentation, Unreadable
from ledger.errors import (
    ContradictoryHeaders,
    FollowFailed,
    LedgerError,
    MalformedEvent,
    NodeUnavailable,
    NotProven,
    SourceError,
    SourceFailure,
)
from ledger.network_file import NetworkFile
from ledger.replica.asking import Asking
from ledger.replica.facts import facts_for, with_proven_metadata
from ledger.replica.offering import has_history, history_of, offer_of
from ledger.replica.sources import open_source, require_source
from ledger.replica.store import Store, accepted, evidence_after, rewinds_after
from ledger.replica.update import Accepted, Evidence, Known, Offer, Proven, Rewind, Update

if TYPE_CHECKING:
    from ledger.replica.source import Source

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one round of following did. `failures` are the sources that were not used, or do not agree with the one
    that was. `rewound` is set where facts were taken back: a reorganisation (Clique), or a newer network file counts.
    """

    source: str
    block: int
    as_of: int
    new_events: int
    failures: tuple[SourceFailure, ...]
    rewound: Rewind | None = None


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
        """`sources` are addresses (`ledger.replica.sources`), best first; empty where the file is only read.

        Raises OtherReplica or MalformedSource.
        """
        self.network = network
        self._catalogue = catalogue
        self._clock = clock
        self._sources = tuple(map(require_source, sources))
        self._store = Store(path, network)
        self._store.begin_again_where_settled(int(clock()))
        self._following = threading.Lock()
        self._opened: dict[str, Source] = {}
        self._asking = Asking(has_history)
        self._reasons: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for source in self._opened.values():
            source.close()
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
        """Moves to the newest block that a source proves.

        1. All sources are asked at once for the newest block that they can prove, and for its history.
        2. The newest block whose history leads to the proven head is taken, of Clique's branches the heaviest.
        3. Where no source has both, each is asked for the history of the newest block that was proven.

        Raises FollowFailed, or ContradictoryHeaders while the network contradicts itself; the facts then stay as they
        were.
        """
        with self._following:
            return self._follow()

    def _follow(self) -> Progress:
        self._require_no_contradiction()
        known, now = self._store.known(), int(self._clock())
        sources = [*map(self._open, self._sources)]
        answers = self._asking.ask(sources, lambda source: offer_of(source, self.network, known, now))  # 1
        failures = [SourceFailure(each.name, found) for each, found in answers if isinstance(found, LedgerError)]
        answered = [(each, found) for each, found in answers if not isinstance(found, LedgerError)]
        offers = [(found, each) for each, found in answered if found and found.asked_after == known.newest]
        self._keep_contradictions([found for _, found in answers], [offer.proven for offer, _ in offers])
        self._require_no_contradiction()
        offers.sort(key=_newness, reverse=True)  # of equal ones the source that is listed first stays first
        progress = self._take_newest(known, offers, failures) or self._take_mixed(known, offers, failures)  # 2, 3
        if progress is None and (nothing_newer := [each for each, found in answered if found is None]):
            progress = self._as_it_is(nothing_newer[0].name)
        self._tell(failures)
        if progress is None:
            raise FollowFailed(tuple(failures))
        return replace(progress, failures=tuple(failures))

    def take(self, known: Known, update: Update, source: str) -> Progress | None:
        """Accepts one update, whoever handed it over; None where the replica has moved since `known` was asked for.

        Raises JournalMismatch, or ContradictoryHeaders while the network contradicts itself; the facts then stay as
        they were.
        """
        self._require_no_contradiction()
        new_events = self._store.accept(known, update, int(self._clock()))
        if new_events is None:
            return None
        before, proven = known.accepted, update.proven
        is_back = before is not None and proven.after != known.points[-1]
        rewound = self.rewinds()[-1] if is_back else None
        return Progress(source, proven.number, proven.time, new_events, (), rewound)

    def keep_contradiction(self, found: ContradictoryHeaders) -> None:
        """Stores two sealed headers of one number: every verdict is unknown from now on (spec/verdict.md)."""
        from ledger.replica.contradictions import evidence_of

        self._store.keep_evidence(evidence_of(found, int(self._clock())))
        _log.error("the validators contradict themselves at block %d", found.number)

    def known(self) -> Known:
        """What an update has to continue from."""
        return self._store.known()

    def catalogue(self) -> Catalogue:
        """What is installed, and the types that came with packs and that the ledger has the digest of."""
        with self.reading() as (connection, _):
            return with_proven_metadata(connection, self._catalogue)

    def rewinds(self, after: int = 0) -> tuple[Rewind, ...]:
        """The reorganisations with a number beyond `after`, oldest first."""
        with self.reading() as (connection, _):
            return rewinds_after(connection, after)

    @property
    def contradiction(self) -> Evidence | None:
        """The first pair of sealed headers of one number after the checkpoint; a later network file settles it."""
        with self.reading() as (connection, _):
            return evidence_after(connection, self.network.checkpoint.number)

    def facts_for(self, shown: Presentation | Unreadable) -> Facts:
        """All that is proven about `shown`, of one block; before the first, `as_of` is 0 and nothing is known."""
        with self.reading() as (connection, block):
            return facts_for(connection, self.network, block, self._catalogue, shown)

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, Accepted | None]]:
        """The tables of facts (`ledger.replica.schema`) and the block they are of, both held still."""
        with self._store.reading() as connection:
            yield connection, accepted(connection)

    def rebuild(self) -> None:
        """Makes the facts again from the raw events."""
        self._store.rebuild()

    def _take_newest(
        self, known: Known, offers: Sequence[tuple[Offer, Source]], failures: list[SourceFailure]
    ) -> Progress | None:
        """Accepts the first offer whose history fits; who offers another is named, also where it is not needed."""
        progress = None
        for offer, source in offers:
            if isinstance(offer.logs, LedgerError):
                failures.append(SourceFailure(source.name, offer.logs))
            elif progress is None:
                progress = self._take_from(known, Update(offer.proven, offer.logs), source, failures)
        return progress

    def _take_mixed(
        self, known: Known, offers: Sequence[tuple[Offer, Source]], failures: list[SourceFailure]
    ) -> Progress | None:
        """The newest proven block, with the history of a source that could prove nothing itself.

        Who has not answered yet is not asked: what comes then is its own offer, for the next round.
        """
        tried = [source for _, source in offers]
        left = [each for each in map(self._open, self._sources) if each not in tried]
        others = [each for each in left if not self._asking.is_open(each)]
        if not (offers and others):
            return None
        proven = offers[0][0].proven
        answers = self._asking.ask(others, lambda source: history_of(source, self.network, known, proven))
        # Who cannot tell a history is named already, for what it could not prove.
        found = [(offer, each) for each, offer in answers if offer and not isinstance(offer, LedgerError)]
        return self._take_newest(known, found, failures)

    def _take_from(
        self, known: Known, update: Update, source: Source, failures: list[SourceFailure]
    ) -> Progress | None:
        try:
            progress = self.take(known, update, source.name)
        except (SourceError, NotProven, MalformedEvent) as e:
            failures.append(SourceFailure(source.name, e))
            return None
        except (OSError, ValueError) as e:  # a stick that was pulled out while its history was read
            failures.append(SourceFailure(source.name, NodeUnavailable(f"{type(e).__name__}: {e}")))
            return None
        return progress or self._as_it_is(source.name)  # another follower of this file was first

    def _require_no_contradiction(self) -> None:
        """Nothing says which side counts, so nothing is accepted until a network file with a later checkpoint does."""
        if (found := self.contradiction) is not None:
            raise ContradictoryHeaders(found.number, found.first, found.second)

    def _as_it_is(self, source: str) -> Progress:
        found = self.accepted
        assert found is not None
        return Progress(source, found.number, found.time, 0, ())

    def _keep_contradictions(self, answers: Sequence[object], proofs: Sequence[Proven]) -> None:
        """Of Clique's headers there may be two of one number: nothing is final there."""
        found = [each for each in answers if isinstance(each, ContradictoryHeaders)]
        if self.network.engine == "clique" or not (found or len(proofs) > 1):
            return
        # Headers take a moment to load; a window with one honest source does without.
        from ledger.replica.contradictions import among

        for each in (*found, among(proofs)):
            if each is not None:
                self.keep_contradiction(each)

    def _tell(self, failures: Sequence[SourceFailure]) -> None:
        """Logs why a source is not used once, when it begins or changes: a node may be down for days."""
        now = {each.source: type(each.error).__name__ for each in failures}
        for failure in failures:
            if self._reasons.get(failure.source) != now[failure.source]:
                _log.warning("source not used: %s", failure)
        for source in self._reasons.keys() - now.keys():
            _log.info("source used again: %s", source)
        self._reasons = now

    def _open(self, address: str) -> Source:
        if address not in self._opened:
            self._opened[address] = open_source(address, self.network)
        return self._opened[address]


def _newness(offered: tuple[Offer, Source]) -> tuple[int, int]:
    proven = offered[0].proven
    return proven.tip_weight, proven.number


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
