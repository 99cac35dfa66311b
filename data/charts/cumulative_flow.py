"""Cumulative flow: how many items stand at which stage at the end of every day or week. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.metrics.flow_load import NO_HISTORY
from data.performance_utils import CalculationContext
from data.periods import Window, midnight
from data.tables import DONE, IN_PROGRESS, Instants

STAGES = ("not started", "active", "waiting", "done")
NOT_STARTED, ACTIVE, WAITING, FINISHED = range(4)
# A longer period is drawn by week: more points than that say no more at the width of a page.
MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class CumulativeFlow:
    """Items by stage and point in time.

    Attributes:
        every: what lies between two points.
        days: by point: the last civil day that it covers.
        counts: one row per stage of ``STAGES``, one column per point.
        settled: items that were done before the period and stayed so; not among ``counts``.
        message: why there are no points, "" if there are some.
    """

    every: Literal["day", "week"]
    days: tuple[dt.date, ...]
    counts: NDArray[np.int64]
    settled: int
    message: str = ""

    @property
    def in_progress(self) -> NDArray[np.int64]:
        """Items in progress, active or waiting, at each point: flow load."""
        return np.asarray(self.counts[ACTIVE] + self.counts[WAITING])


def cumulative_flow(context: CalculationContext) -> CumulativeFlow:
    """Count flow items by stage at the end of every day, or week in a long period.

    Args:
        context: reads the status intervals; an item stands where its status at the
            instant puts it, unmapped ones at not started.

    Returns:
        Points up to the end of the period. Without histories no points, as the
        current status since creation would lie. One pass over the stays and one
        over the points, however many there are of the other.

    Source:
        Kanban: cumulative flow diagram.
    """
    window = context.window
    every: Literal["day", "week"] = "day" if window.days <= MOST_DAYS else "week"
    if window.empty or not context.delivery.has_histories:
        why = "The period begins after the as-of instant." if window.empty else NO_HISTORY
        return CumulativeFlow(every, (), np.zeros((len(STAGES), 0), np.int64), 0, why)
    days, ends = _by_day(window) if every == "day" else _by_week(window)
    counts = _counts(context, ends)
    settled = _settled(context)
    counts[FINISHED] -= settled
    return CumulativeFlow(every, days, counts, settled)


def _by_day(window: Window) -> tuple[tuple[dt.date, ...], Instants]:
    days = tuple(window.first_day + dt.timedelta(days=n) for n in range(window.days))
    ends = [min(midnight(day + dt.timedelta(days=1), window.zone), window.end) for day in days]
    return days, np.array(ends, np.int64)


def _by_week(window: Window) -> tuple[tuple[dt.date, ...], Instants]:
    sundays = (monday + dt.timedelta(days=6) for monday in window.mondays)
    return tuple(min(sunday, window.last_counted_day) for sunday in sundays), window.edges[1:]


def _counts(context: CalculationContext, ends: Instants) -> NDArray[np.int64]:
    """Count the stays of flow items that hold each of the ascending ``ends``, by stage."""
    intervals, width = context.delivery.intervals, len(ends) + 1
    # Of three years of stays most hold none of these instants, and are looked at once.
    met = np.flatnonzero((intervals.entered <= ends[-1]) & (intervals.left > ends[0]))
    mine = met[context.flow_items[intervals.issue[met]]]
    stage = _stage_of_status(context)[intervals.status[mine]]
    came, went = (
        np.bincount(stage * width + np.searchsorted(ends, at[mine], side="left"), minlength=4 * width)
        for at in (intervals.entered, intervals.left)
    )
    return np.cumsum((came - went).reshape(4, width), axis=1)[:, :-1]


def _stage_of_status(context: CalculationContext) -> NDArray[np.int64]:
    """Return the place in ``STAGES`` by status code."""
    workflow = context.delivery.workflow
    in_progress = np.where(workflow.waiting, WAITING, ACTIVE)
    stage = np.where(workflow.category == IN_PROGRESS, in_progress, NOT_STARTED)
    return np.where(workflow.category == DONE, FINISHED, stage).astype(np.int64)


def _settled(context: CalculationContext) -> int:
    """Count the flow items that were done when the period began and in no other state until its end."""
    window, intervals = context.window, context.delivery.intervals
    done = (context.delivery.workflow.category == DONE)[intervals.status]
    settled = np.zeros(len(context.delivery.issues), np.bool_)
    settled[intervals.issue[done & (intervals.entered <= window.lo) & (intervals.left > window.lo)]] = True
    moved = ~done & (intervals.entered > window.lo) & (intervals.entered <= window.end)
    settled[intervals.issue[moved]] = False
    return int(np.count_nonzero(settled & context.flow_items))
