"""The rows of a view by group: the same as one look at all rows for each group."""

import numpy as np
import pytest

from data.meaning.facts import in_order
from data.metrics.context import Layout
from data.metrics.split import Split
from data.model.statistics import rank_values
from tests.support.rows import context

CODES = np.array([0, 1, 2, 0, 1, 3], np.int32)
MEMBERS = [(0,), (1, 2), (), (2,)]


def divided(split: Split, rows: list[int]) -> list[list[int]]:
    """The rows of each group."""
    place, start = split.divide(np.array(rows, np.intp))
    return [[rows[one] for one in place[start[g] : start[g + 1]]] for g in range(split.n)]


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([0, 1, 2, 3, 4, 5], [[0, 3], [1, 4], [1, 4, 5]]),
        ([5, 4, 3, 0], [[3, 0], [4], [5, 4]]),
        ([2], [[], [], []]),
        ([], [[], [], []]),
    ],
)
def test_rows_stand_in_each_of_their_groups_in_their_order(rows: list[int], groups: list[list[int]]) -> None:
    """Code 1 is in two groups, code 2 in none."""
    assert divided(Split(CODES, MEMBERS, 3, None), rows) == groups


def test_filters_leave_rows_out() -> None:
    chosen = np.array([True, False, True, True, True, True])

    assert divided(Split(CODES, MEMBERS, 3, chosen), [0, 1, 2, 3, 4, 5]) == [[0, 3], [4], [4, 5]]
    assert divided(Split(CODES, [(0,), (1,), (), (2,)], 3, chosen), [0, 1, 2, 3, 4, 5]) == [[0, 3], [4], [5]]


def test_a_group_has_its_rows_by_week() -> None:
    """Two weeks: rows 0, 1 and 4 in the first, 3 and 5 in the second; values of 5, 4, 3, 2 and 1 days."""
    here = context([], "2026-03-02", "2026-03-15", "2026-04-01")
    monday = here.window.lo
    at = np.array([0, 1, 8, 3, 9]) * 86_400_000 + monday
    population = in_order(np.array([0, 1, 3, 4, 5]), at)
    ranked = rank_values(np.array([5.0, 4.0, 3.0, 2.0, 1.0]))  # in the order of time
    split = Split(CODES, MEMBERS, 3, None)
    bounds = population.at.searchsorted(here.layout.edges)
    cut = split.cut(here.layout, population, bounds, 2)
    parts = [cut.part(group) for group in range(3)]

    assert split.cut(here.layout, population, bounds, 2) is cut
    assert split.cut(Layout(here.window), population, bounds, 2) is not cut
    assert [part.rows.tolist() for part in parts] == [[0, 3], [1, 4], [1, 4, 5]]
    assert [part.counts.tolist() for part in parts] == [[1, 1], [2, 0], [2, 1]]
    assert [part.week.tolist() for part in parts] == [[0, 1], [0, 0], [0, 0, 1]]
    assert [part.ordered(ranked).tolist() for part in parts] == [[2.0, 5.0], [3.0, 4.0], [1.0, 3.0, 4.0]]
    medians = [part.medians(ranked).tolist() for part in parts]
    assert medians[0] == [5.0, 2.0]
    assert medians[1][0] == 3.5
    assert np.isnan(medians[1][1])
    assert medians[2] == [3.5, 1.0]
