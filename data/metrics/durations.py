"""What all durations of delivered items have in common: P50, weekly P50, evidence. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, Rows
from data.metrics.context import CalculationContext
from data.metrics.part import Part
from data.metrics.weekly import count_by_week, week_count
from data.model.instants import DAY_MS
from data.model.metric import Candidates, Evidence, Measure
from data.model.statistics import Ranked, medians_by_group, percentile_of_ordered, rank_values
from data.model.tables import Instants


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """A duration for each row of a population that has one, whatever the view.

    Attributes:
        looked_at: the candidates, each with what becomes of it.
        measured: those that are included.
        ranked: by place of ``measured``: the duration in the metric's unit, by its rank.
    """

    looked_at: Population
    measured: Population
    ranked: Ranked

    def of(self, part: Part) -> NDArray[np.float64]:
        """Return the durations of what of ``measured`` lies in a period, in its order."""
        durations: NDArray[np.float64] = self.ranked.values[part.of(self.ranked.rank)]
        return durations


def find_durations(looked_at: Population, measure: Callable[[Rows], NDArray[np.float64]]) -> Durations:
    """Measure the rows of a population that no reason leaves out.

    Args:
        looked_at: the candidates, sorted out.
        measure: gives the durations of rows.
    """
    measured = looked_at.included()
    return Durations(looked_at, measured, rank_values(measure(measured.rows)))


def median_in(
    context: CalculationContext,
    durations: Durations,
    *,
    candidates: Candidates | None = None,
    evidence: Evidence = "measured",
    empty: str,
    extra: Mapping[str, Any] | None = None,
) -> Measure:
    """Return the P50 of those durations that lie in the period and pass the filters.

    Args:
        context: the period.
        durations: made once for these tables.
        candidates: the evidence, where there is more of it than the population of the durations.
        evidence: how trustworthy they are.
        empty: the sentence for a period without included rows, which gives no value.
        extra: the fields that only this metric has.
    """
    part = context.part(durations.measured)
    return _tell(
        candidates or context.candidates(durations.looked_at),
        ordered=part.ordered(durations.ranked),
        weekly=part.medians(durations.ranked),
        weekly_n=part.counts,
        evidence=evidence,
        empty=empty,
        extra=extra,
    )


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
        since: the instant each row is measured from, by row of the issue table.
        evidence: how trustworthy ``since`` is.
        empty: the sentence for a period without included rows, which gives no value.
    """
    rows = candidates.rows()
    days = days_to_completion(context.delivery, rows, since)
    week = context.week_of(context.delivery.completed_at[rows])
    return median_of(context, candidates, days, week, evidence=evidence, empty=empty)


def days_to_completion(delivery: DeliveryTables, rows: Rows, since: Instants) -> NDArray[np.float64]:
    """Return the days, or the working days where the profile counts them, from ``since`` to completion.

    Args:
        delivery: reads ``completed_at`` and the calendar.
        rows: completed items, none before its ``since``.
        since: by row of the issue table.
    """
    until = delivery.completed_at[rows]
    if delivery.calendar is not None:
        return delivery.calendar.days_between(since[rows], until)
    days: NDArray[np.float64] = (until - since[rows]) / DAY_MS
    return days


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
    counts = count_by_week(context, week)
    return _tell(
        candidates,
        ordered=np.sort(values),
        weekly=medians_by_group(week, counts, rank_values(values)) if week_count(context) else np.zeros(0),
        weekly_n=counts,
        evidence=evidence,
        empty=empty,
        extra=extra,
    )


def _tell(
    candidates: Candidates,
    *,
    ordered: NDArray[np.float64],
    weekly: NDArray[np.float64],
    weekly_n: NDArray[np.int64],
    evidence: Evidence,
    empty: str,
    extra: Mapping[str, Any] | None,
) -> Measure:
    some = len(ordered) > 0
    return Measure(
        value=percentile_of_ordered(ordered, 0.5) if some else None,
        candidates=candidates,
        weekly=weekly,
        weekly_n=weekly_n,
        sample=ordered,
        state="ok" if some else "no_data",
        message=None if some else empty,
        evidence=evidence,
        extra={} if extra is None else extra,
    )
