"""Flow time: from the start of the work on an item to its completion."""

from data.metric import Candidates, Evidence, Measure, sort_out
from data.metrics.durations import median_days
from data.performance_utils import CalculationContext
from data.tables import MISSING


def flow_time_candidates(context: CalculationContext) -> Candidates:
    """Sort delivered items into those with a flow time and those without, by reason."""
    delivery = context.delivery
    never_started = delivery.started_at == MISSING
    reasons = {"never_started": never_started, "negative": delivery.started_at > delivery.completed_at}
    return sort_out(context.delivered, reasons, delivery.issues.keys)


def flow_time(context: CalculationContext) -> Measure:
    """Return the median days from first entry into a status in progress to completion.

    Args:
        context: reads ``started_at`` and ``completed_at``; waiting time in between counts.

    Returns:
        P50 in days; exactly 0 is included. Without included items no value.
        Measured from creation it is a stand-in, and says so.

    Source:
        Flow Framework: flow time. Kanban: cycle time.
    """
    delivery = context.delivery
    candidates = flow_time_candidates(context)
    if delivery.has_histories or delivery.start_source == "created":
        empty = "No item that was delivered in this period had been started before."
    else:
        empty = (
            "No issue has a change history, so nothing tells when work began; "
            "with start_source = created the time since creation stands in."
        )
    evidence: Evidence = "proxy" if delivery.start_source == "created" else "measured"
    return median_days(context, candidates, delivery.started_at, evidence=evidence, empty=empty)
