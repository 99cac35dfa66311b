"""Deployments one by one; numbers from the second worked example."""

import datetime as dt

from data.charts.deployment_days import deployment_days_by_week, timeline
from tests.support.builders import version
from tests.support.engine import engine_report
from tests.support.examples import example_b
from tests.support.rows import context


def test_the_deployments_of_the_worked_example() -> None:
    """201, 202 and 204 were followed by an incident each; 205 and 206 do not count."""
    example = example_b()
    seen = engine_report(example.issues, **example.arguments()).context
    found = timeline(seen)

    assert [seen.delivery.deployments.ids[row] for row in found.rows] == ["201", "202", "203", "204"]
    assert found.at == ("2026-03-03", "2026-03-10", "2026-03-12", "2026-03-24")
    assert found.failed.tolist() == [True, True, False, True]
    assert found.incidents == (("I-2",), ("I-1",), (), ("I-3",))
    assert deployment_days_by_week(seen).tolist() == [1, 2, 0, 1]


def test_several_on_one_day_stand_above_each_other() -> None:
    """Three deployments on two days: the days are two."""
    days = ("2026-03-03", "2026-03-03", "2026-03-04")
    versions = [version(n, f"1.{n}", release_date=day) for n, day in enumerate(days, start=1)]
    example = example_b()
    seen = engine_report(example.issues, **example.arguments(versions=versions)).context
    found = timeline(seen)

    assert found.nth.tolist() == [1, 2, 1]
    assert (found.latest(2).nth.tolist(), found.latest(2).at) == ([2, 1], days[1:])
    assert (len(found.latest(0)), found.latest(4).at) == (0, days)
    assert found.days == tuple(map(dt.date.fromisoformat, days))
    assert deployment_days_by_week(seen).tolist() == [2, 0, 0, 0]


def test_nothing_deployed() -> None:
    seen = context([], "2026-03-02", "2026-03-15", "2026-04-01")

    assert len(timeline(seen)) == 0
    assert deployment_days_by_week(seen).tolist() == [0, 0]
