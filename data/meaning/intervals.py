"""Status intervals: every stay of every issue in a status, and what was odd about the history. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.workflow import Workflow
from data.model.tables import DONE, MISSING, OPEN, TODO, Codes, Flags, Instants, IssueTable, StatusRef
from data.model.words import fold


@dataclass(frozen=True, slots=True)
class Intervals:
    """Stays in a status, ordered by issue and time, contiguous from creation; the last is ``OPEN``.

    Attributes:
        issue: row of the issue table.
        status: status code, -1 where the beginning of a truncated history is not known.
        entered: first instant of the stay.
        left: first instant after it.
        category: what the status means there: todo where it is not known.
        inferred: only a usual name, a built-in number, or the resolution that came with the move says so.
        start: one entry more than there are issues: those of row *i* lie from ``start[i]`` up to
            ``start[i + 1]``.
    """

    issue: Codes
    status: Codes
    entered: Instants
    left: Instants
    category: NDArray[np.int8]
    inferred: Flags
    start: NDArray[np.int64]

    def known(self) -> "Intervals":
        """Return the stays of which the status is known."""
        known = self.status >= 0
        if known.all():
            return self
        issue = self.issue[known]
        return Intervals(
            issue,
            self.status[known],
            self.entered[known],
            self.left[known],
            self.category[known],
            self.inferred[known],
            offsets_of(np.bincount(issue, minlength=len(self.start) - 1)),
        )


@dataclass(frozen=True, slots=True)
class HistoryFlags:
    """What was odd about the history of each issue, by row."""

    clamped: Flags
    broken_chain: Flags
    mismatch: Flags


def lay_intervals(
    issues: IssueTable, workflow: Workflow, as_of: int, history: HistoryFlags | None = None
) -> Intervals:
    """Turn transitions into contiguous status intervals; issues without a creation date have none.

    Args:
        issues: the table; without issues there are no stays.
        workflow: what its statuses mean.
        as_of: T; what began later is left out, and what ended later was still open then.
        history: what was odd about the histories by T, for a caller that knows it.
    """
    history = history or find_history_flags(issues, flag_existing(issues, as_of), as_of)
    frame = _Frame.of(issues, history, as_of)
    entered, status = _lay_entries(issues, frame, history)
    left = np.empty_like(entered)
    left[:-1] = entered[1:]
    left[frame.start[1:][frame.exists] - 1] = OPEN
    category, inferred = workflow.category[status], workflow.inferred[status]
    # Where nothing else tells what a status is, the resolution that came with the move does.
    resolved = frame.places_of(_find_resolving(issues, workflow))
    category[resolved], inferred[resolved] = DONE, True
    # Done without any entry known is still done: the resolution date tells when.
    truncated = frame.exists & issues.truncated
    opening = frame.start[:-1][truncated]
    unseen = opening[_flag_moved(issues)[truncated] | (category[opening] != DONE)]
    status[unseen], category[unseen], inferred[unseen] = -1, TODO, False
    issue = np.repeat(np.arange(len(issues), dtype=np.int32), np.diff(frame.start))
    return Intervals(issue, status, entered, left, category, inferred, frame.start)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Which places among the stays are whose, as of T: one since the creation, then one for each move.

    Attributes:
        issues: the table underneath.
        exists: by row: created by T.
        happened: by transition: it is one of an issue that exists, and by T.
        start: *n* + 1 places: where the stays of each issue begin, and where the last ones end.
    """

    issues: IssueTable
    exists: Flags
    happened: Flags
    start: NDArray[np.int64]

    @classmethod
    def of(cls, issues: IssueTable, history: HistoryFlags, as_of: int) -> "_Frame":
        """Count the stays of a table as of T."""
        exists = flag_existing(issues, as_of)
        moves = np.diff(issues.transition_start)
        happened = issues.transition_at <= as_of
        if not exists.all():
            happened &= np.repeat(exists, moves)
        later = _owners_of(issues, np.flatnonzero(~happened))
        moves -= np.bincount(later, minlength=len(issues))
        return cls(issues, exists, happened, offsets_of(np.where(exists, 1 + moves + history.mismatch, 0)))

    def places_of(self, transitions: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the places of the stays that begin with one of these transitions."""
        mine = transitions[self.happened[transitions]]
        owner = _owners_of(self.issues, mine)
        return self.start[owner] + 1 + mine - self.issues.transition_start[owner]


def flag_existing(issues: IssueTable, as_of: int) -> Flags:
    """Flag issues that were created, readably, by ``as_of``."""
    exists: Flags = (issues.created != MISSING) & (issues.created <= as_of)
    return exists


def offsets_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the entries of each issue begin, and after the last one where they end."""
    return np.concatenate(([0], np.cumsum(counts)))


def _lay_entries(issues: IssueTable, frame: _Frame, history: HistoryFlags) -> tuple[Instants, Codes]:
    """Return when each stay began, never before its issue, and in which status."""
    opening, closing = frame.start[:-1][frame.exists], frame.start[1:][history.mismatch] - 1
    of_a_move = np.ones(frame.start[-1], np.bool_)
    of_a_move[opening], of_a_move[closing] = False, False
    # Between the others the moves lie in their order, so that no place has to be looked up.
    moves = slice(None) if frame.happened.all() else frame.happened
    entered, status = np.empty(len(of_a_move), np.int64), np.empty(len(of_a_move), np.int32)
    entered[of_a_move], status[of_a_move] = issues.transition_at[moves], issues.transition_to[moves]
    entered[opening], status[opening] = issues.created[frame.exists], issues.status[frame.exists]
    moved = frame.exists & _flag_moved(issues)
    status[frame.start[:-1][moved]] = issues.transition_from[issues.transition_start[:-1][moved]]
    contradicting = np.flatnonzero(history.mismatch)
    entered[closing], status[closing] = _mismatch_began(issues, contradicting), issues.status[contradicting]
    if history.clamped.any():
        counts, early = np.diff(frame.start), history.clamped
        mine = np.repeat(early, counts)
        entered[mine] = np.maximum(entered[mine], np.repeat(issues.created[early], counts[early]))
    return entered, status


def _find_resolving(issues: IssueTable, workflow: Workflow) -> NDArray[np.intp]:
    """Return the transitions that set a resolution and lead where nothing else tells what that means."""
    if not workflow.unknown.any():
        return np.zeros(0, np.intp)
    resolving = np.flatnonzero(issues.transition_resolves)
    return resolving[workflow.unknown[issues.transition_to[resolving]]]


def find_history_flags(issues: IssueTable, exists: Flags, as_of: int) -> HistoryFlags:
    """Tell what was odd about each history, as far as it had happened by ``as_of``.

    Args:
        issues: the table; its transitions are in the order of time.
        exists: created by ``as_of``; what is not is never odd.
        as_of: T.
    """
    clamped, broken, mismatch = (np.zeros(len(issues), np.bool_) for _ in range(3))
    moved = np.flatnonzero(_flag_moved(issues) & exists & (issues.created != MISSING))
    first = issues.transition_at[issues.transition_start[moved]]
    clamped[moved] = (first < issues.created[moved]) & (first <= as_of)
    breaks = _find_breaks(issues)
    broken[_owners_of(issues, breaks[issues.transition_at[breaks] <= as_of])] = True
    rows = _find_mismatches(issues, moved)
    mismatch[rows] = _mismatch_began(issues, rows) <= as_of
    return HistoryFlags(clamped, broken & exists, mismatch)


def _flag_moved(issues: IssueTable) -> Flags:
    moved: Flags = np.diff(issues.transition_start) > 0
    return moved


def _owners_of(issues: IssueTable, transitions: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the issue of each of some transitions."""
    return np.searchsorted(issues.transition_start, transitions, side="right") - 1


def _find_breaks(issues: IssueTable) -> NDArray[np.intp]:
    """Return the transitions that do not start where the one before them, of the same issue, led."""
    if not len(issues.transition_at):
        return np.zeros(0, np.intp)
    # Equal codes are the same status, so that only the others have to be compared by id and name.
    apart = np.empty(len(issues.transition_at) + 1, np.bool_)
    apart[1:-1] = issues.transition_from[1:] != issues.transition_to[:-1]
    apart[issues.transition_start] = False  # the first of each issue has none before it
    places = np.flatnonzero(apart)
    same = _SameStatus(issues.statuses)(issues.transition_from[places], issues.transition_to[places - 1])
    return places[~same]


def _find_mismatches(issues: IssueTable, moved: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return those of the issues ``moved`` whose last change does not lead to the status they are in."""
    led, status = issues.transition_to[issues.transition_start[moved + 1] - 1], issues.status[moved]
    apart = led != status  # equal codes are the same status
    rows, led, status = moved[apart], led[apart], status[apart]
    # An issue that does not say its status cannot contradict its history.
    named = np.array([bool(status.id or status.name) for status in issues.statuses], np.bool_)
    contradicting: NDArray[np.intp] = rows[~_SameStatus(issues.statuses)(led, status) & named[status]]
    return contradicting


def _mismatch_began(issues: IssueTable, rows: NDArray[np.intp]) -> Instants:
    """Return when statuses that contradict their histories began: at the last update or change."""
    last = issues.transition_at[issues.transition_start[rows + 1] - 1]
    began: Instants = np.maximum(np.maximum(issues.updated[rows], issues.created[rows]), last)
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
