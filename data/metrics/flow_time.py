"""Flow time: from the start of the work on an item to its completion."""

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.metrics.context import CalculationContext
from data.metrics.durations import Durations, days_to_completion, find_durations, median_in
from data.metrics.inferred import evidence_of_times
from data.model.metric import Evidence, Measure
from data.model.tables import MISSING


def flow_times(delivery: DeliveryTables) -> Durations:
    """Sort all delivered items into those with a flow time and those without, by reason."""
    delivered = delivery.once(find_facts).delivered
    started = delivery.started_at[delivered.rows]
    reasons = {
        "history_truncated": delivery.lives.start_unknown[delivered.rows],
        "never_started": started == MISSING,
        "negative": started > delivered.at,
    }
    return find_durations(
        delivered.sort_out(reasons), lambda rows: days_to_completion(delivery, rows, delivery.started_at)
    )


def flow_time(context: CalculationContext) -> Measure:
    """Return the median days from first entry into a status in progress to completion.

    Args:
        context: reads ``started_at`` and ``completed_at``; waiting time in between counts.

    Returns:
        P50 in days; exactly 0 is included. Without included items no value.
        Measured from creation it is a stand-in, and says so; inferred where only
        the usual name of a status begins or ends an item.

    Source:
        Flow Framework: flow time. Kanban: cycle time.
    """
    delivery = context.delivery
    times = delivery.once(flow_times)
    if delivery.has_histories or delivery.start_source == "created":
        empty = "No item that was delivered in this period had been started before."
    else:
        empty = (
            "No issue has a change history, so nothing tells when work began; "
            "with start_source = created the time since creation stands in."
        )
    evidence: Evidence = "proxy"
    if delivery.start_source == "status":
        evidence = evidence_of_times(context, context.part(times.measured).rows, starts=True)
    return median_in(context, times, evidence=evidence, empty=empty)
