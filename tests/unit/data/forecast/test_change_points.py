"""From which week on a series was another one."""

import numpy as np
import pytest

from data.forecast.change_points import change_points


def places(values: list[float] | np.ndarray) -> list[int]:
    return [point.at for point in change_points(np.array(values, np.float64))]


def test_a_step_is_found_where_it_is() -> None:
    """Ten weeks of five and ten of nine: one week off the statistic is 45 of 50, nine tenths of the best."""
    (point,) = change_points(np.array([5.0] * 10 + [9.0] * 10))

    assert (point.at, point.earliest, point.latest) == (10, 9, 11)
    assert (point.before, point.after) == (5, 9)
    assert point.p == 0.001


def test_two_steps_are_two() -> None:
    assert places([5.0] * 12 + [9.0] * 12 + [2.0] * 12) == [12, 24]


def test_between_two_of_them_lie_eight_weeks() -> None:
    """What was another series for six weeks only is one change, not two."""
    assert len(places([5.0] * 20 + [9.0] * 6 + [5.0] * 20)) <= 1
    assert len(places([5.0] * 20 + [9.0] * 8 + [1.0] * 20)) == 2


@pytest.mark.parametrize("values", [[], [3.0], [4.0] * 7, [4.0] * 60, [1.0, 9.0, 1.0, 9.0, 1.0, 9.0, 1.0]])
def test_nothing_changes_in_what_is_short_or_steady(values: list[float]) -> None:
    assert places(values) == []


def test_at_each_end_lie_four_weeks() -> None:
    assert places([1.0] * 20 + [9.0] * 4) == [20]
    assert 21 not in places([1.0] * 21 + [9.0] * 3)


def test_by_chance_one_series_in_twenty_shows_a_change() -> None:
    """Half a year of Poisson weeks; the first split alone decides whether there is any."""
    random = np.random.default_rng(1)
    found = sum(bool(places(random.poisson(8, 26))) for _ in range(200))

    assert found / 200 == pytest.approx(0.05, abs=0.04)


def test_a_doubling_is_seen() -> None:
    random = np.random.default_rng(2)
    seen = sum(
        any(abs(place - 26) <= 4 for place in places(np.r_[random.poisson(6, 26), random.poisson(12, 26)]))
        for _ in range(50)
    )

    assert seen >= 45


def test_the_interval_holds_the_change() -> None:
    random = np.random.default_rng(3)
    (point, *_) = change_points(np.r_[random.normal(5, 2, 30), random.normal(9, 2, 30)])

    assert point.earliest <= point.at <= point.latest
    assert point.earliest <= 30 <= point.latest
    assert point.latest - point.earliest < 15
