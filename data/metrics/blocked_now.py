"""What is blocked at the end of a period, since when, and by whom. Pure."""

from dataclasses import dataclass

import numpy as np

from data.meaning.blocking import BlockedWork, find_blocked
from data.meaning.facts import Rows
from data.meaning.waits import find_circles, find_waits
from data.metrics.context import CalculationContext
from data.model.places import NOWHERE
from data.model.tables import MISSING, Codes, Flags, Instants


@dataclass(frozen=True, slots=True, eq=False)
class BlockedNow:
    """Items under way that are blocked at the end of a period, the longest first, those without a since last.

    Attributes:
        rows: of the issue table.
        since: since when something blocks them without a break; ``MISSING`` where nobody knows.
        by_reason: by each of ``REASONS``, which of them it blocks.
        in_circle: whom it waits for waits, at the end, for the item itself.
    """

    rows: Rows
    since: Instants
    by_reason: dict[str, Flags]
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
    undated = undated[~_are_among(context, undated, dated)]
    rows = np.concatenate((dated, undated)).astype(np.intp)
    by_reason = {
        # Where nothing else ever blocks, one reason is all of it.
        reason: np.arange(len(rows)) < len(dated)
        if presence is work.total
        else _are_among(context, rows, presence.issue[presence.at(end, chosen)])
        for reason, presence in work.by_reason.items()
    }
    for reason, told in work.undated.items():
        by_reason[reason][len(dated) :] = np.isin(undated, told)
    return BlockedNow(
        rows=rows,
        since=np.concatenate((work.total.entered[held], np.full(len(undated), MISSING))),
        by_reason=by_reason,
        in_circle=_are_among(context, rows, find_circles(context.delivery.once(find_waits), end)),
    )


def _are_among(context: CalculationContext, rows: Rows | Codes, others: Rows | Codes) -> Flags:
    """Tell of each of some rows whether it is one of the others: by a flag for every row, without a sort."""
    flags = np.zeros(len(context.delivery.issues), np.bool_)
    flags[others] = True
    return flags[rows]


def undated_rows(context: CalculationContext, work: BlockedWork) -> Rows:
    """Return the items in view that are blocked at T since nobody knows when, if the period ends there."""
    if context.window.end != context.window.as_of or not any(map(len, work.undated.values())):
        return np.zeros(0, np.intp)
    return context.chosen(np.union1d(*work.undated.values()).astype(np.intp))


def name_blockers(context: CalculationContext, rows: Rows) -> list[tuple[str, ...]]:
    """Return the keys of the open issues that each of some rows waits for at the end of the period."""
    window, issues = context.window, context.delivery.issues
    waits = context.delivery.once(find_waits)
    if not len(waits.issue):
        return [()] * len(rows)
    links = waits.at(window.end)
    if window.end == window.as_of:
        links = np.union1d(links, np.flatnonzero(waits.undated))
    mine = links[_are_among(context, waits.issue[links], rows)]
    stored = waits.blocker[mine] != NOWHERE
    stored_keys = iter(issues.keys(waits.blocker[mine[stored]].astype(np.intp)))
    told: dict[int, list[str]] = {}
    columns = waits.issue[mine].tolist(), stored.tolist(), waits.key[mine].tolist()
    for issue, known, code in zip(*columns, strict=True):
        told.setdefault(issue, []).append(next(stored_keys) if known else issues.block_keys[code])
    return [tuple(told.get(row, ())) for row in rows.tolist()]
