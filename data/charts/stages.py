"""The statuses in progress in the order in which work goes through them. Pure.

Jira does not say in which order a team uses its statuses, but its histories do:
what is usually entered first comes first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.metrics.flow_time import flow_time_candidates
from data.normalize import fold
from data.performance_utils import CalculationContext
from data.tables import IN_PROGRESS, Flags, Instants


@dataclass(frozen=True, slots=True)
class Stages:
    """Statuses in progress, first to last.

    Statuses of one name are one stage, as a renamed or copied workflow has them
    twice under different ids.

    Attributes:
        names: as Jira spells them.
        waiting: work waits there.
        issue: by stay: row of the issue table.
        stage: by stay: place in ``names``.
        entered: by stay: its first instant.
        left: by stay: the first instant after it.
    """

    names: tuple[str, ...]
    waiting: tuple[bool, ...]
    issue: NDArray[np.intp]
    stage: NDArray[np.int64]
    entered: Instants
    left: Instants


def finished(context: CalculationContext) -> Flags:
    """Flag the items of the period that have a flow time: the history that others are held against."""
    flags = np.zeros(len(context.delivery.issues), np.bool_)
    flags[flow_time_candidates(context).rows()] = True
    return flags


def under_way(context: CalculationContext) -> Flags:
    """Flag the items in progress at the end of the period: those of ``flow_load``."""
    stays, end = context.in_progress, context.window.end
    flags = np.zeros(len(context.delivery.issues), np.bool_)
    flags[stays.issue[(stays.entered <= end) & (stays.left > end)]] = True
    return flags


def stages_of(context: CalculationContext) -> Stages:
    """Return the stages that finished items and those under way pass, in the order of the work.

    Args:
        context: reads the status intervals and what the statuses mean.

    Returns:
        The stays in progress of these items; only stages that one of them has been in.
    """
    intervals, workflow = context.delivery.intervals, context.delivery.workflow
    rows = context.once(finished) | under_way(context)
    mine = np.flatnonzero((workflow.category == IN_PROGRESS)[intervals.status])
    mine = mine[rows[intervals.issue[mine]]]
    issue, entered = intervals.issue[mine], intervals.entered[mine]
    names, of_status = _named(context)
    met, stage = np.unique(of_status[intervals.status[mine]], return_inverse=True)
    order = np.lexsort((met, _lateness(issue, stage, len(met))))
    rank = np.empty(len(met), np.int64)
    rank[order] = np.arange(len(met))
    waits = np.zeros(len(names), np.bool_)
    waits[of_status[workflow.waiting]] = True
    return Stages(
        names=tuple(names[place] for place in met[order].tolist()),
        waiting=tuple(waits[met[order]].tolist()),
        issue=issue,
        stage=rank[stage],
        entered=entered,
        left=intervals.left[mine],
    )


def _named(context: CalculationContext) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct names of the statuses, and the place of its name by status code."""
    places: dict[str, int] = {}
    names: list[str] = []
    codes = []
    for status in context.delivery.issues.statuses:
        key = fold(status.name)
        if key not in places:
            places[key] = len(names)
            names.append(status.name)
        codes.append(places[key])
    return names, np.array(codes, np.int64)


def _lateness(issue: NDArray[np.intp], stage: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return how late each stage comes, from -1, always first, to 1, always last.

    It is the mean over the issues that pass at least two stages of how many they
    have met before, less how many they meet later, as a share of all others.
    """
    if not len(stage):
        return np.zeros(n)
    # Stays are ordered by issue and time, so the first of each pair is the first visit.
    _, first = np.unique(issue * n + stage, return_index=True)
    first.sort()
    owner, visited = issue[first], stage[first]
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    length = np.diff(np.append(starts, len(owner)))
    place = np.arange(len(owner)) - np.repeat(starts, length)
    others = np.repeat(length - 1, length)
    some = others > 0
    late = (2 * place[some] - others[some]) / others[some]
    total = np.bincount(visited[some], late, minlength=n)
    met = np.bincount(visited[some], minlength=n)
    return np.asarray(np.divide(total, met, out=np.zeros(n), where=met > 0))
