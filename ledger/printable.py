"""What others wrote, as text that can be shown, logged, stored and sent on: it may quote a hostile node."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 300
_DIRECTION_CHANGING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The beginning of `text`; in place of lone surrogates, control and direction characters, U+FFFD."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:MAX_CHARACTERS])


def visible(text: str) -> str:
    """All of `text` as one line for a terminal: every letter of every script, and nothing that a terminal obeys.

    A line break becomes ↵, any other control character, a change of direction or a lone surrogate U+FFFD.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\n":
        return "↵"
    obeyed = character in _DIRECTION_CHANGING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if obeyed else character
