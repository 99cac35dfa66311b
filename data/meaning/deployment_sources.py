"""What each of the four sources of deployments yields, as columns. Pure."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.errors import ConfigurationError
from configuration.profile import Profile
from data.meaning.intervals import Intervals
from data.meaning.mapped_values import YES, MappedValues, dates_or
from data.meaning.places import NOWHERE, find_places
from data.meaning.projects import ProjectGroups
from data.model.columns import Coded, Listed, all_the_same, coded, listed, nothing_listed
from data.model.instants import DAY_MS, EPOCH_DAY
from data.model.local_time import wall_time
from data.model.tables import (
    MISSING,
    Dataset,
    EventTable,
    Flags,
    Instants,
    IssueTable,
    VersionRow,
    number_or_text,
)
from data.model.words import fold

SUCCESSES = frozenset({"", "success", "succeeded", "successful", "passed", "ok", "done"})
Versions = tuple[str, ...]
NO_VERSIONS: Versions = ()
_DAYS = dt.date.max.toordinal() + 1


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a source yields, one deployment per row; columns as in ``Deployments`` unless said.

    Attributes:
        at: ``MISSING`` where only the day is known, or nothing.
        environments: by name, of each those that it names; None: the source has no environments.
        by_id: rows in the order of their ids.
        unnamed: it does not say what it held, neither by issues nor by versions.
    """

    ids: tuple[str, ...]
    by_id: NDArray[np.int64]
    names: Coded[str]
    projects: Coded[str]
    group: NDArray[np.int64]
    day: Instants
    at: Instants
    environments: Coded[tuple[str, ...]] | None
    matches: Flags
    successful: Flags
    failed: Flags
    versions: Coded[Versions]
    holds: Listed
    unnamed: Flags
    own_row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dated(self) -> bool:
        """Whether one of them has a date."""
        return bool(self.day.any())


def pattern_of(text: str, name: str) -> re.Pattern[str]:
    """Compile a pattern of the profile.

    Raises:
        ConfigurationError: it is not a regular expression; ``name`` says which setting it is.
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigurationError(
            f"The setting {name} is not a regular expression: {error}.",
            hint=f"Correct {name} in the profile, or leave it empty to match every name.",
        ) from error


def read_events(dataset: Dataset, zone: ZoneInfo, groups: ProjectGroups) -> Found:
    """Read imported events; one without an issue list may be named like a version of its project."""
    events, n = dataset.deployments, len(dataset.deployments)
    listed_any = np.diff(events.listed_start) > 0
    codes = [groups.of_key.get(key, -1) for key in events.projects]
    group = np.array(codes, np.int64)[events.project] if codes else np.zeros(0, np.int64)
    versions = _find_versions(dataset, groups, group, ~listed_any)
    environments = [(name,) if name else () for name in events.environments]
    return Found(
        ids=events.ids,
        by_id=events.by_id,
        names=Coded(events.name, events.names),
        projects=Coded(events.project, events.projects),
        group=group,
        day=np.where(events.at == MISSING, events.day, _civil_days(events.at, zone)),
        at=events.at,
        environments=Coded(events.environment, environments),
        matches=np.ones(n, np.bool_),
        successful=Coded(events.result, events.results).flags(_is_success),
        failed=events.failed,
        versions=versions,
        holds=_find_held(dataset.issues, events),
        unnamed=~listed_any & ~versions.flags(bool),
        own_row=np.full(n, NOWHERE, np.int64),
    )


def _is_success(result: str) -> bool:
    return not result or fold(result) in SUCCESSES


def _civil_days(at: Instants, zone: ZoneInfo) -> Instants:
    """Return the ordinal of the day that the clock of a zone shows at each instant, 0 where it is missing."""
    days = np.zeros(len(at), np.int64)
    known = np.flatnonzero(at != MISSING)
    days[known] = wall_time(at[known], zone) // DAY_MS + EPOCH_DAY.toordinal()
    return days


def _find_held(issues: IssueTable, events: EventTable) -> Listed:
    """Return the issues that events list, where they are stored."""
    row = find_places(issues, events)[events.listed] if len(events.keys) else events.listed.astype(np.int64)
    owner = np.repeat(np.arange(len(events)), np.diff(events.listed_start))
    stored = row != NOWHERE
    return listed(owner[stored], row[stored], len(events))


def _find_versions(
    dataset: Dataset, groups: ProjectGroups, group: NDArray[np.int64], asking: Flags
) -> Coded[Versions]:
    """Return the ids of the versions that are called like each of the events ``asking``."""
    events, rows = dataset.deployments, np.flatnonzero(asking)
    if not dataset.versions or not len(rows):
        return all_the_same(NO_VERSIONS, len(events))
    found: dict[tuple[int, str], Versions] = {}
    for version in dataset.versions:
        key = (groups.of_id.get(version.project_id, -1), fold(version.name))
        found[key] = (*found.get(key, ()), version.id)
    # One question for each name of a project, however many events have it.
    pairs, place = np.unique(group[rows] * len(events.names) + events.name[rows], return_inverse=True)
    asked = (divmod(pair, len(events.names)) for pair in pairs.tolist())
    words = [found.get((number, fold(events.names[name])), NO_VERSIONS) for number, name in asked]
    codes = np.full(len(events), len(words), np.int64)
    codes[rows] = place
    return Coded(codes, [*words, NO_VERSIONS])


def read_versions(dataset: Dataset, profile: Profile, groups: ProjectGroups) -> Found:
    """Read released versions; the pattern of the profile says which names are deployments."""
    keys = {project.id: project.key for project in dataset.issues.projects}
    released = [version for version in dataset.versions if version.released]
    # A number is read once; projects repeat, and ids are asked for twice.
    number = {text: number_or_text(text) for each in released for text in (each.project_id, each.id)}
    released.sort(key=lambda version: (number[version.project_id], number[version.id]))
    pattern = pattern_of(profile.deployments.version_pattern, "deployments.version_pattern")
    n = len(released)
    names = Coded(np.arange(n), [version.name for version in released])
    ids = tuple(version.id for version in released)
    return Found(
        ids=ids,
        by_id=np.array(sorted(range(n), key=lambda row: number[ids[row]]), np.int64),
        names=names,
        projects=coded(keys.get(version.project_id, "") for version in released),
        group=np.array([groups.of_id.get(version.project_id, -1) for version in released], np.int64),
        day=_release_days(released),
        at=np.full(n, MISSING, np.int64),
        environments=None,
        matches=names.flags(lambda name: bool(pattern.search(name))),
        successful=np.ones(n, np.bool_),
        failed=np.zeros(n, np.bool_),
        versions=Coded(np.arange(n), [(version,) for version in ids]),
        holds=nothing_listed(n),
        unnamed=np.zeros(n, np.bool_),
        own_row=np.full(n, NOWHERE, np.int64),
    )


def _release_days(released: Sequence[VersionRow]) -> Instants:
    dates = coded(version.release_date for version in released)
    days = [dt.date.fromisoformat(date).toordinal() if date else 0 for date in dates.words]
    return np.array(days, np.int64)[dates.codes] if days else np.zeros(0, np.int64)


def _order_ids(ids: Sequence[str]) -> NDArray[np.int64]:
    return np.array(sorted(range(len(ids)), key=lambda row: number_or_text(ids[row])), np.int64)


def read_issues(
    issues: IssueTable, profile: Profile, zone: ZoneInfo, work: Work, groups: ProjectGroups
) -> Found:
    """Read completed issues of the deployment type, with what they link to, else share a version with.

    They count at their mapped date, else from their completion.
    """
    wanted = profile.deployments.type
    kinds = [kind.id == wanted or fold(kind.name) == fold(wanted) for kind in issues.types]
    if not wanted or not any(kinds):
        return found_nothing()
    rows = np.flatnonzero(np.array(kinds, np.bool_)[issues.type] & (work.completed_at != MISSING))
    keys, n = issues.keys(rows), len(rows)
    mapped, dates = work.mapped, dates_or(work.mapped.deployed, work.completed_at).of(rows)
    holds = _find_linked(issues, rows, profile)
    links = holds.count > 0
    # A set that no issue has stands at the end, for those that link to what they hold.
    sets = [*issues.version_sets, NO_VERSIONS]
    versions = Coded(np.where(links, len(sets) - 1, issues.fix_versions[rows]), sets)
    environment = mapped.environment
    return Found(
        ids=keys,
        by_id=_order_ids(keys),
        names=Coded(np.arange(n), keys),
        projects=Coded(issues.project[rows], [project.key for project in issues.projects]),
        group=groups.of_code[issues.project[rows]],
        day=_civil_days(dates.at, zone),
        at=np.where(dates.by_day, MISSING, dates.at),
        environments=None if environment is None else Coded(environment.codes[rows], environment.names),
        matches=np.ones(n, np.bool_),
        successful=np.ones(n, np.bool_),
        failed=np.zeros(n, np.bool_) if mapped.failed is None else mapped.failed[rows] == YES,
        versions=versions,
        holds=holds,
        unnamed=~links & ~versions.flags(bool),
        own_row=rows.astype(np.int64),
    )


def _find_linked(issues: IssueTable, rows: NDArray[np.intp], profile: Profile) -> Listed:
    """Return the rows at the other end of the links of each of ``rows``, but for what it caused."""
    n = len(issues)
    place = np.full(n, NOWHERE, np.int64)
    place[rows] = np.arange(len(rows))
    effect, cause = (part.astype(np.int64) for part in causal_links(issues, profile))
    owner, target = issues.link_issue.astype(np.int64), issues.link_target.astype(np.int64)
    mine = (place[owner] != NOWHERE) & ~np.isin(target * n + owner, effect * n + cause)
    return listed(place[owner[mine]], target[mine], len(rows))


def causal_links(issues: IssueTable, profile: Profile) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return rows that say by an inward link what they were caused by, and the rows of those causes."""
    words = [fold(word) for word in profile.incidents.link_types]
    causal = np.array([any(word in fold(text) for word in words) for text in issues.link_texts], np.bool_)
    if not len(causal):
        return issues.link_issue[:0], issues.link_target[:0]
    named = issues.link_inward & causal[issues.link_text]
    return issues.link_issue[named], issues.link_target[named]


def read_statuses(
    issues: IssueTable, profile: Profile, zone: ZoneInfo, work: Work, groups: ProjectGroups
) -> Found:
    """Read each issue's first entry into the deployed status: one deployment per project and civil day.

    It holds the issues that entered on that day.
    """
    wanted = profile.deployments.status
    known = [status.id == wanted or fold(status.name) == fold(wanted) for status in issues.statuses]
    if not wanted or not any(known):
        return found_nothing()
    stays = np.flatnonzero(np.array(known, np.bool_)[work.intervals.status])
    issue, first = np.unique(work.intervals.issue[stays].astype(np.intp), return_index=True)
    day = _civil_days(work.intervals.entered[stays[first]], zone)
    group = groups.of_code[issues.project[issue]]
    # Issues are in the order of their keys, so that the first of each pair gives it the key of its project.
    _, leader, place = np.unique(group * _DAYS + day, return_index=True, return_inverse=True)
    order, projects = _order_pairs(issues, issue[leader], day[leader], group[leader])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    leader = leader[order]
    days = map(dt.date.fromordinal, day[leader].tolist())
    ids = tuple(f"{key} {on}" for key, on in zip(projects, days, strict=True))
    return Found(
        ids=ids,
        by_id=_order_ids(ids),
        names=Coded(np.arange(len(ids)), ids),
        projects=projects,
        group=group[leader],
        day=day[leader],
        at=np.full(len(ids), MISSING, np.int64),
        environments=None,
        matches=np.ones(len(ids), np.bool_),
        successful=np.ones(len(ids), np.bool_),
        failed=np.zeros(len(ids), np.bool_),
        versions=all_the_same(NO_VERSIONS, len(ids)),
        holds=listed(rank[place], issue, len(ids)),
        unnamed=np.zeros(len(ids), np.bool_),
        own_row=np.full(len(ids), NOWHERE, np.int64),
    )


def _order_pairs(
    issues: IssueTable, leader: NDArray[np.intp], day: Instants, group: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Coded[str]]:
    """Return pairs of project and day by key, day and group, and their keys in that order."""
    keys = [project.key for project in issues.projects]
    named = [keys[code] for code in issues.project[leader].tolist()]
    days, groups = day.tolist(), group.tolist()
    order = sorted(range(len(named)), key=lambda pair: (named[pair], days[pair], groups[pair]))
    return np.array(order, np.int64), Coded(issues.project[leader[order]], keys)


def found_nothing() -> Found:
    """Return what a source yields that is not there."""
    numbers, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    texts, versions = all_the_same("", 0), all_the_same(NO_VERSIONS, 0)
    return Found(
        ids=(),
        by_id=numbers,
        names=texts,
        projects=texts,
        group=numbers,
        day=numbers,
        at=numbers,
        environments=None,
        matches=flags,
        successful=flags,
        failed=flags,
        versions=versions,
        holds=nothing_listed(0),
        unnamed=flags,
        own_row=numbers,
    )
