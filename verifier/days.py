"""Days asked about: YYYY-MM-DD in, an instant out."""

from __future__ import annotations

from datetime import date

from credential import dates
from verifier.errors import DateInFuture, MalformedDate


def parse_day(text: str) -> date | None:
    """The day of YYYY-MM-DD, None for an empty text. Raises MalformedDate."""
    if not text.strip():
        return None
    try:
        return dates.parse_day(text.strip())
    except ValueError as e:
        raise MalformedDate from e


def instant_asked(day: date | None, now: int) -> int:
    """Now for today or no day; a past day's last second, so that what was done on it counts. Raises DateInFuture."""
    today = dates.day_of(now)
    if day is None or day == today:
        return now
    if day > today:
        raise DateInFuture(today=today.isoformat())
    return dates.end_of(day) - 1
