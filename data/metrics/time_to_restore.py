"""Time to restore: how long incidents last."""

import numpy as np

from data.metric import Measure, sort_out
from data.metrics.durations import median_of
from data.performance_utils import CalculationContext
from data.tables import MISSING

HOUR_MS = 3_600_000.0


def time_to_restore(context: CalculationContext) -> Measure:
    """Measure the hours from seeing an incident to its end.

    Args:
        context: reads creation and completion of incidents; one that was
            reopened is one longer incident.

    Returns:
        P50 in hours over the incidents that ended in the period, each in the
        week of its end. ``open`` counts those without an end at T, of any
        period; ``oldest_open_hours`` is the age of the oldest of them.

    Source:
        DORA's former mean time to restore, as a median and for all incidents.
    """
    delivery = context.delivery
    created, ended = delivery.issues.created, delivery.completed_at
    incident, none = delivery.operations.incident, delivery.operations.false_alarm
    reasons = {"negative": incident & (ended < created), "not_an_incident": none}
    candidates = sort_out(context.completed & (incident | none), reasons, delivery.issues.keys)
    rows = candidates.rows()
    still_open = incident & context.flow_items & (ended == MISSING)
    ages = (delivery.as_of - created[still_open]) / HOUR_MS
    return median_of(
        context,
        candidates,
        (ended[rows] - created[rows]) / HOUR_MS,
        context.completed_week[rows],
        empty="No incident ended in this period.",
        extra={
            "open": int(np.count_nonzero(still_open)),
            "oldest_open_hours": float(ages.max()) if len(ages) else None,
        },
    )
