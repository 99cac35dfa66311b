"""Partials one below the other: who points to whom, and what is unpacked again."""

from typing import Any

import pytest

from data.metrics.merging import stack as stacks
from data.metrics.merging.merged import merged, stack_of
from data.metrics.merging.partial import Partial
from data.metrics.merging.stack import Stack
from data.pipeline import ALL_METRICS, OF_THE_PAST
from tests.support.builders import issue
from tests.support.engine import engine_report
from tests.support.merging import kept_partial

PERIOD: dict[str, Any] = {
    "date_from": "2026-03-02",
    "date_to": "2026-03-29",
    "as_of": "2026-03-31T00:00:00Z",
}


def team(name: str, *days: str) -> Partial:
    """A team that began an issue and delivered it on each of some days, and deployed it."""
    issues = [
        issue(f"{name}-{n}", created="2026-02-20", history=[("2026-03-02", "Doing"), (day, "Done")])
        for n, day in enumerate(days)
    ]
    deployments = [
        {"id": f"{name}-d{n}", "project": name, "deployed_at": day, "issues": [f"{name}-{n}"]}
        for n, day in enumerate(days)
    ]
    return kept_partial(engine_report(issues, deployments=deployments, **PERIOD), name)


def test_rows_point_to_the_rows_of_their_own_partial() -> None:
    """The two deployments of the second team come after the one of the first."""
    stack = Stack([team("A", "2026-03-04"), team("B", "2026-03-05", "2026-03-06")])
    pointed = stack.pointing("issues", "deployment", "deployments")

    assert stack.n("issues") == 3
    assert stack.column("issues", "deployment").tolist() == [0, 0, 1]
    assert pointed.tolist() == [0, 1, 2]
    assert stack.pointing("issues", "cause", "deployments").tolist() == [-1, -1, -1]


def test_of_what_stays_nothing_is_unpacked_again() -> None:
    """One of two teams changed: of the other one even the packed columns are not needed any more."""
    first, second = team("A", "2026-03-04"), team("B", "2026-03-05")
    before = stack_of([first, second])
    merged(before.partials, ALL_METRICS, OF_THE_PAST, stack=before)
    changed = team("B", "2026-03-05", "2026-03-09")
    anew = merged([first, changed], ALL_METRICS, OF_THE_PAST)
    first.columns.clear()
    after = stack_of([changed, first], before)
    found = merged(after.partials, ALL_METRICS, OF_THE_PAST, stack=after)

    assert found.results["flow_velocity"].n == 3
    assert {name: (one.value, one.weekly) for name, one in found.results.items()} == {
        name: (one.value, one.weekly) for name, one in anew.results.items()
    }


def test_of_too_many_issues_nothing_stays_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "MOST_BYTES", 250)
    small, large = Stack([team("A", "2026-03-04")]), Stack([team("B", "2026-03-05", "2026-03-06")])
    twice = [[stack.column("issues", "created") for _ in range(2)] for stack in (small, large)]

    assert (small.fits, large.fits) == (True, False)
    assert [one is other for one, other in twice] == [True, False]
