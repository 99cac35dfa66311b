"""Deployment rework rate: how many deployments were unplanned repairs."""

from dataclasses import replace

from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import explain_missing
from data.metrics.deployment_shares import share_of_deployments
from data.metrics.weekly import without_answer
from data.model.metric import Measure

LOWER_BOUND = "A lower bound: repairs of ordinary name and those of unrecorded incidents are not seen."


def deployment_rework_rate(context: CalculationContext) -> Measure:
    """Share the deployments of the period that repaired something.

    Jira does not say why a deployment was made, so this is a lower bound: names
    that match the hotfix pattern, and deployments of nothing but defects, one of
    them an incident or linked to one.

    Args:
        context: reads what each deployment is called and what it holds.

    Returns:
        Percent; each week by deployment day.

    Source:
        DORA, software delivery performance metrics: deployment rework rate.
    """
    if not context.delivery.deployments.configured:
        return without_answer(context, "not_configured", explain_missing(context), evidence="proxy")
    share = share_of_deployments(context, context.delivery.operations.rework, evidence="proxy")
    return share if share.value is None else replace(share, message=LOWER_BOUND)
