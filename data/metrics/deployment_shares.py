"""What the shares of deployments have in common: candidates, weekly shares, evidence. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import deployment_ids, find_attempts
from data.metrics.part import Part
from data.metrics.weekly import count_by_week, share_by_week
from data.model.metric import Evidence, Measure, sort_out
from data.model.tables import Flags


def counted_in_period(context: CalculationContext) -> Part:
    """Return the deployments of the period that count, of the projects that the view is limited to."""
    return context.part(context.delivery.once(find_attempts).counted)


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
    hit = hits[found.rows]
    weekly_hits = count_by_week(context, found.week[hit])
    n, k = len(found), int(np.count_nonzero(hit))
    return Measure(
        value=k * 100 / n if n else None,
        candidates=sort_out(found.rows, {}, deployment_ids(context)),
        weekly=share_by_week(weekly_hits, found.counts),
        weekly_n=found.counts,
        successes=k,
        weekly_successes=weekly_hits,
        state="ok" if n else "no_data",
        message=None if n else "Nothing was deployed in this period.",
        evidence=evidence,
        extra={} if extra is None else extra,
    )
