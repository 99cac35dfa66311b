"""Deployment frequency: how often a team deploys to production."""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.deployments import Deployments
from data.metric import Candidates, Measure, sort_out
from data.metrics.weekly import count_by_week
from data.performance_utils import CalculationContext
from data.periods import civil_day, iso_instant
from data.tables import Flags

NOT_CONFIGURED = (
    "No released version with a date was found, and no other deployment source is set; "
    "release versions in Jira with a date, or import deployments."
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
    weekly = count_by_week(context, _week_of(context, deployments.day[rows]))
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
            "deployments": [_entry(deployments, row) for row in rows.tolist()],
        },
    )


def deployment_candidates(context: CalculationContext) -> Candidates:
    """Sort deployments of the period, undated ones and those after T by what becomes of each."""
    deployments, window = context.delivery.deployments, context.window
    day = deployments.day
    undated = day == 0
    if deployments.dated_by_day:
        later = day > civil_day(window.as_of, window.zone).toordinal()
    else:
        later = deployments.at > window.as_of
    later &= ~undated
    inside = (day >= window.first_day.toordinal()) & (day <= window.last_counted_day.toordinal())
    reasons = {
        "no_date": undated,
        "name_filtered": ~deployments.matches,
        "not_production": ~deployments.production,
        "after_as_of": later,
    }
    looked_at = _chosen(context) & (undated | later | inside)
    return sort_out(looked_at, reasons, lambda rows: tuple(deployments.ids[row] for row in rows.tolist()))


def _chosen(context: CalculationContext) -> Flags:
    """Flag the deployments of the projects that the view is limited to."""
    projects = context.delivery.deployments.projects
    return np.array([not context.projects or key in context.projects for key in projects], np.bool_)


def _week_of(context: CalculationContext, day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of the week that holds each civil day; a day belongs to its own week in any zone."""
    if not context.window.mondays:
        return np.zeros(0, np.int64)
    return (day - context.window.mondays[0].toordinal()) // 7


def _entry(deployments: Deployments, row: int) -> dict[str, Any]:
    day = dt.date.fromordinal(int(deployments.day[row])).isoformat()
    return {
        "id": deployments.ids[row],
        "name": deployments.names[row],
        "at": day if deployments.dated_by_day else iso_instant(int(deployments.at[row])),
        "source": deployments.source,
    }
