"""The charts of every page, in the order in which they stand there."""

from functools import partial

from data.charts.cumulative_flow import STAGES
from data.charts.distribution import KINDS
from data.charts.time_in_status import QUANTILES
from ui.design import Design, pick, plain_design
from ui.figures import blocked, dora, epics, flow, flow_items, weekly
from ui.figures.chart import Chart, ChartSpec, Page
from ui.figures.marks import with_marks
from ui.figures.parts import WEEK_CELLS, WHOLE, Draw, answered

__all__ = ["CHARTS", "Chart", "ChartSpec", "chart"]

_BY_WEEK = (*WEEK_CELLS, "$y", "$n", WHOLE)


def _name_weeks(head: str) -> tuple[str, ...]:
    return ("step", "begins on", head, "n", "whole")


def _make_spec(
    chart_id: str,
    page: Page,
    title: str,
    draw: Draw,
    design: Design,
    *,
    columns: tuple[str, ...],
    cells: tuple[Design, ...] = _BY_WEEK,
    tip: str,
) -> ChartSpec:
    made = plain_design(with_marks(design))
    height = made["layout"]["height"]
    return ChartSpec(chart_id, page, title, tip, height, columns, tuple(cells), made, partial(answered, draw))


_OVERVIEW = (
    _make_spec(
        "throughput",
        "overview",
        "Items delivered",
        weekly.throughput,
        weekly.THROUGHPUT,
        columns=_name_weeks("items"),
        tip="How many flow items were delivered in each step. The dashed line is the mean of whole ones.",
    ),
    _make_spec(
        "load",
        "overview",
        "Items in progress",
        weekly.load,
        weekly.LOAD,
        columns=_name_weeks("items"),
        tip="How many flow items were in a status in progress at the end of each step.",
    ),
)
_DORA = (
    _make_spec(
        "weekly_deployment_frequency",
        "dora",
        "Deployment frequency",
        dora.frequency,
        dora.FREQUENCY,
        columns=("step", "begins on", "deployments", "days with a deployment", "whole"),
        cells=(*WEEK_CELLS, "$y", "$days", WHOLE),
        tip=(
            "Bars are deployments, diamonds the days with at least one. The shaded levels of the report "
            "go by those days."
        ),
    ),
    _make_spec(
        "weekly_change_lead_time",
        "dora",
        "Change lead time",
        dora.trend("change_lead_time", "days, median"),
        dora.trend_design("days, median", by_bars=False),
        columns=_name_weeks("days, median"),
        tip="Median time from the start of work to production, for what was deployed in each step.",
    ),
    _make_spec(
        "weekly_change_fail_rate",
        "dora",
        "Change fail rate",
        dora.trend("change_fail_rate", "% of deployments"),
        dora.trend_design("% of deployments", by_bars=True),
        columns=_name_weeks("percent of deployments"),
        tip="Share of the deployments of each step that an incident is put down to, whenever it was seen.",
    ),
    _make_spec(
        "weekly_failed_deployment_recovery_time",
        "dora",
        "Failed deployment recovery time",
        dora.trend("failed_deployment_recovery_time", "hours, median"),
        dora.trend_design("hours, median", by_bars=False),
        columns=_name_weeks("hours, median"),
        tip="Median time from a deployment to the end of the incident it caused, by the step of that end.",
    ),
    _make_spec(
        "weekly_time_to_restore",
        "dora",
        "Time to restore",
        dora.trend("time_to_restore", "hours, median"),
        dora.trend_design("hours, median", by_bars=False),
        columns=_name_weeks("hours, median"),
        tip="Median time from seeing an incident to its end, by the step of that end.",
    ),
    _make_spec(
        "weekly_deployment_rework_rate",
        "dora",
        "Deployment rework rate",
        dora.trend("deployment_rework_rate", "% of deployments"),
        dora.trend_design("% of deployments", by_bars=True),
        columns=_name_weeks("percent of deployments"),
        tip="Share of the deployments of each step that repaired something. A lower bound.",
    ),
    _make_spec(
        "lead_time_split",
        "dora",
        "Where the lead time goes",
        dora.lead_time_split,
        dora.LEAD_TIME_SPLIT,
        columns=(
            "step",
            "begins on",
            "working",
            "waiting",
            "neither",
            "waiting for release",
            "n",
            "whole",
        ),
        cells=(*WEEK_CELLS, "$working", "$waiting", "$other", "$release", "$n", WHOLE),
        tip=(
            "Mean days of what was deployed in each step: at work, waiting in a started status, neither "
            "(back in todo, or between two completions), and done but not yet in production."
        ),
    ),
    _make_spec(
        "deployments",
        "dora",
        "Deployments",
        dora.deployments,
        dora.DEPLOYMENTS,
        columns=("id", "name", "project", "deployed", "source", "followed by an incident", "incidents"),
        cells=(
            "$ids",
            "$titles",
            dora.PROJECT,
            "$at",
            pick("$failed", ["$source", "$source"]),
            pick("$failed", ["no", "yes"]),
            "$incidents",
        ),
        tip=(
            "One dot per deployment, stacked where a day has several. A cross was followed by an incident "
            "that is put down to it."
        ),
    ),
)
_FLOW = (
    _make_spec(
        "velocity",
        "flow",
        "Throughput",
        flow.velocity,
        flow.VELOCITY,
        columns=("step", "begins on", "items", "whole"),
        cells=(*WEEK_CELLS, "$y", WHOLE),
        tip=(
            "Items delivered in each step. The dashed line is the mean of whole ones; from six of them on "
            "dotted lines show how far weeks stray for no particular reason."
        ),
    ),
    _make_spec(
        "flow_time_trend",
        "flow",
        "Flow time",
        flow.flow_time_trend,
        flow.FLOW_TIME_TREND,
        columns=("step", "begins on", "P50 days", "P85 days", "n", "whole"),
        cells=(*WEEK_CELLS, "$p50", "$p85", "$n", WHOLE),
        tip="Days from start to completion: half of the items took at most P50, 85 % of them at most P85.",
    ),
    _make_spec(
        "cumulative_flow",
        "flow",
        "Cumulative flow",
        flow_items.cumulative,
        flow_items.CUMULATIVE,
        columns=("at the end of", *STAGES, "in progress"),
        cells=("$days", *(f"$stage{place}" for place in range(len(STAGES))), "$load"),
        tip=(
            "How many items stood at which stage. The height of active and waiting together is the work in "
            "progress; a band that grows wider is where work piles up."
        ),
    ),
    _make_spec(
        "scatter",
        "flow",
        "Flow time of every item",
        flow_items.scatter,
        flow_items.SCATTER,
        columns=("issue", "completed", "days"),
        cells=(flow_items.KEYS, flow_items.COMPLETED, "$days"),
        tip="One dot per delivered item. Below the line P85 lie 85 % of them. Select a dot for its issue.",
    ),
    _make_spec(
        "ageing",
        "flow",
        "Ageing work in progress",
        flow_items.ageing,
        flow_items.AGEING,
        columns=("issue", "status", "age in days", "P50 of status", "P85 of status", "P95 of status", "old"),
        cells=(
            flow_items.KEYS,
            pick("$stage", "$statuses"),
            "$days",
            *(pick("$stage", f"${name}") for name in flow_items.DASHES),
            pick("$kind", ["no", "yes", "no", "yes"]),
        ),
        tip=(
            "One dot per item in progress, in the column of its status. Diamonds are older than 85 % of the "
            "delivered items were when they left that status."
        ),
    ),
    _make_spec(
        "blocked_weeks",
        "flow",
        "Blocked time",
        blocked.by_week,
        blocked.WEEKS,
        columns=("step", "begins on", "flag", "waiting", "link", "item-days blocked", "items", "whole"),
        cells=(*WEEK_CELLS, "$flag", "$waiting", "$link", "$days", "$n", WHOLE),
        tip=(
            "Days in which items under way were flagged, in a waiting status, or linked as blocked by an "
            "open issue."
        ),
    ),
    _make_spec(
        "blocked_now",
        "flow",
        "Blocked now: what waits for what",
        blocked.now,
        blocked.NOW,
        columns=("issue", "reasons", "waits for", "since", "days", "in a circle"),
        cells=blocked.CELLS,
        tip=(
            "Items blocked at the end of the period, by how long something has blocked them without a break. "
            "Select a bar for its issue."
        ),
    ),
    _make_spec(
        "epics",
        "flow",
        "Epics",
        epics.epics,
        epics.EPICS,
        columns=epics.COLUMNS,
        cells=epics.CELLS,
        tip=(
            "Items below each epic: delivered in the period, in progress or open at its end. The table has "
            "what stands above it, how many are stuck, the oldest, and the median flow time."
        ),
    ),
    _make_spec(
        "distribution",
        "flow",
        "Kinds of work",
        flow.distribution,
        flow.DISTRIBUTION,
        columns=("step", "begins on", *KINDS, "whole"),
        cells=(*WEEK_CELLS, *(f"$count{place}" for place in range(len(KINDS))), WHOLE),
        tip="What the items delivered in each step were, as shares of a whole.",
    ),
    _make_spec(
        "time_in_status",
        "flow",
        "Time in status",
        flow_items.status_times,
        flow_items.STATUS_TIMES,
        columns=("status", "waiting", "n", "P5 days", "P25 days", "P50 days", "P75 days", "P95 days"),
        cells=("$statuses", pick("$waiting", ["no", "yes"]), "$n", *(f"${name}" for name in QUANTILES)),
        tip="How long delivered items stayed in each status in progress, all their stays together.",
    ),
    _make_spec(
        "net_flow",
        "flow",
        "Arrivals and departures",
        flow.arrivals,
        flow.NET_FLOW,
        columns=("step", "begins on", "arrivals", "departures", "net", "whole"),
        cells=(*WEEK_CELLS, "$came", "$went", "$net", WHOLE),
        tip=(
            "Items started and items completed in each step. Where the net line stays above zero, more is "
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
