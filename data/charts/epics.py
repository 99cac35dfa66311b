"""What became of the work below each epic: done, under way, still to start, and how long it takes. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.flow_times import flow_times
from data.charts.open_work import NO_AGE, OpenCounts, count_codes, count_open
from data.meaning.above import above_of
from data.meaning.delivery import DeliveryTables
from data.metrics.context import CalculationContext
from data.model.ordering import order_of
from data.model.statistics import percentile
from data.model.tables import Codes

P50 = 0.5


@dataclass(frozen=True, slots=True)
class EpicRow:
    """The flow items in view below one epic, at any depth; the epic itself is none of them.

    Attributes:
        key: of the epic, whether it is stored or not.
        top: key of what stands on top above it, "" for nothing.
        done: items delivered in the period.
        under_way: items in progress at the end of the period.
        waiting: items that are neither begun nor completed by then, or back in todo.
        stuck: of those under way, how many are older than 85 % of what left their status.
        oldest: age in days of the oldest one under way, None for none.
        flow_time: P50 in days of those delivered that have a start, None for none.
    """

    key: str
    top: str
    done: int
    under_way: int
    waiting: int
    stuck: int
    oldest: float | None
    flow_time: float | None


def epic_rows(context: CalculationContext) -> tuple[EpicRow, ...]:
    """Return the epics that have an item done in the period or open at its end, those with most work first.

    Args:
        context: reads parents, completions, ages and flow times of the items in view.

    Source:
        Kanban: flow of work items below a larger one.
    """
    delivery = context.delivery
    above, below = delivery.once(above_of), delivery.once(_find_below)
    n = len(above.names)
    if not n:
        return ()
    still, times = count_open(context, below, n), flow_times(context)
    done = count_codes(below[context.delivered.rows], n)
    medians = _medians(below[times.rows], times.days, n)
    tops = delivery.once(_find_tops)
    work = done + still.under_way + still.waiting
    busy = np.flatnonzero(work)
    order = busy[np.argsort(-work[busy], kind="stable")]
    return tuple(
        EpicRow(
            key=above.names[code],
            top=above.names[tops[code]] if tops[code] >= 0 else "",
            done=int(done[code]),
            under_way=int(still.under_way[code]),
            waiting=int(still.waiting[code]),
            stuck=int(still.stuck[code]),
            oldest=_find_oldest(still, code),
            flow_time=medians.get(code),
        )
        for code in order.tolist()
    )


def _find_below(delivery: DeliveryTables) -> Codes:
    """Return the epic of each issue, -1 for none and for the epics themselves."""
    above = delivery.once(above_of)
    return np.where(above.is_epic, -1, above.epic).astype(np.int32)


def _find_tops(delivery: DeliveryTables) -> Codes:
    """Return by epic what stands on top above it, -1 for nothing."""
    above = delivery.once(above_of)
    tops = np.full(len(above.names), -1, np.int32)
    known = above.epic >= 0
    tops[above.epic[known]] = above.top[known]
    return tops


def _find_oldest(still: OpenCounts, code: int) -> float | None:
    place = int(still.oldest[code])
    return None if place == NO_AGE else float(still.work.days[place])


def _medians(codes: Codes, values: NDArray[np.float64], n: int) -> dict[int, float]:
    """Return by epic the P50 of the values of its items."""
    mine = np.flatnonzero(codes >= 0)
    order, ordered = order_of(codes[mine].astype(np.int64))
    bounds = ordered.searchsorted(np.arange(n + 1))
    parts = {code: values[mine[order[bounds[code] : bounds[code + 1]]]] for code in set(ordered.tolist())}
    return {code: percentile(np.sort(part), P50) for code, part in parts.items()}
