"""Change lead time: how long a change takes from its start to production."""

import numpy as np

from data.metric import Candidates, Measure, sort_out
from data.metrics.deployment_frequency import NOT_CONFIGURED, inside_period
from data.metrics.durations import median_of
from data.metrics.weekly import DAY_MS, week_of_day, without_answer
from data.performance_utils import CalculationContext
from data.tables import MISSING


def change_lead_time(context: CalculationContext) -> Measure:
    """Measure the days from the start of delivered issues to their deployment.

    Jira holds no commits, so the start of work stands in for the change: a proxy.

    Args:
        context: reads the deployment of each issue. A deployment that is dated by
            day is reckoned at the next midnight; up to 24 h before the start counts as 0.

    Returns:
        P50 in days over the issues deployed in the period, each in the week of
        its deployment day.

    Source:
        DORA, software delivery performance metrics: change lead time, formerly
        lead time for changes.
    """
    deployments = context.delivery.deployments
    if not deployments.configured:
        return without_answer(context, "not_configured", NOT_CONFIGURED, evidence="proxy", durations=True)
    candidates = _candidates(context)
    rows = candidates.rows()
    carrier = context.delivery.operations.deployment_of[rows]
    waited = deployments.reckoned_at[carrier] - context.delivery.started_at[rows]
    return median_of(
        context,
        candidates,
        np.maximum(waited, 0) / DAY_MS,
        week_of_day(context, deployments.day[carrier]),
        evidence="proxy",
        empty="No started and delivered issue was deployed in this period.",
    )


def _candidates(context: CalculationContext) -> Candidates:
    """Sort the delivered issues that went out in the period, or were completed in it and never did."""
    delivery = context.delivery
    deployments, carrier = delivery.deployments, delivery.operations.deployment_of
    carried = carrier >= 0
    inside = np.append(inside_period(context), False)[carrier]  # the extra place is what -1 points to
    reckoned = np.append(deployments.reckoned_at, MISSING)[carrier]
    delivered = context.flow_items & (delivery.completed_at != MISSING) & ~delivery.not_delivered
    started = delivery.started_at != MISSING
    since = np.where(started & carried, delivery.started_at, reckoned)
    reasons = {
        "not_deployed": ~carried,
        "never_started": ~started,
        "deployed_before_start": reckoned - since <= -DAY_MS,
    }
    looked_at = delivered & (inside | (context.completed & ~carried))
    return sort_out(looked_at, reasons, delivery.issues.keys)
