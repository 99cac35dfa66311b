"""Flow velocity: how many flow items a team delivers a week."""

import numpy as np

from data.metric import Candidates, Measure, sort_out
from data.metrics.weekly import count_by_week
from data.performance_utils import CalculationContext


def flow_velocity(context: CalculationContext) -> Measure:
    """Count delivered flow items, per week of seven days.

    Args:
        context: reads ``completed_at`` and ``not_delivered`` of the delivery tables.

    Returns:
        Delivered x 7 / days; each week its plain count, never scaled up. A
        period in which nothing was delivered gives 0, not None.

    Source:
        Flow Framework: flow velocity. Kanban: throughput.
    """
    candidates = delivered_candidates(context)
    rows = candidates.rows()
    weekly = count_by_week(context, context.completed_week[rows])
    return Measure(
        value=len(rows) * 7 / context.window.days,
        candidates=candidates,
        weekly=weekly.astype(np.float64),
        weekly_n=weekly,
    )


def delivered_candidates(context: CalculationContext) -> Candidates:
    """Sort items completed in the period into delivered ones and those closed without delivery."""
    reasons = {"not_delivered": context.delivery.not_delivered}
    return sort_out(context.completed, reasons, context.delivery.issues.keys)
