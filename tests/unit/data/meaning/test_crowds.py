"""What many issues did at once, against counting every pair."""

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.meaning import crowds
from data.meaning.crowds import BULK_SIZE, BULK_SPAN_MS, bulk_moves
from data.model.tables import MISSING
from tests.support.builders import issue
from tests.support.rows import delivery

MOVES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([0, 1, 30_000, 60_000, 60_001, 90_000, 120_000, 10**12])),
    max_size=200,
)


def flagged_by_pairs(moves: list[tuple[int, int]]) -> list[bool]:
    """Of each move, whether some span of 60 s holds it and at least twenty equal ones, itself included."""

    def is_one(move: int, at: int) -> bool:
        begins = [other for kind, other in moves if kind == move and at - BULK_SPAN_MS <= other <= at]
        return any(
            sum(kind == move and begin <= other <= begin + BULK_SPAN_MS for kind, other in moves) >= BULK_SIZE
            for begin in begins
        )

    return [is_one(*each) for each in moves]


def flagged(moves: list[tuple[int, int]]) -> list[bool]:
    move, at = (
        (np.array(column, np.int64) for column in zip(*moves, strict=True)) if moves else [np.zeros(0)] * 2
    )
    return crowds._flag_bursts(move, at).tolist()


@given(MOVES, st.integers(1, 4))
def test_bursts_are_those_of_counting_every_pair(moves: list[tuple[int, int]], times: int) -> None:
    many = moves * times

    assert flagged(many) == flagged_by_pairs(many)


@given(MOVES)
def test_moves_that_do_not_fit_into_one_number_are_looked_at_in_parts(moves: list[tuple[int, int]]) -> None:
    """The instants take 40 bits, so that 41 leave room for two moves at a time."""
    many = [(0, 10**12), *moves * 3]
    with patch.object(crowds, "_BITS", 41):
        assert flagged(many) == flagged_by_pairs(many)


def test_without_a_move_the_resolution_is_one() -> None:
    """Twenty that were resolved at once without a history, and one that never was."""
    done = [issue(f"A-{number}", now="Done", resolutiondate="2026-03-04") for number in range(1, 21)]
    tables = delivery([*done, issue("A-21", now="Done")])

    assert tables.issues.resolved[20] == MISSING
    assert bulk_moves(tables).tolist() == [True] * 20 + [False]
