"""Evidence: every candidate is included, or left out for exactly one reason."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.flow_calculator import FLOW_METRICS
from data.metric import sort_out

masks = st.integers(0, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.booleans(), min_size=n, max_size=n) for _ in range(3)])
)


def names(rows: np.ndarray) -> tuple[str, ...]:
    return tuple(f"A-{place}" for place in rows.tolist())


def test_the_first_reason_counts() -> None:
    looked_at = np.array([True, True, True, True, False])
    late, wrong = np.array([False, True, False, True, True]), np.array([False, False, True, True, True])
    found = sort_out(looked_at, {"late": late, "wrong": wrong}, names)

    assert found.keys() == ("A-0",)
    assert found.keys("late") == ("A-1", "A-3")
    assert found.keys("wrong") == ("A-2",)
    assert found.counts() == {"late": 2, "wrong": 1}


def test_reasons_that_left_nothing_out_are_absent() -> None:
    found = sort_out(np.array([True]), {"late": np.array([False])}, names)

    assert found.counts() == {}
    assert found.rows("late").tolist() == []


@given(masks)
def test_candidates_are_a_partition(three: tuple[list[bool], list[bool], list[bool]]) -> None:
    looked_at, late, wrong = (np.array(mask, bool) for mask in three)
    found = sort_out(looked_at, {"late": late, "wrong": wrong}, names)
    parts = [found.rows().tolist(), found.rows("late").tolist(), found.rows("wrong").tolist()]

    assert sorted([*parts[0], *parts[1], *parts[2]]) == np.flatnonzero(looked_at).tolist()
    assert parts[0] == np.flatnonzero(looked_at & ~late & ~wrong).tolist()


def test_a_definition_is_versioned() -> None:
    assert [metric.definition for metric in FLOW_METRICS][:2] == ["flow_velocity/1", "flow_time/1"]
