"""Weekly values of a metric: counts, sums and shares per week. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metrics.context import CalculationContext
from data.metrics.part import Part
from data.model.metric import Evidence, Measure, State, sort_out


def week_count(context: CalculationContext) -> int:
    """Return how many weeks meet the period."""
    return len(context.window.mondays)


def week_of_day(context: CalculationContext, day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of the week (or other step) that holds each civil day, -1 before the first.

    A day belongs to its own week in any zone.
    """
    if not context.window.mondays:
        return np.zeros(0, np.int64)
    return np.searchsorted(context.layout.first_days, day, side="right") - 1


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


def sums_of(part: Part, column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of a column, by place of the population, over the rows of each week."""
    before = np.concatenate(([0], np.cumsum(part.of(column))))[part.bounds]
    sums: NDArray[np.int64] = before[1:] - before[:-1]
    return sums


def list_values(values: NDArray[np.float64]) -> list[Any]:
    """Return numbers as ``tolist`` does, and None for what is not one."""
    missing = np.isnan(values)
    if not missing.any():
        return list(values.tolist())
    shown = values.astype(object)
    shown[missing] = None
    return list(shown.tolist())


def share_by_week(some: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many percent ``some`` are of ``of`` in each week, NaN where these are none."""
    shares = np.full(len(of), np.nan)
    np.divide(some * 100.0, of, out=shares, where=of > 0)
    return shares


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
    return Measure(
        value=None,
        candidates=sort_out(np.zeros(0, np.intp), {}, context.delivery.issues.keys),
        weekly=np.full(n, np.nan),
        weekly_n=np.zeros(n, np.int64),
        sample=np.zeros(0) if durations else None,
        state=state,
        message=message,
        evidence=evidence,
        extra=extra or {},
    )
