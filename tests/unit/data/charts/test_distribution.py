"""Kinds of work per week."""

import numpy as np

from data.charts.distribution import KINDS, distribution_by_week
from tests.support.builders import issue
from tests.support.rows import context

TWO_WEEKS = ("2026-03-02", "2026-03-15", "2026-04-01")


def done(key: str, kind: str, at: str, resolution: str = "Done") -> dict:
    return issue(key, kind, created="2026-02-01", history=[(at, "Done")], resolution=resolution)


def test_counts_and_shares_by_week() -> None:
    """Three stories and a bug in the first week, a task in the second; what was refused is not there."""
    issues = [
        done("A-1", "Story", "2026-03-02"),
        done("A-2", "Story", "2026-03-04"),
        done("A-3", "Story", "2026-03-08T23:59"),
        done("A-4", "Bug", "2026-03-05"),
        done("A-5", "Task", "2026-03-09"),
        done("A-6", "Bug", "2026-03-09", resolution="Duplicate"),
    ]
    found = distribution_by_week(context(issues, *TWO_WEEKS))

    assert found.kinds == KINDS == ("Feature", "Defect", "Debt", "Risk", "Unclassified")
    assert found.counts.T.tolist() == [[3, 1, 0, 0, 0], [0, 0, 0, 0, 1]]
    assert found.shares.T.tolist() == [[75, 25, 0, 0, 0], [0, 0, 0, 0, 100]]


def test_a_week_without_items_has_no_shares() -> None:
    found = distribution_by_week(context([done("A-1", "Story", "2026-03-02")], *TWO_WEEKS))

    assert np.isnan(found.shares[:, 1]).all()


def test_nothing_delivered() -> None:
    assert distribution_by_week(context([], *TWO_WEEKS)).counts.tolist() == [[0, 0]] * 5
