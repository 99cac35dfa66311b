"""How long delivered items stayed in each status in progress. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.quantiles import quantiles_by_group
from data.charts.stages import Stages, finished, stages_of
from data.metrics.weekly import DAY_MS
from data.performance_utils import CalculationContext

# Each with the least number of items from which it says something.
QUANTILES = {"p5": (0.05, 20), "p25": (0.25, 5), "p50": (0.5, 1), "p75": (0.75, 5), "p95": (0.95, 20)}


@dataclass(frozen=True, slots=True)
class StatusTimes:
    """One entry per status in progress, in the order of the work.

    Attributes:
        names: of the statuses.
        waiting: work waits there.
        n: delivered items that were in it.
        days: by quantile name, days per item; NaN where there are too few items.
    """

    names: tuple[str, ...]
    waiting: tuple[bool, ...]
    n: NDArray[np.int64]
    days: dict[str, NDArray[np.float64]]


def time_in_status(context: CalculationContext) -> StatusTimes:
    """Return quantiles of the time that items spent in each status in progress.

    Args:
        context: the items that ``flow_time`` includes; of each status all stays of an
            item between its start and its completion together. Items that never were
            in a status do not count there.

    Returns:
        Days: P50 from one item on, P25 and P75 from five, P5 and P95 from twenty.
    """
    stages = context.once(stages_of)
    stage, days = _per_item(context, stages)
    return StatusTimes(
        names=stages.names,
        waiting=stages.waiting,
        n=np.bincount(stage, minlength=len(stages.names)).astype(np.int64),
        days=quantiles_by_group(days, stage, len(stages.names), QUANTILES),
    )


def _per_item(context: CalculationContext, stages: Stages) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return stage and total days of every pair of a finished item and a stage that it was in."""
    delivery = context.delivery
    since = np.maximum(stages.entered, delivery.started_at[stages.issue])
    until = np.minimum(stages.left, delivery.completed_at[stages.issue])
    during = context.once(finished)[stages.issue] & (until >= since)
    width = max(len(stages.names), 1)
    pair, place = np.unique(stages.issue[during] * width + stages.stage[during], return_inverse=True)
    days = np.bincount(place, (until - since)[during] / DAY_MS, minlength=len(pair))
    return (pair % width).astype(np.int64), days.astype(np.float64)
