"""The Flow family: one line per metric."""

from collections.abc import Mapping

from data.evaluate import evaluate
from data.flow_items import FLOW_ITEMS
from data.metric import Metric, MetricResult
from data.metrics.flow_distribution import flow_distribution
from data.metrics.flow_efficiency import flow_efficiency
from data.metrics.flow_load import flow_load
from data.metrics.flow_time import flow_time
from data.metrics.flow_velocity import flow_velocity
from data.metrics.request_lead_time import request_lead_time
from data.performance_utils import CalculationContext

FLOW_METRICS = (
    Metric(
        "flow_velocity",
        "Flow velocity",
        unit="items/week",
        kind="count",
        better="higher",
        formula="Items completed and delivered in the period, times 7, divided by its days.",
        fields=("status changes", "resolution", "resolutiondate"),
        compute=flow_velocity,
    ),
    Metric(
        "flow_time",
        "Flow time",
        unit="days",
        kind="duration",
        better="lower",
        formula="Median time from the first status in progress to completion, over the delivered items.",
        fields=("created", "status changes", "resolution", "resolutiondate"),
        compute=flow_time,
    ),
    Metric(
        "request_lead_time",
        "Request lead time",
        unit="days",
        kind="duration",
        better="lower",
        formula="Median time from creation to completion, over the delivered items.",
        fields=("created", "status changes", "resolution", "resolutiondate"),
        compute=request_lead_time,
    ),
    Metric(
        "flow_load",
        "Flow load",
        unit="items",
        kind="count",
        better="lower",
        formula="Items in a status in progress, active or waiting, at the end of the period.",
        fields=("status changes",),
        compute=flow_load,
        no_extra={"mean": None, "parked": None},
    ),
    Metric(
        "flow_distribution",
        "Flow distribution",
        unit="percent",
        kind="proportion",
        better="neither",
        formula="Share of features among the delivered items; defects, debt, risk and the rest beside it.",
        fields=("issuetype", "labels", "components", "status changes", "resolution"),
        compute=flow_distribution,
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
        compute=flow_efficiency,
    ),
)


def calculate_all_flow_metrics(
    context: CalculationContext, note: str | None = None
) -> Mapping[str, MetricResult]:
    """Return every Flow metric of the context's period by id, in the order of the family."""
    return {metric.id: evaluate(metric, context, note) for metric in FLOW_METRICS}
