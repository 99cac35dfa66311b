"""What was deployed when, one row each: from the first of four sources that has any. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.errors import ConfigurationError
from configuration.profile import Profile
from data.intervals import Intervals
from data.mapped_values import YES, MappedValues, dates_or
from data.normalize import fold
from data.periods import civil_day, iso_instant, midnight
from data.tables import MISSING, Dataset, Flags, Instants, IssueTable, split_key

DAY_MS = 86_400_000
SOURCES = ("events", "issues", "versions", "status")


@dataclass(frozen=True, slots=True)
class Work:
    """What became of the issues by T, for the sources that read deployments off it.

    Attributes:
        completed_at: by issue row, ``MISSING`` where not completed.
        intervals: status intervals that began by T.
        as_of: T.
        mapped: what the mapped fields say.
    """

    completed_at: Instants
    intervals: Intervals
    as_of: int
    mapped: MappedValues


@dataclass(frozen=True)
class Deployments:
    """Deployments of the source, one per row, ordered by project and id.

    Attributes:
        ids: Jira version id, issue key, event id, or project and day.
        names: what people call it.
        projects: project key of each, "" where unknown.
        group: number of its project in ``project_groups``; -1 where unknown.
        day: civil day as ordinal in the profile zone, 0 where there is no date.
        at: first instant of the deployment (day-dated ones: the midnight that begins their day).
        reckoned_at: the instant that durations are measured to (day-dated ones: the next midnight).
        by_day: only its day is known.
        matches: the name passes the profile's pattern.
        production: the environment counts as production.
        failed: the source itself says that it failed.
        hotfix: the name matches the hotfix pattern.
        source: ``version``, ``event``, ``issue`` or ``status``.
        configured: a source was chosen or found, so that none means zero.
        as_of: T.
        versions: by row, ids of the versions that it stands for.
        holds: by row, rows of the issues that it names itself; None: it names none.
        own_row: row of the issue that it is, -1 for other sources.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    projects: tuple[str, ...]
    group: NDArray[np.int64]
    day: Instants
    at: Instants
    reckoned_at: Instants
    by_day: Flags
    matches: Flags
    production: Flags
    failed: Flags
    hotfix: Flags
    source: str
    configured: bool
    as_of: int
    versions: tuple[tuple[str, ...], ...]
    holds: tuple[tuple[int, ...] | None, ...]
    own_row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def after_as_of(self) -> Flags:
        """Deployments that had not happened by T; a day-dated one has on the day of T."""
        later: Flags = (self.day != 0) & (self.at > self.as_of)
        return later

    @cached_property
    def counted(self) -> Flags:
        """Deployments in production, dated, of a name that counts, by T."""
        good: Flags = (self.day != 0) & self.matches & self.production & ~self.after_as_of
        return good

    @property
    def dated_by_day(self) -> bool:
        """Whether some of them are known by their day alone."""
        return bool(self.by_day.any())

    @cached_property
    def entries(self) -> tuple[dict[str, Any], ...]:
        """Each as ``metrics --json`` lists it; of one that is known by its day, ``at`` is the date."""
        days = [dt.date.fromordinal(day).isoformat() if day else "" for day in self.day.tolist()]
        instants = map(iso_instant, self.at.tolist())
        dated = zip(self.by_day.tolist(), days, instants, strict=True)
        return tuple(
            {"id": id, "name": name, "at": day if by_day else instant, "source": self.source}
            for id, name, (by_day, day, instant) in zip(self.ids, self.names, dated, strict=True)
        )

    @cached_property
    def carries_until(self) -> Instants:
        """The first instant at which an issue was completed too late to have gone out with each.

        A ticket may be closed the morning after its release day, but not a whole day later.
        """
        until: Instants = self.reckoned_at + np.where(self.by_day, DAY_MS, 1)
        return until

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """Place of each row by instant, then id."""
        by_id = sorted(range(len(self)), key=lambda row: number_or_text(self.ids[row]))
        order = np.array(by_id, np.int64)[np.argsort(self.reckoned_at[by_id], kind="stable")]
        rank = np.empty(len(self), np.int64)
        rank[order] = np.arange(len(self))
        return rank


@dataclass(frozen=True, slots=True)
class _Row:
    """One deployment before it becomes a row."""

    id: str
    name: str
    project: str
    group: int
    day: dt.date | None
    at: int | None = None  # None: only the day is known
    production: bool = True
    matches: bool = True
    failed: bool = False
    versions: tuple[str, ...] = ()
    holds: tuple[int, ...] | None = None
    own_row: int = -1


def read_deployments(dataset: Dataset, profile: Profile, zone: ZoneInfo, work: Work) -> Deployments:
    """Return the deployments of the profile's source; ``auto`` takes the first that yields any.

    Raises:
        ConfigurationError: a pattern of the profile is no regular expression.
    """
    groups = project_groups(dataset.issues)
    readers: Mapping[str, Callable[[], list[_Row]]] = {
        "events": lambda: _events(dataset, profile, zone, groups),
        "issues": lambda: _issues(dataset.issues, profile, zone, work, groups),
        "versions": lambda: _versions(dataset, profile, groups),
        "status": lambda: _statuses(dataset.issues, profile, zone, work, groups),
    }
    source, rows = _of_source(profile, readers)
    hotfix = pattern_of(profile.deployments.hotfix_pattern, "deployments.hotfix_pattern")
    by_day = np.array([row.at is None for row in rows], np.bool_)
    starts = [MISSING if row.day is None else midnight(row.day, zone) for row in rows]
    ends = [MISSING if row.day is None else midnight(row.day + dt.timedelta(days=1), zone) for row in rows]
    at = [start if row.at is None else row.at for row, start in zip(rows, starts, strict=True)]
    return Deployments(
        ids=tuple(row.id for row in rows),
        names=tuple(row.name for row in rows),
        projects=tuple(row.project for row in rows),
        group=np.array([row.group for row in rows], np.int64),
        day=np.array([row.day.toordinal() if row.day else 0 for row in rows], np.int64),
        at=np.array(at, np.int64),
        reckoned_at=np.where(by_day, np.array(ends, np.int64), np.array(at, np.int64)),
        by_day=by_day,
        matches=np.array([row.matches for row in rows], np.bool_),
        production=np.array([row.production for row in rows], np.bool_),
        failed=np.array([row.failed for row in rows], np.bool_),
        hotfix=np.array([bool(hotfix.search(row.name)) for row in rows], np.bool_),
        source=_SINGULAR[source],
        configured=_is_configured(source, profile, rows),
        as_of=work.as_of,
        versions=tuple(row.versions for row in rows),
        holds=tuple(row.holds for row in rows),
        own_row=np.array([row.own_row for row in rows], np.int64),
    )


_SINGULAR = {"events": "event", "issues": "issue", "versions": "version", "status": "status"}


def _of_source(profile: Profile, readers: Mapping[str, Callable[[], list[_Row]]]) -> tuple[str, list[_Row]]:
    """Return the chosen source with its rows; in auto mode the first with a dated one, else versions."""
    chosen = profile.deployments.source
    if chosen != "auto":
        return chosen, readers[chosen]()
    for source in SOURCES:
        rows = readers[source]()
        if any(row.day for row in rows):
            return source, rows
    return "versions", readers["versions"]()


def _is_configured(source: str, profile: Profile, rows: Sequence[_Row]) -> bool:
    """Tell whether the source can say anything: auto found a date, or what a chosen one needs is named."""
    settings = profile.deployments
    if settings.source == "auto":
        return any(row.day for row in rows)
    needed = {"issues": settings.type, "status": settings.status}
    return bool(needed.get(source, "nothing more"))


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


def number_or_text(text: str) -> tuple[int, str]:
    """Return a sort key that puts ids in numeric order, and ids that are no numbers after them."""
    return (int(text), "") if text.isascii() and text.isdigit() else (10**18, text)


@dataclass(frozen=True, slots=True)
class ProjectGroups:
    """Which project codes of the issue table are one project: those with the same id, else key.

    Attributes:
        of_code: group by project code.
        of_id: group by project id.
        of_key: group by project key.
    """

    of_code: NDArray[np.int64]
    of_id: Mapping[str, int]
    of_key: Mapping[str, int]


def project_groups(issues: IssueTable) -> ProjectGroups:
    """Number the projects of the issue table; a project that changed its key stays one."""
    numbers: dict[str, int] = {}
    codes = [
        numbers.setdefault(f"id {project.id}" if project.id else f"key {project.key}", len(numbers))
        for project in issues.projects
    ]
    pairs = list(zip(issues.projects, codes, strict=True))
    return ProjectGroups(
        of_code=np.array(codes, np.int64),
        of_id={project.id: code for project, code in pairs if project.id},
        of_key={project.key: code for project, code in pairs},
    )


def _versions(dataset: Dataset, profile: Profile, groups: ProjectGroups) -> list[_Row]:
    """Read released versions; the pattern of the profile says which names are deployments."""
    keys = {project.id: project.key for project in dataset.issues.projects}
    released = sorted(
        (version for version in dataset.versions if version.released),
        key=lambda version: (number_or_text(version.project_id), number_or_text(version.id)),
    )
    pattern = pattern_of(profile.deployments.version_pattern, "deployments.version_pattern")
    return [
        _Row(
            id=version.id,
            name=version.name,
            project=keys.get(version.project_id, ""),
            group=groups.of_id.get(version.project_id, -1),
            day=dt.date.fromisoformat(version.release_date) if version.release_date else None,
            matches=bool(pattern.search(version.name)),
            versions=(version.id,),
            holds=(),
        )
        for version in released
    ]


def _events(dataset: Dataset, profile: Profile, zone: ZoneInfo, groups: ProjectGroups) -> list[_Row]:
    """Read imported events; one without an issue list may be named like a version of its project."""
    if not dataset.deployments:
        return []
    wanted = {fold(name) for name in profile.deployments.environments}
    named = _version_names(dataset, groups)
    places = _places(dataset.issues, {key for event in dataset.deployments for key in event.issues})
    rows = []
    for event in sorted(dataset.deployments, key=lambda row: (row.project, number_or_text(row.id))):
        group = groups.of_key.get(event.project, -1)
        versions = () if event.issues else named.get((group, fold(event.name)), ())
        held = tuple(places[key] for key in event.issues if key in places)
        rows.append(
            _Row(
                id=event.id,
                name=event.name,
                project=event.project,
                group=group,
                day=civil_day(event.at, zone),
                at=event.at,
                production=not wanted or fold(event.environment) in wanted,
                failed=event.failed,
                versions=versions,
                holds=held if event.issues or versions else None,
            )
        )
    return rows


def _version_names(dataset: Dataset, groups: ProjectGroups) -> dict[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for version in dataset.versions:
        name = (groups.of_id.get(version.project_id, -1), fold(version.name))
        found[name] = (*found.get(name, ()), version.id)
    return found


def _places(issues: IssueTable, keys: Iterable[str]) -> dict[str, int]:
    """Return the rows of those of ``keys`` that are stored; the table is in their order."""
    project_keys = [project.key for project in issues.projects]
    spans: dict[str, tuple[int, int]] = {}
    places = {}
    for key in keys:
        parts = split_key(key)
        if parts is None or parts[0] not in project_keys:
            continue
        project, number = parts
        if project not in spans:
            mine = np.array([name == project for name in project_keys], np.bool_)[issues.project]
            first = int(np.argmax(mine))
            spans[project] = first, first + int(mine.sum())
        first, end = spans[project]
        row = first + int(np.searchsorted(issues.number[first:end], number))
        if row < end and issues.number[row] == number:
            places[key] = row
    return places


def _issues(
    issues: IssueTable, profile: Profile, zone: ZoneInfo, work: Work, groups: ProjectGroups
) -> list[_Row]:
    """Read completed issues of the deployment type, with what they link to, else share a version with.

    They count at their mapped date, else from their completion.
    """
    wanted = profile.deployments.type
    if not wanted:
        return []
    is_one = np.array(
        [kind.id == wanted or fold(kind.name) == fold(wanted) for kind in issues.types], np.bool_
    )
    if not is_one.any():
        return []
    rows = np.flatnonzero(is_one[issues.type] & (work.completed_at != MISSING))
    keys = issues.keys(rows)
    linked = _linked(issues, rows, profile)
    mapped = work.mapped
    dates = dates_or(mapped.deployed, work.completed_at)
    return [
        _Row(
            id=key,
            name=key,
            project=issues.projects[issues.project[row]].key,
            group=int(groups.of_code[issues.project[row]]),
            day=civil_day(int(dates.at[row]), zone),
            at=None if dates.at[row] != dates.reckoned_at[row] else int(dates.at[row]),
            production=mapped.production is None or bool(mapped.production[row]),
            failed=mapped.failed is not None and bool(mapped.failed[row] == YES),
            versions=() if linked.get(row) else issues.version_sets[issues.fix_versions[row]],
            holds=tuple(linked.get(row, ()))
            or (() if issues.version_sets[issues.fix_versions[row]] else None),
            own_row=row,
        )
        for row, key in zip(rows.tolist(), keys, strict=True)
    ]


def _linked(issues: IssueTable, rows: NDArray[np.intp], profile: Profile) -> dict[int, list[int]]:
    """Return the rows at the other end of the links of each of ``rows``, but for what it caused."""
    caused = set(zip(*(part.tolist() for part in causal_links(issues, profile)), strict=True))
    found: dict[int, list[int]] = {}
    mine = np.isin(issues.link_issue, rows)
    for row, target in zip(issues.link_issue[mine].tolist(), issues.link_target[mine].tolist(), strict=True):
        if (target, row) not in caused:
            found.setdefault(row, []).append(target)
    return found


def causal_links(issues: IssueTable, profile: Profile) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return rows that say by an inward link what they were caused by, and the rows of those causes."""
    words = [fold(word) for word in profile.incidents.link_types]
    causal = np.array([any(word in fold(text) for word in words) for text in issues.link_texts], np.bool_)
    if not len(causal):
        return issues.link_issue[:0], issues.link_target[:0]
    named = issues.link_inward & causal[issues.link_text]
    return issues.link_issue[named], issues.link_target[named]


def _statuses(
    issues: IssueTable, profile: Profile, zone: ZoneInfo, work: Work, groups: ProjectGroups
) -> list[_Row]:
    """Read each issue's first entry into the deployed status: one deployment per project and civil day."""
    wanted = profile.deployments.status
    if not wanted:
        return []
    is_it = np.array(
        [status.id == wanted or fold(status.name) == fold(wanted) for status in issues.statuses], np.bool_
    )
    if not is_it.any():
        return []
    stays = np.flatnonzero(is_it[work.intervals.status])
    issue, first = np.unique(work.intervals.issue[stays], return_index=True)
    days: dict[tuple[int, dt.date], str] = {}
    for row, at in zip(issue.tolist(), work.intervals.entered[stays[first]].tolist(), strict=True):
        code = int(issues.project[row])
        days.setdefault((int(groups.of_code[code]), civil_day(at, zone)), issues.projects[code].key)
    named = sorted((key, day, group) for (group, day), key in days.items())
    return [_Row(f"{key} {day}", f"{key} {day}", key, group, day) for key, day, group in named]
