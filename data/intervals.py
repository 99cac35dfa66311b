"""Status intervals: every stay of every issue in a status, and what was odd about the history. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.normalize import fold
from data.tables import MISSING, OPEN, Codes, Flags, Instants, IssueTable, StatusRef


@dataclass(frozen=True, slots=True)
class Intervals:
    """Stays in a status, ordered by issue and time, contiguous from creation; the last is ``OPEN``.

    Attributes:
        issue: row of the issue table.
        status: status code.
        entered: first instant of the stay.
        left: first instant after it.
    """

    issue: NDArray[np.intp]
    status: Codes
    entered: Instants
    left: Instants


@dataclass(frozen=True, slots=True)
class HistoryFlags:
    """What was odd about the history of each issue, by row."""

    clamped: Flags
    broken_chain: Flags
    mismatch: Flags


def lay_intervals(issues: IssueTable) -> Intervals:
    """Turn transitions into contiguous status intervals; issues without a creation date have none."""
    n = len(issues)
    has_created = issues.created != MISSING
    moves = np.diff(issues.transition_start)
    owner = np.repeat(np.arange(n), moves)
    mismatch = _mismatches(issues)
    counts = np.where(has_created, 1 + moves + mismatch, 0)
    starts = np.concatenate(([0], np.cumsum(counts)))
    status = np.empty(starts[-1], np.int32)
    entered = np.empty(starts[-1], np.int64)

    opening, moved = starts[:-1][has_created], has_created & (moves > 0)
    entered[opening] = issues.created[has_created]
    status[opening] = issues.status[has_created]
    status[starts[:-1][moved]] = issues.transition_from[issues.transition_start[:-1][moved]]
    place = (starts[:-1] + 1 - issues.transition_start[:-1])[owner] + np.arange(len(owner))
    usable = has_created[owner]
    entered[place[usable]] = np.maximum(issues.transition_at, issues.created[owner])[usable]
    status[place[usable]] = issues.transition_to[usable]
    closing = starts[1:][mismatch] - 1
    entered[closing] = _mismatch_began(issues)[mismatch]
    status[closing] = issues.status[mismatch]

    left = np.append(entered[1:], OPEN)
    left[starts[1:][counts > 0] - 1] = OPEN
    return Intervals(np.repeat(np.arange(n), counts), status, entered, left)


def find_history_flags(issues: IssueTable, exists: Flags, as_of: int) -> HistoryFlags:
    """Tell what was odd about each history, as far as it had happened by ``as_of``."""
    n = len(issues)
    owner = np.repeat(np.arange(n), np.diff(issues.transition_start))
    happened = (issues.transition_at <= as_of) & exists[owner]
    same = _SameStatus(issues.statuses)
    follows = happened[1:] & (owner[1:] == owner[:-1])
    broken = follows & ~same(issues.transition_from[1:], issues.transition_to[:-1])
    return HistoryFlags(
        clamped=_any_by_owner(happened & (issues.transition_at < issues.created[owner]), owner, n),
        broken_chain=_any_by_owner(broken, owner[1:], n),
        mismatch=_mismatches(issues) & exists & (_mismatch_began(issues) <= as_of),
    )


def until(intervals: Intervals, as_of: int) -> Intervals:
    """Keep what had begun by ``as_of``; what ended later was still open then."""
    kept = intervals.entered <= as_of
    left = intervals.left[kept]
    return Intervals(
        intervals.issue[kept],
        intervals.status[kept],
        intervals.entered[kept],
        np.where(left > as_of, OPEN, left),
    )


def _mismatches(issues: IssueTable) -> Flags:
    """Flag issues whose last change does not lead to the status they are in."""
    moved = (np.diff(issues.transition_start) > 0) & (issues.created != MISSING)
    last = issues.transition_start[1:][moved] - 1
    mismatch = np.zeros(len(issues), np.bool_)
    mismatch[moved] = ~_SameStatus(issues.statuses)(issues.transition_to[last], issues.status[moved])
    # An issue that does not say its status cannot contradict its history.
    named = np.array([bool(status.id or status.name) for status in issues.statuses], np.bool_)
    mismatch &= named[issues.status]
    return mismatch


def _mismatch_began(issues: IssueTable) -> Instants:
    """Return when a status that contradicts the history began: at the last update or change."""
    began = np.maximum(issues.updated, issues.created)
    moved = np.diff(issues.transition_start) > 0
    began[moved] = np.maximum(began[moved], issues.transition_at[issues.transition_start[1:][moved] - 1])
    return began


class _SameStatus:
    """Compares columns of status codes: by id where both have one, else by folded name."""

    def __init__(self, statuses: tuple[StatusRef, ...]) -> None:
        ids: dict[str, int] = {"": -1}
        names: dict[str, int] = {}
        self._id = np.array([ids.setdefault(status.id, len(ids)) for status in statuses], np.int64)
        self._name = np.array(
            [names.setdefault(fold(status.name), len(names)) for status in statuses], np.int64
        )

    def __call__(self, a: Codes, b: Codes) -> Flags:
        id_a, id_b = self._id[a], self._id[b]
        both = (id_a >= 0) & (id_b >= 0)
        same: Flags = np.where(both, id_a == id_b, self._name[a] == self._name[b])
        return same


def _any_by_owner(marks: Flags, owner: NDArray[np.intp], n: int) -> Flags:
    found = np.zeros(n, np.bool_)
    found[owner[marks]] = True
    return found
