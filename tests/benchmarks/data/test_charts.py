"""What the data of charts cost beside the metrics of the same view: what no view decides is found once."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from configuration.profile import profile_from
from data.charts.ageing import ageing_work
from data.charts.cumulative_flow import cumulative_flow
from data.charts.distribution import distribution_by_week
from data.charts.flow_times import flow_time_by_week
from data.charts.net_flow import net_flow
from data.charts.time_in_status import time_in_status
from data.metrics.context import CalculationContext
from data.metrics.report import View
from data.pipeline import compute, derive_all
from tests.support.gates import Gate
from tests.support.synthetic import PROFILE, synthetic_dataset

CHARTS = (
    ageing_work,
    cumulative_flow,
    distribution_by_week,
    flow_time_by_week,
    net_flow,
    time_in_status,
)
LAST = dt.date(2025, 12, 14)


@pytest.mark.parametrize("issues", [5_000, 200_000])
def benchmark_charts_beside_the_metrics(gate: Gate, issues: int) -> None:
    """Over 52 weeks six charts cost at most as much as all metrics of their view, at any size."""
    tables, profile = synthetic_dataset(issues), profile_from(PROFILE)
    meaning = derive_all(tables, profile, ZoneInfo(profile.timezone), tables.as_of)
    days = iter(range(1_000))

    def seen() -> CalculationContext:
        last = LAST - dt.timedelta(days=next(days))
        view = View((last - dt.timedelta(days=363)).isoformat(), last.isoformat())
        report = compute(tables, profile, view, lambda _zone, _as_of: meaning)
        assert list(report.results.values())  # computed by looking at them
        assert report.context is not None
        return report.context

    def drawing(context: CalculationContext) -> None:
        for chart in CHARTS:
            chart(context)

    contexts = [seen() for _ in range(12)]
    drawing(contexts.pop())  # finds what no view decides
    gate.ratio(lambda: drawing(contexts.pop()), seen, of="all metrics of the view", goal=1.0, rounds=9)
