"""Shares of deployments: which of them count, per week and in all."""

import numpy as np

from data.metrics.context import CalculationContext, Choice
from data.metrics.deployment_shares import counted_in_period, share_of_deployments
from data.model.metric import Measure
from data.model.periods import previous
from tests.support.builders import issue, version
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-22", "2026-04-01")
RELEASES = (
    version(1, "1.0", release_date="2026-03-01"),  # the day before
    version(2, "1.1", release_date="2026-03-02"),
    version(3, "1.2", release_date="2026-03-03"),
    version(4, "1.3", release_date="2026-03-08"),
    version(5, "2.0", release_date="2026-03-22"),
    version(6, "2.1", release_date="2026-03-23"),  # the day after
    version(7, "Sprint 7", release_date="2026-03-04"),
)
NUMBERED = {"deployments": {"version_pattern": r"^\d"}}


def releases(*versions: dict) -> CalculationContext:
    return context([issue("A-1", created="2026-01-01")], *PERIOD, versions=versions, profile=NUMBERED)


def share(here: CalculationContext, *hits: str) -> Measure:
    flags = np.array([id_ in hits for id_ in here.delivery.deployments.ids], np.bool_)
    return share_of_deployments(here, flags, evidence="proxy", extra={"x": 1})


def test_what_counts_lies_in_the_period_and_matches() -> None:
    here = releases(*RELEASES)
    ids = np.array(here.delivery.deployments.ids)

    assert sorted(ids[counted_in_period(here).rows].tolist()) == ["2", "3", "4", "5"]


def test_only_projects_of_the_view_count() -> None:
    """The one project of the versions is A."""
    here = releases(*RELEASES)
    ours, others = (
        CalculationContext(here.delivery, here.window, Choice(projects=frozenset({key})))
        for key in ("A", "B")
    )

    assert (share(ours, "2").value, share(others, "2").value) == (25.0, None)


def test_by_hand() -> None:
    """One of three in the first week, none of none in the second, one of one in the third: two of four."""
    found = share(releases(*RELEASES), "1", "2", "5", "7")

    assert (found.value, found.n, found.successes) == (50.0, 4, 2)
    assert found.weekly_n.tolist() == [3, 0, 1]
    np.testing.assert_array_equal(found.weekly, [100 / 3, np.nan, 100.0])
    assert (found.state, found.message, found.evidence, found.extra) == ("ok", None, "proxy", {"x": 1})


def test_nothing_deployed_has_no_share() -> None:
    found = share(releases(RELEASES[0]), "1")

    assert (found.value, found.n, found.successes, found.state) == (None, 0, 0, "no_data")
    assert found.message == "Nothing was deployed in this period."
    assert np.isnan(found.weekly).all()
    assert found.weekly_n.tolist() == [0, 0, 0]


def test_the_period_before_has_a_share_and_weeks() -> None:
    here = releases(*RELEASES)
    found = share(here.over(previous(here.window)), "1")

    assert (found.value, found.n) == (100.0, 1)
    assert (found.weekly_n.tolist(), found.weekly_successes.tolist()) == ([0, 0, 1], [0, 0, 1])
