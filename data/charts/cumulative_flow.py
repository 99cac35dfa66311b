"""Cumulative flow: how many items stand at which stage at the end of every day or week. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.charts.moves import ACTIVE, FINISHED, WAITING, count_reopened, standing_at
from data.metrics.context import CalculationContext
from data.metrics.flow_load import NO_HISTORY
from data.model.periods import Window, in_steps, midnight
from data.model.tables import Instants

STAGES = ("not started", "active", "waiting", "done")
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
        current status since creation would lie.

    Source:
        Kanban: cumulative flow diagram.
    """
    window = context.window
    every: Literal["day", "week"] = "day" if window.days <= MOST_DAYS else "week"
    if window.empty or not context.delivery.has_histories:
        why = "The period begins after the newest data." if window.empty else NO_HISTORY
        return CumulativeFlow(every, (), np.zeros((len(STAGES), 0), np.int64), 0, why)
    # Stocks are read at points, and more of them say more: also where other charts go by months.
    days, ends = _by_day(window) if every == "day" else _by_week(in_steps(window, "week"))
    at = standing_at(context, np.concatenate(([window.lo], ends)))
    settled = int(at[FINISHED, 0]) - count_reopened(context, window.lo, window.end)
    counts = at[:, 1:].copy()
    counts[FINISHED] -= settled
    return CumulativeFlow(every, days, counts, settled)


def _by_day(window: Window) -> tuple[tuple[dt.date, ...], Instants]:
    days = tuple(window.first_day + dt.timedelta(days=n) for n in range(window.days))
    ends = [min(midnight(day + dt.timedelta(days=1), window.zone), window.end) for day in days]
    return days, np.array(ends, np.int64)


def _by_week(window: Window) -> tuple[tuple[dt.date, ...], Instants]:
    sundays = (monday + dt.timedelta(days=6) for monday in window.mondays)
    return tuple(min(sunday, window.last_counted_day) for sunday in sundays), window.edges[1:]
