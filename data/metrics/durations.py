"""What all durations of delivered items have in common: P50, weekly P50, evidence. Pure."""

import numpy as np

from data.metric import Candidates, Evidence, Measure
from data.metrics.weekly import DAY_MS, count_by_week, median_by_week
from data.performance_utils import CalculationContext
from data.statistics import percentile
from data.tables import Instants


def median_days(
    context: CalculationContext,
    candidates: Candidates,
    since: Instants,
    *,
    evidence: Evidence = "measured",
    empty: str,
) -> Measure:
    """Return the P50 of ``completed_at - since`` over the included rows.

    Args:
        context: the period; rows belong to the week in which they were completed.
        candidates: the evidence.
        since: the instant each row is measured from, by row.
        evidence: how trustworthy ``since`` is.
        empty: the sentence for a period without included rows, which gives no value.
    """
    rows = candidates.rows()
    days = (context.delivery.completed_at[rows] - since[rows]) / DAY_MS
    week = context.completed_week[rows]
    return Measure(
        value=percentile(days, 0.5) if len(days) else None,
        candidates=candidates,
        weekly=median_by_week(context, week, days),
        weekly_n=count_by_week(context, week),
        sample=np.sort(days),
        state="ok" if len(days) else "no_data",
        message=None if len(days) else empty,
        evidence=evidence,
    )
