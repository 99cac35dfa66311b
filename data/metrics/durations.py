"""What all durations of delivered items have in common: P50, weekly P50, evidence. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """Return the P50 of ``completed_at - since`` over the included rows, in days or working days.

    Args:
        context: the period; rows belong to the week in which they were completed.
        candidates: the evidence.
        since: the instant each row is measured from, by row.
        evidence: how trustworthy ``since`` is.
        empty: the sentence for a period without included rows, which gives no value.
    """
    rows = candidates.rows()
    days = days_to_completion(context, rows, since)
    return median_of(context, candidates, days, context.completed_week[rows], evidence=evidence, empty=empty)


def days_to_completion(
    context: CalculationContext, rows: NDArray[np.intp], since: Instants
) -> NDArray[np.float64]:
    """Return the days, or the working days where the profile counts them, from ``since`` to completion.

    Args:
        context: reads ``completed_at`` and the calendar.
        rows: completed items, none before its ``since``.
        since: by row of the issue table.
    """
    calendar, until = context.delivery.calendar, context.delivery.completed_at[rows]
    return (until - since[rows]) / DAY_MS if calendar is None else calendar.days_between(since[rows], until)


def median_of(
    context: CalculationContext,
    candidates: Candidates,
    values: NDArray[np.float64],
    week: NDArray[Any],
    *,
    evidence: Evidence = "measured",
    empty: str,
    extra: Mapping[str, Any] | None = None,
) -> Measure:
    """Return the P50 of one duration per included row.

    Args:
        context: the period.
        candidates: the evidence.
        values: durations of the included rows, in the metric's unit.
        week: place of the week that each of them belongs to.
        evidence: how trustworthy they are.
        empty: the sentence for a period without included rows, which gives no value.
        extra: the fields that only this metric has.
    """
    some, ordered = len(values) > 0, np.sort(values)
    return Measure(
        value=percentile(ordered, 0.5) if some else None,
        candidates=candidates,
        weekly=median_by_week(context, week, values),
        weekly_n=count_by_week(context, week),
        sample=ordered,
        state="ok" if some else "no_data",
        message=None if some else empty,
        evidence=evidence,
        extra=extra or {},
    )
