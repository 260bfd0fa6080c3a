"""Keeps the window's replica up to date in a thread of its own, and says how that goes; no node, no matter."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ledger import LedgerError, Progress, Replica, keep_following
from verifier.errors import StoreUnusable
from verifier.store import Store

_log = logging.getLogger(__name__)
_ERASE_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class FollowingState:
    """`since` is when a source last answered with proven facts, None if never; `trouble` names the error since then."""

    sources: int
    since: int | None
    trouble: str | None


class Follower:
    """One thread; `start`, `stop`, and `state` from any thread. It also erases personal data whose time is over."""

    def __init__(
        self, replica: Replica, store: Store, sources: int, every_seconds: float, clock: Callable[[], int]
    ) -> None:
        self._replica, self._store, self._every_seconds, self._clock = replica, store, every_seconds, clock
        self._stop = threading.Event()
        self._state = FollowingState(sources, None, None)
        self._threads = [threading.Thread(target=self._erase, name="erasing", daemon=True)]
        if sources:
            self._threads.append(threading.Thread(target=self._follow, name="following", daemon=True))

    @property
    def state(self) -> FollowingState:
        return self._state

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when the round that is under way has ended."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def look_now(self) -> None:
        """One look at the sources, now; how it went is in `state`."""
        try:
            self._progressed(self._replica.follow_once())
        except LedgerError as e:
            self._failed(e)

    def _follow(self) -> None:
        """Goes on whatever happens: a window that stopped following would only notice when its facts are too old."""
        while not self._stop.is_set():
            try:
                keep_following(
                    self._replica,
                    self._stop,
                    every_seconds=self._every_seconds,
                    on_progress=self._progressed,
                    on_failure=self._failed,
                )
            except Exception as e:
                _log.exception("following broke off and begins again")
                self._failed(e)
                self._stop.wait(self._every_seconds)

    def _erase(self) -> None:
        while not self._stop.is_set():
            try:
                self._store.erase_personal(self._clock())
            except StoreUnusable:
                _log.exception("personal data whose time is over could not be erased yet")
            self._stop.wait(_ERASE_EVERY_SECONDS)

    def _progressed(self, _: Progress) -> None:
        if self._state.trouble:
            _log.warning("a source answers again")
        self._state = FollowingState(self._state.sources, self._clock(), None)

    def _failed(self, error: Exception) -> None:
        """Logs a trouble once, when it begins or changes: a node may be down for days."""
        trouble = type(error).__name__
        if trouble != self._state.trouble:
            _log.warning("no source can be used, checks go on with the facts at hand: %s", error)
        self._state = FollowingState(self._state.sources, self._state.since, trouble)
