"""How long delivered items stayed in each status in progress. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.quantiles import quantiles_in_order
from data.charts.stages import Spread, find_passages, finished, stages_of
from data.meaning.delivery import DeliveryTables
from data.metrics.context import CalculationContext
from data.metrics.flow_time import flow_times
from data.model.instants import DAY_MS

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
    values, size = context.delivery.once(find_spent).among(context.once(finished))
    found = quantiles_in_order(values, size, QUANTILES)
    return StatusTimes(
        names=stages.names,
        waiting=stages.waiting,
        n=size[stages.codes],
        days={name: found[name][stages.codes] for name in QUANTILES},
    )


def find_spent(delivery: DeliveryTables) -> Spread:
    """Order the days that items that have a flow time spent in each stage before they were completed."""
    passages = delivery.once(find_passages)
    stays, order = passages.stays, passages.order
    timed = np.zeros(len(delivery.issues), np.bool_)
    timed[delivery.once(flow_times).measured.rows] = True
    order = order[timed[stays.issue[order]]]
    issue = stays.issue[order]
    spent = np.minimum(stays.left[order], delivery.completed_at[issue])
    spent -= np.maximum(stays.entered[order], delivery.started_at[issue])
    during = spent >= 0
    issue, stage, spent = issue[during], passages.stage[order[during]], spent[during]
    first = np.append(True, (issue[1:] != issue[:-1]) | (stage[1:] != stage[:-1]))[: len(issue)]
    days = np.bincount(np.cumsum(first) - 1, spent / DAY_MS)
    return Spread.of(issue[first], stage[first], days.astype(np.float64), len(passages.names))
