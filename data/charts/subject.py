"""What a chart is drawn from: the answers of one view and the tables beneath them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.charts.wall_clock import wall_clock
from data.dora_calculator import DORA_METRICS
from data.metrics.context import CalculationContext
from data.model.local_time import wall_time
from data.model.metric import MetricResult, Week
from data.model.tables import Instants

Context = CalculationContext


class ChartSubject(Protocol):
    """The part of a report that charts read, so that they need not know the pipeline."""

    @property
    def results(self) -> Mapping[str, MetricResult]:
        """Every metric of the view by id."""

    @property
    def context(self) -> Context | None:
        """Tables, period and filters of the view; None over an empty store."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """A subject whose charts run over months or quarters: what follows the weeks follows these."""

    results: Mapping[str, MetricResult]
    context: Context | None


def in_steps(subject: ChartSubject) -> ChartSubject:
    """Return what charts are drawn from in the steps of a view; by weeks that is the subject itself.

    Args:
        subject: a report, or whatever answers like one.
    """
    context = subject.context
    if context is None or context.step == "week" or context.window.empty:
        return subject
    return Stepped(_SteppedResults(subject.results, context), context.in_steps)


class _SteppedResults(Mapping[str, MetricResult]):
    """Results with their steps in the place of weeks; those of a metric are made when a chart asks for it."""

    def __init__(self, results: Mapping[str, MetricResult], context: Context) -> None:
        self._results = results
        self._context = context

    def __getitem__(self, name: str) -> MetricResult:
        result = self._results[name]
        steps = tuple(Week(p.step, p.start, p.value, p.n, p.partial) for p in result.series.points)
        return replace(result, weekly=steps, extra=self._extra_of(name, result))

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def _extra_of(self, name: str, result: MetricResult) -> Mapping[str, object]:
        """Return what a metric has beside its value; the stages of the lead time go by steps too."""
        metric = next((metric for metric in DORA_METRICS if metric.id == name), None)
        if metric is None or not result.extra.get("stages"):  # what is made later is not made for this
            return result.extra
        return metric.compute(self._context.in_steps).extra


def keys_of(context: Context, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the keys of rows of the issue table, in their order."""
    return context.delivery.issues.keys(rows)


def clock_of(context: Context, instants: Instants) -> list[str]:
    """Return instants as ``YYYY-MM-DD HH:MM`` on the team's clock."""
    return wall_clock(instants, context.window.zone)


def minutes_of(context: Context, instants: Instants) -> tuple[int, NDArray[np.int64]]:
    """Return instants in minutes on the team's clock: the first, and the step from each to the next.

    Args:
        context: the zone of its window.
        instants: in any order.

    Returns:
        Minutes from 1970 to the first instant, and as many steps as there are instants, of which the
        first is 0; 0 and no steps without instants.
    """
    minutes = wall_time(instants, context.window.zone) // 60_000
    return (int(minutes[0]), np.diff(minutes, prepend=minutes[:1])) if len(minutes) else (0, minutes)
