from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import dates

SHANGHAI = timezone(timedelta(hours=8))
days = st.dates(dates.FIRST_DAY, dates.LAST_DAY)


@given(days)
def test_a_day_begins_at_midnight_in_shanghai(day: date) -> None:
    assert dates.start_of(day) == datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp()


@given(days)
def test_a_day_ends_where_the_next_begins(day: date) -> None:
    first, end = dates.start_of(day), dates.end_of(day)
    assert [dates.day_of(instant) for instant in (first, end - 1, end)] == [day, day, day + timedelta(days=1)]


@given(days)
def test_a_day_is_written_one_way(day: date) -> None:
    assert dates.parse_day(day.isoformat()) == day


@given(st.integers(-2_000_000_000, 100_000_000_000))
def test_cutting_keeps_the_day_and_nothing_else(instant: int) -> None:
    cut = dates.cut_to_day(instant)
    assert dates.is_start_of_day(cut)
    assert cut == dates.start_of(dates.day_of(instant))
    assert dates.is_start_of_day(instant) == (cut == instant)


def test_evening_in_utc_is_tomorrow_in_shanghai() -> None:
    evening = int(datetime(2026, 11, 22, 16, 0, tzinfo=UTC).timestamp())
    assert dates.day_of(evening) == date(2026, 11, 23)
    assert dates.day_of(evening - 1) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-2-29",
        "2023-02-29",
        "20240229",
        "2024-W09-4",
        "2024-060",
        "2024-02-29T00",
        "1899-12-31",
        "9999-01-01",
        "长期",
        "２０２４-01-01",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.parse_day(text)
