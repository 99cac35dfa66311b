"""Flow velocity: how many flow items a team delivers a week."""

import numpy as np

from data.metrics.context import CalculationContext
from data.metrics.inferred import evidence_of_delivery
from data.model.metric import Measure


def flow_velocity(context: CalculationContext) -> Measure:
    """Count delivered flow items, per week of seven days.

    Args:
        context: reads ``completed_at`` and ``not_delivered`` of the delivery tables.

    Returns:
        Delivered x 7 / days; each week its plain count, never scaled up. A
        period in which nothing was delivered gives 0, not None. Inferred where only
        the usual name of a status completes an item or leaves one out.

    Source:
        Flow Framework: flow velocity. Kanban: throughput.
    """
    delivered = context.delivered
    return Measure(
        value=len(delivered) * 7 / context.window.days,
        candidates=context.candidates(context.facts.completed),
        weekly=delivered.counts.astype(np.float64),
        weekly_n=delivered.counts,
        evidence=evidence_of_delivery(context, delivered.rows),
    )
