"""Time to restore: how long incidents last."""

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.meaning.incidents import find_incidents
from data.metrics.context import CalculationContext
from data.metrics.durations import Durations, find_durations, median_in
from data.metrics.inferred import evidence_of_restoration
from data.model.instants import HOUR_MS
from data.model.metric import Measure
from data.model.tables import MISSING


def restore_times(delivery: DeliveryTables) -> Durations:
    """Measure all incidents that are over, from being seen to their end."""
    over, incidents = delivery.once(find_facts).restored, delivery.once(find_incidents)
    seen, ended, rows = incidents.seen, incidents.ended, over.rows
    reasons = {
        "negative": incidents.incident[rows] & (ended[rows] < seen[rows]),
        "not_an_incident": incidents.false_alarm[rows],
    }
    return find_durations(over.sort_out(reasons), lambda rows: (ended[rows] - seen[rows]) / HOUR_MS)


def time_to_restore(context: CalculationContext) -> Measure:
    """Measure the hours from seeing an incident to its end.

    Args:
        context: reads when incidents were seen and over. A day is reckoned at the next
            midnight; an incident that was reopened is one longer incident.

    Returns:
        P50 in hours over the incidents that ended in the period, each in the
        week of its end. ``open`` counts those without an end at T, of any
        period; ``oldest_open_hours`` is the age of the oldest of them. Inferred where
        a guessed category of a status ended one.

    Source:
        DORA's former mean time to restore, as a median and for all incidents.
    """
    delivery = context.delivery
    times = delivery.once(restore_times)
    rows = np.append(
        context.chosen(context.facts.incidents), np.flatnonzero(context.told) + len(delivery.issues)
    )
    incidents = delivery.once(find_incidents)
    still_open = rows[incidents.ended_at[rows] == MISSING]
    # One that was seen on the day of T is as old as nothing.
    ages = np.maximum(delivery.as_of - incidents.seen[still_open], 0) / HOUR_MS
    return median_in(
        context,
        times,
        evidence=evidence_of_restoration(context, context.part(times.measured).rows),
        empty="No incident ended in this period.",
        extra={
            "open": len(still_open),
            "oldest_open_hours": float(ages.max()) if len(ages) else None,
        },
    )
