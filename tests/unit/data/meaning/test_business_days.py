"""Business days: Monday to Friday, less holidays, each day in parts of its own length."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.profile import profile_from
from data.charts.flow_times import flow_times
from data.export.evidence import evidence_lines, find_evidence
from data.meaning.business_days import BusinessCalendar
from data.metrics.flow_time import flow_time
from data.metrics.report import View
from data.metrics.request_lead_time import request_lead_time
from data.pipeline import compute
from tests.reference.clock import business_days
from tests.support.builders import issue, status_list
from tests.support.engine import engine_metrics, stored
from tests.support.rows import at, context

HOLIDAYS = ("2026-12-25", "2026-04-03")
SPAN_MS = 400 * 86_400_000


def worked(since: str, until: str, zone: str = "UTC") -> float:
    calendar = BusinessCalendar(ZoneInfo(zone), frozenset(map(dt.date.fromisoformat, HOLIDAYS)))
    return float(calendar.days_between(np.array([at(since)]), np.array([at(until)]))[0])


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-03-02", "2026-03-03", 1),  # a Monday
        ("2026-03-02T12:00", "2026-03-02T18:00", 0.25),
        ("2026-03-06T12:00", "2026-03-09T12:00", 1),  # Friday noon to Monday noon
        ("2026-03-07", "2026-03-09", 0),  # a weekend
        ("2026-03-07T10:00", "2026-03-09T06:00", 0.25),
        ("2026-03-02", "2026-03-16", 10),
        ("2026-03-02", "2026-03-02", 0),
        ("2026-12-24T12:00", "2026-12-28T12:00", 1),  # half a Thursday, a holiday, a weekend, half a Monday
        ("2025-12-31T12:00", "2026-01-02", 1.5),  # over the turn of the year
    ],
)
def test_working_days_by_hand(since: str, until: str, expected: float) -> None:
    """Whole and half days come out exactly."""
    assert worked(since, until) == expected


def test_a_day_of_23_or_25_hours_is_one_day() -> None:
    """Cairo moves its clocks on working days: 2026-04-24 has 23 hours there, 2026-10-29 has 25."""
    assert worked("2026-04-23T22:00", "2026-04-24T21:00", "Africa/Cairo") == 1.0
    assert worked("2026-10-28T21:00", "2026-10-29T22:00", "Africa/Cairo") == 1.0
    assert worked("2026-04-23T22:00", "2026-04-24T09:30", "Africa/Cairo") == 0.5


def test_a_day_that_a_zone_left_out_is_not_worked_on() -> None:
    """Samoa went from Thursday the 29th to Saturday the 31st of December 2011: -10 h, then +14 h."""
    assert worked("2011-12-29T10:00", "2011-12-31T10:00", "Pacific/Apia") == 1.0


def test_nothing_gives_nothing() -> None:
    nothing = np.zeros(0, np.int64)

    assert len(BusinessCalendar(ZoneInfo("UTC"), frozenset()).days_between(nothing, nothing)) == 0


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago"]),
    st.integers(0, SPAN_MS),
    st.integers(0, SPAN_MS // 10),
)
def test_the_plain_loop_agrees(zone: str, offset: int, length: int) -> None:
    """Any stretch, in zones whose clocks change, is the sum of its days."""
    since = at("2026-01-01") + offset
    calendar = BusinessCalendar(ZoneInfo(zone), frozenset(map(dt.date.fromisoformat, HOLIDAYS)))
    found = calendar.days_between(np.array([since]), np.array([since + length]))

    assert found[0] == pytest.approx(business_days(since, since + length, zone, list(HOLIDAYS)), abs=1e-9)


def test_flow_time_and_lead_time_count_working_days() -> None:
    """Friday noon to Tuesday noon: 2 days, a holiday on Monday makes it 1; from Wednesday: 4 and 3."""
    item = issue(
        "A-1",
        created="2026-03-04T12:00",
        history=[("2026-03-06T12:00", "Doing"), ("2026-03-10T12:00", "Done")],
    )
    period = ("2026-03-02", "2026-03-15", "2026-04-01")
    plain = context([item], *period, profile={"business_days": True})
    holiday = context([item], *period, profile={"business_days": True, "holidays": ["2026-03-09"]})

    assert [flow_time(context([item], *period)).value, flow_time(plain).value] == [4.0, 2.0]
    assert [request_lead_time(plain).value, flow_time(holiday).value] == [4.0, 1.0]
    assert request_lead_time(holiday).value == 3.0
    assert flow_times(holiday).days.tolist() == [1.0]  # the dots of the chart are those of the number


@pytest.mark.parametrize("issues", [[], [issue("A-1", created="2026-03-01")]])
def test_only_two_definitions_name_the_option(issues: list[dict]) -> None:
    """Also where there is nothing to measure; without the option none does."""
    metrics = engine_metrics(issues, profile={"business_days": True})["metrics"]
    plain = engine_metrics(issues)["metrics"]

    named = [name for name, metric in metrics.items() if metric["definition"].endswith("/2+business")]
    assert named == ["flow_time", "request_lead_time"]
    versions = {name: metric["definition"].removeprefix(f"{name}/") for name, metric in plain.items()}
    assert {name for name, version in versions.items() if version != "2"} == {"change_lead_time"}


def test_the_rows_behind_the_number_count_as_it_does(tmp_path: Path) -> None:
    """Friday noon to Tuesday noon is 2 working days in the drawer as well, and 4 elapsed ones elsewhere."""
    history = [("2026-03-06T12:00", "Doing"), ("2026-03-10T12:00", "Done")]
    item = issue("A-1", created="2026-03-06T12:00", history=history)
    profile = profile_from({"business_days": True})
    store = stored(tmp_path, [item], status_list(), profile=profile)
    report = compute(store.load(), profile, View("2026-03-02", "2026-03-15", "2026-04-01"))

    shown = {
        name: evidence_lines(find_evidence(report.delivery, name, report.results[name]), store=store)[0].days
        for name in ("flow_time", "request_lead_time", "flow_velocity")
    }
    assert shown == {"flow_time": 2.0, "request_lead_time": 2.0, "flow_velocity": 4.0}
    assert report.results["flow_time"].value == 2.0
