"""Time to restore: how long incidents last."""

import numpy as np

from data.metric import Measure, sort_out
from data.metrics.durations import median_of
from data.performance_utils import CalculationContext

HOUR_MS = 3_600_000.0


def time_to_restore(context: CalculationContext) -> Measure:
    """Measure the hours from seeing an incident to its end.

    Args:
        context: reads when incidents were seen and over. A day is reckoned at the next
            midnight; an incident that was reopened is one longer incident.

    Returns:
        P50 in hours over the incidents that ended in the period, each in the
        week of its end. ``open`` counts those without an end at T, of any
        period; ``oldest_open_hours`` is the age of the oldest of them.

    Source:
        DORA's former mean time to restore, as a median and for all incidents.
    """
    delivery = context.delivery
    seen, ended = delivery.detected.reckoned_at, delivery.restored.reckoned_at
    incident, none = delivery.operations.incident, delivery.operations.false_alarm
    reasons = {"negative": incident & (ended < seen), "not_an_incident": none}
    candidates = sort_out(context.restored & (incident | none), reasons, delivery.issues.keys)
    rows = candidates.rows()
    still_open = incident & context.flow_items & ~delivery.restored.known
    # One that was seen on the day of T is as old as nothing.
    ages = np.maximum(delivery.as_of - seen[still_open], 0) / HOUR_MS
    return median_of(
        context,
        candidates,
        (ended[rows] - seen[rows]) / HOUR_MS,
        context.week_of(delivery.restored.at[rows]),
        empty="No incident ended in this period.",
        extra={
            "open": int(np.count_nonzero(still_open)),
            "oldest_open_hours": float(ages.max()) if len(ages) else None,
        },
    )
