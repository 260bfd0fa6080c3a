"""Asks all sources at once, so that one that is slow, hangs or breaks in a way of its own holds up nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import monotonic
from typing import TypeVar, cast

from ledger.errors import LedgerError, NodeUnavailable
from ledger.replica.source import Source

T = TypeVar("T")

GRACE_SECONDS = 2.0
"""How much longer than the first that answered well the others may take."""
PATIENCE_SECONDS = 20.0
"""How long all may take while none has; what comes later is an answer in a later round."""

_log = logging.getLogger(__name__)


class Asking:
    """A thread for each question that is open. A source with an open question is not asked another.

    An answer may therefore be to the question of an earlier round: the question has to say in it what it was about.
    """

    def __init__(self) -> None:
        self._open: dict[str, Future[object]] = {}

    def ask(self, sources: Sequence[Source], question: Callable[[Source], T]) -> list[tuple[Source, T | LedgerError]]:
        """Each source's answer or error, in the sources' order."""
        if len(sources) == 1:
            return [(sources[0], _answer(question, sources[0]))]
        for each in sources:
            if each.name not in self._open:
                self._open[each.name] = _start(question, each)
        _await([self._open[each.name] for each in sources])
        return [(each, cast("T | LedgerError", self._collect(each))) for each in sources]

    def _collect(self, source: Source) -> object:
        if not self._open[source.name].done():
            return NodeUnavailable("no answer yet")
        return self._open.pop(source.name).result()


def _start(question: Callable[[Source], T], source: Source) -> Future[object]:
    future: Future[object] = Future()
    # A daemon: a hostile node that never ends its answer must not keep a program from ending.
    thread = threading.Thread(
        target=lambda: future.set_result(_answer(question, source)), name="asking a source", daemon=True
    )
    thread.start()
    return future


def _await(futures: Sequence[Future[object]]) -> None:
    """Until all have answered, or a while after the first that answered well, or for as long as there is patience."""
    give_up = monotonic() + PATIENCE_SECONDS
    left = set(futures)
    while left:
        done, left = wait(left, max(0.0, give_up - monotonic()), FIRST_COMPLETED)
        if not done:
            return
        if any(not isinstance(each.result(), LedgerError) for each in done):
            give_up = min(give_up, monotonic() + GRACE_SECONDS)


def _answer(question: Callable[[Source], T], source: Source) -> T | LedgerError:
    """Whatever one source makes go wrong is that source's failure; what nobody thought of is logged whole."""
    try:
        return question(source)
    except LedgerError as e:
        return e
    except Exception as e:
        _log.exception("a source failed in a way of its own: %s", source.name)
        return NodeUnavailable(f"{type(e).__name__} while it was asked")
