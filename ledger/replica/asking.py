"""Asks all sources at once, so that one that is slow, hangs or breaks in a way of its own holds up nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import monotonic
from typing import Generic, TypeVar

from ledger.errors import LedgerError, NodeUnavailable
from ledger.replica.source import Source

T = TypeVar("T")

GRACE_SECONDS = 2.0
"""How much longer than the first that answered well the others may take."""
PATIENCE_SECONDS = 20.0
"""How long all may take while none has; what comes later is an answer in a later round."""

_log = logging.getLogger(__name__)


class Asking(Generic[T]):
    """A thread for each question that is open. A source with an open question is not asked another.

    An answer may therefore be to an earlier question, of whichever kind: all questions have answers of one type, and
    an answer has to say in it what it is about.
    """

    def __init__(self, is_good: Callable[[T], bool]) -> None:
        """`is_good` says of an answer whether the others need not be waited for much longer."""
        self._is_good = is_good
        self._open: dict[str, Future[T | LedgerError]] = {}

    def is_open(self, source: Source) -> bool:
        """Whether a question to the source is still open: its answer is one to `ask` of a later round."""
        return source.name in self._open

    def ask(self, sources: Sequence[Source], question: Callable[[Source], T]) -> list[tuple[Source, T | LedgerError]]:
        """Each source's answer or error, in the sources' order."""
        if len(sources) == 1 and not self.is_open(sources[0]):
            return [(sources[0], _answer(question, sources[0]))]
        for each in sources:
            if not self.is_open(each):
                self._open[each.name] = _start(question, each)
        self._await([self._open[each.name] for each in sources])
        return [(each, self._collect(each)) for each in sources]

    def _collect(self, source: Source) -> T | LedgerError:
        if not self._open[source.name].done():
            return NodeUnavailable("no answer yet")
        return self._open.pop(source.name).result()

    def _await(self, futures: Sequence[Future[T | LedgerError]]) -> None:
        """Until all have answered, or a while after the first that answered well, or for as long as there is patience.

        An error is no good answer, nor is one of which that can be told by itself: who lies at once is not to leave the
        others less time.
        """
        give_up = monotonic() + PATIENCE_SECONDS
        left = set(futures)
        while left:
            done, left = wait(left, max(0.0, give_up - monotonic()), FIRST_COMPLETED)
            if not done:
                return
            answers = [each.result() for each in done]
            if any(self._is_good(each) for each in answers if not isinstance(each, LedgerError)):
                give_up = min(give_up, monotonic() + GRACE_SECONDS)


def _start(question: Callable[[Source], T], source: Source) -> Future[T | LedgerError]:
    future: Future[T | LedgerError] = Future()
    # A daemon: a hostile node that never ends its answer must not keep a program from ending.
    thread = threading.Thread(
        target=lambda: future.set_result(_answer(question, source)), name="asking a source", daemon=True
    )
    thread.start()
    return future


def _answer(question: Callable[[Source], T], source: Source) -> T | LedgerError:
    """Whatever one source makes go wrong is that source's failure; what nobody thought of is logged whole."""
    try:
        return question(source)
    except LedgerError as e:
        return e
    except Exception as e:
        _log.exception("a source failed in a way of its own: %s", source.name)
        return NodeUnavailable(f"{type(e).__name__} while it was asked")
