"""How durations and foreign texts are shown to those who sign."""

from __future__ import annotations

from ledger.errors import UnknownAct

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def duration(seconds: int) -> str:
    """Exactly: `3 days`, `1 day 12 hours`, `0 seconds`."""
    parts = []
    left = seconds
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"


def shown_text(text: str) -> str:
    """The text in quotation marks. Raises UnknownAct where it holds what does not show, or quotation marks itself."""
    if not text.isprintable() or any(mark in text for mark in "“”"):
        raise UnknownAct("a text with characters that do not show")
    return f"“{text}”"
