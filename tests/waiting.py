"""Waiting in tests: until something is so, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], what: str = "what is waited for", seconds: float = 60) -> None:
    """Asks again and again, a twentieth of a second apart; an assertion that names `what` where time is over."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)
