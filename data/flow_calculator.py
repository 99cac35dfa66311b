"""The Flow family: one line per metric."""

from collections.abc import Mapping
from typing import Unpack

from data.meaning.delivery import DeliveryTables
from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.blocked_time import NO_EXTRA, blocked_time
from data.metrics.context import CalculationContext
from data.metrics.flow_distribution import flow_distribution
from data.metrics.flow_efficiency import flow_efficiency
from data.metrics.flow_load import flow_load
from data.metrics.flow_time import flow_time
from data.metrics.flow_velocity import flow_velocity
from data.metrics.flow_velocity_points import flow_velocity_points
from data.metrics.request_lead_time import request_lead_time
from data.model.metric import Metric, MetricResult
from data.performance_utils import log_performance
from data.plain_issues import Options, PlainIssues, one_of, plain_context, results_of

FLOW_METRICS = (
    Metric(
        "flow_velocity",
        "Flow velocity",
        unit="items/week",
        kind="count",
        better="higher",
        formula="Items completed and delivered in the period, times 7, divided by its days.",
        fields=("status changes", "resolution", "resolutiondate"),
        compute=log_performance(flow_velocity),
    ),
    Metric(
        "flow_time",
        "Flow time",
        unit="days",
        kind="duration",
        better="lower",
        formula="Median time from the first status in progress to completion, over the delivered items.",
        fields=("created", "status changes", "resolution", "resolutiondate"),
        compute=log_performance(flow_time),
        in_business_days=True,
    ),
    Metric(
        "request_lead_time",
        "Request lead time",
        unit="days",
        kind="duration",
        better="lower",
        formula="Median time from creation to completion, over the delivered items.",
        fields=("created", "status changes", "resolution", "resolutiondate"),
        compute=log_performance(request_lead_time),
        in_business_days=True,
    ),
    Metric(
        "flow_load",
        "Flow load",
        unit="items",
        kind="stock",
        better="lower",
        formula="Items in a status in progress, active or waiting, at the end of the period.",
        fields=("status changes",),
        compute=log_performance(flow_load),
        no_extra={"mean": None, "parked": None},
    ),
    Metric(
        "flow_distribution",
        "Flow distribution",
        unit="percent",
        kind="ratio",
        better="neither",
        formula="Share of features among the delivered items; defects, debt, risk and the rest beside it.",
        fields=("issuetype", "labels", "components", "status changes", "resolution"),
        compute=log_performance(flow_distribution),
        no_extra={
            "shares": dict.fromkeys(FLOW_ITEMS),
            "counts": dict.fromkeys(FLOW_ITEMS, 0),
        },
    ),
    Metric(
        "flow_efficiency",
        "Flow efficiency",
        unit="percent",
        kind="ratio",
        better="higher",
        formula=(
            "Active time divided by flow time, over the delivered items together; "
            "waiting and flagged time is not active."
        ),
        fields=("status changes", "Flagged"),
        compute=log_performance(flow_efficiency),
    ),
    Metric(
        "blocked_time",
        "Blocked time",
        unit="days/week",
        kind="count",
        better="lower",
        formula=(
            "Days of the period in which items under way were flagged, in a waiting status, or linked as "
            "blocked by an open issue, each item's time once, times 7, divided by the days of the period."
        ),
        fields=("status changes", "Flagged", "impediment", "issuelinks"),
        compute=log_performance(blocked_time),
        no_extra=NO_EXTRA,
        lasting=True,
    ),
)

FLOW_VELOCITY_POINTS = Metric(
    "flow_velocity_points",
    "Flow velocity in points",
    unit="points/week",
    kind="count",
    better="higher",
    formula="Points of the items completed and delivered in the period, times 7, divided by its days.",
    fields=("story_points", "status changes", "resolution", "resolutiondate"),
    compute=log_performance(flow_velocity_points),
)
# What only exists where a profile maps a field for it, by logical name.
OPTIONAL_FLOW_METRICS = {"story_points": FLOW_VELOCITY_POINTS}


def optional_metrics(mapping: Mapping[str, str]) -> tuple[Metric, ...]:
    """Return the Flow metrics that the mapped fields of a profile add to the family.

    Args:
        mapping: Jira field id by logical name; empty ids are not mapped.
    """
    return tuple(metric for name, metric in OPTIONAL_FLOW_METRICS.items() if mapping.get(name))


def flow_metrics_of(delivery: DeliveryTables | None) -> tuple[Metric, ...]:
    """Return the Flow family with what the profile of some tables adds to it; None: without any tables."""
    mapped = delivery is not None and delivery.mapped.points is not None
    return (*FLOW_METRICS, *([FLOW_VELOCITY_POINTS] if mapped else []))


def calculate_all_flow_metrics(
    subject: CalculationContext | PlainIssues, note: str | None = None, **options: Unpack[Options]
) -> Mapping[str, MetricResult]:
    """Return every Flow metric by id, in the order of the family; points last, where they are mapped.

    Args:
        subject: a context, whose masks the metrics then share, or plain Jira issues.
        note: a sentence that every value carries.
        options: of plain issues only.

    Raises:
        InputError: the issues or the options make no sense; nothing was computed.
    """
    context = subject if isinstance(subject, CalculationContext) else plain_context(subject, **options)
    return results_of(flow_metrics_of(None if context is None else context.delivery), context, note)


def calculate_flow_velocity(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how many items a week are delivered, from plain Jira issues."""
    return one_of(FLOW_METRICS, "flow_velocity", issues, **options)


def calculate_flow_velocity_points(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how many points a week are delivered, from plain Jira issues."""
    return one_of([FLOW_VELOCITY_POINTS], "flow_velocity_points", issues, **options)


def calculate_flow_time(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how long items take from start to completion, from plain Jira issues."""
    return one_of(FLOW_METRICS, "flow_time", issues, **options)


def calculate_request_lead_time(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how long items take from creation to completion, from plain Jira issues."""
    return one_of(FLOW_METRICS, "request_lead_time", issues, **options)


def calculate_flow_load(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how many items are in progress at once, from plain Jira issues."""
    return one_of(FLOW_METRICS, "flow_load", issues, **options)


def calculate_flow_distribution(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return what kinds of work are delivered, from plain Jira issues."""
    return one_of(FLOW_METRICS, "flow_distribution", issues, **options)


def calculate_blocked_time(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how long work under way was blocked, from plain Jira issues."""
    return one_of(FLOW_METRICS, "blocked_time", issues, **options)


def calculate_flow_efficiency(issues: PlainIssues, **options: Unpack[Options]) -> MetricResult:
    """Return how much of the flow time was work, from plain Jira issues."""
    return one_of(FLOW_METRICS, "flow_efficiency", issues, **options)
