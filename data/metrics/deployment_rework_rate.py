"""Deployment rework rate: how many deployments were unplanned repairs."""

from data.metric import Measure
from data.metrics.deployment_frequency import NOT_CONFIGURED
from data.metrics.deployment_shares import share_of_deployments
from data.metrics.weekly import without_answer
from data.performance_utils import CalculationContext


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
        return without_answer(context, "not_configured", NOT_CONFIGURED, evidence="proxy")
    return share_of_deployments(context, context.delivery.operations.rework, evidence="proxy")
