"""Working time: five days of eight hours, as arithmetic."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.simulator.model import DAY, HOUR
from data.simulator.workdays import WORKDAY, instant_of, next_weekday, position_of, weekday


def _ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "workdays", "end"),
    [
        ("2026-11-16T09:00", 0.5, "2026-11-16T13:00"),
        ("2026-11-16T13:00", 1.0, "2026-11-17T13:00"),
        ("2026-11-20T13:00", 1.0, "2026-11-23T13:00"),  # over a weekend
        ("2026-11-20T20:00", 0.25, "2026-11-23T11:00"),  # from an evening
        ("2026-11-21T12:00", 0.25, "2026-11-23T11:00"),  # from a Saturday
        ("2026-11-23T07:00", 0.25, "2026-11-23T11:00"),  # from an early morning
    ],
)
def test_work_goes_on_when_the_office_opens(start, workdays, end):
    assert instant_of(position_of(_ms(start)) + int(workdays * WORKDAY)) == _ms(end)


@given(st.integers(0, 4_000 * DAY), st.integers(1, 100 * WORKDAY))
def test_time_never_runs_backwards(at, work):
    """More work is never done earlier, and never at night or on a weekend."""
    end = instant_of(position_of(at) + work)

    assert end >= at
    assert weekday(end) < 5
    assert 9 * HOUR <= end % DAY < 17 * HOUR


def test_next_weekday_is_today_only_at_midnight():
    wednesday = _ms("2026-11-18T00:00")

    assert next_weekday(wednesday, 2) == wednesday
    assert next_weekday(wednesday + 1, 2) == _ms("2026-11-25T00:00")
    assert next_weekday(wednesday, 0) == _ms("2026-11-23T00:00")
