"""What Jira's tables mean to the team: started, completed, delivered, in scope. Pure.

The team's status names end here; a metric speaks only of flow items. The
definitions are those of ``specs/metrics.md``. Everything holds as of one
instant T, whichever it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.attribution import Items, Operations, find_operations
from data.meaning.business_days import BusinessCalendar, calendar_of
from data.meaning.code_changes import (
    CodeChanges,
    carried_by_code,
    find_code_changes,
    with_changes,
    with_projects,
)
from data.meaning.deployments import Deployments, read_deployments
from data.meaning.flow_items import FLOW_ITEMS, classify
from data.meaning.hierarchy import find_hierarchy, start_with_children
from data.meaning.intervals import HistoryFlags, Intervals, find_history_flags, flag_existing, lay_intervals
from data.meaning.lifecycle import Lifecycle, Stays, find_over, read_lifecycle
from data.meaning.mapped_values import YES, MappedValues, read_mapped
from data.meaning.outcome import Outcome, read_outcome
from data.meaning.repairs import with_repairs
from data.meaning.scope import flag_scope
from data.meaning.told_incidents import ToldIncidents, find_told_incidents, told_instead
from data.meaning.workflow import Workflow, read_workflow
from data.model.columns import Coded
from data.model.dates import Dates, dates_or
from data.model.projects import project_groups
from data.model.tables import MISSING, Dataset, Flags, Instants, IssueTable
from data.model.targets import target_values
from data.sources.port import Entries, Work

_R = TypeVar("_R")


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
        lives: the same three, with what is not known or only inferred about them.
        outcome: what ended without being delivered, and what says so.
        flow_item: place in ``FLOW_ITEMS``.
        has_histories: at least one issue of the store has a changelog.
        start_source: ``status`` or ``created``.
        completion_source: ``status`` or ``resolution``.
        deployments: what was deployed.
        operations: what went out with what, and what that broke.
        change: when each change began: its first commit where one is known, else the start of the work.
        change_measured: the beginning of the change is that of its commit.
        detected: when an incident was seen: as mapped, else its creation.
        restored: when it was over: as mapped, else its first status of that meaning, else its completion.
        mapped: what the mapped fields say.
        code: changes of code, where some are stored.
        told: incidents that files tell of, and deployments that a later one mended.
        edition: of the DORA report that levels are taken from.
        targets: what a number should be, by metric id and in its unit.
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
    lives: Lifecycle
    outcome: Outcome
    flow_item: NDArray[np.int8]
    has_histories: bool
    start_source: str
    completion_source: str
    deployments: Deployments
    operations: Operations
    change: Dates
    change_measured: Flags
    detected: Dates
    restored: Dates
    mapped: MappedValues
    code: CodeChanges
    told: ToldIncidents
    edition: str = "2024"
    targets: Mapping[str, float] = field(default_factory=dict)
    calendar: BusinessCalendar | None = None
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    _instead: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: "Callable[[DeliveryTables], _R]") -> _R:
        """Return what ``make``, a pure function, makes of these tables; whoever asks next gets the same.

        Facts that no view decides hang here. Two threads that ask at once may both make
        them: either result is the same.
        """
        if make not in self._made:
            self._made[make] = self._instead.get(make, make)(self)
        return cast(_R, self._made[make])

    def tell(self, make: "Callable[[DeliveryTables], _R]", instead: "Callable[[DeliveryTables], _R]") -> None:
        """Have ``once(make)`` give what another function makes, where these tables do not tell it."""
        self._instead[make] = instead

    def names(self, rows: NDArray[np.intp]) -> tuple[str, ...]:
        """Return keys of issues, and ids of changes whose rows come after those of all issues."""
        n = len(self.issues)
        changes = self.code.table.ids
        return (*self.issues.keys(rows[rows < n]), *(changes[row - n] for row in rows[rows >= n].tolist()))

    @property
    def not_delivered(self) -> Flags:
        """The resolution, or the status at T, is one of those that deliver nothing."""
        return self.outcome.not_delivered


def derive(dataset: Dataset, profile: Profile, zone: ZoneInfo, as_of: int) -> DeliveryTables:
    """Give the tables of ``dataset`` their meaning as of ``as_of``; those of an empty one have length 0.

    Raises:
        ConfigurationError: a pattern of the profile is not a regular expression.
    """
    issues = dataset.issues
    workflow = read_workflow(issues, dataset.statuses, profile)
    exists = flag_existing(issues, as_of)
    history = find_history_flags(issues, exists, as_of)
    intervals = lay_intervals(issues, workflow, as_of, history)
    stays = Stays(intervals, exists)
    lives = read_lifecycle(issues, stays, as_of, profile)
    if profile.hierarchy.parent_starts_with_children:
        lives = start_with_children(lives, exists, find_hierarchy(issues))
    outcome = read_outcome(issues, workflow, lives, profile)
    in_scope = flag_scope(issues, profile)
    flow_item = classify(issues, profile)
    mapped = read_mapped(issues, profile, zone, as_of)
    detected = dates_or(mapped.detected, issues.created)
    # Of the sources of deployments one reads stays, and none that is not known: a copy only for that one.
    stays_read = intervals.known() if profile.deployments.status else intervals
    work = tell_work(lives.completed_at, stays_read, as_of, mapped)
    deployments = read_deployments(dataset, profile, zone, work)
    groups = project_groups(issues)
    code = find_code_changes(dataset.changes, issues, deployments, groups, as_of)
    deployments = with_changes(with_projects(deployments, code, dataset.versions, groups), code)
    delivered = (lives.completed_at != MISSING) & ~outcome.not_delivered
    defect = flow_item == FLOW_ITEMS.index("Defect")
    told = find_told_incidents(dataset.incidents, issues, deployments, groups, profile.incidents)
    items = Items(exists, in_scope, lives.completed_at, delivered, defect, detected, mapped, told.stands_for)
    operations = find_operations(issues, deployments, groups, items, profile)
    operations = told_instead(carried_by_code(operations, deployments, code), told)
    change, measured = _find_starts(mapped, lives.started_at, code)
    return DeliveryTables(
        issues=issues,
        as_of=as_of,
        zone=zone,
        workflow=workflow,
        intervals=intervals,
        history=history,
        exists=exists,
        in_scope=in_scope,
        started_at=lives.started_at,
        completed_at=lives.completed_at,
        category_at=lives.category_at,
        lives=lives,
        outcome=outcome,
        flow_item=flow_item,
        has_histories=bool(issues.has_changelog.any()),
        start_source=profile.start_source,
        completion_source=profile.completion_source,
        deployments=deployments,
        operations=operations,
        change=change,
        change_measured=measured,
        detected=detected,
        restored=dates_or(mapped.restored, find_over(issues, stays, profile, lives.completed_at)),
        mapped=mapped,
        code=code,
        told=with_repairs(told, operations, deployments, code),
        edition=profile.edition,
        targets=target_values(profile.targets),
        calendar=calendar_of(profile, zone),
    )


def _find_starts(mapped: MappedValues, started_at: Instants, code: CodeChanges) -> tuple[Dates, Flags]:
    """Return when the change of each issue began, and where that is the instant of a commit."""
    change = dates_or(mapped.commit, started_at)
    measured = mapped.commit.known if mapped.commit else np.zeros(len(started_at), np.bool_)
    if not len(code):
        return change, measured
    first = code.earliest_start()
    known = first != MISSING
    return Dates(first, first).or_else_dates(change), measured | known


def starts_of(delivery: DeliveryTables) -> Instants:
    """Return when changes began as durations are reckoned, by issue row, and after those by change."""
    return np.append(delivery.change.reckoned_at, delivery.code.first_commit_at)


def carriers_of(delivery: DeliveryTables) -> NDArray[np.int64]:
    """Return the deployment that carried each issue out, and after those each change; -1 for none."""
    return np.append(delivery.operations.deployment_of, delivery.code.deployment)


def tell_work(completed_at: Instants, stays: Intervals, as_of: int, mapped: MappedValues) -> Work:
    """Return what sources of deployments are told of the issues."""
    named = mapped.environment
    return Work(
        completed_at=completed_at,
        entries=Entries(stays.issue, stays.status, stays.entered),
        as_of=as_of,
        deployed=dates_or(mapped.deployed, completed_at),
        environment=None if named is None else Coded(named.codes, named.names),
        failed=None if mapped.failed is None else mapped.failed == YES,
    )
