"""The charts of every page, in the order in which they stand there."""

from functools import partial

from data.charts.cumulative_flow import STAGES
from data.charts.distribution import KINDS
from data.charts.subject import ChartSubject, Context
from ui.figures.chart import Chart, ChartSpec, Page
from ui.figures.dora import deployments, frequency, lead_time_split, trend
from ui.figures.flow import arrivals, distribution, flow_time_trend, velocity
from ui.figures.flow_items import ageing, cumulative, scatter, status_times
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
        "lead_time_split",
        "dora",
        "Where the lead time goes",
        lead_time_split,
        columns=(
            "week",
            "begins on",
            "working",
            "waiting",
            "neither",
            "waiting for release",
            "n",
            "whole week",
        ),
        tip=(
            "Mean days of what was deployed in each week: at work, waiting in a started status, neither "
            "(back in todo, or between two completions), and done but not yet in production."
        ),
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
_FLOW = (
    _spec(
        "velocity",
        "flow",
        "Throughput",
        velocity,
        columns=("week", "begins on", "items", "whole week"),
        tip=(
            "Items delivered in each week. The dashed line is the mean of whole weeks; from six of them on "
            "dotted lines show how far weeks stray for no particular reason."
        ),
    ),
    _spec(
        "flow_time_trend",
        "flow",
        "Flow time by week",
        flow_time_trend,
        columns=("week", "begins on", "P50 days", "P85 days", "n", "whole week"),
        tip="Days from start to completion: half of the items took at most P50, 85 % of them at most P85.",
    ),
    _spec(
        "cumulative_flow",
        "flow",
        "Cumulative flow",
        cumulative,
        columns=("at the end of", *STAGES, "in progress"),
        height=320,
        tip=(
            "How many items stood at which stage. The height of active and waiting together is the work in "
            "progress; a band that grows wider is where work piles up."
        ),
    ),
    _spec(
        "scatter",
        "flow",
        "Flow time of every item",
        scatter,
        columns=("issue", "completed", "days"),
        height=340,
        tip="One dot per delivered item. Below the line P85 lie 85 % of them. Select a dot for its issue.",
    ),
    _spec(
        "ageing",
        "flow",
        "Ageing work in progress",
        ageing,
        columns=("issue", "status", "age in days", "P50 of status", "P85 of status", "P95 of status", "old"),
        height=340,
        tip=(
            "One dot per item in progress, in the column of its status. Diamonds are older than 85 % of the "
            "delivered items were when they left that status."
        ),
    ),
    _spec(
        "distribution",
        "flow",
        "Kinds of work",
        distribution,
        columns=("week", "begins on", *KINDS, "whole week"),
        height=280,
        tip="What the items delivered in each week were, as shares of a whole.",
    ),
    _spec(
        "time_in_status",
        "flow",
        "Time in status",
        status_times,
        columns=("status", "waiting", "n", "P5 days", "P25 days", "P50 days", "P75 days", "P95 days"),
        height=320,
        tip="How long delivered items stayed in each status in progress, all their stays together.",
    ),
    _spec(
        "net_flow",
        "flow",
        "Arrivals and departures",
        arrivals,
        columns=("week", "begins on", "arrivals", "departures", "net", "whole week"),
        height=280,
        tip=(
            "Items started and items completed in each week. Where the net line stays above zero, more is "
            "begun than finished."
        ),
    ),
)

CHARTS: tuple[ChartSpec, ...] = (*_OVERVIEW, *_DORA, *_FLOW)
_BY_ID = {spec.id: spec for spec in CHARTS}


def chart(chart_id: str) -> ChartSpec:
    """Return the chart of that id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[chart_id]
