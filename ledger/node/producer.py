"""When blocks are made: on demand, at most one in `block_seconds`, and an empty one when the head has grown old."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_logger = logging.getLogger(__name__)

_GATHER_SECONDS = 0.03
"""A client that sends several transactions in a row gets them into one block."""
_LONGEST_WAIT_SECONDS = 1.0
"""The clock is read again this often, because it may be set while we wait."""


def next_block_at(head_time: int, *, wanted: bool, block_seconds: int, heartbeat_seconds: int) -> int:
    """The first second in which the next block may be made."""
    return head_time + (block_seconds if wanted else max(block_seconds, heartbeat_seconds))


class Producer(threading.Thread):
    """Calls `produce` when a block is due, until it is stopped. A failure is logged and tried again.

    `due_in(wanted)` tells the seconds to wait; `produce()` whether more transactions are ready for the next block.
    """

    def __init__(self, due_in: Callable[[bool], float], produce: Callable[[], bool]) -> None:
        super().__init__(name="block-producer", daemon=True)
        self._due_in = due_in
        self._produce = produce
        self._condition = threading.Condition()
        self._wanted = True
        self._stopping = False

    def wake(self) -> None:
        """There may be something to put into a block."""
        with self._condition:
            self._wanted = True
            self._condition.notify()

    def stop(self) -> None:
        """Returns when a block that was being made is finished."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self.join()

    def run(self) -> None:
        while not self._stopping:
            try:
                if self._wait_until_due() and self._produce():
                    self.wake()
            except Exception:
                _logger.exception("no block could be made; trying again")
                self._pause(_LONGEST_WAIT_SECONDS)

    def _wait_until_due(self) -> bool:
        """False: stop."""
        with self._condition:
            while not self._stopping:
                seconds = self._due_in(self._wanted)
                if seconds <= 0:
                    self._condition.wait(_GATHER_SECONDS if self._wanted else 0)
                    self._wanted = False
                    return not self._stopping
                self._condition.wait(min(seconds, _LONGEST_WAIT_SECONDS))
            return False

    def _pause(self, seconds: float) -> None:
        with self._condition:
            self._wanted = True
            if not self._stopping:
                self._condition.wait(seconds)
