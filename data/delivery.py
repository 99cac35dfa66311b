"""What Jira's tables mean to the team: started, completed, delivered, in scope. Pure.

The team's status names end here; a metric speaks only of flow items. The
definitions are those of ``specs/metrics.md``. Everything holds as of one
instant T, whichever it is.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.attribution import Items, Operations, find_operations
from data.business_days import BusinessCalendar, calendar_of
from data.deployments import Deployments, Work, project_groups, read_deployments
from data.flow_items import FLOW_ITEMS, classify
from data.intervals import HistoryFlags, Intervals, find_history_flags, lay_intervals, until
from data.mapped_values import Dates, MappedValues, dates_or, read_mapped
from data.normalize import fold
from data.tables import DONE, IN_PROGRESS, MISSING, UNMAPPED, Dataset, Flags, Instants, IssueTable
from data.workflow import Workflow, read_workflow


@dataclass(frozen=True, slots=True)
class DeliveryTables:
    """Issue tables with their meaning as of T; every array has one entry per issue row.

    Attributes:
        issues: the issue table underneath.
        as_of: T, epoch milliseconds.
        zone: the profile's zone.
        workflow: what the statuses mean.
        intervals: status intervals that began by T; ``left`` after T is ``OPEN``.
        history: what was odd about the histories.
        exists: created, readably, by T.
        in_scope: a flow item by type; created readably.
        started_at: ``MISSING`` where not started by T.
        completed_at: ``MISSING`` where not completed by T.
        category_at: category of the status at T.
        not_delivered: the resolution is one of those that deliver nothing.
        flow_item: place in ``FLOW_ITEMS``.
        has_histories: at least one issue of the store has a changelog.
        start_source: ``status`` or ``created``.
        deployments: what was deployed.
        operations: what went out with what, and what that broke.
        change: when each change began: the commit where one is mapped, else the start of the work.
        change_measured: the beginning of the change is that of its commit.
        detected: when an incident was seen: as mapped, else its creation.
        restored: when it was over: as mapped, else its first status of that meaning, else its completion.
        mapped: what the mapped fields say.
        edition: of the DORA report that levels are taken from.
        calendar: of working days, where the profile counts in them; None: elapsed time.
    """

    issues: IssueTable
    as_of: int
    zone: ZoneInfo
    workflow: Workflow
    intervals: Intervals
    history: HistoryFlags
    exists: Flags
    in_scope: Flags
    started_at: Instants
    completed_at: Instants
    category_at: NDArray[np.int8]
    not_delivered: Flags
    flow_item: NDArray[np.int8]
    has_histories: bool
    start_source: str
    deployments: Deployments
    operations: Operations
    change: Dates
    change_measured: Flags
    detected: Dates
    restored: Dates
    mapped: MappedValues
    edition: str = "2024"
    calendar: BusinessCalendar | None = None


def derive(dataset: Dataset, profile: Profile, zone: ZoneInfo, as_of: int) -> DeliveryTables:
    """Give the tables of ``dataset`` their meaning under ``profile`` as of ``as_of``.

    An empty dataset yields tables of length 0.

    Raises:
        ConfigurationError: a pattern of the profile is no regular expression.
    """
    issues = dataset.issues
    workflow = read_workflow(issues, dataset.statuses, profile)
    intervals = until(lay_intervals(issues), as_of)
    exists = (issues.created != MISSING) & (issues.created <= as_of)
    stays = _Stays(intervals, workflow.category[intervals.status], exists, len(issues))
    category_at = np.full(len(issues), UNMAPPED, np.int8)
    category_at[exists] = stays.category[stays.last()[exists]]
    completed_at = _completed(issues, stays, as_of, profile)
    not_delivered = _not_delivered(issues, profile)
    in_scope = _scope(issues, profile)
    flow_item = classify(issues, profile)
    started_at = _started(issues, stays, profile)
    mapped = read_mapped(issues, profile, zone, as_of)
    detected = dates_or(mapped.detected, issues.created)
    deployments = read_deployments(dataset, profile, zone, Work(completed_at, intervals, as_of, mapped))
    items = Items(
        exists=exists,
        in_scope=in_scope,
        completed_at=completed_at,
        delivered=(completed_at != MISSING) & ~not_delivered,
        defect=flow_item == FLOW_ITEMS.index("Defect"),
        detected=detected,
        mapped=mapped,
    )
    return DeliveryTables(
        issues=issues,
        as_of=as_of,
        zone=zone,
        workflow=workflow,
        intervals=intervals,
        history=find_history_flags(issues, exists, as_of),
        exists=exists,
        in_scope=in_scope,
        started_at=started_at,
        completed_at=completed_at,
        category_at=category_at,
        not_delivered=not_delivered,
        flow_item=flow_item,
        has_histories=bool(issues.has_changelog.any()),
        start_source=profile.start_source,
        deployments=deployments,
        operations=find_operations(issues, deployments, project_groups(issues), items, profile),
        change=dates_or(mapped.commit, started_at),
        change_measured=mapped.commit.known if mapped.commit else np.zeros(len(issues), np.bool_),
        detected=detected,
        restored=dates_or(mapped.restored, _over(issues, stays, profile, completed_at)),
        mapped=mapped,
        edition=profile.edition,
        calendar=calendar_of(profile, zone),
    )


@dataclass(frozen=True, slots=True)
class _Stays:
    """Status intervals as of T with the category of each, and where each issue's stays lie."""

    intervals: Intervals
    category: NDArray[np.int8]
    exists: Flags
    n: int

    def last(self, of: Flags | None = None) -> NDArray[np.intp]:
        """Return the last place of each issue, among ``of`` if given; -1 where there is none."""
        return self._outermost(of, slice(None))

    def first(self, of: Flags | None = None) -> NDArray[np.intp]:
        """Return the first place of each issue, among ``of`` if given; -1 where there is none."""
        return self._outermost(of, slice(None, None, -1))

    def _outermost(self, of: Flags | None, order: slice) -> NDArray[np.intp]:
        places = np.arange(len(self.category)) if of is None else np.flatnonzero(of)
        found = np.full(self.n, -1, np.intp)
        # Of repeated assignments NumPy keeps the last, which the order of the places decides.
        found[self.intervals.issue[places[order]]] = places[order]
        return found


def _scope(issues: IssueTable, profile: Profile) -> Flags:
    """Flag flow items: readable creation, and a type that the profile does not leave out."""
    deployment = profile.deployments.type
    wanted = [
        (kind.level >= 0 or profile.include_subtasks)
        and (kind.level <= 0 or profile.include_epics)
        and not (deployment and (kind.id == deployment or fold(kind.name) == fold(deployment)))
        for kind in issues.types
    ]
    in_scope: Flags = np.array(wanted, np.bool_)[issues.type] & (issues.created != MISSING)
    return in_scope


def _started(issues: IssueTable, stays: _Stays, profile: Profile) -> Instants:
    if profile.start_source == "created":
        return np.where(stays.exists, issues.created, MISSING)
    return _entered(stays, stays.first(stays.category == IN_PROGRESS))


def _completed(issues: IssueTable, stays: _Stays, as_of: int, profile: Profile) -> Instants:
    resolved = np.where(stays.exists & (issues.resolved <= as_of), issues.resolved, MISSING)
    if profile.completion_source == "resolution":
        return resolved
    done = stays.category == DONE
    before = stays.last(~done)
    finished = stays.exists & (before != stays.last())
    completed = _entered(stays, np.where(before < 0, stays.first(), before + 1), finished)
    # Without any change in the history only the resolution date can tell when it was done.
    unmoved = finished & (np.diff(issues.transition_start) == 0)
    return np.where(unmoved, resolved, completed)


def _over(issues: IssueTable, stays: _Stays, profile: Profile, completed_at: Instants) -> Instants:
    """Return the first entry into a status in which an incident is over, else the completion."""
    names = {fold(name) for name in profile.incidents.restored}
    if not names:
        return completed_at
    is_one = [
        status.id in profile.incidents.restored or fold(status.name) in names for status in issues.statuses
    ]
    entered = _entered(stays, stays.first(np.array(is_one, np.bool_)[stays.intervals.status]))
    return np.where(entered != MISSING, entered, completed_at)


def _entered(stays: _Stays, places: NDArray[np.intp], where: Flags | None = None) -> Instants:
    """Return when each issue entered the stay at its place, ``MISSING`` at -1 and outside ``where``."""
    known = (places >= 0) if where is None else (places >= 0) & where
    entered = np.full(stays.n, MISSING, np.int64)
    entered[known] = stays.intervals.entered[places[known]]
    return entered


def _not_delivered(issues: IssueTable, profile: Profile) -> Flags:
    names = {fold(name) for name in profile.not_delivered}
    # The extra place at the end is what code -1 (no resolution) points to.
    refused = np.array([fold(name) in names for name in issues.resolutions] + [False], np.bool_)
    flags: Flags = refused[issues.resolution]
    return flags
