"""Blocked time: how long work under way waited, and for what."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.blocking import REASONS, BlockedWork, find_blocked, find_under_way
from data.meaning.facts import Presence, Rows, Traffic
from data.metrics.blocked_now import BlockedNow, blocked_at_end, name_blockers, undated_rows
from data.metrics.context import CalculationContext
from data.metrics.flow_load import NO_HISTORY
from data.metrics.inferred import evidence_of_times
from data.metrics.weekly import count_by_week, not_applicable, without_answer
from data.model.instants import DAY_MS, iso_instant
from data.model.metric import INCLUDED, Candidates, Evidence, Later, Listing, Measure
from data.model.tables import MISSING, Codes

NO_SIGN = (
    "Nothing tells when work is blocked: no issue was ever flagged or linked as blocked by another, and no "
    "status is known to be one in which work waits; name the waiting statuses in the profile's workflow, or "
    "map a field that marks an impediment."
)
NO_EXTRA: dict[str, Any] = {"days": None, "share": None, "reasons": None, "blocked": None, "circles": None}


def blocked_time(context: CalculationContext) -> Measure:
    """Add up the time of the period in which flow items under way were blocked.

    Args:
        context: reads flags, waiting statuses, and links to issues that block, each between start and
            completion of the item that they hold back.

    Returns:
        Item-days x 7 / days; each week its plain sum, over as many items as were blocked in it. Time that
        several reasons share counts once. ``reasons`` has days and items of each, ``share`` how much that
        is of all time under way, ``blocked`` what is blocked at ``end``. Not applicable without histories,
        not configured where nothing could tell.

    Source:
        Kanban: blockers and blocked time (blocker clustering).
    """
    if not context.delivery.has_histories:
        return not_applicable(context, NO_HISTORY, NO_EXTRA)
    work = context.delivery.once(find_blocked)
    if not work.known:
        return without_answer(context, "not_configured", NO_SIGN, extra=NO_EXTRA)
    total_ms, weekly, counts = _add_up(context, work)
    candidates = _sort_out(context, work)
    return Measure(
        value=total_ms / DAY_MS * 7 / context.window.days,
        candidates=candidates,
        weekly=weekly / DAY_MS,
        weekly_n=counts,
        evidence=_evidence_of(context, work, candidates.looked_at[candidates.code == INCLUDED]),
        extra=Later(lambda: _measure_beside(context, work, total_ms)),
    )


def _add_up(
    context: CalculationContext, work: BlockedWork
) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """Return the blocked milliseconds of the period and of each week, and over how many items each week."""
    window = context.window
    traffic = work.total.between(window.lo, window.end, context.choice.rows)
    if not window.mondays:
        return traffic.time, np.zeros(0, np.int64), np.zeros(0, np.int64)
    weekly = np.diff(traffic.time_until(context.layout.edges))
    return traffic.time, weekly, _count_items(context, work, traffic)


def _sort_out(context: CalculationContext, work: BlockedWork) -> Candidates:
    """Return the items that something held back in the period, and why the time of some does not count."""
    looked_at: dict[str, Rows | Codes] = {
        "": _rows_of(context, work.total),
        "history_truncated": _rows_of(context, work.unknown_start),
        "before_start": _rows_of(context, work.before),
        "after_completion": _rows_of(context, work.after),
        "unseen_blocker": _rows_of(context, work.unseen),
        "undated": undated_rows(context, work),
    }
    code = np.full(len(context.delivery.issues), -1, np.int8)
    for place, found in reversed(list(enumerate(looked_at.values()))):
        code[found] = place
    rows = np.flatnonzero(code >= 0)
    return Candidates(rows, code[rows], tuple(looked_at)[1:], context.delivery.issues.keys)


def _rows_of(context: CalculationContext, presence: Presence) -> Codes:
    """Return the rows in view that have any of these stretches in the period, once for each."""
    window = context.window
    return presence.issue[presence.stays_between(window.lo, window.end, context.choice.rows)]


def _count_rows(context: CalculationContext, presence: Presence) -> int:
    """Count the different rows in view that have any of these stretches in the period."""
    flags = np.zeros(len(context.delivery.issues), np.bool_)
    flags[_rows_of(context, presence)] = True
    return int(np.count_nonzero(flags))


def _count_items(context: CalculationContext, work: BlockedWork, there: Traffic) -> NDArray[np.int64]:
    """Count the different items that are blocked at some time of each week.

    They are as many as the stretches that reach into the week, less those that come in it after another one
    of their item: as many gaps between two stretches begin and end within the week. Before a gap that begins
    with the first instant of a week nothing reaches into it.
    """
    edges, chosen = context.layout.edges, context.choice.rows
    counts = there.there + there.came.searchsorted(edges[1:]) - there.went.searchsorted(edges[:-1], "right")
    gaps = work.gaps
    inside = slice(*gaps.since.searchsorted(edges[[0, -1]], "right"))
    begin = gaps.since[inside].searchsorted(edges[1:-1], "right")
    weeks = np.arange(len(counts), dtype=np.int32)
    week = np.repeat(weeks, np.diff(begin, prepend=0, append=inside.stop - inside.start))
    within = gaps.until[inside] < edges[1:][week]
    if chosen is not None:
        within &= chosen[gaps.issue[inside]]
    return np.asarray(counts - count_by_week(context, week[within]), np.int64)


def _evidence_of(context: CalculationContext, work: BlockedWork, rows: Rows) -> Evidence:
    """Return ``inferred`` where only a name says that work waited, or a guess tells when it was under way."""
    delivery, window = context.delivery, context.window
    if delivery.workflow.waiting_inferred:
        waiting = work.by_reason["waiting"]
        if len(waiting.stays_between(window.lo, window.end, context.choice.rows)):
            return "inferred"
    return evidence_of_times(context, rows, starts=delivery.start_source == "status")


def _measure_beside(context: CalculationContext, work: BlockedWork, total_ms: int) -> dict[str, Any]:
    window, chosen = context.window, context.choice.rows
    reasons = {
        reason: {
            # Where nothing else ever blocks, one reason is all of it.
            "days": (
                total_ms if presence is work.total else presence.time_between(window.lo, window.end, chosen)
            )
            / DAY_MS,
            "n": _count_rows(context, presence),
        }
        for reason, presence in work.by_reason.items()
    }
    now = blocked_at_end(context)
    under_way = context.delivery.once(find_under_way).time_between(window.lo, window.end, chosen)
    return {
        "days": total_ms / DAY_MS,
        "share": total_ms * 100.0 / under_way if under_way else None,
        "reasons": reasons,
        "blocked": Listing(now.rows, lambda _: _list_blocked(context, now)),
        "circles": int(now.in_circle.sum()),
    }


def _list_blocked(context: CalculationContext, now: BlockedNow) -> list[dict[str, Any]]:
    """Spell out what is blocked at the end of the period, in its order."""
    end = context.window.end
    keys, blockers = context.delivery.issues.keys(now.rows), name_blockers(context, now.rows)
    return [
        {
            "key": key,
            "since": iso_instant(since),
            "days": None if since == MISSING else (end - since) / DAY_MS,
            "reasons": [reason for reason in REASONS if now.by_reason[reason][place]],
            "waits_for": list(others),
            "in_circle": bool(now.in_circle[place]),
        }
        for place, (key, since, others) in enumerate(zip(keys, now.since.tolist(), blockers, strict=True))
    ]
