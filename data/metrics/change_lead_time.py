"""Change lead time: how long a change takes from its start to production."""

from dataclasses import replace

import numpy as np

from data.metric import Candidates, Measure, sort_out
from data.metrics.deployment_frequency import NOT_CONFIGURED, inside_period
from data.metrics.durations import median_of
from data.metrics.lead_time_stages import lead_time_stages, stages_document
from data.metrics.weekly import DAY_MS, week_of_day, without_answer
from data.performance_utils import CalculationContext
from data.tables import MISSING, Flags


def change_lead_time(context: CalculationContext) -> Measure:
    """Measure the days from the start of delivered changes to their deployment.

    A change starts with its commit where a field of that meaning is mapped and
    filled. Elsewhere the start of the work stands in for it: a proxy.

    Args:
        context: reads the deployment and the start of each change. What is dated by
            day is reckoned at the next midnight; up to 24 h before the start counts as 0.

    Returns:
        P50 in days over the issues deployed in the period, each in the week of
        its deployment day. ``stages`` says where these days went.

    Source:
        DORA, software delivery performance metrics: change lead time, formerly
        lead time for changes.
    """
    deployments = context.delivery.deployments
    if not deployments.configured:
        return without_answer(
            context,
            "not_configured",
            NOT_CONFIGURED,
            evidence="proxy",
            durations=True,
            extra={"stages": None},
        )
    candidates = _candidates(context)
    rows = candidates.rows()
    carrier = context.delivery.operations.deployment_of[rows]
    since, until = context.delivery.change.reckoned_at[rows], deployments.reckoned_at[carrier]
    week = week_of_day(context, deployments.day[carrier])
    # The period before has no weeks; only its median is compared.
    split = lead_time_stages(context, rows, since, until, week) if context.window.mondays else None
    commits = context.delivery.change_measured[rows]
    measured = context.delivery.mapped.commit is not None and bool(commits.all())
    measure = median_of(
        context,
        candidates,
        np.maximum(until - since, 0) / DAY_MS,
        week,
        evidence="measured" if measured else "proxy",
        empty="No started and delivered issue was deployed in this period.",
        extra={"stages": stages_document(context, split) if split else None},
    )
    return replace(measure, message=_mixed(commits)) if commits.any() and not measured else measure


def _mixed(commits: Flags) -> str:
    """Return the sentence for a median over both kinds of start."""
    return (
        f"{int(commits.sum())} of {len(commits)} changes start with their commit, "
        "the others with the start of the work, which stands in for it."
    )


def _candidates(context: CalculationContext) -> Candidates:
    """Sort the delivered issues that went out in the period, or were completed in it and never did."""
    delivery = context.delivery
    deployments, carrier = delivery.deployments, delivery.operations.deployment_of
    carried = carrier >= 0
    inside = np.append(inside_period(context), False)[carrier]  # the extra place is what -1 points to
    reckoned = np.append(deployments.reckoned_at, MISSING)[carrier]
    delivered = context.flow_items & (delivery.completed_at != MISSING) & ~delivery.not_delivered
    started = delivery.change.known
    since = np.where(started & carried, delivery.change.reckoned_at, reckoned)
    reasons = {
        "not_deployed": ~carried,
        "never_started": ~started,
        "deployed_before_start": reckoned - since <= -DAY_MS,
    }
    looked_at = delivered & (inside | (context.completed & ~carried))
    return sort_out(looked_at, reasons, delivery.issues.keys)
