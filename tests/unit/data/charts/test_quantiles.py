"""Quantiles of many groups are those of each group by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.charts.quantiles import quantiles_in_order
from data.model.statistics import order_groups, percentile, rank_values

DAYS = st.floats(0, 1e4, allow_nan=False)


def test_by_hand() -> None:
    """Group 0 holds 1, 2, 4; group 1 nothing; group 2 a single 5."""
    ordered = order_groups(np.array([0, 2, 0, 0]), 3, rank_values(np.array([4.0, 5.0, 1.0, 2.0])))
    found = quantiles_in_order(ordered, np.array([3, 0, 1]), {"p50": (0.5, 1), "p75": (0.75, 3)})

    assert ordered.tolist() == [1, 2, 4, 5]
    np.testing.assert_array_equal(found["p50"], [2, np.nan, 5])
    np.testing.assert_array_equal(found["p75"], [4, np.nan, np.nan])


def test_nothing() -> None:
    found = quantiles_in_order(np.zeros(0), np.zeros(0, np.int64), {"p50": (0.5, 1)})

    assert found["p50"].tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), DAYS), max_size=40), st.floats(0, 1))
def test_equal_to_the_quantile_of_each_group(pairs: list[tuple[int, float]], q: float) -> None:
    group = np.array([place for place, _ in pairs], np.int64)
    values = np.array([value for _, value in pairs], np.float64)
    ordered = order_groups(group, 4, rank_values(values))
    found = quantiles_in_order(ordered, np.bincount(group, minlength=4), {"q": (q, 2)})["q"]

    for place in range(4):
        mine = values[group == place]
        if len(mine) < 2:
            assert np.isnan(found[place])
        else:
            assert found[place] == percentile(mine, q)
