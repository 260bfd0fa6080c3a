"""Legal days as instants: a day is Asia/Shanghai, which is UTC+8 the whole year; instants are Unix seconds."""

from __future__ import annotations

from datetime import date

DAY_SECONDS = 86_400
NO_END = "长期"
"""What a certificate says where its validity has no last day."""

_OFFSET_SECONDS = 8 * 3600
_EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(9998, 12, 31)


def parse_day(text: str) -> date:
    """The day of YYYY-MM-DD, 1900 to 9998. Raises ValueError."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("a day is written YYYY-MM-DD")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day lies between {FIRST_DAY} and {LAST_DAY}")
    return day


def start_of(day: date) -> int:
    """00:00 of `day` in Shanghai."""
    return (day.toordinal() - _EPOCH) * DAY_SECONDS - _OFFSET_SECONDS


def end_of(day: date) -> int:
    """00:00 of the day after: the first instant that `day` does not cover."""
    return start_of(day) + DAY_SECONDS


def day_of(instant: int) -> date:
    """The day in Shanghai that `instant` lies in."""
    return date.fromordinal((instant + _OFFSET_SECONDS) // DAY_SECONDS + _EPOCH)


def cut_to_day(instant: int) -> int:
    """The start of the day that `instant` lies in."""
    return instant - (instant + _OFFSET_SECONDS) % DAY_SECONDS


def is_start_of_day(instant: int) -> bool:
    return (instant + _OFFSET_SECONDS) % DAY_SECONDS == 0
