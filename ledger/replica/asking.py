"""Asks all sources at once, so that one that is slow, or hangs, holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import monotonic
from typing import TypeVar

from ledger.errors import LedgerError, NodeUnavailable
from ledger.replica.source import Source

T = TypeVar("T")

GRACE_SECONDS = 2.0
"""How much longer than the first that answered the others may take."""


class Asking:
    """A thread for each question that is open. A source with an open question is not asked another."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        self._open: dict[str, Future[object]] = {}

    def ask(self, sources: Sequence[Source], question: Callable[[Source], T]) -> list[tuple[Source, T | LedgerError]]:
        """Each source's answer or error, in the sources' order. Other errors than LedgerError are raised."""
        if len(sources) == 1:
            return [(sources[0], _answer(question, sources[0]))]
        asked = {each.name: self._start(question, each) for each in sources if self._is_free(each)}
        self._await(list(asked.values()))
        return [(each, self._collect(each, asked.get(each.name))) for each in sources]

    def _is_free(self, source: Source) -> bool:
        left = self._open.get(source.name)
        return left is None or left.done()

    def _start(self, question: Callable[[Source], T], source: Source) -> Future[T | LedgerError]:
        future: Future[T | LedgerError] = Future()

        def run() -> None:
            try:
                future.set_result(_answer(question, source))
            except BaseException as e:  # told where the result is asked for
                future.set_exception(e)

        self._open[source.name] = future  # type: ignore[assignment]
        # A daemon: a hostile node that never ends its answer must not keep a program from ending.
        threading.Thread(target=run, name="asking a source", daemon=True).start()
        return future

    def _await(self, futures: list[Future[T | LedgerError]]) -> None:
        """Until all have answered, or a while after the first that answered well."""
        give_up: float | None = None
        left = set(futures)
        while left:
            done, left = wait(left, None if give_up is None else max(0.0, give_up - monotonic()), FIRST_COMPLETED)
            if not done:
                return
            if give_up is None and any(each.exception() is None and _is_good(each.result()) for each in done):
                give_up = monotonic() + self._grace_seconds

    def _collect(self, source: Source, future: Future[T | LedgerError] | None) -> T | LedgerError:
        if future is None:
            return NodeUnavailable("it has not answered an earlier question yet")
        if not future.done():
            return NodeUnavailable("no answer while another source has answered")
        return future.result()


def _answer(question: Callable[[Source], T], source: Source) -> T | LedgerError:
    try:
        return question(source)
    except LedgerError as e:
        return e


def _is_good(answer: object) -> bool:
    return not isinstance(answer, LedgerError)
