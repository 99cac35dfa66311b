"""Charts and numbers tell one story, whatever the store, the profile, the zone and the instant."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings

from configuration.profile import profile_from
from data.charts.ageing import ageing_work
from data.charts.cumulative_flow import cumulative_flow
from data.charts.deployment_days import timeline
from data.charts.distribution import distribution_by_week
from data.charts.flow_times import flow_time_by_week, flow_times
from data.charts.net_flow import net_flow
from data.charts.subject import Context
from data.metrics.report import Report, View
from data.pipeline import compute
from tests.reference.worlds import Sample, worlds
from tests.support.engine import engine_report
from tests.support.examples import example_a, example_b, example_c
from tests.support.synthetic import PROFILE, synthetic_dataset

YEAR = {"date_from": "2024-01-01", "date_to": "2024-12-29", "timezone": "Europe/Berlin"}


def keys(context: Context, rows: Iterable[int]) -> list[str]:
    return sorted(context.delivery.issues.keys(np.array(list(rows), np.intp)))


def check(report: Report) -> None:
    """Hold every chart against the metric that it unfolds."""
    context, results = report.context, report.results
    assert context is not None
    assert keys(context, flow_times(context).rows) == sorted(results["flow_time"].included)
    assert flow_time_by_week(context).n.tolist() == [week.n for week in results["flow_time"].weekly]
    assert int(net_flow(context).departures.sum()) == len(context.completed)
    kinds = distribution_by_week(context)
    assert kinds.counts.sum(axis=1).tolist() == list(results["flow_distribution"].extra["counts"].values())
    deployed = timeline(context)
    assert len(deployed) == results["deployment_frequency"].n
    if results["change_fail_rate"].state == "ok":
        assert int(deployed.failed.sum()) == len(results["change_fail_rate"].extra["failed"])
    if results["flow_load"].state == "ok":
        assert keys(context, ageing_work(context).rows) == sorted(results["flow_load"].included)
        check_load(report, context)


def check_load(report: Report, context: Context) -> None:
    """Work in progress at the end of every week is flow load; the stages hold every item there is."""
    found, weeks = cumulative_flow(context), report.results["flow_load"].weekly
    points = {day.isoformat(): load for day, load in zip(found.days, found.in_progress.tolist(), strict=True)}
    ends = [day for day in points if day == found.days[-1].isoformat() or is_sunday(day)]
    assert [points[day] for day in ends] == [week.value for week in weeks]
    there = context.flow_items & (context.delivery.issues.created <= context.window.end)
    assert int(found.counts[:, -1].sum()) + found.settled == np.count_nonzero(there)
    assert (found.counts >= 0).all()


def is_sunday(day: str) -> bool:
    return np.is_busday([day], weekmask="0000001")[0]


@pytest.mark.parametrize("example", [example_a(), example_b(), example_c()], ids="ABC")
def test_worked_examples(example) -> None:
    check(engine_report(example.issues, **example.arguments()))


@pytest.mark.slow
@settings(max_examples=30)
@given(worlds())
def test_any_store(sample: Sample) -> None:
    report = engine_report(sample.issues, **sample.arguments())
    if report.context is not None and not report.context.window.empty:
        check(report)


@pytest.mark.parametrize(
    "filters", [{}, {"types": ("Bug",)}, {"projects": ("P03", "P11")}], ids=["all", "type", "project"]
)
def test_a_year_of_filtered_views(filters: dict[str, tuple[str, ...]]) -> None:
    """A year by weeks, with daylight saving on the way; a filter holds for chart and number alike."""
    check(compute(synthetic_dataset(2000), profile_from(PROFILE), View(**YEAR, **filters)))
