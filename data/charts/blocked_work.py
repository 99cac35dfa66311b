"""Blocked work: how long by week and reason, and what waits for what at the end of a period. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.subject import clock_of, keys_of
from data.meaning.blocking import REASONS, find_blocked
from data.meaning.facts import Presence, Rows
from data.metrics.blocked_now import BlockedNow, blocked_at_end, name_blockers
from data.metrics.context import CalculationContext
from data.model.instants import DAY_MS
from data.model.ordering import places_of
from data.model.tables import MISSING

__all__ = ["REASONS", "BlockedItem", "BlockedWeeks", "blocked_by_week", "blocked_items"]


@dataclass(frozen=True, slots=True)
class BlockedWeeks:
    """Item-days in which work under way was blocked, one entry per week of the period.

    Attributes:
        by_reason: by each of ``REASONS``; what several of them share is in each.
        total: each item's time once, as ``blocked_time`` has it.
    """

    by_reason: Mapping[str, NDArray[np.float64]]
    total: NDArray[np.float64]


def blocked_by_week(context: CalculationContext) -> BlockedWeeks:
    """Add up the blocked days of each week; empty for a period without weeks.

    Source:
        Kanban: blocker clustering.
    """
    work = context.delivery.once(find_blocked)
    total = _days_of(context, work.total)
    by_reason = {
        reason: total if presence is work.total else _days_of(context, presence)
        for reason, presence in work.by_reason.items()
    }
    return BlockedWeeks(by_reason, total)


def _days_of(context: CalculationContext, presence: Presence) -> NDArray[np.float64]:
    window = context.window
    if not window.mondays:
        return np.zeros(0)
    traffic = presence.between(window.lo, window.end, context.choice.rows)
    days: NDArray[np.float64] = np.diff(traffic.time_until(context.layout.edges)) / DAY_MS
    return days


@dataclass(frozen=True, slots=True)
class BlockedItem:
    """An item under way that is blocked at the end of the period.

    Attributes:
        key: of the issue.
        reasons: those of ``REASONS`` that block it.
        status: the name of the status that it is in.
        waits_for: keys of the open issues that it waits for.
        since: ``YYYY-MM-DD HH:MM`` on the team's clock, since when something blocks it without a break;
            None where nobody knows.
        days: from then to the end of the period.
        in_circle: what it waits for waits for the item itself.
    """

    key: str
    reasons: tuple[str, ...]
    status: str
    waits_for: tuple[str, ...]
    since: str | None
    days: float | None
    in_circle: bool


def blocked_items(context: CalculationContext, most: int | None = None) -> tuple[BlockedItem, ...]:
    """Return what is blocked at the end of the period, the longest first, those without a since last.

    Args:
        context: tables, period and filters.
        most: so many at most; None: all.
    """
    found = blocked_at_end(context)
    known = found.since != MISSING
    clock = iter(clock_of(context, found.since[known][:most]))
    ages = (context.window.end - found.since) / DAY_MS
    rows = found.rows[:most]
    columns = zip(
        keys_of(context, rows),
        _names_of(found, most),
        _statuses_of(context, rows),
        name_blockers(context, rows),
        known[:most].tolist(),
        ages[:most].tolist(),
        found.in_circle[:most].tolist(),
        strict=False,  # of these only so many are asked for
    )
    return tuple(
        BlockedItem(key, why, status, others, next(clock) if dated else None, days if dated else None, circle)
        for key, why, status, others, dated, days, circle in columns
    )


def count_blocked(context: CalculationContext) -> tuple[int, int, int]:
    """Return how many are blocked at the end of the period, known since when, and in circles."""
    found = blocked_at_end(context)
    return len(found.since), int((found.since != MISSING).sum()), int(found.in_circle.sum())


def _statuses_of(context: CalculationContext, rows: Rows) -> list[str]:
    """Return the name of the status that each of some items is in at the end of the period."""
    stays, end = context.delivery.intervals, context.window.end
    places = places_of(rows, stays.start)
    there = places[(stays.entered[places] <= end) & (stays.left[places] > end)]
    names = [status.name for status in context.delivery.issues.statuses]
    return [names[code] if code >= 0 else "" for code in stays.status[there].tolist()]


def _names_of(found: BlockedNow, most: int | None) -> list[tuple[str, ...]]:
    """Return the names of the reasons of each of the first items."""
    columns = zip(*(found.by_reason[reason][:most].tolist() for reason in REASONS), strict=True)
    return [tuple(name for name, held in zip(REASONS, row, strict=True) if held) for row in columns]
