"""What the metrics of a view share: parts, rows and weeks, at their edges."""

import datetime as dt
import gc
import weakref

import numpy as np
import pytest

from configuration.profile import Profile
from data.charts.recent import recent
from data.meaning.facts import in_order
from data.metrics.context import CalculationContext, Choice
from data.metrics.report import View
from data.model.periods import lay_out
from data.pipeline import compute
from tests.support.builders import issue, status_list
from tests.support.rows import UTC, at, context, dataset

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")


def done(key: str, when: str, **more: object) -> dict:
    return issue(key, created="2026-02-01", history=[("2026-02-02", "Doing"), (when, "Done")], **more)


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2026-03-01T23:59", False),
        ("2026-03-02T00:00", True),  # the first instant of the period
        ("2026-03-15T23:59", True),
        ("2026-03-16T00:00", False),  # the first instant after it
    ],
)
def test_what_was_completed_in_the_period(when: str, counts: bool) -> None:
    here = context([done("A-1", when)], *PERIOD)

    assert here.completed.rows.tolist() == [0] * counts
    assert here.delivered.rows.tolist() == [0] * counts


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2026-03-01T23:59", False),
        ("2026-03-02T00:00", True),
        ("2026-03-15T23:59", True),
        ("2026-03-16T00:00", False),
    ],
)
def test_what_was_restored_in_the_period(when: str, counts: bool) -> None:
    """By the status that ends an incident, long before it was completed."""
    history = [(when, "Review"), ("2026-03-30", "Done")]
    incident = issue("A-1", "Incident", created="2026-02-01", history=history)
    here = context([incident], *PERIOD, profile={"incidents": {"restored": ["Review"]}})

    assert here.part(here.facts.restored).rows.tolist() == [0] * counts
    assert here.completed.rows.tolist() == []


def test_t_ends_the_period() -> None:
    """What is completed at T itself belongs to the time after it."""
    here = context(
        [done("A-1", "2026-03-04T11:59"), done("A-2", "2026-03-04T12:00")], *PERIOD[:2], "2026-03-04T12:00"
    )

    assert here.completed.rows.tolist() == [0]


def test_only_what_delivers_is_delivered() -> None:
    here = context([done("A-1", "2026-03-04"), done("A-2", "2026-03-04", resolution="Duplicate")], *PERIOD)

    assert (here.completed.rows.tolist(), here.delivered.rows.tolist()) == ([0, 1], [0])


def test_flow_items_are_in_scope_exist_and_are_chosen() -> None:
    """A sub-task is not in scope, A-3 was created after T, A-4 is not chosen."""
    issues = [
        issue("A-1", created="2026-03-01"),
        issue("A-2", "Sub-task", created="2026-03-01"),
        issue("A-3", created="2026-04-02"),
        issue("A-4", created="2026-03-01"),
    ]
    here = context(issues, *PERIOD)
    chosen = CalculationContext(here.delivery, here.window, Choice(np.array([True, True, True, False])))

    assert here.flow_items.tolist() == [True, False, False, True]
    assert chosen.flow_items.tolist() == [True, False, False, False]


def test_weeks_hold_their_first_instant() -> None:
    here = context([done("A-1", "2026-03-08T23:59"), done("A-2", "2026-03-09T00:00")], *PERIOD)

    assert (here.completed.week.tolist(), here.completed.counts.tolist()) == ([0, 1], [1, 1])
    assert here.week_of(np.array([at("2026-03-02"), at("2026-03-09"), at("2026-03-15T23:59")])).tolist() == [
        0,
        1,
        1,
    ]


def test_another_period_shares_what_does_not_depend_on_it() -> None:
    here = context([done("A-1", "2026-03-04")], *PERIOD)
    later = here.over(lay_out(dt.date(2026, 3, 9), dt.date(2026, 3, 15), UTC, at("2026-04-01")))
    again = later.over(here.window)

    assert later.facts is here.facts is again.facts
    assert [each.completed.rows.tolist() for each in (here, later, again)] == [[0], [], [0]]


def test_what_lies_in_a_period_is_in_the_order_of_time_and_passes_the_filters() -> None:
    """Rows 3, 0 and 2 by instant; row 0 is not chosen. A column by place follows."""
    issues = [
        done(f"A-{n}", when)
        for n, when in enumerate(["2026-03-05", "2026-03-20", "2026-03-10", "2026-03-03"])
    ]
    here = context(issues, *PERIOD)
    chosen = CalculationContext(here.delivery, here.window, Choice(np.array([False, True, True, True])))
    letters = np.array(["d", "a", "c", "b"])  # by place: of rows 3, 0, 2, 1

    assert here.completed.rows.tolist() == [3, 0, 2]
    assert (here.completed.counts.tolist(), here.completed.week.tolist()) == ([2, 1], [0, 0, 1])
    assert here.completed.of(letters).tolist() == ["d", "a", "c"]
    assert (chosen.completed.rows.tolist(), len(chosen.completed)) == ([3, 2], 2)
    assert (chosen.completed.counts.tolist(), chosen.completed.week.tolist()) == ([1, 1], [0, 1])
    assert chosen.completed.of(letters).tolist() == ["d", "c"]
    assert chosen.chosen(np.array([2, 0, 3])).tolist() == [2, 3]


def test_another_choice_looks_at_the_same_period_as_it_is_laid_out() -> None:
    """Neither the weeks nor the period before are laid out again; what is chosen is looked for anew."""
    here = context([done("A-1", "2026-03-04"), done("A-2", "2026-02-20")], *PERIOD)
    nobody = here.choosing(Choice(np.array([False, False])))

    assert nobody.layout is here.layout
    assert nobody.before.window is here.before.window
    assert (here.completed.rows.tolist(), nobody.completed.rows.tolist()) == ([0], [])
    assert (here.before.completed.rows.tolist(), nobody.before.completed.rows.tolist()) == ([1], [])


def test_what_is_dated_by_day_lies_in_the_week_of_its_day() -> None:
    """From the first day of the period to its last; Monday the 9th begins the second week."""
    here = context([done("A-1", "2026-03-04")], *PERIOD)
    days = [dt.date(2026, 3, day).toordinal() for day in (1, 2, 8, 9, 15, 16)]
    part = here.part(in_order(np.arange(6), np.array(days), by_day=True))

    assert (part.rows.tolist(), part.counts.tolist()) == ([1, 2, 3, 4], [2, 2])


@pytest.mark.parametrize("by_day", [True, False])
def test_a_period_after_t_holds_nothing(by_day: bool) -> None:
    here = context([done("A-1", "2026-03-04")], "2026-03-02", "2026-03-15", "2026-02-20")
    when = dt.date(2026, 3, 4).toordinal() if by_day else at("2026-03-04")
    part = here.part(in_order(np.arange(1), np.array([when]), by_day=by_day))

    assert (len(part), part.rows.tolist(), part.counts.tolist(), part.week.tolist()) == (0, [], [], [])


@pytest.mark.parametrize("step", ["auto", "month"])
@pytest.mark.parametrize("filters", [{}, {"types": ("Story",)}, {"projects": ("A",)}])
def test_what_a_report_was_computed_from_goes_with_it(step: str, filters: dict) -> None:
    """At once, without the collector of circles: of large data it is tens of megabytes."""
    view = View(*PERIOD, step=step, **filters)
    report = compute(dataset([done("A-1", "2026-03-04")], status_list()), Profile(), view)
    assert report.context is not None
    report.context.once(recent)
    left = weakref.ref(report.context)
    gc.disable()
    try:
        del report
        gone = left() is None
    finally:
        gc.enable()

    assert gone
