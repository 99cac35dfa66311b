"""The expectation: within how many days 85 of 100 items are done, and how well that was kept. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.forecast.history import SAMPLED_WEEKS
from data.model.statistics import percentile_of_ordered

LEVEL = 0.85
LEAST_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Finished:
    """Delivered items with a flow time.

    Attributes:
        week: place of the whole week before T in which each was completed; negative before the first.
        days: flow time.
    """

    week: NDArray[np.int64]
    days: NDArray[np.float64]

    def of(self, rows: NDArray[np.bool_]) -> "Finished":
        """Return some of them."""
        return Finished(self.week[rows], self.days[rows])


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may be expected of an item, and how earlier expectations fared.

    Attributes:
        days: P85 of the flow times of the last 26 whole weeks; None below 20 items.
        n: items that it is made of.
        judged: items that were completed in a week before which there was an expectation.
        held: percent of these that kept it; None without any.
    """

    days: float | None
    n: int
    judged: int
    held: float | None


def expect(finished: Finished, weeks: int) -> Expectation:
    """Return the expectation as of T and how often items kept the one that held when their week began.

    Args:
        finished: of one type, or all.
        weeks: how many whole weeks there are before T.

    Source:
        Kanban Guide: service level expectation.
    """
    order = np.argsort(finished.week, kind="stable")
    week, days = finished.week[order], finished.days[order]
    starts = np.searchsorted(week, np.arange(weeks + 2))
    judged = kept = 0
    for origin in range(1, weeks):
        mine = days[starts[origin] : starts[origin + 1]]
        limit = _p85(days[starts[max(origin - SAMPLED_WEEKS, 0)] : starts[origin]]) if len(mine) else None
        if limit is not None:
            judged += len(mine)
            kept += int((mine <= limit).sum())
    now = days[starts[max(weeks - SAMPLED_WEEKS, 0)] : starts[weeks]]
    return Expectation(_p85(now), len(now), judged, kept * 100 / judged if judged else None)


def _p85(days: NDArray[np.float64]) -> float | None:
    if len(days) < LEAST_ITEMS:
        return None
    # Two of them are looked at: the others need not be in order.
    below = int((len(days) + 1) * LEVEL - 1)
    return percentile_of_ordered(np.partition(days, (below, below + 1)), LEVEL)
