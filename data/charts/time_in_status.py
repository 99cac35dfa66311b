"""How long delivered items stayed in each status in progress. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.stages import Stages, stages_of
from data.metrics.flow_time import flow_time_candidates
from data.metrics.weekly import DAY_MS
from data.performance_utils import CalculationContext

QUANTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
# The least number of items from which a quantile says something.
FLOORS = {"p5": 20, "p25": 5, "p50": 1, "p75": 5, "p95": 20}


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
    delivery = context.delivery
    timed = np.zeros(len(delivery.issues), np.bool_)
    timed[flow_time_candidates(context).rows()] = True
    stages = stages_of(context, timed)
    stage, days = _per_item(stages, delivery.started_at, delivery.completed_at)
    n = np.bincount(stage, minlength=len(stages.names)).astype(np.int64)
    ends = np.cumsum(n)
    samples = np.split(days[np.argsort(stage, kind="stable")], ends[:-1]) if len(n) else []
    return StatusTimes(
        names=stages.names,
        waiting=stages.waiting,
        n=n,
        days={
            name: np.array([_quantile(sample, q, FLOORS[name]) for sample in samples], np.float64)
            for name, q in QUANTILES.items()
        },
    )


def _per_item(
    stages: Stages, started: NDArray[np.int64], completed: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return stage and total days of every pair of an item and a stage that it was in."""
    since = np.maximum(stages.entered, started[stages.issue])
    until = np.minimum(stages.left, completed[stages.issue])
    during = until >= since
    width = max(len(stages.names), 1)
    pair, place = np.unique(stages.issue[during] * width + stages.stage[during], return_inverse=True)
    days = np.bincount(place, (until - since)[during] / DAY_MS, minlength=len(pair))
    return (pair % width).astype(np.int64), days.astype(np.float64)


def _quantile(sample: NDArray[np.float64], q: float, floor: int) -> float:
    return float(np.quantile(sample, q)) if len(sample) >= floor else float("nan")
