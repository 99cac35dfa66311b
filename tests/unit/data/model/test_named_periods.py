"""The periods that people say, by the calendar of 2026: its first of January is a Thursday."""

import datetime as dt

import pytest

from configuration.errors import InputError
from data.model.named_periods import last_days, named_period, neighbour


def days(text: str) -> tuple[dt.date, dt.date]:
    """Return two days that are written with a blank between them."""
    first, last = text.split()
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("this-month", "2026-11-27", "2026-11-01 2026-11-27"),
        ("this-month", "2026-11-01", "2026-11-01 2026-11-01"),
        ("last-month", "2026-03-31", "2026-02-01 2026-02-28"),
        ("last-month", "2026-01-15", "2025-12-01 2025-12-31"),
        ("this-quarter", "2026-11-27", "2026-10-01 2026-11-27"),
        ("last-quarter", "2026-11-27", "2026-07-01 2026-09-30"),
        ("last-quarter", "2026-02-01", "2025-10-01 2025-12-31"),
        ("year-to-date", "2026-11-27", "2026-01-01 2026-11-27"),
        ("last-year", "2026-11-27", "2025-01-01 2025-12-31"),
        ("last-2-weeks", "2026-11-27", "2026-11-09 2026-11-22"),  # a Friday: its own week is not over
        ("last-1-weeks", "2026-11-29", "2026-11-23 2026-11-29"),  # a Sunday ends its week
    ],
)
def test_a_name_becomes_days(name: str, today: str, expected: str) -> None:
    """What has not ended ends today; what has ended is whole."""
    assert named_period(name, dt.date.fromisoformat(today)) == days(expected)


@pytest.mark.parametrize("name", ["", "last-week", "last-0-weeks", "last-521-weeks", "This-Month", "90"])
def test_other_names_are_refused_with_those_there_are(name: str) -> None:
    """The remedy lists them."""
    with pytest.raises(InputError) as refused:
        named_period(name, dt.date(2026, 11, 27))

    assert repr(name) in refused.value.message
    assert "last-quarter" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "first"), [("1", "2026-11-27"), ("90", "2026-08-30"), ("3660", "2016-11-20")]
)
def test_last_days_count_today(text: str, first: str) -> None:
    """One day is today alone."""
    assert last_days(text, dt.date(2026, 11, 27)) == days(f"{first} 2026-11-27")


@pytest.mark.parametrize("text", ["0", "-3", "3661", "9999", "90.0", "", "ninety", "٩٠"])
def test_what_is_not_a_number_of_days_is_refused(text: str) -> None:
    """Also what Python would read as a number and people would not."""
    with pytest.raises(InputError, match="is not offered"):
        last_days(text, dt.date(2026, 11, 27))


@pytest.mark.parametrize(
    ("span", "name", "before", "after"),
    [
        ("2026-11-09 2026-11-22", "", "2026-10-26 2026-11-08", "2026-11-23 2026-12-06"),
        ("2026-02-01 2026-02-28", "", "2026-01-01 2026-01-31", "2026-03-01 2026-03-31"),
        ("2026-07-01 2026-09-30", "", "2026-04-01 2026-06-30", "2026-10-01 2026-12-31"),
        ("2026-11-01 2026-11-27", "this-month", "2026-10-01 2026-10-31", "2026-12-01 2026-12-31"),
        ("2026-01-01 2026-11-27", "year-to-date", "2025-01-01 2025-12-31", "2027-01-01 2027-12-31"),
        ("2026-11-01 2026-11-27", "", "2026-10-05 2026-10-31", "2026-11-28 2026-12-24"),
    ],
)
def test_neighbours_are_of_the_same_kind(span: str, name: str, before: str, after: str) -> None:
    """Whole months step by months, anything else by its own length; there and back is where one was."""
    assert neighbour(days(span), -1, name) == days(before)
    assert neighbour(days(span), 1, name) == days(after)


def test_the_calendar_has_ends() -> None:
    """Beyond the year 9999 and before the year 1 there is nothing to step to."""
    assert neighbour((dt.date(9999, 12, 1), dt.date(9999, 12, 31)), 1) is None
    assert neighbour((dt.date(1, 1, 2), dt.date(1, 1, 9)), -1) is None
