"""The charts of every page, in the order in which they stand there."""

from data.charts.subject import ChartSubject
from ui.figures.chart import Chart, ChartSpec
from ui.figures.weekly import week_rows, weekly_bars, weekly_line
from ui.theme import Scheme

__all__ = ["CHARTS", "Chart", "ChartSpec", "chart"]


def _throughput(report: ChartSubject, scheme: Scheme) -> Chart:
    result = report.results["flow_velocity"]
    return week_rows(result, weekly_bars(result, scheme, "items"), "items")


def _load(report: ChartSubject, scheme: Scheme) -> Chart:
    result = report.results["flow_load"]
    return week_rows(result, weekly_line(result, scheme, "items"), "items")


CHARTS: tuple[ChartSpec, ...] = (
    ChartSpec(
        id="throughput",
        page="overview",
        title="Items delivered per week",
        help="How many flow items were delivered in each week. The dashed line is the mean of whole weeks.",
        height=260,
        build=_throughput,
    ),
    ChartSpec(
        id="load",
        page="overview",
        title="Items in progress",
        help="How many flow items were in a status in progress at the end of each week.",
        height=260,
        build=_load,
    ),
)
_BY_ID = {spec.id: spec for spec in CHARTS}


def chart(chart_id: str) -> ChartSpec:
    """Return the chart of that id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[chart_id]
