"""Flow distribution: what kinds of work were delivered."""

import pytest

from data.metrics.flow_distribution import flow_distribution
from tests.support.builders import issue
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")


def done(key: str, kind: str, at: str = "2026-03-03", **more: object) -> dict:
    return issue(key, kind, created="2026-03-01", history=[(at, "Done")], **more)


def test_shares_and_counts_by_hand() -> None:
    issues = [
        done("A-1", "Story"),
        done("A-2", "Story", "2026-03-10"),
        done("A-3", "Bug"),
        done("A-4", "Task"),
        done("A-5", "Risk", resolution="Duplicate"),
    ]
    measure = flow_distribution(context(issues, *PERIOD))

    assert (measure.value, measure.successes, measure.n) == (50.0, None, 4)
    assert (measure.state, measure.message) == ("ok", None)
    assert measure.extra["counts"] == {"Feature": 2, "Defect": 1, "Debt": 0, "Risk": 0, "Unclassified": 1}
    assert measure.extra["shares"] == {
        "Feature": 50.0,
        "Defect": 25.0,
        "Debt": 0.0,
        "Risk": 0.0,
        "Unclassified": 25.0,
    }
    assert measure.weekly.tolist() == [pytest.approx(100 / 3), 100.0]
    assert measure.candidates.keys("not_delivered") == ("A-5",)


def test_shares_add_up() -> None:
    kinds = ["Story", "Bug", "Chore", "Risk", "Task", "Story", "Story"]
    issues = [done(f"A-{n}", kind) for n, kind in enumerate(kinds, start=1)]
    measure = flow_distribution(context(issues, *PERIOD))

    assert sum(measure.extra["shares"].values()) == pytest.approx(100)
    assert sum(measure.extra["counts"].values()) == measure.n == 7


def test_nothing_delivered_has_no_shares() -> None:
    measure = flow_distribution(context([issue("A-1")], *PERIOD))

    assert (measure.value, measure.state) == (None, "no_data")
    assert set(measure.extra["shares"].values()) == {None}
    assert set(measure.extra["counts"].values()) == {0}
    assert measure.message
