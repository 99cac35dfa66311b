"""What the shares of deployments have in common: candidates, weekly shares, evidence. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.metric import Evidence, Measure, sort_out
from data.metrics.deployment_frequency import deployment_ids, inside_period, of_projects
from data.metrics.weekly import count_by_week, week_of_day
from data.performance_utils import CalculationContext
from data.tables import Flags


def counted_in_period(context: CalculationContext) -> Flags:
    """Flag the deployments of the period that count, of the projects that the view is limited to."""
    return context.delivery.deployments.counted & inside_period(context) & of_projects(context)


def share_of_deployments(
    context: CalculationContext, hits: Flags, *, evidence: Evidence, extra: Mapping[str, Any] | None = None
) -> Measure:
    """Return the percentage of the period's deployments that are among ``hits``.

    Args:
        context: the period.
        hits: by deployment row.
        evidence: how trustworthy ``hits`` is.
        extra: the fields that only this metric has.
    """
    found = counted_in_period(context)
    candidates = sort_out(found, {}, deployment_ids(context))
    rows = candidates.rows()
    week = week_of_day(context, context.delivery.deployments.day[rows])
    weekly_n = count_by_week(context, week)
    weekly_hits = count_by_week(context, week[hits[rows]] if len(week) else week)
    weekly = np.full(len(weekly_n), np.nan)
    np.divide(weekly_hits * 100.0, weekly_n, out=weekly, where=weekly_n > 0)
    n, k = len(rows), int(hits[rows].sum())
    return Measure(
        value=k * 100 / n if n else None,
        candidates=candidates,
        weekly=weekly,
        weekly_n=weekly_n,
        successes=k,
        state="ok" if n else "no_data",
        message=None if n else "Nothing was deployed in this period.",
        evidence=evidence,
        extra=extra or {},
    )
