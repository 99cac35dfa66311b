"""What is open in each group of a view: how much, how much of it is stuck, how old the oldest is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.ageing import Ageing, ageing_work
from data.metrics.context import CalculationContext
from data.metrics.groups import By, read_words
from data.model.tables import MISSING, Codes

NO_AGE = -1


@dataclass(frozen=True, slots=True)
class OpenWork:
    """The open items of one group at the end of a period.

    Attributes:
        open: items that are not completed by then, begun or not.
        under_way: those of them that are in progress.
        stuck: those in progress that are older than 85 % of what left their status; None where nobody knows.
        oldest: age in days of the oldest in progress; None for none, and where nobody knows.
        key: of that one, "" for none.
        status: the name of its status, "" for none.
    """

    open: int
    under_way: int
    stuck: int | None
    oldest: float | None
    key: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """The same by code, as columns: ``oldest`` are places in ``work``, ``NO_AGE`` for none."""

    work: Ageing
    under_way: NDArray[np.int64]
    waiting: NDArray[np.int64]
    stuck: NDArray[np.int64]
    oldest: NDArray[np.int64]


def count_open(context: CalculationContext, codes: Codes, n: int) -> OpenCounts:
    """Count what is open at the end of a period below each of ``n`` codes.

    Args:
        context: reads completions, ages and statuses of the items in view.
        codes: by row of the issue table, -1 for what is counted nowhere.
        n: how many codes there are.

    Returns:
        Columns of length ``n``; ``waiting`` are items that are open and not in progress.

    Source:
        specs/metrics.md, "Epics" and "Compare".
    """
    delivery, end, work = context.delivery, context.window.end, context.once(ageing_work)
    idle = context.flow_items & (delivery.issues.created < end)
    idle &= (delivery.completed_at == MISSING) | (delivery.completed_at >= end)
    idle[work.rows] = False
    under_way = count_codes(codes[work.rows], n)
    oldest = np.full(n, NO_AGE, np.int64)
    mine = codes[work.rows]
    # Oldest first: of each code the first place is written last.
    places = np.flatnonzero(mine >= 0)[::-1]
    oldest[mine[places]] = places
    return OpenCounts(
        work=work,
        under_way=under_way,
        waiting=count_codes(codes[idle], n),
        stuck=count_codes(codes[work.rows[work.old]], n),
        oldest=oldest,
    )


def count_codes(codes: Codes, n: int) -> NDArray[np.int64]:
    """Count how often each of ``n`` codes is there; -1 counts nowhere."""
    return np.bincount(codes[codes >= 0], minlength=n).astype(np.int64)


def open_work(
    context: CalculationContext, by: By, names: Iterable[str], *, ages_known: bool = True
) -> dict[str, OpenWork]:
    """Return what is open in each group of a view; an item with several labels counts in each of them.

    Args:
        context: of the view.
        by: a name of ``data.metrics.groups.GROUPINGS``.
        names: of the groups.
        ages_known: there are histories; without them nobody knows what is in progress since when.
    """
    words = read_words(context, by)
    counts = count_open(context, words.codes, len(words.words))
    codes_of: dict[str, list[int]] = {name: [] for name in names}
    for code, each in enumerate(words.words):
        for word in each:
            if word in codes_of:
                codes_of[word].append(code)
    return {
        name: _gather(context, counts, np.array(codes, np.intp), ages_known=ages_known)
        for name, codes in codes_of.items()
    }


def open_in_view(context: CalculationContext, *, ages_known: bool = True) -> OpenWork:
    """Return what is open in a whole view."""
    everything = np.zeros(len(context.delivery.issues), np.int32)
    return _gather(context, count_open(context, everything, 1), np.zeros(1, np.intp), ages_known=ages_known)


def _gather(
    context: CalculationContext, counts: OpenCounts, codes: NDArray[np.intp], *, ages_known: bool
) -> OpenWork:
    under_way, waiting = int(counts.under_way[codes].sum()), int(counts.waiting[codes].sum())
    if not ages_known:
        return OpenWork(under_way + waiting, under_way, None, None)
    places = counts.oldest[codes]
    found = places[places != NO_AGE]
    stuck = int(counts.stuck[codes].sum())
    if not len(found):
        return OpenWork(under_way + waiting, under_way, stuck, None)
    first, work = int(found.min()), counts.work
    return OpenWork(
        open=under_way + waiting,
        under_way=under_way,
        stuck=stuck,
        oldest=float(work.days[first]),
        key=context.delivery.issues.keys(work.rows[first : first + 1])[0],
        status=work.names[int(work.stage[first])],
    )
