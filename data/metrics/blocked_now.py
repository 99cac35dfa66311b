"""What is blocked at the end of a period, since when, and by whom. Pure."""

from dataclasses import dataclass

import numpy as np

from data.meaning.blocking import BlockedWork, find_blocked
from data.meaning.facts import Rows
from data.meaning.waits import find_circles, find_waits
from data.metrics.context import CalculationContext
from data.model.places import NOWHERE
from data.model.tables import MISSING, Flags, Instants


@dataclass(frozen=True, slots=True, eq=False)
class BlockedNow:
    """Items under way that are blocked at the end of a period, the longest first, those without a since last.

    Attributes:
        rows: of the issue table.
        since: since when something blocks them without a break; ``MISSING`` where nobody knows.
        by_reason: by each of ``REASONS``, which of them it blocks.
        waits_for: keys of the open issues that block each.
        in_circle: whom it waits for waits, at the end, for the item itself.
    """

    rows: Rows
    since: Instants
    by_reason: dict[str, Flags]
    waits_for: tuple[tuple[str, ...], ...]
    in_circle: Flags


def blocked_at_end(context: CalculationContext) -> BlockedNow:
    """Return what is blocked at the end of the period, as ``context.once`` keeps it."""
    return context.once(_find_blocked_now)


def _find_blocked_now(context: CalculationContext) -> BlockedNow:
    end, chosen = context.window.end, context.choice.rows
    work = context.delivery.once(find_blocked)
    held = work.total.at(end, chosen)
    held = held[np.lexsort((work.total.issue[held], work.total.entered[held]))]
    dated = work.total.issue[held].astype(np.intp)
    undated = undated_rows(context, work)
    undated = undated[~np.isin(undated, dated)]
    rows = np.concatenate((dated, undated)).astype(np.intp)
    by_reason = {
        reason: np.isin(rows, presence.issue[presence.at(end, chosen)])
        for reason, presence in work.by_reason.items()
    }
    for reason, told in work.undated.items():
        by_reason[reason][len(dated) :] = np.isin(undated, told)
    return BlockedNow(
        rows=rows,
        since=np.concatenate((work.total.entered[held], np.full(len(undated), MISSING))),
        by_reason=by_reason,
        waits_for=_name_blockers(context, rows),
        in_circle=np.isin(rows, find_circles(context.delivery.once(find_waits), end)),
    )


def undated_rows(context: CalculationContext, work: BlockedWork) -> Rows:
    """Return the items in view that are blocked at T since nobody knows when, if the period ends there."""
    if context.window.end != context.window.as_of:
        return np.zeros(0, np.intp)
    return context.chosen(np.union1d(*work.undated.values()).astype(np.intp))


def _name_blockers(context: CalculationContext, rows: Rows) -> tuple[tuple[str, ...], ...]:
    """Return the keys of what each of some rows waits for at the end of the period, as they are today."""
    window, issues = context.window, context.delivery.issues
    waits = context.delivery.once(find_waits)
    links = waits.at(window.end)
    if window.end == window.as_of:
        links = np.union1d(links, np.flatnonzero(waits.undated))
    mine = links[np.isin(waits.issue[links], rows)]
    told: dict[int, list[str]] = {}
    columns = (column[mine].tolist() for column in (waits.issue, waits.blocker, waits.key))
    for issue, blocker, code in zip(*columns, strict=True):
        stored = blocker != NOWHERE
        key = issues.keys(np.array([blocker]))[0] if stored else issues.block_keys[code]
        told.setdefault(issue, []).append(key)
    return tuple(tuple(told.get(row, ())) for row in rows.tolist())
