"""Futures drawn from the weeks that were."""

from itertools import islice

import numpy as np
import pytest

from data.forecast.paths import at_least, draw_weeks, within

TEN = np.arange(1, 11)


@pytest.mark.parametrize(
    ("level", "promised", "last"),
    [
        (0.5, 6, 5),
        (0.85, 2, 9),
        (0.9, 2, 9),
        (0.95, 1, 10),
        (1.0, 1, 10),
        (1.2, 1, 10),
        (0.0, 10, 1),
        (-0.1, 10, 1),
    ],
)
def test_what_a_share_of_the_runs_reaches(level: float, promised: int, last: int) -> None:
    """Nine of ten runs reach at least 2 and are done within 9; beyond 0 and 1 lie the extremes."""
    assert (at_least(TEN, level), within(TEN, level)) == (promised, last)


def test_a_share_is_not_moved_by_a_binary_fraction() -> None:
    """0.07 of 100 is 7.000000000000001 to a computer."""
    assert at_least(np.arange(100), 0.07) == 93
    assert within(np.arange(100), 0.07) == 6


def test_the_same_seed_gives_the_same_runs_and_a_longer_future_begins_alike() -> None:
    short = list(islice(draw_weeks(26, 50, (7,)), 3))
    long = list(islice(draw_weeks(26, 50, (7,)), 9))
    other = list(islice(draw_weeks(26, 50, (8,)), 3))

    assert np.array_equal(short, long[:3])
    assert not np.array_equal(short, other)


def test_one_week_is_all_there_is() -> None:
    assert not np.any(list(islice(draw_weeks(1, 20, (7,)), 5)))


def test_the_urn_draws_as_weights_of_dirichlet_do() -> None:
    """Two draws of one run are the same week with 2 / (weeks + 1); plain draws would be with 1 / weeks."""
    first, second = islice(draw_weeks(9, 40_000, (1,)), 2)
    weights = np.random.default_rng(2).dirichlet(np.ones(9), 40_000)

    assert (first == second).mean() == pytest.approx(2 / 10, abs=0.01)
    assert (weights**2).sum(axis=1).mean() == pytest.approx(2 / 10, abs=0.01)
    assert np.bincount(second, minlength=9) / 40_000 == pytest.approx(np.full(9, 1 / 9), abs=0.01)
