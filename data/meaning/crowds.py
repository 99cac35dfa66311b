"""Many issues that did the same at once: moves within a minute, creations and completions of a day. Pure."""

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.model.instants import DAY_MS
from data.model.local_time import wall_time
from data.model.tables import MISSING, Flags, Instants, IssueTable

BULK_SIZE = 20
BULK_SPAN_MS = 60_000
CROWD_SIZE = 50
CROWD_FACTOR = 10
_SPREAD = 40_503_229  # sets the days of different projects apart
_BITS = 62  # of a number that tells a move and its instant


def bulk_moves(delivery: DeliveryTables) -> Flags:
    """Flag issues that made the same move as at least nineteen others within 60 seconds.

    An issue without any recorded move counts as having moved to its status at its resolution date.
    """
    issues = delivery.issues
    unmoved = np.flatnonzero(np.diff(issues.transition_start) == 0)
    at = np.concatenate((issues.transition_at, issues.resolved[unmoved]))
    happened = (at != MISSING) & (at <= delivery.as_of)
    flagged = _flag_bursts(_number_moves(issues, unmoved)[happened], at[happened])
    moved = np.zeros(len(issues), np.bool_)
    if not flagged.any():
        return moved
    bursts, n = np.flatnonzero(happened)[flagged], len(issues.transition_at)
    moved[np.searchsorted(issues.transition_start, bursts[bursts < n], side="right") - 1] = True
    moved[unmoved[bursts[bursts >= n] - n]] = True
    return moved


def _number_moves(issues: IssueTable, unmoved: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return a number for from and to of each transition, and of each issue without any."""
    n = len(issues.transition_to)
    move = np.zeros(n + len(unmoved), np.int64)
    move[:n] = issues.transition_from
    move[:n] += 1
    move *= len(issues.statuses)
    move[:n] += issues.transition_to
    move[n:] += issues.status[unmoved]
    return move


def _flag_bursts(move: NDArray[np.int64], at: Instants) -> Flags:
    """Flag what is one of twenty equal moves within the span."""
    flagged = np.zeros(len(at), np.bool_)
    if len(at) < BULK_SIZE:
        return flagged
    low, high = int(at.min()), int(at.max())
    bits = (high - low + BULK_SPAN_MS).bit_length()
    together = 1 << (_BITS - bits)  # so many moves fit into one number with their instants
    moves = int(move.max()) + 1
    for first in range(0, moves, together):
        mine = slice(None) if moves <= together else (move >= first) & (move < first + together)
        flagged[mine] = _flag_close(((move[mine] - first) << bits) + (at[mine] - low))
    return flagged


def _flag_close(keys: NDArray[np.int64]) -> Flags:
    """Flag the numbers of which twenty lie within the span: in order, the twentieth tells."""
    ordered = np.sort(keys)
    reach = BULK_SIZE - 1
    close = np.flatnonzero(ordered[reach:] - ordered[:-reach] <= BULK_SPAN_MS)
    if not len(close):
        return np.zeros(len(keys), np.bool_)
    starts, ends = ordered[close], ordered[close + reach]
    apart = np.flatnonzero(starts[1:] > ends[:-1])  # where one burst ends before the next begins
    starts, ends = starts[np.append(0, apart + 1)], ends[np.append(apart, len(ends) - 1)]
    place = np.searchsorted(starts, keys, side="right") - 1
    flags: Flags = (place >= 0) & (keys <= ends[place])
    return flags


def crowded_days(delivery: DeliveryTables, at: Instants) -> Flags:
    """Flag issues of days on which fifty or more of their project did the same, ten times as many as usual.

    Args:
        delivery: whose projects, and in whose zone days begin.
        at: when each issue did it, ``MISSING`` where it has not.

    Returns:
        By row. Usual is the project's median over the days on which any did it.
    """
    issues = delivery.issues
    flagged = np.zeros(len(issues), np.bool_)
    rows = np.flatnonzero(at != MISSING)
    rows = rows[_may_crowd(issues.project[rows], at[rows] // DAY_MS)]
    if not len(rows):
        return flagged
    day = wall_time(at[rows], delivery.zone) // DAY_MS
    for project in np.unique(issues.project[rows]).tolist():
        mine = np.flatnonzero(issues.project[rows] == project)
        place = day[mine] - day[mine].min()
        count = np.bincount(place)
        crowd = (count >= CROWD_SIZE) & (count > CROWD_FACTOR * np.median(count[count > 0]))
        flagged[rows[mine[crowd[place]]]] = True
    return flagged


def _may_crowd(project: NDArray[np.int32], day: Instants) -> Flags:
    """Flag rows of projects that may have a crowded day: a civil day lies within two days of UTC."""
    full = _flag_full(day + project * _SPREAD, CROWD_SIZE)
    may = np.zeros(int(project.max(initial=0)) + 1, np.bool_)
    may[project[full]] = True
    flags: Flags = may[project]
    return flags


def _flag_full(spans: NDArray[np.int64], size: int) -> Flags:
    """Flag what may lie among ``size`` of its kind in two neighbouring spans, by counting.

    Kinds share cells, so some are flagged in vain, none is missed; sorting all of them would take seconds.
    """
    cells = 1 << len(spans).bit_length()
    cell = spans & (cells - 1)
    count = np.bincount(cell, minlength=cells)
    full: Flags = (count + np.maximum(np.roll(count, 1), np.roll(count, -1)) >= size)[cell]
    return full
