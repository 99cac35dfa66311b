"""Ageing work: how old every item in progress is, against how old others were when they moved on. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.quantiles import quantiles_in_order
from data.charts.stages import Passages, Spread, find_passages, finished, stages_of, under_way
from data.meaning.delivery import DeliveryTables
from data.metrics.context import CalculationContext
from data.metrics.flow_time import flow_times
from data.model.instants import DAY_MS
from data.model.ordering import last_begun
from data.model.statistics import PERCENTILE_FLOORS
from data.model.tables import MISSING, Flags, Instants


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
    end, passages = context.window.end, context.delivery.once(find_passages)
    stages = context.once(stages_of)
    values, size = context.delivery.once(find_ages).among(context.once(finished))
    found = quantiles_in_order(values, size, PERCENTILE_FLOORS)
    rows = context.once(under_way)
    days = (end - _find_begun(context, rows)) / DAY_MS
    order = np.argsort(-days, kind="stable")
    rows, days = rows[order], days[order]
    stage = _rank(stages.codes, len(passages.names))[_stage_at(passages, rows, end)]
    history = {name: found[name][stages.codes] for name in PERCENTILE_FLOORS}
    # Where a status has too few for a P85 that of all flow times stands in; without it nothing is old.
    overall = np.inf if np.isnan(found["p85"][-1]) else found["p85"][-1]
    limit = np.where(np.isnan(history["p85"]), overall, history["p85"])
    return Ageing(
        names=stages.names,
        waiting=stages.waiting,
        history_n=size[stages.codes],
        history=history,
        rows=rows,
        stage=stage,
        days=days,
        old=days > limit[stage],
    )


def find_ages(delivery: DeliveryTables) -> Spread:
    """Order the ages at which items that have a flow time left each stage for the last time.

    Behind all stages stand their flow times, in days of the clock.
    """
    passages, rows = delivery.once(find_passages), delivery.once(flow_times).measured.rows
    stays, n = passages.stays, len(passages.names)
    timed = np.zeros(len(delivery.issues), np.bool_)
    timed[rows] = True
    order, issue = passages.order, stays.issue[passages.order]
    # What happened after the completion is not part of how the item was finished.
    kept = timed[issue] & (stays.entered[order] <= delivery.completed_at[issue])
    order, issue, stage = order[kept], issue[kept], passages.stage[order[kept]]
    last = np.append((issue[1:] != issue[:-1]) | (stage[1:] != stage[:-1]), True)[: len(issue)]
    issue, stage = issue[last], stage[last]
    left = np.minimum(stays.left[order[last]], delivery.completed_at[issue])
    rows_of, until = np.concatenate((issue, rows)), np.concatenate((left, delivery.completed_at[rows]))
    return Spread.of(
        rows_of,
        np.concatenate((stage, np.full(len(rows), n, np.int16))),
        (until - delivery.started_at[rows_of]) / DAY_MS,
        n + 1,
    )


def _find_begun(context: CalculationContext, rows: NDArray[np.intp]) -> Instants:
    """Return when work on items in progress began; where nothing tells, the first stay known is the least."""
    begun, stays = context.delivery.started_at[rows], context.facts.stays
    return np.where(begun == MISSING, stays.entered[stays.start[rows]], begun)


def _stage_at(passages: Passages, rows: NDArray[np.intp], instant: int) -> NDArray[np.int16]:
    """Return the stage in which each of these items is at an instant."""
    return passages.stage[last_begun(rows, passages.stays.start, passages.stays.entered, instant)]


def _rank(codes: NDArray[np.intp], n: int) -> NDArray[np.int64]:
    """Return by code its place among ``codes``."""
    rank = np.zeros(n, np.int64)
    rank[codes] = np.arange(len(codes))
    return rank
