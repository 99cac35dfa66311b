"""Deployment frequency: how often a team deploys to production."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from data.metric import Candidates, Measure, sort_out
from data.metrics.weekly import count_by_week, week_of_day
from data.performance_utils import CalculationContext
from data.tables import Flags

NOT_CONFIGURED = (
    "No deployment was found: neither imported events, nor completed issues of a deployment type, nor "
    "released versions with a date, nor a deployed status; release versions in Jira with a date, "
    "import deployments, or set deployments.source."
)


def deployment_frequency(context: CalculationContext) -> Measure:
    """Count production deployments, per week of seven days.

    Failed deployments count too: this metric is how often a team deploys; how
    well that went is the change fail rate.

    Args:
        context: reads the deployments of the profile's source.

    Returns:
        Count x 7 / days; each week its plain count. A source without any
        deployment in the period gives 0; no source at all gives no value.
        ``deployment_days`` counts distinct civil days, ``deployments`` lists
        what was counted.

    Source:
        DORA, software delivery performance metrics: deployment frequency.
    """
    deployments, window = context.delivery.deployments, context.window
    candidates = deployment_candidates(context)
    rows = candidates.rows()
    weekly = count_by_week(context, week_of_day(context, deployments.day[rows]))
    configured = deployments.configured
    return Measure(
        value=len(rows) * 7 / window.days if configured else None,
        candidates=candidates,
        weekly=weekly.astype(np.float64) if configured else np.full(len(weekly), np.nan),
        weekly_n=weekly,
        state="ok" if configured else "not_configured",
        message=None if configured else NOT_CONFIGURED,
        extra={
            "deployment_days": len(np.unique(deployments.day[rows])) if configured else None,
            "deployments": [deployments.entries[row] for row in rows.tolist()],
        },
    )


def deployment_candidates(context: CalculationContext) -> Candidates:
    """Sort deployments of the period, undated ones and those after T by what becomes of each."""
    deployments = context.delivery.deployments
    day, later = deployments.day, deployments.after_as_of
    undated = day == 0
    reasons = {
        "no_date": undated,
        "name_filtered": ~deployments.matches,
        "not_production": ~deployments.production,
        "after_as_of": later,
    }
    looked_at = of_projects(context) & (undated | later | inside_period(context))
    return sort_out(looked_at, reasons, deployment_ids(context))


def inside_period(context: CalculationContext) -> Flags:
    """Flag the deployments whose civil day lies in the period, by T."""
    day, window = context.delivery.deployments.day, context.window
    inside: Flags = (day >= window.first_day.toordinal()) & (day <= window.last_counted_day.toordinal())
    return inside


def deployment_ids(context: CalculationContext) -> Callable[[NDArray[np.intp]], tuple[str, ...]]:
    """Return what turns rows into deployment ids."""
    ids = context.delivery.deployments.ids
    return lambda rows: tuple(ids[row] for row in rows.tolist())


def of_projects(context: CalculationContext) -> Flags:
    """Flag the deployments of the projects that the view is limited to."""
    projects = context.delivery.deployments.projects
    return np.array([not context.projects or key in context.projects for key in projects], np.bool_)
