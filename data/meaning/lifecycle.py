"""When work on each issue began and ended, as of one instant T (specs/metrics.md). Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.intervals import Intervals
from data.model.tables import DONE, IN_PROGRESS, MISSING, UNMAPPED, Codes, Flags, Instants, IssueTable
from data.model.words import fold

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Stays:
    """Status intervals as of T, and where those of each issue lie.

    Attributes:
        intervals: those that began by T.
        exists: by row: created by T.
    """

    intervals: Intervals
    exists: Flags

    def last(self, of: Flags | None = None) -> Places:
        """Return the last place of each issue, among ``of`` if given; -1 where there is none."""
        if of is None:
            return np.where(self.exists, self.intervals.start[1:] - 1, -1)
        return self._find_outermost(np.flatnonzero(of))

    def first(self, of: Flags | None = None) -> Places:
        """Return the first place of each issue, among ``of`` if given; -1 where there is none."""
        if of is None:
            return np.where(self.exists, self.intervals.start[:-1], -1)
        return self._find_outermost(np.flatnonzero(of)[::-1])

    def entered(self, places: Places, where: Flags | None = None) -> Instants:
        """Return when each issue entered the stay at its place, ``MISSING`` at -1 and outside ``where``."""
        known = (places >= 0) if where is None else (places >= 0) & where
        entered = np.full(len(self.exists), MISSING, np.int64)
        entered[known] = self.intervals.entered[places[known]]
        return entered

    def _find_outermost(self, places: Places) -> Places:
        found = np.full(len(self.exists), -1, np.intp)
        # Of repeated assignments NumPy keeps the last, which the order of the places decides.
        found[self.intervals.issue[places]] = places
        return found


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Start, end and state of each issue as of T, by row.

    Attributes:
        category_at: category of the status at T; of what does not exist yet unmapped.
        status_at: code of the status at T, -1 where it is not known.
        started_at: ``MISSING`` where not started by T, or where nothing tells when.
        completed_at: ``MISSING`` where not completed by T.
        start_unknown: the history is truncated, and the start would be read from it.
        start_inferred: an inferred category decides ``started_at``.
        end_inferred: an inferred category decides ``completed_at``.
    """

    category_at: NDArray[np.int8]
    status_at: Codes
    started_at: Instants
    completed_at: Instants
    start_unknown: Flags
    start_inferred: Flags
    end_inferred: Flags


def read_lifecycle(issues: IssueTable, stays: Stays, as_of: int, profile: Profile) -> Lifecycle:
    """Read starts and completions off the stays, as the profile's two sources have it.

    Args:
        issues: the table; without issues every column has length 0.
        stays: as of ``as_of``.
        as_of: T; a resolution date after it counts as none.
        profile: ``start_source`` and ``completion_source``.
    """
    last = stays.last()
    category, status = np.full(len(last), UNMAPPED, np.int8), np.full(len(last), -1, np.int32)
    category[stays.exists] = stays.intervals.category[last[stays.exists]]
    status[stays.exists] = stays.intervals.status[last[stays.exists]]
    by_status = profile.start_source == "status"
    started, start_inferred = _find_started(stays) if by_status else _find_created(issues, stays)
    unknown = stays.exists & issues.truncated if by_status else np.zeros(len(last), np.bool_)
    started[unknown] = MISSING
    completed, end_inferred = _find_completed(issues, stays, last, as_of, profile)
    return Lifecycle(category, status, started, completed, unknown, start_inferred, end_inferred)


def find_over(issues: IssueTable, stays: Stays, profile: Profile, completed_at: Instants) -> Instants:
    """Return the first entry into a status in which an incident is over, else the completion."""
    names = {fold(name) for name in profile.incidents.restored}
    if not names:
        return completed_at
    is_one = [
        status.id in profile.incidents.restored or fold(status.name) in names for status in issues.statuses
    ]
    # The extra place at the end is what code -1 (not known) points to.
    over = np.array([*is_one, False], np.bool_)[stays.intervals.status]
    entered = stays.entered(stays.first(over))
    return np.where(entered != MISSING, entered, completed_at)


def _find_created(issues: IssueTable, stays: Stays) -> tuple[Instants, Flags]:
    return np.where(stays.exists, issues.created, MISSING), np.zeros(len(issues), np.bool_)


def _find_started(stays: Stays) -> tuple[Instants, Flags]:
    """Return the first entry into a status in progress, and whether its category is inferred."""
    places = stays.first(stays.intervals.category == IN_PROGRESS)
    # The extra place at the end is what -1 points to.
    return stays.entered(places), np.append(stays.intervals.inferred, False)[places]


def _find_completed(
    issues: IssueTable, stays: Stays, last: Places, as_of: int, profile: Profile
) -> tuple[Instants, Flags]:
    """Return the start of the final run of done, and whether an inferred category is part of that run."""
    resolved = np.where(stays.exists & (issues.resolved <= as_of), issues.resolved, MISSING)
    if profile.completion_source == "resolution":
        return resolved, np.zeros(len(issues), np.bool_)
    before = stays.last(stays.intervals.category != DONE)
    finished = stays.exists & (before != last)
    first = stays.first()
    begin = np.where(before < 0, first, before + 1)
    # Without any change by T only the resolution date can tell when it was done.
    unmoved = finished & (first == last)
    completed = np.where(unmoved, resolved, stays.entered(begin, finished))
    return completed, finished & _any_inferred(stays, begin, last)


def _any_inferred(stays: Stays, begin: Places, last: Places) -> Flags:
    """Flag issues of which a stay from ``begin`` to ``last`` has an inferred category."""
    inferred = stays.intervals.inferred
    if not inferred.any():
        return np.zeros(len(last), np.bool_)
    before = np.concatenate(([0], np.cumsum(inferred)))
    some: Flags = (last >= 0) & (before[last + 1] > before[np.maximum(begin, 0)])
    return some
