"""The charts of every page, in the order in which they stand there."""

from functools import partial

from data.charts.subject import ChartSubject, Context
from ui.figures.chart import Chart, ChartSpec, Page
from ui.figures.dora import deployments, frequency, trend
from ui.figures.parts import Draw, Drawing, framed
from ui.figures.weekly import weekly_bars, weekly_drawing, weekly_line
from ui.theme import Scheme

__all__ = ["CHARTS", "Chart", "ChartSpec", "chart"]


def _weeks(head: str) -> tuple[str, ...]:
    return ("week", "begins on", head, "n", "whole week")


def _throughput(report: ChartSubject, _context: Context, scheme: Scheme) -> Drawing:
    result = report.results["flow_velocity"]
    return weekly_drawing(result, weekly_bars(result, scheme, "items"))


def _load(report: ChartSubject, _context: Context, scheme: Scheme) -> Drawing:
    result = report.results["flow_load"]
    return weekly_drawing(result, weekly_line(result, scheme, "items"))


def _spec(
    chart_id: str,
    page: Page,
    title: str,
    draw: Draw,
    *,
    columns: tuple[str, ...],
    tip: str,
    height: int = 260,
) -> ChartSpec:
    return ChartSpec(chart_id, page, title, tip, height, partial(framed, draw, columns, height))


_OVERVIEW = (
    _spec(
        "throughput",
        "overview",
        "Items delivered per week",
        _throughput,
        columns=_weeks("items"),
        tip="How many flow items were delivered in each week. The dashed line is the mean of whole weeks.",
    ),
    _spec(
        "load",
        "overview",
        "Items in progress",
        _load,
        columns=_weeks("items"),
        tip="How many flow items were in a status in progress at the end of each week.",
    ),
)
_DORA = (
    _spec(
        "weekly_deployment_frequency",
        "dora",
        "Deployment frequency by week",
        frequency,
        columns=("week", "begins on", "deployments", "days with a deployment", "whole week"),
        tip=(
            "Bars are deployments, diamonds the days with at least one. The shaded levels of the report "
            "go by those days."
        ),
    ),
    _spec(
        "weekly_change_lead_time",
        "dora",
        "Change lead time by week",
        trend("change_lead_time", "days, median", bars=False),
        columns=_weeks("days, median"),
        tip="Median time from the start of work to production, for what was deployed in each week.",
    ),
    _spec(
        "weekly_change_fail_rate",
        "dora",
        "Change fail rate by week",
        trend("change_fail_rate", "% of deployments", bars=True),
        columns=_weeks("percent of deployments"),
        tip="Share of the deployments of each week that an incident is put down to, whenever it was seen.",
    ),
    _spec(
        "weekly_failed_deployment_recovery_time",
        "dora",
        "Failed deployment recovery time by week",
        trend("failed_deployment_recovery_time", "hours, median", bars=False),
        columns=_weeks("hours, median"),
        tip="Median time from a deployment to the end of the incident it caused, by week of that end.",
    ),
    _spec(
        "weekly_time_to_restore",
        "dora",
        "Time to restore by week",
        trend("time_to_restore", "hours, median", bars=False),
        columns=_weeks("hours, median"),
        tip="Median time from seeing an incident to its end, by week of that end.",
    ),
    _spec(
        "weekly_deployment_rework_rate",
        "dora",
        "Deployment rework rate by week",
        trend("deployment_rework_rate", "% of deployments", bars=True),
        columns=_weeks("percent of deployments"),
        tip="Share of the deployments of each week that repaired something. A lower bound.",
    ),
    _spec(
        "deployments",
        "dora",
        "Deployments",
        deployments,
        columns=("id", "name", "project", "deployed", "source", "followed by an incident", "incidents"),
        height=240,
        tip=(
            "One dot per deployment, stacked where a day has several. A cross was followed by an incident "
            "that is put down to it."
        ),
    ),
)

CHARTS: tuple[ChartSpec, ...] = (*_OVERVIEW, *_DORA)
_BY_ID = {spec.id: spec for spec in CHARTS}


def chart(chart_id: str) -> ChartSpec:
    """Return the chart of that id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[chart_id]
