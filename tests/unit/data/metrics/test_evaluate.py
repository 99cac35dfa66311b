"""A measure becomes a result: comparison, trend, weeks, and nothing without data."""

import dataclasses
import datetime as dt
import math

import msgspec
import numpy as np
import pytest

from data.flow_calculator import FLOW_METRICS
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate, no_data
from data.model.metric import Change, Measure, sort_out
from tests.support.builders import issue
from tests.support.rows import context

VELOCITY, FLOW_TIME = FLOW_METRICS[:2]
WORKING_DAYS = {"business_days": True}


def measure(n: int, value: float | None = None, **more: object) -> Measure:
    return Measure(
        value=float(n) if value is None else value,
        candidates=sort_out(np.arange(n), {}, lambda _: ()),
        weekly=np.zeros(0),
        weekly_n=np.zeros(0, np.int64),
        **more,
    )


def test_nothing_is_told_of_nothing() -> None:
    """A result without data: no keys, no number, and why each percentile is withheld."""
    result = no_data(FLOW_TIME, "Why.")

    assert (result.included, result.candidates.counts(), result.n, result.message) == ((), {}, 0, "Why.")
    assert result.percentiles_withheld == {
        "p50": "needs 1 items, has 0",
        "p85": "needs 6 items, has 0",
        "p95": "needs 19 items, has 0",
    }
    assert result.definition == FLOW_TIME.definition_under(business_days=False)
    assert (no_data(VELOCITY, "Why.").percentiles, no_data(VELOCITY, "Why.").percentiles_withheld) == (
        None,
        {},
    )


@pytest.mark.parametrize("last", ["2026-03-15", "2026-04-15"])
def test_working_days_stand_in_the_definition(last: str) -> None:
    """Also where the period has not begun."""
    plain, working = (
        context(
            [STORY],
            "2026-03-02" if last == "2026-03-15" else "2026-04-10",
            last,
            "2026-03-20",
            profile=profile,
        )
        for profile in ({}, WORKING_DAYS)
    )

    assert evaluate(FLOW_TIME, plain).definition == FLOW_TIME.definition_under(business_days=False)
    assert evaluate(FLOW_TIME, working).definition == FLOW_TIME.definition_under(business_days=True)
    assert evaluate(FLOW_TIME, plain).definition != evaluate(FLOW_TIME, working).definition


@pytest.mark.parametrize(
    ("value", "own", "note", "message"),
    [
        (1.0, "Own.", "Note.", "Own. Note."),
        (1.0, None, "Note.", "Note."),
        (1.0, "Own.", None, "Own."),
        (1.0, None, None, None),
        (None, "Own.", "Note.", "Own."),
        (None, None, "Note.", "Note."),
    ],
)
def test_the_sentences_of_a_result(
    value: float | None, own: str | None, note: str | None, message: str | None
) -> None:
    """A missing value keeps its own sentence; the view's note goes with numbers, or fills in."""
    given = dataclasses.replace(
        measure(1), value=value, message=own, weekly=np.zeros(2), weekly_n=np.zeros(2, np.int64)
    )
    metric = dataclasses.replace(VELOCITY, compute=lambda _context: given)

    assert (
        evaluate(metric, context([STORY], "2026-03-02", "2026-03-15", "2026-03-20"), note).message == message
    )


STORY = issue("A-1", created="2026-02-20", history=[("2026-03-02", "Doing"), ("2026-03-04", "Done")])


def test_a_result_has_its_comparison_and_weeks() -> None:
    result = evaluate(VELOCITY, context([STORY], "2026-03-02", "2026-03-15", "2026-03-20"))

    assert (result.value, result.n, result.included) == (0.5, 1, ("A-1",))
    assert (result.previous.value, result.previous.n) == (0.0, 0)
    assert [(week.week, week.start, week.value) for week in result.weekly] == [
        ("2026-W10", "2026-03-02", 1.0),
        ("2026-W11", "2026-03-09", 0.0),
    ]


def test_weeks_without_data_are_null_and_not_nan() -> None:
    result = evaluate(FLOW_TIME, context([STORY], "2026-03-02", "2026-03-15", "2026-03-20"))

    assert [week.value for week in result.weekly] == [2.0, None]
    assert not any(isinstance(week.value, float) and math.isnan(week.value) for week in result.weekly)


def test_no_past_no_comparison() -> None:
    result = evaluate(VELOCITY, context([STORY], "2026-02-20", "2026-03-15", "2026-03-20"))

    assert (result.previous, result.trend) == (None, "unknown")


def delivered_in_weeks(*counts: int) -> list[dict]:
    """Stories delivered on the Tuesdays of the weeks from 2026-01-05 on, each started a day before."""
    monday = dt.date(2026, 1, 5)
    return [
        issue(
            f"A-{100 * week + number + 1}",
            created="2026-01-01",
            history=[
                ((monday + dt.timedelta(7 * week)).isoformat(), "Doing"),
                ((monday + dt.timedelta(7 * week + 1)).isoformat(), "Done"),
            ],
        )
        for week, n in enumerate(counts)
        for number in range(n)
    ]


def test_the_weeks_of_both_periods_decide() -> None:
    """5, 6, 7, 8 after 1, 2, 3, 4: U = 16, p = 0.0304, up, likely."""
    here = context(delivered_in_weeks(1, 2, 3, 4, 5, 6, 7, 8), "2026-02-02", "2026-03-01", "2026-03-02")
    found = evaluate(VELOCITY, here)

    assert (found.value, found.previous.value) == (6.5, 2.5)
    assert (found.trend, found.confidence) == ("up", "likely")
    assert found.change == Change("rank_sum_weeks/1", pytest.approx(0.030383, abs=1e-6), None, (4, 4))


def test_weeks_that_are_not_whole_do_not_decide() -> None:
    """A day less at the end of the period, and one less at the start of the one before: three weeks each."""
    here = context(delivered_in_weeks(1, 2, 3, 4, 5, 6, 7, 8), "2026-02-02", "2026-02-28", "2026-03-02")

    assert (evaluate(VELOCITY, here).trend, evaluate(VELOCITY, here).change) == ("unknown", None)


def test_a_median_has_an_interval_from_six_items_on() -> None:
    """Stories of 1, 2, ... days; of six the first and the last, of five nothing."""

    def interval(n: int) -> tuple[float, float] | None:
        stories = [
            issue(
                f"A-{days}",
                created="2026-01-01",
                history=[(f"2026-03-{12 - days:02d}", "Doing"), ("2026-03-12", "Done")],
            )
            for days in range(1, n + 1)
        ]
        return evaluate(FLOW_TIME, context(stories, "2026-03-02", "2026-03-15", "2026-03-20")).interval

    assert (interval(5), interval(6)) == (None, (1.0, 6.0))
    assert evaluate(VELOCITY, context([STORY], "2026-03-02", "2026-03-15", "2026-03-20")).interval is None


def test_a_period_after_t_has_no_data_and_says_so() -> None:
    result = evaluate(FLOW_TIME, context([STORY], "2026-03-20", "2026-03-25", "2026-03-20"))

    assert (result.state, result.value, result.weekly, result.n) == ("no_data", None, (), 0)
    assert result.percentiles == {"p50": None, "p85": None, "p95": None}
    assert list(result.percentiles_withheld) == ["p50", "p85", "p95"]
    assert result.message


def test_a_note_goes_with_values_and_not_over_reasons() -> None:
    full = context([STORY], "2026-03-02", "2026-03-15", "2026-03-20")
    empty = context([STORY], "2026-03-09", "2026-03-15", "2026-03-20")

    assert evaluate(FLOW_TIME, full, "note").message == "note"
    assert evaluate(FLOW_TIME, empty, "note").message != "note"


def test_a_series_in_weeks_is_the_weeks_and_one_in_months_has_what_lies_in_them() -> None:
    """Three stories of March, two of April; the P50 of a month is that of its items, never of its weeks."""
    issues = [
        issue(f"A-{n}", created="2026-02-01", history=[(began, "Doing"), (ended, "Done")])
        for n, (began, ended) in enumerate(
            [
                ("2026-03-02", "2026-03-03"),
                ("2026-03-02", "2026-03-06"),
                ("2026-03-20", "2026-03-30"),
                ("2026-03-28", "2026-04-01"),
                ("2026-04-01", "2026-04-03"),
            ],
            start=1,
        )
    ]
    here = context(issues, "2026-03-01", "2026-04-30", "2026-04-20")
    by_month = CalculationContext(here.delivery, here.window, step="month")
    weeks, months = (evaluate(FLOW_TIME, one) for one in (here, by_month))

    assert [msgspec.structs.astuple(point) for point in weeks.series.points] == [
        msgspec.structs.astuple(week) for week in weeks.weekly
    ]
    assert months.weekly == weeks.weekly
    assert [msgspec.structs.astuple(point) for point in months.series.points] == [
        ("2026-03", "2026-03-01", 4.0, 3, False),
        ("2026-04", "2026-04-01", 3.0, 2, True),
    ]


def test_a_series_is_made_when_somebody_asks() -> None:
    asked: list[CalculationContext] = []

    def compute(one: CalculationContext) -> Measure:
        asked.append(one)
        return VELOCITY.compute(one)

    here = context([issue("A-1", created="2026-03-01")], "2026-03-01", "2026-04-30", "2026-04-20")
    counting = dataclasses.replace(VELOCITY, compute=compute)
    found = evaluate(counting, CalculationContext(here.delivery, here.window, step="quarter"))
    before = len(asked)

    assert [point.step for point in found.series.points] == ["2026-Q1", "2026-Q2"]
    assert found.series.points is found.series.points
    assert len(asked) == before + 1
