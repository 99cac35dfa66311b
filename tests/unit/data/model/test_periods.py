"""Civil days, weeks and instants: specs/metrics.md."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.errors import InputError
from data.model.instants import DAY_MS, from_ms, to_ms
from data.model.periods import (
    automatic_step,
    civil_day,
    in_steps,
    last_whole_weeks,
    lay_out,
    midnight,
    parse_as_of,
    parse_day,
    previous,
    step_name,
    week_name,
    zone_named,
)
from data.model.tables import MISSING

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return to_ms(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC))


def window(first, last, as_of, zone=UTC, created=None):
    days = [dt.date.fromisoformat(day) if day else None for day in (first, last)]
    return lay_out(*days, zone, at(as_of), MISSING if created is None else at(created))


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "2026-3-2",
        "20260302",
        "2026-W10-1",
        "yesterday",
        "",
        "1899-12-31",
        "9001-01-01",
    ],
)
def test_a_date_that_is_none_is_refused(text):
    """Only dates of the calendar, spelled in one way, near enough to compute with."""
    with pytest.raises(InputError, match="--from"):
        parse_day(text, "--from")


@pytest.mark.parametrize("text", ["1900-01-01", "9000-12-31"])
def test_the_first_and_the_last_date_are_taken(text):
    assert parse_day(text, "--from") == dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("1900-01-01T00:00Z", UTC, "1900-01-01"),
        ("9000-12-31T23:59Z", UTC, "9000-12-31T23:59"),
        ("2026-03-02", UTC, "2026-03-03T00:00"),  # a bare date is the end of its day
        ("2026-03-02", BERLIN, "2026-03-02T23:00"),
        ("2026-03-28", BERLIN, "2026-03-28T23:00"),
        ("2026-03-29", BERLIN, "2026-03-29T22:00"),  # the day that lost an hour
        ("2026-03-02T12:00:00Z", BERLIN, "2026-03-02T12:00"),
        ("2026-03-02T12:00", BERLIN, "2026-03-02T11:00"),  # without an offset: the profile's zone
        ("2026-03-02T12:00+05:30", UTC, "2026-03-02T06:30"),
    ],
)
def test_as_of(text, zone, expected):
    assert parse_as_of(text, zone) == at(expected)


@pytest.mark.parametrize(
    "text",
    [
        "20260302",
        "2026-W10",
        "2026-02-30",
        "2026-02-30T00:00Z",
        "now",
        "1899-12-31T23:59Z",
        "9001-01-01T00:00Z",
    ],
)
def test_an_as_of_that_is_no_instant_is_refused(text):
    """A date without dashes would otherwise pass for the beginning of its day."""
    with pytest.raises(InputError, match="--as-of"):
        parse_as_of(text, UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "a\0b"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(InputError, match="no time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-06-01", "Europe/Berlin", 24),
    ],
)
def test_a_civil_day_is_as_long_as_its_clocks_say(day, zone, hours):
    first = dt.date.fromisoformat(day)
    length = midnight(first + dt.timedelta(days=1), ZoneInfo(zone)) - midnight(first, ZoneInfo(zone))

    assert length == hours * 3_600_000


def test_a_midnight_that_the_clocks_skip_is_the_first_instant_of_its_date():
    """In São Paulo 2018-11-04 began at 01:00."""
    zone = ZoneInfo("America/Sao_Paulo")
    start = midnight(dt.date(2018, 11, 4), zone)

    assert from_ms(start).astimezone(zone).isoformat() == "2018-11-04T01:00:00-02:00"
    assert civil_day(start - 1, zone) == dt.date(2018, 11, 3)


def test_defaults_are_ninety_days_up_to_the_last_instant():
    found = window(None, None, "2026-03-20T00:00")  # the last instant before T lies on the 19th

    assert (found.first_day, found.last_day) == (dt.date(2025, 12, 20), dt.date(2026, 3, 19))
    assert found.days == 90
    assert lay_out(None, None, UTC, at("2026-03-20T00:00") + 1).last_day == dt.date(2026, 3, 20)


@pytest.mark.parametrize(
    ("as_of", "day"), [("2026-03-04T12:00", 4), ("2026-03-05T00:00", 4), ("2026-04-01", 15)]
)
def test_the_last_counted_day_begins_before_t(as_of, day):
    assert window("2026-03-02", "2026-03-15", as_of).last_counted_day == dt.date(2026, 3, day)


def test_a_period_that_has_not_begun_has_no_weeks():
    found = window("2026-03-02", "2026-03-15", "2026-03-02")

    assert (found.empty, found.days, found.mondays, found.partial) == (True, 0, (), ())
    assert found.edges.tolist() == [0]


@pytest.mark.parametrize(
    ("as_of", "days"),
    [("2026-03-02T00:00", 0), ("2026-03-02T00:01", 1), ("2026-03-03T00:00", 1), ("2026-03-20T00:00", 14)],
)
def test_days_are_those_that_begin_before_t(as_of, days):
    found = window("2026-03-02", "2026-03-15", as_of)

    assert (found.days, found.empty) == (days, days == 0)


def test_weeks_of_example_c():
    """Berlin over the turn of an ISO year with 53 weeks; T is inside the last week."""
    found = window("2026-12-21", "2027-01-10", "2027-01-06T11:00", BERLIN, created="2026-11-02")

    assert [week_name(monday) for monday in found.mondays] == ["2026-W52", "2026-W53", "2027-W01"]
    assert found.partial == (False, False, True)
    assert found.days == 17
    assert found.edges.tolist() == [
        at(text) for text in ("2026-12-20T23:00", "2026-12-27T23:00", "2027-01-03T23:00", "2027-01-06T11:00")
    ]


@pytest.mark.parametrize(
    ("first", "last", "as_of", "created", "expected"),
    [
        ("2026-03-02", "2026-03-15", "2026-03-16T00:00", "2026-01-01", (False, False)),  # ends exactly at T
        ("2026-03-02", "2026-03-15", "2026-03-15T23:59", "2026-01-01", (False, True)),
        ("2026-03-03", "2026-03-15", "2026-03-20T00:00", "2026-01-01", (True, False)),
        ("2026-03-02", "2026-03-14", "2026-03-20T00:00", "2026-01-01", (False, True)),
        ("2026-03-02", "2026-03-15", "2026-03-20T00:00", "2026-03-02", (False, False)),
        (
            "2026-03-02",
            "2026-03-15",
            "2026-03-20T00:00",
            "2026-03-02T00:01",
            (True, False),
        ),  # data start later
    ],
)
def test_partial_weeks(first, last, as_of, created, expected):
    assert window(first, last, as_of, created=created).partial == expected


def test_weeks_not_yet_begun_are_absent():
    assert len(window("2026-03-02", "2026-03-29", "2026-03-09T00:00").mondays) == 1


@pytest.mark.parametrize(
    ("step", "names", "partial"),
    [
        ("month", ["2026-02", "2026-03", "2026-04", "2026-05"], (True, False, False, True)),
        ("quarter", ["2026-Q1", "2026-Q2"], (True, True)),
        ("week", ["2026-W07", "2026-W08"], (True, False)),
    ],
)
def test_steps_follow_the_rules_of_the_week(step, names, partial):
    """10 February to 31 May as of 20 May: the first is cut by the period, the last by T."""
    found = in_steps(window("2026-02-10", "2026-05-31", "2026-05-20"), step)

    assert [step_name(first, step) for first in found.mondays][: len(names)] == names
    assert found.partial[: len(names)] == partial
    assert (found.edges[0], found.edges[-1]) == (at("2026-02-10"), at("2026-05-20"))
    assert (found.lo, found.end, found.days) == (at("2026-02-10"), at("2026-05-20"), 99)


def test_a_month_is_cut_at_midnight_of_the_zone():
    """In Berlin April 2026 begins at 22:00 of the day before; a month that ends at T is whole."""
    found = in_steps(window("2026-03-01", "2026-04-30", "2026-04-30T22:00", BERLIN), "month")

    assert found.edges.tolist() == [
        at(text) for text in ("2026-02-28T23:00", "2026-03-31T22:00", "2026-04-30T22:00")
    ]
    assert found.partial == (False, False)


def test_a_month_before_the_first_created_issue_is_partial():
    found = in_steps(window("2026-03-01", "2026-04-30", "2026-06-01", created="2026-03-01T00:01"), "month")

    assert found.partial == (True, False)


@pytest.mark.parametrize(
    ("first", "last", "as_of", "step"),
    [
        ("2026-01-05", "2026-07-05", "2027-01-01", "week"),  # 182 days: 26 weeks
        ("2026-01-05", "2026-07-06", "2027-01-01", "month"),
        ("2026-01-05", "2026-12-31", "2026-02-01", "week"),  # most of it has not begun
        ("2023-03-02", "2026-03-01", "2027-01-01", "month"),  # three years
        ("2023-03-02", "2026-03-02", "2027-01-01", "quarter"),
        ("2024-02-29", "2027-02-28", "2028-01-01", "month"),
        ("2024-02-29", "2027-03-01", "2028-01-01", "quarter"),
    ],
)
def test_the_automatic_step_keeps_a_period_readable(first, last, as_of, step):
    assert automatic_step(window(first, last, as_of)) == step


def test_a_period_that_has_not_begun_has_no_steps():
    assert in_steps(window("2026-03-02", "2026-03-15", "2026-03-02"), "month").mondays == ()


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InputError, match="before it begins"):
        window("2026-03-03", "2026-03-02", "2026-03-20T00:00")


def test_previous_is_as_long_as_the_days_that_count():
    """With T after three of fourteen days the comparison covers three days too."""
    found = window("2026-03-02", "2026-03-15", "2026-03-04T12:00", created="2026-01-01")
    before = previous(found)

    assert (before.first_day, before.last_day) == (dt.date(2026, 2, 27), dt.date(2026, 3, 1))
    assert (before.lo, before.end, before.days) == (at("2026-02-27"), found.lo, 3)
    assert before.as_of == found.as_of


def test_previous_has_weeks_of_its_own():
    """28 days before a Wednesday: three whole weeks, and data that begin in the first."""
    found = window("2026-03-04", "2026-03-31", "2026-04-10T00:00", created="2026-02-06")
    before = previous(found)

    assert [day.isoformat() for day in before.mondays] == [
        "2026-02-02",
        "2026-02-09",
        "2026-02-16",
        "2026-02-23",
        "2026-03-02",
    ]
    assert before.partial == (True, False, False, False, True)


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2026-03-16T00:00", "2026-03-15"),  # the week that ends exactly at T is whole
        ("2026-03-15T23:59", "2026-03-08"),
        ("2026-05-01T00:00", "2026-03-15"),  # the period ends on Friday the 20th
    ],
)
def test_the_last_whole_weeks_before_the_end(as_of, last):
    """Two of them, whatever the period is."""
    found = last_whole_weeks(window("2026-03-10", "2026-03-20", as_of, created="2026-01-01"), 2)

    assert found.last_day.isoformat() == last
    assert (found.days, found.partial, found.has_past) == (14, (False, False), True)


def test_previous_of_millennia_stays_inside_the_calendar():
    before = previous(window("3000-01-01", "4200-12-31", "4200-12-31T12:00", created="2000-01-01"))

    assert before.first_day == dt.date(1900, 1, 1)


def test_before_the_first_date_there_is_no_past():
    """A period from before 1900, as only a notebook may ask for, has nothing to be compared with."""
    old = lay_out(dt.date(1800, 1, 1), dt.date(1800, 1, 10), UTC, at("2026-03-01"))

    assert previous(old).first_day == dt.date(1800, 1, 1)


@pytest.mark.parametrize(
    ("created", "expected"), [("2026-03-01T23:59", True), ("2026-03-02", False), (None, False)]
)
def test_a_past_needs_an_issue_from_before(created, expected):
    assert window("2026-03-02", "2026-03-15", "2026-03-20T00:00", created=created).has_past is expected


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    st.integers(0, 80),
    st.integers(-5, 90),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_weeks_tile_the_period(first, length, as_of_day, zone_name):
    """Edges ascend from lo to end without a gap, and each week but the ends is seven civil days."""
    zone = ZoneInfo(zone_name)
    last = first + dt.timedelta(days=length)
    found = lay_out(first, last, zone, midnight(first + dt.timedelta(days=as_of_day), zone) + 1, MISSING)
    edges = found.edges.tolist()

    if found.empty:
        assert (found.days, found.mondays) == (0, ())
        return
    assert (edges[0], edges[-1]) == (found.lo, found.end)
    assert all(a < b for a, b in pairwise(edges))
    assert len(edges) == len(found.mondays) + 1 == len(found.partial) + 1
    assert 1 <= found.days <= length + 1
    assert abs((found.end - found.lo) - found.days * DAY_MS) <= DAY_MS + 3_600_000
