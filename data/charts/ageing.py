"""Ageing work: how old every item in progress is, against how old others were when they moved on. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.quantiles import quantiles_by_group
from data.charts.stages import Stages, finished, stages_of
from data.metrics.weekly import DAY_MS
from data.performance_utils import CalculationContext
from data.statistics import PERCENTILE_FLOORS, percentile
from data.tables import MISSING, Flags


@dataclass(frozen=True, slots=True)
class Ageing:
    """Items in progress at the end of the period, and the history of each status in progress.

    Attributes:
        names: statuses in progress, in the order of the work.
        waiting: by status: work waits there.
        history_n: by status: delivered items of the period that have left it.
        history: by percentile name and status: age in days at which they left; NaN for too few.
        rows: rows of the issue table, oldest first.
        stage: by item: place in ``names``.
        days: by item: days since its start.
        old: by item: older than the P85 of its status, or of all flow times where that has none.
    """

    names: tuple[str, ...]
    waiting: tuple[bool, ...]
    history_n: NDArray[np.int64]
    history: dict[str, NDArray[np.float64]]
    rows: NDArray[np.intp]
    stage: NDArray[np.int64]
    days: NDArray[np.float64]
    old: Flags

    def __len__(self) -> int:
        return len(self.rows)


def ageing_work(context: CalculationContext) -> Ageing:
    """Return the age of every item in progress at the end of the period, beside history.

    Args:
        context: reads status intervals and ``started_at``. Age runs from the start to
            the end of the period; history is what ``flow_time`` includes: the age
            of those items when they left each status for the last time.

    Returns:
        As many items as ``flow_load`` has; without items or history columns of length 0.

    Source:
        Vacanti, Actionable Agile Metrics: work item age, pace percentiles.
    """
    delivery, end = context.delivery, context.window.end
    past, stages = context.once(finished), context.once(stages_of)
    stage, age = _left_at(context, stages, past)
    n = np.bincount(stage, minlength=len(stages.names)).astype(np.int64)
    history = quantiles_by_group(age, stage, len(stages.names), PERCENTILE_FLOORS)
    now = np.flatnonzero((stages.entered <= end) & (stages.left > end))
    days = (end - delivery.started_at[stages.issue[now]]) / DAY_MS
    order = np.argsort(-days, kind="stable")
    now, days = now[order], days[order]
    limit = np.where(np.isnan(history["p85"]), _overall_p85(context, past), history["p85"])
    return Ageing(
        names=stages.names,
        waiting=stages.waiting,
        history_n=n,
        history=history,
        rows=stages.issue[now],
        stage=stages.stage[now],
        days=days,
        old=days > limit[stages.stage[now]],
    )


def _left_at(
    context: CalculationContext, stages: Stages, past: Flags
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return stage and age at the last leaving of every pair of a finished item and a stage."""
    delivery = context.delivery
    started, completed = delivery.started_at[stages.issue], delivery.completed_at[stages.issue]
    # What happened after the completion is not part of how the item was finished.
    mine = np.flatnonzero(past[stages.issue] & (stages.entered <= completed) & (started != MISSING))
    left = np.minimum(stages.left, completed)[mine]
    width = max(len(stages.names), 1)
    pair, last = _last_of(stages.issue[mine] * width + stages.stage[mine])
    return pair % width, (left[last] - started[mine][last]) / DAY_MS


def _last_of(pair: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return the distinct pairs and the last place of each; stays are ordered by time."""
    found, place = np.unique(pair[::-1], return_index=True)
    return found, len(pair) - 1 - place


def _overall_p85(context: CalculationContext, past: Flags) -> float:
    """Return the P85 of the flow times, infinite where there are too few for one."""
    delivery = context.delivery
    q, floor = PERCENTILE_FLOORS["p85"]
    times = (delivery.completed_at[past] - delivery.started_at[past]) / DAY_MS
    return percentile(times, q) if len(times) >= floor else float("inf")
