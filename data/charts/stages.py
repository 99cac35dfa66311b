"""The statuses in progress in the order in which work goes through them. Pure.

Jira does not say in which order a team uses its statuses, but its histories do:
what is usually entered first comes first.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Rows, Stays, find_facts
from data.metrics.context import CalculationContext
from data.metrics.flow_time import flow_times
from data.model.ordering import order_of
from data.model.tables import IN_PROGRESS, Codes, Flags, IssueTable
from data.model.words import fold


@dataclass(frozen=True, slots=True)
class Stages:
    """Statuses in progress, first to last.

    Statuses of one name are one stage, as a renamed or copied workflow has them
    twice under different ids.

    Attributes:
        names: as Jira spells them.
        waiting: work waits there.
        codes: the code of each, as ``Passages`` has them.
    """

    names: tuple[str, ...]
    waiting: tuple[bool, ...]
    codes: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """How flow items went through the statuses in progress, whatever the view.

    Attributes:
        names: distinct names of statuses; a code is a place among them.
        waiting: by code: work waits there.
        stays: in a status in progress, by issue and time.
        stage: by stay: its code.
        order: places of stays by issue, then stage, then time.
        visitor: by first visit of an item to a stage, by issue and time: row of the issue table.
        visited: by first visit: the stage.
        lateness: by first visit: how many stages the item met before, less those it met later, as a share of
            all its others; NaN without others.
    """

    names: tuple[str, ...]
    waiting: Flags
    stays: Stays
    stage: NDArray[np.int16]
    order: Codes
    visitor: Codes
    visited: NDArray[np.int16]
    lateness: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Values of items at stages, ordered once: those of some items are in order too.

    Attributes:
        row: by value: row of the issue table.
        value: by stage, ascending within each.
        start: by stage where its values begin, and at last where they end.
    """

    row: Codes
    value: NDArray[np.float64]
    start: NDArray[np.intp]

    @classmethod
    def of(cls, row: Codes | Rows, stage: NDArray[np.int16], value: NDArray[np.float64], n: int) -> "Spread":
        """Order values of ``n`` stages."""
        order = np.argsort(stage, kind="stable")
        start = stage[order].searchsorted(np.arange(n + 1))
        for first, stop in pairwise(start.tolist()):
            mine = order[first:stop]
            order[first:stop] = mine[np.argsort(value[mine])]
        return cls(row[order].astype(np.int32), value[order], start)

    def among(self, rows: Flags) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the values of flagged rows, still in order, and how many there are of each stage."""
        kept = np.flatnonzero(rows.take(self.row))  # twice as fast as rows[self.row]
        return self.value[kept], np.diff(kept.searchsorted(self.start)).astype(np.int64)


def finished(context: CalculationContext) -> Flags:
    """Flag the items of the period that have a flow time: the history that others are held against."""
    flags = np.zeros(len(context.delivery.issues), np.bool_)
    flags[context.part(context.delivery.once(flow_times).measured).rows] = True
    return flags


def under_way(context: CalculationContext) -> Rows:
    """Return the items in progress at the end of the period, those of ``flow_load``, ascending."""
    load = context.facts.load
    return np.sort(load.issue[load.at(context.window.end, context.choice.rows)]).astype(np.intp)


def stages_of(context: CalculationContext) -> Stages:
    """Return the stages that finished items and those under way pass, in the order of the work.

    Args:
        context: reads the status intervals and what the statuses mean.

    Returns:
        Only stages that one of these items has been in.
    """
    passages = context.delivery.once(find_passages)
    rows = context.once(finished).copy()
    rows[context.once(under_way)] = True
    mine = np.flatnonzero(rows.take(passages.visitor))
    visited, late = passages.visited[mine], passages.lateness[mine]
    met = np.flatnonzero(np.bincount(visited, minlength=len(passages.names)))
    codes = met[np.lexsort((met, _measure_lateness(visited, late, len(passages.names))[met]))]
    return Stages(
        names=tuple(passages.names[code] for code in codes.tolist()),
        waiting=tuple(passages.waiting[codes].tolist()),
        codes=codes,
    )


def find_passages(delivery: DeliveryTables) -> Passages:
    """Follow all flow items through the statuses in progress."""
    intervals, stays = delivery.intervals, delivery.once(find_facts).stays
    names, of_status = _name_stages(delivery.issues)
    items = delivery.in_scope & delivery.exists
    busy = np.flatnonzero(intervals.category == IN_PROGRESS)
    stage = of_status[intervals.status[busy[items[intervals.issue[busy]]]]]
    waiting = np.zeros(len(names), np.bool_)
    waiting[of_status[delivery.workflow.waiting]] = True
    # Wide enough for a number that tells issue and stage.
    order, pair = order_of(stays.issue.astype(np.int64) * max(len(names), 1) + stage)
    first = np.sort(order[np.append(True, pair[1:] != pair[:-1])[: len(pair)]])
    return Passages(
        names=tuple(names),
        waiting=waiting,
        stays=stays,
        stage=stage.astype(np.int16),
        order=order.astype(np.int32),
        visitor=stays.issue[first],
        visited=stage[first].astype(np.int16),
        lateness=_rate_visits(stays.issue[first]),
    )


def _name_stages(issues: IssueTable) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct names of the statuses, and the place of its name by status code."""
    places: dict[str, int] = {}
    names: list[str] = []
    codes = []
    for status in issues.statuses:
        key = fold(status.name)
        if key not in places:
            places[key] = len(names)
            names.append(status.name)
        codes.append(places[key])
    return names, np.array(codes, np.int64)


def _rate_visits(visitor: Codes) -> NDArray[np.float64]:
    """Return the lateness of first visits, from -1 for the first to 1 for the last of an item."""
    starts = np.flatnonzero(np.append(True, visitor[1:] != visitor[:-1])[: len(visitor)])
    length = np.diff(np.append(starts, len(visitor)))
    place = np.arange(len(visitor)) - np.repeat(starts, length)
    others = np.repeat(length - 1, length)
    lateness = np.full(len(visitor), np.nan)
    np.divide(2 * place - others, others, out=lateness, where=others > 0)
    return lateness


def _measure_lateness(
    visited: NDArray[np.int16], lateness: NDArray[np.float64], n: int
) -> NDArray[np.float64]:
    """Return how late each of ``n`` stages comes, from -1, always first, to 1, always last.

    It is the mean over the issues that pass at least two stages; 0 where none of them does.
    """
    some = ~np.isnan(lateness)
    total = np.bincount(visited[some], lateness[some], minlength=n)
    met = np.bincount(visited[some], minlength=n)
    return np.asarray(np.divide(total, met, out=np.zeros(n), where=met > 0))
