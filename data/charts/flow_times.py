"""Flow times one by one, and per week. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.quantiles import quantiles_in_order
from data.metrics.context import CalculationContext
from data.metrics.flow_time import flow_times as metrics_flow_times
from data.model.statistics import PERCENTILE_FLOORS
from data.model.tables import Instants


@dataclass(frozen=True, slots=True)
class FlowTimes:
    """The items of a period that have a flow time, ordered by completion.

    Attributes:
        rows: rows of the issue table.
        completed_at: when each was completed.
        days: from start to completion, working days where the profile counts them.
        week: place of the week of completion.
    """

    rows: NDArray[np.intp]
    completed_at: Instants
    days: NDArray[np.float64]
    week: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class WeeklyPercentiles:
    """P50 and P85 per week, NaN where a week has too few items for one; ``n`` items each."""

    p50: NDArray[np.float64]
    p85: NDArray[np.float64]
    n: NDArray[np.int64]


def flow_times(context: CalculationContext) -> FlowTimes:
    """Return the items that the metric ``flow_time`` includes, earliest completion first.

    Args:
        context: reads ``started_at`` and ``completed_at`` of delivered items.
    """
    times = context.delivery.once(metrics_flow_times)
    part = context.part(times.measured)
    return FlowTimes(
        rows=part.rows,
        completed_at=part.of(times.measured.at),
        days=times.of(part),
        week=part.week.astype(np.int64),
    )


def flow_time_by_week(context: CalculationContext) -> WeeklyPercentiles:
    """Return P50 and P85 of the flow times of each week.

    Args:
        context: the period.

    Returns:
        One entry per week, in days; P50 from one item on, P85 from six.
    """
    times = context.delivery.once(metrics_flow_times)
    part = context.part(times.measured)
    found = quantiles_in_order(part.by_week(times.ranked), part.counts, PERCENTILE_FLOORS)
    return WeeklyPercentiles(found["p50"], found["p85"], part.counts)


def thinned(days: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return which of the values to draw when there are more than ``most``: ascending places.

    The slowest twentieth is kept whole, as it is what people look for; of the
    rest every k-th in the order of completion is left.
    """
    n = len(days)
    if n <= most:
        return np.arange(n)
    kept = np.zeros(n, np.bool_)
    slowest = most // 20
    if slowest:
        limit = np.partition(days, n - slowest)[n - slowest]
        kept = days > limit
        # Of those that took as long as the last of them the first ones.
        kept[np.flatnonzero(days == limit)[: slowest - np.count_nonzero(kept)]] = True
    others = np.flatnonzero(~kept)
    room = most - slowest
    kept[others[np.linspace(0, len(others) - 1, room).astype(np.intp)]] = True
    return np.flatnonzero(kept)
