"""The mean of whole weeks and its natural limits."""

import pytest

from data.charts.process_limits import Limits, process_limits
from data.model.metric import Week


def weeks(*values: float | None, partial: tuple[int, ...] = ()) -> list[Week]:
    return [
        Week(f"2026-W{place:02d}", "2026-01-05", value, 1, place in partial)
        for place, value in enumerate(values)
    ]


def test_eight_weeks_have_limits() -> None:
    """4, 6, 4, 6, ...: mean 5, each range 2, so 5 +- 2.66 x 2; the lower limit would be below zero."""
    limits = process_limits(weeks(4, 6, 4, 6, 4, 6, 4, 6))

    assert limits == Limits(5.0, 0.0, pytest.approx(10.32))
    assert not limits.too_small


def test_the_lower_limit_is_above_zero_where_it_can_be() -> None:
    """20, 21, 20, ...: mean 20.5, ranges 1."""
    limits = process_limits(weeks(20, 21, 20, 21, 20, 21, 20, 21))

    assert limits == Limits(20.5, pytest.approx(17.84), pytest.approx(23.16))


def test_seven_weeks_have_only_a_mean() -> None:
    assert process_limits(weeks(5, 6, 7, 8, 9, 10, 11)) == Limits(8.0, None, None)


def test_small_counts_have_only_a_mean() -> None:
    """39 in eight weeks is a mean below five."""
    limits = process_limits(weeks(4, 6, 4, 6, 4, 6, 4, 5))

    assert limits == Limits(4.875, None, None)
    assert limits.too_small


def test_weeks_that_are_not_whole_do_not_count() -> None:
    assert process_limits(weeks(100, 2, 4, None, 100, partial=(0, 4))) == Limits(3.0, None, None)


def test_no_whole_week() -> None:
    assert process_limits(weeks(3, partial=(0,))) is None
    assert process_limits([]) is None
