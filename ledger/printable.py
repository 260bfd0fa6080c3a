"""What others wrote, as text that can be shown, logged, stored and sent on: it may quote a hostile node."""

from __future__ import annotations

MAX_CHARACTERS = 300


def printable(text: str) -> str:
    """The beginning of `text`; in place of lone surrogates, control and direction characters, U+FFFD."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:MAX_CHARACTERS])
