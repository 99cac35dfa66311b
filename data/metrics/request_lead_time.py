"""Request lead time: from the creation of an item to its completion."""

from data.metric import Measure, sort_out
from data.metrics.durations import median_days
from data.performance_utils import CalculationContext


def request_lead_time(context: CalculationContext) -> Measure:
    """Return the median days from creation to completion: what whoever asked has waited.

    Args:
        context: reads ``created`` and ``completed_at`` of delivered items.

    Returns:
        P50 in days; without included items no value.

    Source:
        Kanban: lead time. Not DORA's change lead time, which ends with a deployment.
    """
    issues = context.delivery.issues
    negative = issues.created > context.delivery.completed_at
    candidates = sort_out(context.delivered, {"negative": negative}, issues.keys)
    return median_days(context, candidates, issues.created, empty="Nothing was delivered in this period.")
