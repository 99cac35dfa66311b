"""Deployments that a file, a pipeline or a repository told of. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.model.columns import Coded, Listed, all_the_same, listed
from data.model.places import NOWHERE, find_places
from data.model.projects import ProjectGroups
from data.model.tables import MISSING, EventTable, Flags, IssueTable, VersionRow
from data.model.words import fold
from data.sources.port import NO_VERSIONS, Commits, Found, Material, Versions, civil_days

SUCCESSES = frozenset({"", "success", "succeeded", "successful", "passed", "ok", "done"})


@dataclass(frozen=True, slots=True)
class Events:
    """Deployments that are stored as they were told: by a file, a pipeline or a repository.

    Attributes:
        name: of the source.
        singular: as results call one of them.
        origin: of the rows that are its own, "" for imported files.
        needs: nothing.
    """

    name: str
    singular: str
    origin: str
    needs: str = ""

    def deployments(self, material: Material) -> Found:
        """Read what was told; one without an issue list may be named like a version of its project."""
        dataset, groups = material.dataset, material.groups
        events = told_by(dataset.deployments, self.origin)
        n = len(events)
        listed_any = np.diff(events.listed_start) > 0
        codes = [groups.of_key.get(key, -1) for key in events.projects]
        group = np.array(codes, np.int64)[events.project] if codes else np.zeros(0, np.int64)
        names = Coded(events.name, events.names)
        versions = find_versions(dataset.versions, names, groups, group, ~listed_any)
        environments = [(name,) if name else () for name in events.environments]
        return Found(
            ids=events.ids,
            by_id=events.by_id,
            names=names,
            projects=Coded(events.project, events.projects),
            group=group,
            day=np.where(events.at == MISSING, events.day, civil_days(events.at, material.zone)),
            at=events.at,
            environments=Coded(events.environment, environments),
            matches=np.ones(n, np.bool_),
            successful=Coded(events.result, events.results).flags(_is_success),
            failed=events.failed,
            versions=versions,
            holds=_find_held(dataset.issues, events),
            # A repository knows what it released by its commits, whether they name issues or not.
            unnamed=~listed_any & ~versions.flags(bool) & (not self.origin),
            own_row=np.full(n, NOWHERE, np.int64),
            service=Coded(events.service, events.services),
            commits=_find_commits(events),
            listing=listed_any,
        )


def told_by(events: EventTable, origin: str) -> EventTable:
    """Return the rows of one source: the table itself where it has no others."""
    mine = Coded(events.origin, events.origins).flags(lambda name: name == origin)
    if mine.all():
        return events
    rows = np.flatnonzero(mine)
    place = np.full(len(events), NOWHERE, np.int64)
    place[rows] = np.arange(len(rows))
    by_id = place[events.by_id]
    keys, times = Listed(events.listed_start, events.listed.astype(np.int64)).of(rows)
    commits, named = Listed(events.commit_start, np.arange(len(events.commit_from))).of(rows)
    columns = ("at", "day", "failed", "project", "name", "environment", "result", "origin", "service")
    return replace(
        events,
        ids=tuple(events.ids[row] for row in rows.tolist()),
        by_id=by_id[by_id != NOWHERE],
        listed=keys.astype(np.int32),
        listed_start=_starts(times),
        commit_from=events.commit_from[commits],
        commit_until=events.commit_until[commits],
        commit_start=_starts(named),
        **{name: getattr(events, name)[rows] for name in columns},
    )


def _find_commits(events: EventTable) -> Commits:
    owner = np.repeat(np.arange(len(events)), np.diff(events.commit_start))
    return Commits(owner, events.commit_from, events.commit_until)


def _starts(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(times))).astype(np.int64)


def _is_success(result: str) -> bool:
    return not result or fold(result) in SUCCESSES


def _find_held(issues: IssueTable, events: EventTable) -> Listed:
    """Return the issues that events list, where they are stored."""
    row = find_places(issues, events)[events.listed] if len(events.keys) else events.listed.astype(np.int64)
    owner = np.repeat(np.arange(len(events)), np.diff(events.listed_start))
    stored = row != NOWHERE
    return listed(owner[stored], row[stored], len(events))


def find_versions(
    versions: Sequence[VersionRow],
    names: Coded[str],
    groups: ProjectGroups,
    group: NDArray[np.int64],
    asking: Flags,
) -> Coded[Versions]:
    """Return the ids of the versions that are called like each of the events ``asking``.

    Args:
        versions: those stored.
        names: by event.
        groups: the projects.
        group: number of the project by event, -1 where unknown.
        asking: which events may be named so.
    """
    rows = np.flatnonzero(asking)
    if not versions or not len(rows):
        return all_the_same(NO_VERSIONS, len(group))
    found: dict[tuple[int, str], Versions] = {}
    for version in versions:
        key = (groups.of_id.get(version.project_id, -1), fold(version.name))
        found[key] = (*found.get(key, ()), version.id)
    # One question for each name of a project, however many events have it.
    pairs, place = np.unique(group[rows] * len(names.words) + names.codes[rows], return_inverse=True)
    asked = (divmod(pair, len(names.words)) for pair in pairs.tolist())
    words = [found.get((number, fold(names.words[name])), NO_VERSIONS) for number, name in asked]
    codes = np.full(len(group), len(words), np.int64)
    codes[rows] = place
    return Coded(codes, [*words, NO_VERSIONS])
