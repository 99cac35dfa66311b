"""Within how many days 85 of 100 items are done, and how well that was kept."""

import numpy as np
import pytest

from data.forecast.expectation import Expectation, Finished, expect
from data.model.statistics import percentile


def finished(*weeks: list[float]) -> Finished:
    """Return items by the week of their completion."""
    week = np.concatenate([np.full(len(days), place) for place, days in enumerate(weeks)])
    return Finished(week.astype(np.int64), np.concatenate([np.array(days, np.float64) for days in weeks]))


NINETEEN, TWENTY = [float(day) for day in range(1, 20)], [float(day) for day in range(1, 21)]


def test_the_expectation_is_the_p85_of_at_least_twenty_items() -> None:
    """Of 1 to 20 days position 21 x 0.85 = 17.85."""
    assert expect(finished(NINETEEN), 1) == Expectation(None, 19, 0, None)
    assert expect(finished(TWENTY), 1).days == pytest.approx(17.85)


def test_it_is_the_percentile_of_any_order() -> None:
    random = np.random.default_rng(1)
    for n in range(20, 60):
        days = random.exponential(5, n)
        assert expect(finished(days.tolist()), 1).days == percentile(days, 0.85)


def test_only_the_last_26_weeks_count() -> None:
    old, recent = [[100.0] * 20], [[1.0] * 20, *[[2.0]] * 25]

    assert expect(finished(*old, *recent), 27).days == 2.0
    assert expect(finished(*old, *recent), 27).n == 45
    assert expect(finished(*old, *recent[:-1]), 26).days == 100.0


def test_an_item_keeps_the_expectation_of_the_week_that_it_was_done_in() -> None:
    """Twenty items of a day; then in week 1 three of a day and one of five: 3 of 4 kept 1 day."""
    found = expect(finished([1.0] * 20, [1.0, 1.0, 1.0, 5.0]), 2)

    assert (found.judged, found.held) == (4, 75.0)


def test_before_there_are_twenty_nothing_is_judged() -> None:
    assert expect(finished([1.0] * 10, [9.0] * 9), 2).judged == 0


def test_what_is_completed_after_the_last_whole_week_is_not_looked_at() -> None:
    assert expect(finished(TWENTY, [400.0] * 30), 1) == expect(finished(TWENTY), 1)


@pytest.mark.parametrize("weeks", [0, 1, 30])
def test_over_nothing_nothing_is_expected(weeks: int) -> None:
    assert expect(Finished(np.zeros(0, np.int64), np.zeros(0)), weeks) == Expectation(None, 0, 0, None)
