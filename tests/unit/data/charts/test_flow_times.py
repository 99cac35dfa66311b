"""Flow times one by one and per week."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.charts.flow_times import flow_time_by_week, flow_times, thinned
from tests.support.builders import issue
from tests.support.rows import context

TWO_WEEKS = ("2026-03-02", "2026-03-15", "2026-04-01")


def worked(key: str, started: str, done: str) -> dict:
    return issue(key, created="2026-02-01", history=[(started, "Doing"), (done, "Done")])


def test_ordered_by_completion() -> None:
    """A-1 took 8 days and ended last; A-3 was never started and is not there."""
    issues = [
        worked("A-1", "2026-03-02", "2026-03-10"),
        worked("A-2", "2026-03-02", "2026-03-04T12:00"),
        issue("A-3", created="2026-02-01", history=[("2026-03-05", "Done")]),
    ]
    seen = context(issues, *TWO_WEEKS)
    times = flow_times(seen)

    assert seen.delivery.issues.keys(times.rows) == ("A-2", "A-1")
    assert times.days.tolist() == [2.5, 8]
    assert times.week.tolist() == [0, 1]


def test_weekly_percentiles_have_their_floors() -> None:
    """1 to 6 days: P50 3.5, P85 at position 7 x 0.85 = 5.95; a second week of five items has no P85."""
    issues = [worked(f"A-{n}", f"2026-03-0{7 - n}", "2026-03-07") for n in range(1, 7)]
    issues += [worked(f"B-{n}", "2026-03-09", f"2026-03-{9 + n}") for n in range(1, 6)]
    found = flow_time_by_week(context(issues, *TWO_WEEKS))

    assert found.p50.tolist() == [3.5, 3]
    assert found.p85[0] == pytest.approx(5.95)
    assert np.isnan(found.p85[1])
    assert found.n.tolist() == [6, 5]


def test_an_empty_store() -> None:
    found = flow_time_by_week(context([], *TWO_WEEKS))

    assert len(flow_times(context([], *TWO_WEEKS))) == 0
    assert np.isnan(found.p50).all()
    assert found.n.tolist() == [0, 0]


def test_few_values_are_all_drawn() -> None:
    assert thinned(np.array([3.0, 1.0, 2.0]), 3).tolist() == [0, 1, 2]


def test_thinning_keeps_the_slowest() -> None:
    """Of 100 values 40 are left, the two greatest among them, spread over the whole time."""
    days = np.ones(100)
    days[[17, 58]] = 50
    kept = thinned(days, 40).tolist()

    assert {0, 17, 58, 99} <= set(kept)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200), st.integers(2, 50))
def test_thinning_is_exact(days: list[float], most: int) -> None:
    """As many as may be drawn, in their order, none twice."""
    kept = thinned(np.array(days), most)

    assert len(kept) == min(len(days), most)
    assert (np.diff(kept) > 0).all()


@given(st.lists(st.integers(0, 5), min_size=60, max_size=200), st.integers(20, 59))
def test_the_slowest_twentieth_is_kept_whole_the_first_of_equally_slow_items(
    days: list[int], most: int
) -> None:
    slowest = sorted(range(len(days)), key=lambda place: -days[place])[: most // 20]

    assert set(slowest) <= set(thinned(np.array(days, np.float64), most).tolist())
