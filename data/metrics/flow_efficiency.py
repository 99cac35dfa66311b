"""Flow efficiency: how much of the flow time somebody worked on the item."""

import numpy as np
from numpy.typing import NDArray

from data.metric import Candidates, Measure, sort_out
from data.metrics.flow_load import NO_HISTORY
from data.metrics.flow_time import flow_time_candidates
from data.metrics.weekly import count_by_week, not_applicable, week_count
from data.performance_utils import CalculationContext
from data.tables import MISSING, Instants

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
    candidates = _candidates(context)
    rows = candidates.rows()
    active = _active_ms(context, rows)
    total = (delivery.completed_at[rows] - delivery.started_at[rows]).astype(np.float64)
    week = context.completed_week[rows]
    n_weeks = week_count(context)
    weekly = np.full(n_weeks, np.nan)
    if n_weeks:
        active_by_week = np.bincount(week, active, minlength=n_weeks)
        total_by_week = np.bincount(week, total, minlength=n_weeks)
        np.divide(active_by_week * 100, total_by_week, out=weekly, where=total_by_week > 0)
    return Measure(
        value=float(active.sum()) * 100 / float(total.sum()) if len(rows) else None,
        candidates=candidates,
        weekly=weekly,
        weekly_n=count_by_week(context, week),
        state="ok" if len(rows) else "no_data",
        message=None if len(rows) else "No delivered item of this period has a flow time above zero.",
        evidence="inferred" if delivery.workflow.waiting_inferred else "measured",
    )


def _active_ms(context: CalculationContext, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return for each of ``rows`` how long work on it was active between start and completion."""
    since, until = context.delivery.started_at[rows], context.delivery.completed_at[rows]
    return in_progress_ms(context, rows, since, until)[1]


def in_progress_ms(
    context: CalculationContext, rows: NDArray[np.intp], since: Instants, until: Instants
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how long each of ``rows`` was in progress between two instants, and how long of that active.

    Active is not waiting and not flagged. ``rows`` are ascending.
    """
    stays = context.in_progress
    place, owner = stays.of(rows)
    begin = np.maximum(stays.entered[place], since[owner])
    end = np.minimum(stays.left[place], until[owner])
    length = np.maximum(end - begin, 0).astype(np.float64)
    whole = np.bincount(owner, length, minlength=len(rows)).astype(np.float64)
    active = ~stays.waiting[place]
    worked = np.bincount(owner[active], length[active], minlength=len(rows))
    if not len(context.delivery.issues.flag_issue):
        return whole, worked.astype(np.float64)
    flagged = _flagged_ms(context, rows[owner[active]], begin[active], end[active])
    return whole, worked - flagged[rows]


def _flagged_ms(
    context: CalculationContext, issue: NDArray[np.intp], since: NDArray[np.int64], until: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return for every row the active milliseconds during which the item was flagged.

    The stays are ordered by issue. Each flagged stretch is laid over the active stays of its own issue only.
    """
    issues = context.delivery.issues
    n = len(issues)
    stays_of = np.bincount(issue, minlength=n)
    first = np.cumsum(stays_of) - stays_of
    times = stays_of[issues.flag_issue]
    flag = np.repeat(np.arange(len(issues.flag_issue)), times)
    owner = issues.flag_issue[flag]
    stay = first[owner] + np.arange(len(flag)) - np.repeat(np.cumsum(times) - times, times)
    flagged_since = np.where(issues.flag_from == MISSING, issues.created[issues.flag_issue], issues.flag_from)
    overlap = np.minimum(until[stay], issues.flag_until[flag]) - np.maximum(since[stay], flagged_since[flag])
    return np.bincount(owner, np.maximum(overlap, 0), minlength=n).astype(np.float64)


def _candidates(context: CalculationContext) -> Candidates:
    delivery = context.delivery
    timed = np.zeros(len(delivery.issues), np.bool_)
    timed[flow_time_candidates(context).rows()] = True
    reasons = {"zero_flow_time": delivery.started_at == delivery.completed_at}
    return sort_out(timed, reasons, delivery.issues.keys)
