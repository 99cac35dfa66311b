"""Flow velocity in points: how many points of estimated flow items a team delivers a week."""

import numpy as np

from data.metric import Measure, sort_out
from data.metrics.weekly import count_by_week, sum_by_week, without_answer
from data.performance_utils import CalculationContext

NOT_MAPPED = "No field is mapped to story_points, so nothing says how many points an item has."


def flow_velocity_points(context: CalculationContext) -> Measure:
    """Add up the estimates of delivered flow items, per week of seven days.

    A team's points compare with nobody else's, so this stands beside the flow
    velocity in items and never in its place.

    Args:
        context: reads ``completed_at``, ``not_delivered`` and the mapped points. An
            estimate of 0 is one; a negative one cannot be read and is none.

    Returns:
        Points x 7 / days; each week its plain sum. ``n`` counts the items with an
        estimate. A period in which none was delivered gives 0.

    Source:
        Flow Framework: flow velocity, in points.
    """
    points = context.delivery.mapped.points
    if points is None:
        return without_answer(context, "not_configured", NOT_MAPPED)
    reasons = {"not_delivered": context.delivery.not_delivered, "no_estimate": np.isnan(points)}
    candidates = sort_out(context.completed, reasons, context.delivery.issues.keys)
    rows = candidates.rows()
    week = context.completed_week[rows]
    return Measure(
        value=float(points[rows].sum()) * 7 / context.window.days,
        candidates=candidates,
        weekly=sum_by_week(context, week, points[rows]),
        weekly_n=count_by_week(context, week),
        weights=points[rows],
    )
