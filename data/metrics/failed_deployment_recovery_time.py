"""Failed deployment recovery time: how long it takes to recover from a deployment that broke something."""

import numpy as np

from data.metric import Measure, sort_out
from data.metrics.deployment_frequency import NOT_CONFIGURED
from data.metrics.durations import median_of
from data.metrics.time_to_restore import HOUR_MS
from data.metrics.weekly import without_answer
from data.performance_utils import CalculationContext
from data.tables import MISSING


def failed_deployment_recovery_time(context: CalculationContext) -> Measure:
    """Measure the hours from a deployment to the end of the incident that it caused.

    Args:
        context: reads the cause and the end of each incident. What is dated by day
            is reckoned at the next midnight.

    Returns:
        P50 in hours over the incidents that ended in the period, each in the
        week of its end. Inferred when some cause rests on nothing but project and time.

    Source:
        DORA, software delivery performance metrics: failed deployment recovery
        time, formerly mean time to restore.
    """
    delivery = context.delivery
    operations, deployments = delivery.operations, delivery.deployments
    if not deployments.configured:
        return without_answer(context, "not_configured", NOT_CONFIGURED, durations=True)
    ended = delivery.restored.reckoned_at
    began = np.append(deployments.reckoned_at, MISSING)[operations.cause]  # -1 points to the extra place
    blamed = operations.incident & (operations.cause >= 0)
    reasons = {
        "unattributed": operations.incident & ~blamed,
        "negative": blamed & (ended < began),
        "not_an_incident": operations.false_alarm,
    }
    looked_at = context.restored & (operations.incident | operations.false_alarm)
    candidates = sort_out(looked_at, reasons, delivery.issues.keys)
    rows = candidates.rows()
    return median_of(
        context,
        candidates,
        (ended[rows] - began[rows]) / HOUR_MS,
        context.week_of(delivery.restored.at[rows]),
        evidence="inferred" if operations.cause_inferred[rows].any() else "measured",
        empty="No incident that a deployment caused ended in this period.",
    )
