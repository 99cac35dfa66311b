"""Flow efficiency: how much of the flow time somebody worked on the item."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, Rows, Stays, find_facts
from data.metrics.context import CalculationContext
from data.metrics.flow_load import NO_HISTORY
from data.metrics.flow_time import flow_times
from data.metrics.inferred import evidence_of_times
from data.metrics.weekly import not_applicable, sums_of
from data.model.metric import Measure
from data.model.tables import MISSING, Instants

NO_WAITING = (
    "No status is known to be one in which work waits, so every item would look 100 % efficient; "
    "name the waiting statuses in the profile's workflow."
)


def flow_efficiency(context: CalculationContext) -> Measure:
    """Divide active time by flow time over all delivered items together.

    Args:
        context: reads the status intervals between start and completion; active
            is in progress, not waiting, not flagged. The denominator ignores flags.

    Returns:
        Percent. Not applicable while no waiting status is known or no issue has
        a history, since both would show 100 %; inferred where only the names of
        statuses tell that work waits in them.

    Source:
        Flow Framework: flow efficiency.
    """
    delivery = context.delivery
    if not delivery.has_histories or not delivery.workflow.waiting_known:
        return not_applicable(context, NO_WAITING if delivery.has_histories else NO_HISTORY)
    worked = delivery.once(find_worked)
    part = context.part(worked.measured)
    active, total = sums_of(part, worked.active_ms), sums_of(part, worked.total_ms)
    weekly = np.full(len(total), np.nan)
    np.divide(active * 100.0, total, out=weekly, where=total > 0)
    return Measure(
        value=float(active.sum()) * 100 / float(total.sum()) if len(part) else None,
        candidates=context.candidates(worked.looked_at),
        weekly=weekly,
        weekly_n=part.counts,
        state="ok" if len(part) else "no_data",
        message=None if len(part) else "No delivered item of this period has a flow time above zero.",
        evidence="inferred"
        if delivery.workflow.waiting_inferred
        else evidence_of_times(context, part.rows, starts=delivery.start_source == "status"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """Of all delivered items with a flow time above zero: how long that was, and how long of it active."""

    looked_at: Population
    measured: Population
    active_ms: NDArray[np.int64]
    total_ms: NDArray[np.int64]


def find_worked(delivery: DeliveryTables) -> Worked:
    """Measure how long each delivered item was worked on; ``once(find_worked)`` keeps it."""

    def measure(rows: Rows, since: Instants, until: Instants) -> NDArray[np.int64]:
        return in_progress_ms(delivery, rows, since, until)[1]

    return work_out(delivery, measure)


def work_out(
    delivery: DeliveryTables, active: Callable[[Rows, Instants, Instants], NDArray[np.int64]]
) -> Worked:
    """Return the delivered items with a flow time above zero, with the active time that ``active`` gives.

    Args:
        delivery: reads starts and completions.
        active: of rows, their starts and their completions gives how many milliseconds each was worked on.
    """
    timed = delivery.once(flow_times).measured
    looked_at = timed.sort_out({"zero_flow_time": delivery.started_at[timed.rows] == timed.at})
    measured = looked_at.included()
    started = delivery.started_at[measured.rows]
    return Worked(looked_at, measured, active(measured.rows, started, measured.at), measured.at - started)


def in_progress_ms(
    delivery: DeliveryTables, rows: Rows, since: Instants, until: Instants
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how long each of ``rows`` was in progress between two instants, and how long of that active.

    Active is not waiting and not flagged. ``rows`` are flow items in any order, each once.
    """
    stays, n = delivery.once(find_facts).stays, len(delivery.issues)
    # Of issues that nobody asked for nothing lies between two instants that are the same.
    first, last = np.zeros(n, np.int64), np.zeros(n, np.int64)
    first[rows], last[rows] = since, until
    length = _overlap(stays.entered, stays.left, first[stays.issue], last[stays.issue])
    whole = _add_up(stays, length, rows)
    length[stays.waiting] = 0
    active = _add_up(stays, length, rows)
    if len(delivery.issues.flag_issue):
        active -= _flagged_ms(delivery, first, last)[rows]
    return whole, active


def _overlap(entered: Instants, left: Instants, first: Instants, last: Instants) -> NDArray[np.int64]:
    """Return how long each stay lies between two instants of its own, which are used up: stays are many."""
    np.maximum(first, entered, out=first)
    np.minimum(last, left, out=last)
    last -= first
    return np.maximum(last, 0, out=last)


def _add_up(stays: Stays, length: NDArray[np.int64], rows: Rows) -> NDArray[np.int64]:
    """Return the sum over the stays of each of ``rows``."""
    before = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=before[1:])
    sums: NDArray[np.int64] = before[stays.start[rows + 1]] - before[stays.start[rows]]
    return sums


def _flagged_ms(delivery: DeliveryTables, first: Instants, last: Instants) -> NDArray[np.int64]:
    """Return for every row the active milliseconds between two instants during which the item was flagged.

    Each flagged stretch is laid over the active stays of its own issue only.
    """
    issues, stays = delivery.issues, delivery.once(find_facts).stays
    times = stays.start[issues.flag_issue + 1] - stays.start[issues.flag_issue]
    flag = np.repeat(np.arange(len(issues.flag_issue)), times)
    owner = issues.flag_issue[flag]
    stay = stays.start[owner] + np.arange(len(flag)) - np.repeat(np.cumsum(times) - times, times)
    flagged_at = np.where(issues.flag_from == MISSING, issues.created[issues.flag_issue], issues.flag_from)
    since = np.maximum(np.maximum(stays.entered[stay], first[owner]), flagged_at[flag])
    until = np.minimum(np.minimum(stays.left[stay], last[owner]), issues.flag_until[flag])
    overlap = np.where(stays.waiting[stay], 0, np.maximum(until - since, 0))
    return np.bincount(owner, overlap, minlength=len(issues)).astype(np.int64)
