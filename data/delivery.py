"""What Jira's tables mean to the team: status intervals, starts, completions, deliveries. Pure.

The team's status names end here; a metric speaks only of flow items. The
definitions are those of sections 1 and 5 of ``specs/metrics.md``. Everything
holds as of one instant T, whichever it is.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.errors import ConfigurationError
from configuration.profile import FLOW_TYPES, Profile
from data.normalize import category_of, fold
from data.periods import civil_day, midnight
from data.tables import (
    DONE,
    IN_PROGRESS,
    MISSING,
    OPEN,
    TODO,
    UNMAPPED,
    Codes,
    Dataset,
    Flags,
    Instants,
    IssueTable,
    StatusRef,
)

FLOW_ITEMS = (*FLOW_TYPES, "Unclassified")
DEFAULT_FLOW_TYPES: Mapping[str, tuple[str, ...]] = {
    "Feature": ("story", "user story", "feature", "new feature", "improvement", "enhancement"),
    "Defect": ("bug", "defect", "incident"),
    "Debt": (
        "technical task",
        "debt",
        "technical debt",
        "tech debt",
        "refactoring",
        "chore",
        "maintenance",
    ),
    "Risk": ("risk", "security", "vulnerability", "compliance"),
}


@dataclass(frozen=True, slots=True)
class Workflow:
    """The meaning of each status in the vocabulary of the issue table.

    Attributes:
        category: todo, in progress, done or unmapped, by status code.
        waiting: by status code: a started item waits there.
        waiting_known: somebody said which statuses are waiting.
    """

    category: NDArray[np.int8]
    waiting: Flags
    waiting_known: bool


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


@dataclass(frozen=True, slots=True)
class Deployments:
    """Deployments of the source, one per row, ordered by project and id.

    Attributes:
        ids: Jira version id, issue key or event id.
        names: what people call it.
        projects: project key of each, "" where unknown.
        day: civil day as ordinal in the profile zone, 0 where there is no date.
        at: first instant of the deployment (day-dated ones: the midnight that begins their day).
        dated_by_day: only the day is known.
        matches: the name passes the profile's pattern.
        production: the environment counts as production.
        source: ``version``, ``event``, ``issue`` or ``status``.
        configured: a source was chosen or found, so that none means zero.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    projects: tuple[str, ...]
    day: Instants
    at: Instants
    dated_by_day: bool
    matches: Flags
    production: Flags
    source: str
    configured: bool

    def __len__(self) -> int:
        return len(self.ids)


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


def derive(dataset: Dataset, profile: Profile, zone: ZoneInfo, as_of: int) -> DeliveryTables:
    """Give the tables of ``dataset`` their meaning under ``profile`` as of ``as_of``.

    An empty dataset yields tables of length 0.

    Raises:
        ConfigurationError: a pattern of the profile is no regular expression.
    """
    issues = dataset.issues
    workflow = read_workflow(issues, dataset.statuses, profile)
    intervals = _until(lay_intervals(issues), as_of)
    exists = (issues.created != MISSING) & (issues.created <= as_of)
    stays = _Stays(intervals, workflow.category[intervals.status], exists, len(issues))
    category_at = np.full(len(issues), UNMAPPED, np.int8)
    category_at[exists] = stays.category[stays.last()[exists]]
    return DeliveryTables(
        issues=issues,
        as_of=as_of,
        zone=zone,
        workflow=workflow,
        intervals=intervals,
        history=find_history_flags(issues, exists, as_of),
        exists=exists,
        in_scope=_scope(issues, profile),
        started_at=_started(issues, stays, profile),
        completed_at=_completed(issues, stays, as_of, profile),
        category_at=category_at,
        not_delivered=_not_delivered(issues, profile),
        flow_item=classify(issues, profile),
        has_histories=bool(issues.has_changelog.any()),
        start_source=profile.start_source,
        deployments=read_deployments(dataset, profile, zone),
    )


def read_workflow(issues: IssueTable, listed: Iterable[StatusRef], profile: Profile) -> Workflow:
    """Give every status of the vocabulary its category (METRICS.md section 1).

    The profile decides; then the server's status list; then the majority of the
    issues that are in the status today; an id unknown today goes by its name.
    """
    chosen = _chosen(profile)
    today = {
        key: (fold(name), chosen.get(key) or chosen.get(fold(name)) or _Meaning(category))
        for key, (name, category) in _categories_today(issues, listed).items()
    }
    by_name: dict[str, set[_Meaning]] = {}
    for name, meaning in today.values():
        by_name.setdefault(name, set()).add(meaning)
    meanings = [_meaning(status, chosen, today, by_name) for status in issues.statuses]
    return Workflow(
        category=np.array([meaning.category for meaning in meanings], np.int8),
        waiting=np.array([meaning.waiting for meaning in meanings], np.bool_),
        waiting_known=bool(profile.workflow.waiting),
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one status means to the flow of work."""

    category: int
    waiting: bool = False


def _meaning(
    status: StatusRef,
    chosen: Mapping[str, _Meaning],
    today: Mapping[str, tuple[str, _Meaning]],
    by_name: Mapping[str, set[_Meaning]],
) -> _Meaning:
    """Return the meaning of one status: as it is known today, else by its name if that is unambiguous."""
    name = fold(status.name)
    known = today.get(status.id or name)
    if known is not None:
        return known[1]
    if status.id in chosen or name in chosen:
        return chosen.get(status.id) or chosen[name]
    namesakes = by_name.get(name, set())
    if len({meaning.category for meaning in namesakes}) == 1:
        return min(namesakes, key=lambda meaning: meaning.waiting)
    return _Meaning(UNMAPPED)


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


def classify(issues: IssueTable, profile: Profile) -> NDArray[np.int8]:
    """Return the place in ``FLOW_ITEMS`` of every issue: by type id, then type, label, component."""
    by_id: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for place, flow in enumerate(FLOW_TYPES):
        by_name.update(dict.fromkeys(DEFAULT_FLOW_TYPES[flow], place))
    for place, flow in enumerate(FLOW_TYPES):
        named: tuple[str, ...] = getattr(profile.flow_types, flow)
        by_id.update(dict.fromkeys(named, place))
        by_name.update({fold(name): place for name in named})
    types = np.array(
        [by_id.get(kind.id, by_name.get(fold(kind.name), -1)) for kind in issues.types] or [-1], np.int8
    )
    labels, components = (
        _first_named(issues.label_sets, by_name),
        _first_named(issues.component_sets, by_name),
    )
    found = types[issues.type]
    found = np.where(found < 0, labels[issues.labels], found)
    found = np.where(found < 0, components[issues.components], found)
    return np.where(found < 0, len(FLOW_TYPES), found).astype(np.int8)


def read_deployments(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    """Return the deployments of the profile's source: released versions, or imported events."""
    if dataset.deployments and profile.deployments.source in ("auto", "events"):
        return _from_events(dataset, profile, zone)
    return _from_versions(dataset, profile, zone)


def pattern_of(text: str, name: str) -> re.Pattern[str]:
    """Compile a pattern of the profile.

    Raises:
        ConfigurationError: it is no regular expression; ``name`` says which setting it is.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigurationError(
            f"The setting {name} is no regular expression: {error}.",
            hint=f"Correct {name} in the profile, or leave it empty to match every name.",
        ) from error


def _categories_today(issues: IssueTable, listed: Iterable[StatusRef]) -> dict[str, tuple[str, int]]:
    """Return today's name and category of each status id: as listed, else by majority of its issues."""
    votes: dict[str, Counter[int]] = {}
    names: dict[str, str] = {}
    width = UNMAPPED + 1
    cells = issues.status.astype(np.int64) * width + issues.category
    for cell, count in zip(*(part.tolist() for part in np.unique(cells, return_counts=True)), strict=True):
        status = issues.statuses[cell // width]
        # A status without an id is known by its name alone.
        key = status.id or fold(status.name)
        names.setdefault(key, status.name)
        if cell % width != UNMAPPED:
            votes.setdefault(key, Counter())[cell % width] += count
    today = {key: (name, _majority(votes.get(key))) for key, name in names.items()}
    today.update({s.id or fold(s.name): (s.name, category_of(s.category)) for s in listed})
    return today


def _majority(votes: Counter[int] | None) -> int:
    if not votes:
        return UNMAPPED
    return max((DONE, IN_PROGRESS, TODO), key=lambda category: votes[category])


def _chosen(profile: Profile) -> dict[str, _Meaning]:
    """Return what the profile's workflow says, by status id and by folded name."""
    workflow = profile.workflow
    parts = (
        (workflow.not_started, _Meaning(TODO)),
        (workflow.done, _Meaning(DONE)),
        (workflow.waiting, _Meaning(IN_PROGRESS, waiting=True)),
        (workflow.active, _Meaning(IN_PROGRESS)),
    )
    return {key: meaning for names, meaning in parts for name in names for key in (name, fold(name))}


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


def _until(intervals: Intervals, as_of: int) -> Intervals:
    """Keep what had begun by ``as_of``; what ended later was still open then."""
    kept = intervals.entered <= as_of
    left = intervals.left[kept]
    return Intervals(
        intervals.issue[kept],
        intervals.status[kept],
        intervals.entered[kept],
        np.where(left > as_of, OPEN, left),
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


def _first_named(sets: tuple[tuple[str, ...], ...], by_name: Mapping[str, int]) -> NDArray[np.int8]:
    """Return for each set of names the flow item of its first name that stands for one, else -1."""
    found = [next((by_name[key] for key in map(fold, names) if key in by_name), -1) for names in sets]
    return np.array(found or [-1], np.int8)


def _from_versions(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    keys = {project.id: project.key for project in dataset.issues.projects}
    released = sorted(
        (version for version in dataset.versions if version.released),
        key=lambda version: (number_or_text(version.project_id), number_or_text(version.id)),
    )
    days = [dt.date.fromisoformat(v.release_date) if v.release_date else None for v in released]
    pattern = pattern_of(profile.deployments.version_pattern, "deployments.version_pattern")
    return Deployments(
        ids=tuple(version.id for version in released),
        names=tuple(version.name for version in released),
        projects=tuple(keys.get(version.project_id, "") for version in released),
        day=np.array([day.toordinal() if day else 0 for day in days], np.int64),
        at=np.array([midnight(day, zone) if day else MISSING for day in days], np.int64),
        dated_by_day=True,
        matches=np.array([bool(pattern.search(version.name)) for version in released], np.bool_),
        production=np.ones(len(released), np.bool_),
        source="version",
        configured=any(days) or profile.deployments.source == "versions",
    )


def _from_events(dataset: Dataset, profile: Profile, zone: ZoneInfo) -> Deployments:
    events = sorted(dataset.deployments, key=lambda event: (event.project, number_or_text(event.id)))
    wanted = {fold(name) for name in profile.deployments.environments}
    return Deployments(
        ids=tuple(event.id for event in events),
        names=tuple(event.name for event in events),
        projects=tuple(event.project for event in events),
        day=np.array([civil_day(event.at, zone).toordinal() for event in events], np.int64),
        at=np.array([event.at for event in events], np.int64),
        dated_by_day=False,
        matches=np.ones(len(events), np.bool_),
        production=np.array([not wanted or fold(event.environment) in wanted for event in events], np.bool_),
        source="event",
        configured=True,
    )


def number_or_text(text: str) -> tuple[int, str]:
    """Return a sort key that puts ids in numeric order, and ids that are no numbers after them."""
    return (int(text), "") if text.isascii() and text.isdigit() else (10**18, text)
