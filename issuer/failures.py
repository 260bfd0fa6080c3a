"""Logging what was not foreseen: its kind and where it happened, never its message, which may quote a person's data."""

from __future__ import annotations

import logging
import traceback


def log_failure(log: logging.Logger, what: str, error: BaseException) -> None:
    """One entry: `what`, the kinds of the error and its causes, and the stack of code that led to it."""
    kinds, cause = [type(error).__name__], error.__cause__
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    stack = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: %s\n%s", what, " from ".join(kinds), stack.rstrip())
