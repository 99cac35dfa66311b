"""What of a population lies in a period: looked up in the order of all, or sorted, it is the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.meaning.facts import Population
from data.metrics import part as parts
from data.metrics.part import Part
from data.model.statistics import Ranked, rank_values


def told(part: Part, ranked: Ranked) -> list[list[str]]:
    """Return what a part says of values, in words, as NaN equals nothing."""
    found = part.ordered(ranked), part.by_week(ranked), part.medians(ranked)
    return [[str(value) for value in each] for each in found]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.data())
def test_large_parts_say_what_small_ones_do(values: list[int], data: st.DataObject) -> None:
    n = len(values)
    kept = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    chosen = slice(*sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n)))))
    place = chosen if data.draw(st.booleans()) else np.flatnonzero(kept)
    rows = np.arange(n)
    size = len(rows[place])
    inner = data.draw(st.lists(st.integers(0, size), max_size=4).map(sorted))
    bounds = np.array([0, *inner, size])
    population = Population(rows, rows.astype(np.int64), np.zeros(n, np.int8))
    ranked = rank_values(np.array(values, np.float64))
    small = told(Part(population, place, bounds, len(bounds) - 1), ranked)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "MANY", 0)
        patched.setattr(parts, "SHARE", 0)
        large = told(Part(population, place, bounds, len(bounds) - 1), ranked)

    assert large == small


def test_by_hand() -> None:
    """The rows of 5, 1, 4 and 2 days: two in the first week, none in the second, one in the third."""
    population = Population(np.arange(4), np.arange(4), np.zeros(4, np.int8))
    ranked = rank_values(np.array([5.0, 1.0, 4.0, 2.0]))
    found = told(Part(population, slice(0, 3), np.array([0, 2, 2, 3]), 3), ranked)

    assert found == [["1.0", "4.0", "5.0"], ["1.0", "5.0", "4.0"], ["3.0", "nan", "4.0"]]
