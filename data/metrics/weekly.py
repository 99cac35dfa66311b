"""Weekly values of a metric: counts and medians per week. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metric import Evidence, Measure, State, sort_out
from data.performance_utils import CalculationContext

DAY_MS = 86_400_000.0


def week_count(context: CalculationContext) -> int:
    """Return how many weeks meet the period."""
    return len(context.window.mondays)


def week_of_day(context: CalculationContext, day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of the week that holds each civil day; a day belongs to its own week in any zone."""
    if not context.window.mondays:
        return np.zeros(0, np.int64)
    return (day - context.window.mondays[0].toordinal()) // 7


def count_by_week(context: CalculationContext, week: NDArray[Any]) -> NDArray[np.int64]:
    """Count occurrences per week; a period without weeks counts nothing."""
    n = week_count(context)
    return np.bincount(week, minlength=n)[:n].astype(np.int64) if n else np.zeros(0, np.int64)


def sum_by_week(
    context: CalculationContext, week: NDArray[Any], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the sum of the values of each week, 0 where a week has none."""
    n = week_count(context)
    return np.bincount(week, values, minlength=n)[:n].astype(np.float64) if n else np.zeros(0)


def median_by_week(
    context: CalculationContext, week: NDArray[Any], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the median of the values of each week, NaN where a week has none."""
    n = week_count(context)
    result = np.full(n, np.nan)
    if not n or not len(values):
        return result
    counts = count_by_week(context, week)
    # Numbers of 16 bits are sorted by radix, ten times as fast as the values beside them would be.
    place = week.astype(np.int16) if n <= np.iinfo(np.int16).max else week
    grouped = values[np.argsort(place, kind="stable")]
    some = np.flatnonzero(counts)
    for one, stop in zip(some.tolist(), np.cumsum(counts)[some].tolist(), strict=True):
        ordered = np.sort(grouped[stop - counts[one] : stop])
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        # Position (n-1)/2 lies on an item or half-way between two, as percentile() has it.
        result[one] = low + (high - low) * 0.5
    return result


def not_applicable(
    context: CalculationContext, message: str, extra: Mapping[str, Any] | None = None
) -> Measure:
    """Return the result of a metric that this store cannot answer, with the sentence that says why."""
    return without_answer(context, "not_applicable", message, extra=extra)


def without_answer(
    context: CalculationContext,
    state: State,
    message: str,
    *,
    evidence: Evidence = "measured",
    durations: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> Measure:
    """Return a result without a number, and without candidates.

    Args:
        context: its weeks are all empty.
        state: why there is none.
        message: the same as a sentence.
        evidence: the best that the inputs can be.
        durations: the metric has percentiles, which are then withheld.
        extra: the fields that only this metric has.
    """
    n = week_count(context)
    nobody = np.zeros(len(context.delivery.issues), np.bool_)
    return Measure(
        value=None,
        candidates=sort_out(nobody, {}, context.delivery.issues.keys),
        weekly=np.full(n, np.nan),
        weekly_n=np.zeros(n, np.int64),
        sample=np.zeros(0) if durations else None,
        state=state,
        message=message,
        evidence=evidence,
        extra=extra or {},
    )
