"""What charts are marked with: events, and on request releases and incidents, one mark a day and kind."""

import datetime as dt

import pytest

from configuration.profile_lists import Event
from data.charts.marks import MOST_DAYS, MarkKind, find_marks
from data.metrics.events import place_events
from data.metrics.report import Report
from data.model.periods import lay_out
from tests.support.engine import engine_report
from tests.support.examples import example_b

EVENTS = [Event("2026-03-01", "early"), Event("2026-03-12", "Second team"), Event("2026-03-12", "a move")]


@pytest.fixture(scope="module")
def report() -> Report:
    """Worked example B: releases on 3, 10, 12 and 24 March; incidents seen on 4, 10, 19 and 26 March."""
    example = example_b()
    return engine_report(example.issues, **example.arguments())


def found(report: Report, *kinds: MarkKind) -> list[tuple[str, int, tuple[str, ...]]]:
    context = report.context
    assert context is not None
    marks = find_marks(context, place_events(EVENTS, context.window), kinds)
    return [(mark.kind, mark.day.day, mark.texts) for mark in marks.shown]


def test_events_of_one_day_share_a_mark(report: Report) -> None:
    assert found(report, "event") == [("event", 12, ("Second team", "a move"))]
    assert found(report) == []


def test_releases_and_incidents_come_on_request(report: Report) -> None:
    """I-5 turned out to be none, so it marks nothing."""
    assert found(report, "release") == [
        ("release", 3, ("1.0",)),
        ("release", 10, ("1.1",)),
        ("release", 12, ("1.1.1-hotfix",)),
        ("release", 24, ("1.2",)),
    ]
    assert found(report, "incident") == [
        ("incident", 4, ("I-2",)),
        ("incident", 10, ("I-1",)),
        ("incident", 19, ("I-4",)),
        ("incident", 26, ("I-3",)),
    ]


def test_a_mark_stands_within_the_bar_of_its_week(report: Report) -> None:
    """The bar of a week has its middle on its Monday: its Monday is drawn half a week before that."""
    context = report.context
    assert context is not None
    days = [Event(day, "x") for day in ("2026-03-02", "2026-03-08", "2026-03-29")]
    marks = find_marks(context, place_events(days, context.window), ["event"]).shown

    assert [mark.in_step.isoformat() for mark in marks] == [
        "2026-02-26T12:00:00",
        "2026-03-04T12:00:00",
        "2026-03-25T12:00:00",
    ]
    assert [mark.share for mark in marks] == [0.0, pytest.approx(6 / 27), 1.0]


@pytest.mark.parametrize(("n", "crowded"), [(MOST_DAYS, {}), (MOST_DAYS + 1, {"event": MOST_DAYS + 1})])
def test_too_many_days_are_not_marked_and_said(report: Report, n: int, crowded: dict) -> None:
    assert report.context is not None
    window = report.context.window
    first = dt.date(2026, 1, 1)
    quarter = report.context.over(lay_out(first, window.last_day, window.zone, window.as_of))
    events = [Event(str(first + dt.timedelta(days=place)), "x") for place in range(n)]
    marks = find_marks(quarter, place_events(events, quarter.window), ["event"])

    assert marks.crowded == crowded
    assert len(marks.shown) == (0 if crowded else n)
