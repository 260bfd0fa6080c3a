"""Keeps Python's recursion limit: importing py_ecc raises it so far that deeply nested JSON overflows the C stack."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def recursion_limit_kept() -> Iterator[None]:
    """Puts the limit back, whatever the modules imported inside made of it."""
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
