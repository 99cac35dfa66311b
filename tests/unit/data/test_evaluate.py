"""A measure becomes a result: comparison, trend, weeks, and nothing without data."""

import dataclasses
import math

import numpy as np
import pytest

from data.evaluate import evaluate, trend
from data.flow_calculator import FLOW_METRICS
from data.metric import Measure, sort_out
from tests.builders import issue
from tests.rows import context

VELOCITY, FLOW_TIME = FLOW_METRICS[:2]


def measure(n: int, value: float | None = None, **more: object) -> Measure:
    return Measure(
        value=float(n) if value is None else value,
        candidates=sort_out(np.ones(n, bool), {}, lambda _: ()),
        weekly=np.zeros(0),
        weekly_n=np.zeros(0, np.int64),
        **more,
    )


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (12, 5, "flat"),  # 7 <= 1.96 sqrt(17) = 8.08
        (20, 6, "up"),  # 14 > 1.96 sqrt(26) = 9.99
        (6, 20, "down"),
        (20, 4, "unknown"),
        (4, 20, "unknown"),
        (5, 5, "flat"),
    ],
)
def test_trend_of_counts(now: int, before: int, expected: str) -> None:
    assert trend("count", measure(now), measure(before)) == expected


def test_trend_needs_two_sides() -> None:
    nothing = dataclasses.replace(measure(20), value=None)

    assert trend("count", measure(20), None) == "unknown"
    assert trend("count", nothing, measure(20)) == "unknown"
    assert trend("count", measure(20), nothing) == "unknown"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], "up"),  # p = 0.009
        ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], "down"),
        ([1, 2, 3, 4, 6], [1, 2, 3, 4, 5], "flat"),
        ([6, 7, 8, 9], [1, 2, 3, 4], "unknown"),  # n below five
    ],
)
def test_trend_of_durations(now: list[int], before: list[int], expected: str) -> None:
    a, b = (
        measure(len(sample), float(np.median(sample)), sample=np.array(sample, float))
        for sample in (now, before)
    )

    assert trend("duration", a, b) == expected


def test_trend_of_durations_whose_medians_do_not_differ() -> None:
    """A rank test may find two samples different whose middles are the same: flat."""
    a = measure(9, 5.0, sample=np.array([5.0] * 5 + [9.0] * 4))
    b = measure(9, 5.0, sample=np.array([1.0] * 4 + [5.0] * 5))

    assert trend("duration", a, b) == "flat"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [((9, 10), (1, 10), "up"), ((1, 10), (9, 10), "down"), ((6, 10), (4, 10), "flat")],
)
def test_trend_of_rates(now: tuple[int, int], before: tuple[int, int], expected: str) -> None:
    """Wilson of 9 in 10 is [59.6, 98.2], of 1 in 10 [1.8, 40.4]: apart."""
    a, b = (measure(n, k * 100 / n, successes=k) for k, n in (now, before))

    assert trend("proportion", a, b) == expected


@pytest.mark.parametrize(("now", "expected"), [(55.0, "up"), (54.9, "flat"), (45.0, "down")])
def test_trend_of_efficiency_is_five_points(now: float, expected: str) -> None:
    assert trend("ratio", measure(5, now), measure(5, 50.0)) == expected


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
