"""Failed deployment recovery time: how long it takes to recover from a deployment that broke something."""

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.meaning.incidents import find_incidents
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import explain_missing
from data.metrics.durations import Durations, find_durations, median_in
from data.metrics.inferred import evidence_of_restoration
from data.metrics.weekly import without_answer
from data.model.instants import DAY_MS, HOUR_MS
from data.model.metric import Measure
from data.model.tables import MISSING


def recovery_times(delivery: DeliveryTables) -> Durations:
    """Measure all incidents that are over, from the deployment that caused them to their end."""
    over, incidents = delivery.once(find_facts).recovered, delivery.once(find_incidents)
    ended = incidents.ended
    # -1 points to the extra place.
    began = np.append(delivery.deployments.reckoned_at, MISSING)[incidents.cause]
    rows = over.rows
    incident = incidents.incident[rows]
    blamed = incident & (incidents.cause[rows] >= 0)
    reasons = {
        "unattributed": incident & ~blamed,
        "latent": incidents.latent[rows],
        "negative": blamed & (ended[rows] - began[rows] <= -DAY_MS),
        "not_an_incident": incidents.false_alarm[rows],
    }
    return find_durations(
        over.sort_out(reasons), lambda rows: np.maximum(ended[rows] - began[rows], 0) / HOUR_MS
    )


def failed_deployment_recovery_time(context: CalculationContext) -> Measure:
    """Measure the hours from a deployment to the end of the incident that it caused.

    Args:
        context: reads the cause and the end of each incident, and of deployments of a
            repository without one that a later deployment took back or mended. What is dated by day
            is reckoned at the next midnight; up to 24 h before the deployment counts as 0,
            as that of a release which was mended on its day.

    Returns:
        P50 in hours over the incidents that ended in the period, each in the
        week of its end. Inferred when some cause rests on nothing but project and
        time, or what is production on the name of an environment.

    Source:
        DORA, software delivery performance metrics: failed deployment recovery
        time, formerly mean time to restore.
    """
    delivery = context.delivery
    deployments = delivery.deployments
    if not deployments.configured:
        return without_answer(context, "not_configured", explain_missing(context), durations=True)
    times = delivery.once(recovery_times)
    rows = context.part(times.measured).rows
    guessed = deployments.production.inferred or bool(delivery.once(find_incidents).guessed[rows].any())
    return median_in(
        context,
        times,
        evidence="inferred" if guessed else evidence_of_restoration(context, rows),
        empty="No incident that a deployment caused ended in this period.",
    )
