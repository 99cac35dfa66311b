"""Instants in their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.ordering import last_begun, order_of, places_of
from data.model.tables import MISSING, OPEN


@pytest.mark.parametrize(
    ("instants", "order"),
    [
        ([], []),
        ([7], [0]),
        ([3, 1, 2], [1, 2, 0]),
        ([5, 5, 1, 5], [2, 0, 1, 3]),  # equal ones in the order of their places
        ([OPEN, 4, OPEN, 3], [3, 1, 0, 2]),
        ([OPEN, OPEN], [0, 1]),
        ([0, -5, 5], [1, 0, 2]),  # before 1970 too
        ([1, MISSING, 0], [1, 2, 0]),  # which no number holds together with a place
    ],
)
def test_places_in_order(instants: list[int], order: list[int]) -> None:
    places, ordered = order_of(np.array(instants, np.int64))

    assert places.tolist() == order
    assert ordered.tolist() == sorted(instants)


@given(st.lists(st.integers(0, 2**44) | st.sampled_from([0, 1, OPEN, OPEN - 1, MISSING]), max_size=50))
def test_it_is_what_a_stable_sort_gives(instants: list[int]) -> None:
    column = np.array(instants, np.int64)
    places, ordered = order_of(column)

    assert places.tolist() == np.argsort(column, kind="stable").tolist()
    assert ordered.tolist() == column[places].tolist()
    assert (places.dtype, ordered.dtype) == (np.intp, np.int64)


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([], []),
        ([0], [0, 1]),
        ([1], []),
        ([2], [2, 3, 4]),
        ([2, 1, 0], [2, 3, 4, 0, 1]),
        ([0, 0], [0, 1, 0, 1]),
    ],
)
def test_entries_of_rows(rows: list[int], places: list[int]) -> None:
    """Of three rows the first has two entries, the second none, the third three."""
    start = np.array([0, 2, 2, 5])

    assert places_of(np.array(rows, np.intp), start).tolist() == places


@given(st.lists(st.lists(st.integers(0, 20), max_size=9).map(sorted), min_size=1, max_size=6))
def test_the_last_that_had_begun_is_found_without_looking_at_all(entries: list[list[int]]) -> None:
    """The first entry of each row begins with the world, before any instant."""
    begun = [[-1, *each] for each in entries]
    start = np.cumsum([0, *map(len, begun)])
    rows = np.arange(len(begun))[::-1]
    flat = np.array([instant for each in begun for instant in each], np.int64)

    for instant in (-1, 0, 7, 20, 99):
        found = last_begun(rows, start, flat, instant).tolist()
        assert found == [start[row] + sum(one <= instant for one in begun[row]) - 1 for row in rows.tolist()]
    assert not len(last_begun(np.zeros(0, np.intp), start, flat, 0))
