"""Counts, sums and shares per week, and the result of a metric that has no answer."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from data.meaning.facts import in_order
from data.metrics.weekly import (
    count_by_week,
    not_applicable,
    share_by_week,
    sum_by_week,
    sums_of,
    week_count,
    week_of_day,
    without_answer,
)
from data.performance_utils import CalculationContext
from tests.support.builders import issue
from tests.support.rows import context

ANY = [issue("A-1", created="2026-01-01"), issue("A-2", created="2026-01-01")]


def weeks(
    first: str = "2026-03-04", last: str = "2026-03-20", as_of: str = "2026-04-01"
) -> CalculationContext:
    """Three weeks, from the Monday 2026-03-02 on, unless said."""
    return context(ANY, first, last, as_of)


def before() -> CalculationContext:
    """A period of which the weeks were not laid out."""
    here = weeks()
    bare = dataclasses.replace(here.window, mondays=(), partial=(), edges=here.window.edges[:1])
    return here.over(bare)


def test_a_day_belongs_to_the_week_of_its_monday() -> None:
    """2026-03-02 is a Monday, the first of the three; a day before it is in none of them."""
    monday = 739_677  # its ordinal
    days = np.array([monday - 1, monday, monday + 6, monday + 7, monday + 20])

    assert weeks().window.mondays[0].toordinal() == monday
    assert week_of_day(weeks(), days).tolist() == [-1, 0, 0, 1, 2]


def test_by_hand() -> None:
    """Two, none and one: counts and sums."""
    week, values = np.array([0, 2, 0]), np.array([1.0, 5.0, 4.0])

    assert week_count(weeks()) == 3
    assert count_by_week(weeks(), week).tolist() == [2, 0, 1]
    assert sum_by_week(weeks(), week, values).tolist() == [5.0, 0.0, 5.0]


def test_a_period_without_weeks_has_no_numbers() -> None:
    """Whatever there was in it."""
    week, values = np.array([0, 0]), np.array([1.0, 2.0])

    assert week_count(before()) == 0
    assert week_of_day(before(), np.array([739_677])).tolist() == []
    assert count_by_week(before(), week).tolist() == []
    assert sum_by_week(before(), week, values).tolist() == []


def test_shares_by_hand() -> None:
    """One of four, none of two, and nothing."""
    found = share_by_week(np.array([1, 0, 0]), np.array([4, 2, 0]))

    np.testing.assert_array_equal(found, [25.0, 0.0, np.nan])


def test_sums_of_a_column_by_hand() -> None:
    """Days 4 and 10 lie in the first two of three weeks, day 30 after them."""
    days = [dt.date(2026, 3, day).toordinal() for day in (4, 10, 30)]
    part = weeks().part(in_order(np.arange(3), np.array(days), by_day=True))

    assert sums_of(part, np.array([5, 7, 100])).tolist() == [5, 7, 0]


def test_no_answer_has_no_numbers_and_no_candidates() -> None:
    found = without_answer(weeks(), "not_configured", "Why.")

    assert (found.value, found.state, found.message, found.evidence) == (
        None,
        "not_configured",
        "Why.",
        "measured",
    )
    assert (found.n, found.candidates.counts(), found.sample, found.extra) == (0, {}, None, {})
    assert np.isnan(found.weekly).tolist() == [True, True, True]
    assert found.weekly_n.tolist() == [0, 0, 0]


@pytest.mark.parametrize("make", [weeks, before])
def test_a_duration_without_an_answer_has_an_empty_sample(make) -> None:
    """So that its percentiles are withheld instead of absent."""
    found = without_answer(make(), "not_configured", "Why.", evidence="proxy", durations=True, extra={"x": 1})

    assert found.sample is not None
    assert (found.sample.tolist(), found.evidence, found.extra) == ([], "proxy", {"x": 1})
    assert len(found.weekly) == len(found.weekly_n) == week_count(make())


def test_not_applicable_says_why() -> None:
    found = not_applicable(weeks(), "Why.", {"mean": None})

    assert (found.state, found.message, found.extra) == ("not_applicable", "Why.", {"mean": None})
