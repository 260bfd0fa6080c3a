"""What others wrote, as text that can be shown, logged, stored and sent on: it may quote a hostile node."""

from __future__ import annotations

import json
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


def visible_json(value: object, indent: int | None = None) -> str:
    """The value as JSON: every letter as it is, and what a terminal obeys, or UTF-8 does not have, as `\\uXXXX`."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isprintable() else "".join(map(_escaped, text))


def number_of(count: int, one: str, several: str = "") -> str:
    """`1 batch`, `2 batches`; the plural has an s unless it is given."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def _shown(character: str) -> str:
    if character == "\n":
        return "↵"
    return "\N{REPLACEMENT CHARACTER}" if _is_obeyed(character) else character


def _escaped(character: str) -> str:
    # A line break in the text is the indentation's: json has escaped those of the value.
    return f"\\u{ord(character):04x}" if character != "\n" and _is_obeyed(character) else character


def _is_obeyed(character: str) -> bool:
    return character in _DIRECTION_CHANGING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
