"""Change fail rate: how many deployments broke something."""

from collections.abc import Mapping

import numpy as np

from data.metric import Measure
from data.metrics.deployment_frequency import NOT_CONFIGURED, deployment_ids
from data.metrics.deployment_shares import counted_in_period, share_of_deployments
from data.metrics.weekly import without_answer
from data.performance_utils import CalculationContext
from data.tables import Flags

NO_INCIDENTS = (
    "No incident is known, and 0 % would only mean that nobody records them; "
    "name the issue types, labels, components, priorities or field values of incidents "
    "in the profile (incidents)."
)
NOTHING: Mapping[str, tuple[str, ...]] = {"failed": (), "unattributed": (), "provisional": ()}


def change_fail_rate(context: CalculationContext) -> Measure:
    """Share the deployments of the period that an incident is put down to.

    Args:
        context: reads the cause of each incident, whenever the incident was
            seen, and what the deployments say of themselves.

    Returns:
        Percent; each week by deployment day. ``failed`` are those deployments,
        ``unattributed`` the incidents seen in the period that none explains,
        ``provisional`` the deployments so young that an incident may still come.
        Inferred when some failure rests on nothing but project and time. A store
        without any incident has no rate.

    Source:
        DORA, software delivery performance metrics: change fail rate.
    """
    deployments, operations = context.delivery.deployments, context.delivery.operations
    nothing: dict[str, list[str]] = {name: list(keys) for name, keys in NOTHING.items()}
    if not deployments.configured:
        return without_answer(context, "not_configured", NOT_CONFIGURED, extra=nothing)
    if not operations.any_incident and not deployments.failed.any():
        return without_answer(context, "not_configured", NO_INCIDENTS, extra=nothing)
    failed, certain = failures(context)
    found = counted_in_period(context)
    young = deployments.as_of - deployments.reckoned_at < operations.window_ms
    name = deployment_ids(context)
    return share_of_deployments(
        context,
        failed,
        evidence="inferred" if (found & failed & ~certain).any() else "measured",
        extra={
            "failed": list(name(np.flatnonzero(found & failed))),
            "unattributed": _unattributed(context),
            "provisional": list(name(np.flatnonzero(found & young))),
        },
    )


def failures(context: CalculationContext) -> tuple[Flags, Flags]:
    """Flag failed deployments, and those among them of which more than project and time says so."""
    deployments, operations = context.delivery.deployments, context.delivery.operations
    failed, certain = deployments.failed.copy(), deployments.failed.copy()
    blamed = operations.cause >= 0
    failed[operations.cause[blamed]] = True
    certain[operations.cause[blamed & ~operations.cause_inferred]] = True
    return failed, certain


def _unattributed(context: CalculationContext) -> list[str]:
    """Return the incidents seen in the period that no deployment explains."""
    issues, operations, window = context.delivery.issues, context.delivery.operations, context.window
    at = context.delivery.detected.at
    seen = (at >= window.lo) & (at < window.end)
    loose = operations.incident & (operations.cause < 0) & seen & context.flow_items
    return list(issues.keys(np.flatnonzero(loose)))
