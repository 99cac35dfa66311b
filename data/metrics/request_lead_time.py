"""Request lead time: from the creation of an item to its completion."""

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.metrics.context import CalculationContext
from data.metrics.durations import Durations, days_to_completion, find_durations, median_in
from data.metrics.inferred import evidence_of_times
from data.model.metric import Measure


def request_times(delivery: DeliveryTables) -> Durations:
    """Measure all delivered items from their creation."""
    delivered, created = delivery.once(find_facts).delivered, delivery.issues.created
    candidates = delivered.sort_out({"negative": created[delivered.rows] > delivered.at})
    return find_durations(candidates, lambda rows: days_to_completion(delivery, rows, created))


def request_lead_time(context: CalculationContext) -> Measure:
    """Return the median days from creation to completion: what whoever asked has waited.

    Args:
        context: reads ``created`` and ``completed_at`` of delivered items.

    Returns:
        P50 in days; without included items no value.

    Source:
        Kanban: lead time. Not DORA's change lead time, which ends with a deployment.
    """
    times = context.delivery.once(request_times)
    return median_in(
        context,
        times,
        evidence=evidence_of_times(context, context.part(times.measured).rows, starts=False),
        empty="Nothing was delivered in this period.",
    )
