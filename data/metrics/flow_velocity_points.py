"""Flow velocity in points: how many points of estimated flow items a team delivers a week."""

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, find_facts
from data.metrics.context import CalculationContext
from data.metrics.inferred import evidence_of_delivery
from data.metrics.weekly import sum_by_week, without_answer
from data.model.metric import INCLUDED, Measure

NOT_MAPPED = "No field is mapped to story_points, so nothing says how many points an item has."


def _find_estimated(delivery: DeliveryTables) -> Population:
    """Sort all completed items into delivered ones with an estimate and others."""
    completed, points = delivery.once(find_facts).completed, delivery.mapped.points
    assert points is not None
    reasons = {
        "not_delivered": completed.code != INCLUDED,
        "no_estimate": np.isnan(points[completed.rows]),
    }
    return completed.sort_out(reasons)


def _keep_estimated(delivery: DeliveryTables) -> Population:
    return delivery.once(_find_estimated).included()


def flow_velocity_points(context: CalculationContext) -> Measure:
    """Add up the estimates of delivered flow items, per week of seven days.

    A team's points compare with nobody else's, so this stands beside the flow
    velocity in items and never in its place.

    Args:
        context: reads ``completed_at``, ``not_delivered`` and the mapped points. An
            estimate of 0 is one; a negative one cannot be read and does not count.

    Returns:
        Points x 7 / days; each week its plain sum. ``n`` counts the items with an
        estimate. A period in which none was delivered gives 0.

    Source:
        Flow Framework: flow velocity, in points.
    """
    points = context.delivery.mapped.points
    if points is None:
        return without_answer(context, "not_configured", NOT_MAPPED)
    estimated = context.part(context.delivery.once(_keep_estimated))
    # Parts of points add up to other last digits in another order: it is that of the keys.
    order = np.argsort(estimated.rows)
    rows, week = estimated.rows[order], estimated.week[order]
    return Measure(
        value=float(points[rows].sum()) * 7 / context.window.days,
        candidates=context.candidates(context.delivery.once(_find_estimated)),
        weekly=sum_by_week(context, week, points[rows]),
        weekly_n=estimated.counts,
        evidence=evidence_of_delivery(context, rows),
    )
