"""Keeps the window's replica up to date in a thread of its own, and says how that goes; no node, no matter.

It also withdraws the checks by facts that a reorganisation took back, and erases personal data whose time is over.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from ledger import FollowFailed, LedgerError, Progress, Replica, SourceFailure
from verifier.errors import StoreUnusable
from verifier.sources import SourceState, after_round, not_asked
from verifier.store import Store

_log = logging.getLogger(__name__)
_TIDY_EVERY_SECONDS = 30.0
STOP_SECONDS = 10.0
"""How long `stop` waits; a hostile source may hold up a round for longer than anybody waits for a program to end."""


@dataclass(frozen=True, slots=True)
class FollowingState:
    """`since` is when a source last answered with proven facts, None if never; `trouble` names the error since then."""

    sources: tuple[SourceState, ...]
    since: int | None
    trouble: str | None


class Withdrawing:
    """Learns of reorganisations from the replica's own record of them, so that none is missed while nobody looked."""

    def __init__(self, replica: Replica, store: Store, clock: Callable[[], int]) -> None:
        self._replica, self._store, self._clock = replica, store, clock
        self._seen = 0
        self._lock = threading.Lock()

    def look(self) -> None:
        """Withdraws the checks that relied on what was taken back since the last look. Raises StoreUnusable."""
        with self._lock:
            for rewind in self._replica.rewinds(self._seen):
                marked = self._store.note_removed(rewind.removed, self._clock())
                self._seen = rewind.number
                if marked:
                    _log.warning(
                        "a reorganisation took back the blocks after %d up to %d: %d checks by their facts are "
                        "withdrawn and have to be made again (yinxin verifier withdrawn)",
                        rewind.ancestor,
                        rewind.last,
                        marked,
                    )


class Follower:
    """Threads; `start`, `stop`, and `state` from any thread. `sources` are the addresses that the replica follows."""

    def __init__(
        self,
        replica: Replica,
        store: Store,
        sources: Sequence[str],
        every_seconds: float,
        clock: Callable[[], int],
    ) -> None:
        self._replica, self._store, self._every_seconds, self._clock = replica, store, every_seconds, clock
        self._withdrawing = Withdrawing(replica, store, clock)
        self._stop = threading.Event()
        self._looking, self._asked = threading.Lock(), threading.Lock()
        self._state = FollowingState(not_asked(sources), None, None)
        self._threads = [threading.Thread(target=self._tidy, name="tidying", daemon=True)]
        if sources:
            self._threads.append(threading.Thread(target=self._follow, name="following", daemon=True))

    @property
    def state(self) -> FollowingState:
        return self._state

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when the round that is under way has ended, after STOP_SECONDS at the latest."""
        self._stop.set()
        give_up = monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, give_up - monotonic()))
        left = [thread.name for thread in self._threads if thread.is_alive()]
        if left:
            _log.warning("stopped without waiting any longer for: %s", ", ".join(left))

    def withdraw(self) -> None:
        """Withdraws now what a reorganisation has taken back. Raises StoreUnusable."""
        self._withdrawing.look()

    def look_now(self, wait_seconds: float | None = None) -> None:
        """One look at the sources, now, or the one that is under way; how it went is in `state`.

        It is waited for by one caller, for `wait_seconds` at most; the others get the state as it is.
        """
        if not self._asked.acquire(blocking=False):
            return
        try:
            self._wait_for_look(wait_seconds)
        finally:
            self._asked.release()

    def _wait_for_look(self, seconds: float | None) -> None:
        look = threading.Thread(target=self._look, name="looking", daemon=True)
        look.start()
        look.join(seconds)
        if not look.is_alive() and self._looking.acquire(timeout=-1 if seconds is None else seconds):
            self._looking.release()

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._look()
            self._stop.wait(self._every_seconds)

    def _look(self) -> None:
        """Raises nothing: a window that stopped following would only notice when its facts are too old."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            self._progressed(self._replica.follow_once())
        except (LedgerError, sqlite3.Error) as e:
            self._failed(e)
        except Exception as e:
            _log.exception("a look at the sources broke off; the next one is made all the same")
            self._failed(e)
        finally:
            self._looking.release()

    def _tidy(self) -> None:
        """Other windows may follow for this one, so reorganisations are looked for here, too."""
        while not self._stop.is_set():
            for task in (self._withdrawing.look, self._erase):  # whatever ails the replica, what is over is erased
                try:
                    task()
                except (StoreUnusable, LedgerError, sqlite3.Error):
                    _log.exception("the record of checks could not be tidied yet")
            self._stop.wait(_TIDY_EVERY_SECONDS)

    def _erase(self) -> None:
        self._store.erase_personal(self._clock())

    def _progressed(self, progress: Progress) -> None:
        self._withdrawing.look()
        if self._state.trouble:
            _log.warning("newer facts come again")
        now = self._clock()
        self._state = FollowingState(self._after(progress.failures, now), now, None)

    def _failed(self, error: Exception) -> None:
        """Logs a trouble once, when it begins or changes: a node may be down for days."""
        trouble = type(error).__name__
        if trouble != self._state.trouble:
            _log.warning("no newer facts for now, checks go on with those at hand (%s)", trouble)
        failures = error.failures if isinstance(error, FollowFailed) else ()
        sources = self._after(failures, self._clock()) if failures else self._state.sources
        self._state = FollowingState(sources, self._state.since, trouble)

    def _after(self, failures: Iterable[SourceFailure], now: int) -> tuple[SourceState, ...]:
        return after_round(self._state.sources, failures, now)
