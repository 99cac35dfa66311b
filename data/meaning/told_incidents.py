"""Incidents that files tell of, as of T, and which deployment each is put down to. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from configuration.profile import IncidentSettings
from data.meaning.attribution import Operations
from data.meaning.deployments import Deployments
from data.model.changes import IncidentRow
from data.model.instants import DAY_MS, HOUR_MS
from data.model.places import NOWHERE, find_keys
from data.model.projects import ProjectGroups
from data.model.tables import MISSING, Flags, Instants, IssueTable

Rows = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True)
class ToldIncidents:
    """Incidents of files, one per row, in the order of their ids; after them deployments that were mended.

    Attributes:
        ids: as the file calls them.
        names: what people call them.
        detected_at: when they were seen, by T; ``MISSING`` of a deployment.
        restored_at: when they were over, ``MISSING`` where not by T.
        projects: key of the project of each, "" where unknown.
        group: number of the project, -1 where unknown.
        cause: row of the deployment that each is put down to, -1 for none.
        certain: the incident names that deployment.
        latent: it was seen so long after that deployment that its end says nothing of it.
        stands_for: rows of the issues that stand for one of them, ascending; each is the same incident.
        repairs: how many rows at the end are deployments that a later one took back or mended.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    detected_at: Instants
    restored_at: Instants
    projects: tuple[str, ...]
    group: Rows
    cause: Rows
    certain: Flags
    latent: Flags
    stands_for: Rows
    repairs: int = 0

    def __len__(self) -> int:
        return len(self.ids)


def find_told_incidents(
    rows: Sequence[IncidentRow],
    issues: IssueTable,
    deployments: Deployments,
    groups: ProjectGroups,
    settings: IncidentSettings,
) -> ToldIncidents:
    """Put incidents of files down to deployments: that which each names, else the last of its project.

    Either was there when the incident was seen, and the latter at most the window before. A deployment is
    named by its id, or by a name that no other one has. The project is the one that an incident names, which
    may be a service, else that of the first of its issues that is stored, else that of its deployment. Each
    is looked up in sorted columns.
    """
    seen = sorted((row for row in rows if row.detected_at <= deployments.as_of), key=lambda row: row.id)
    detected = np.array([row.detected_at for row in seen], np.int64)
    restored = np.array([row.restored_at for row in seen], np.int64)
    named = _issues_of(seen, issues)
    projects = tuple(row.project or _project_of(mine, issues) for row, mine in zip(seen, named, strict=True))
    numbers = dict(groups.of_key) if not seen else {**service_groups(deployments), **groups.of_key}
    group = np.array([numbers.get(key, NONE) for key in projects], np.int64)
    cause = _named_causes(seen, deployments, detected)
    certain = cause != NONE
    group = np.where((group == NONE) & certain, np.append(deployments.group, NONE)[cause], group)
    for number in np.unique(group[~certain & (group != NONE)]).tolist():
        mine = np.flatnonzero(~certain & (group == number))
        cause[mine] = _shortly_before(deployments, number, detected[mine], settings.window_hours * HOUR_MS)
    # -1 points to the extra place, which lies before everything.
    began = np.append(deployments.reckoned_at, MISSING)[cause]
    late = detected - np.maximum(began, 0) > settings.latent_days * DAY_MS
    return ToldIncidents(
        ids=tuple(row.id for row in seen),
        names=tuple(row.name for row in seen),
        detected_at=detected,
        restored_at=np.where(restored <= deployments.as_of, restored, MISSING),
        projects=projects,
        group=group,
        cause=cause,
        certain=certain,
        latent=(cause != NONE) & late,
        stands_for=np.unique(np.array([row for mine in named for row in mine], np.int64)),
    )


def told_instead(operations: Operations, told: ToldIncidents) -> Operations:
    """Return operations in which an issue that stands for an incident of a file is none of its own."""
    mine = told.stands_for
    if not len(mine):
        return operations
    incident, false_alarm, latent = (
        each.copy() for each in (operations.incident, operations.false_alarm, operations.latent)
    )
    cause = operations.cause.copy()
    incident[mine] = false_alarm[mine] = latent[mine] = False
    cause[mine] = NONE
    return replace(operations, incident=incident, false_alarm=false_alarm, latent=latent, cause=cause)


def _issues_of(seen: Sequence[IncidentRow], issues: IssueTable) -> list[list[int]]:
    """Return by incident the stored issues that it names, or is called like; all are looked up at once."""
    keys = [(*row.issues, row.id) for row in seen]
    found = iter(find_keys(issues, [key for each in keys for key in each]).tolist())
    return [[row for row in islice(found, len(each)) if row != NOWHERE] for each in keys]


def _project_of(rows: Sequence[int], issues: IssueTable) -> str:
    return issues.projects[issues.project[rows[0]]].key if rows else ""


def service_groups(deployments: Deployments) -> dict[str, int]:
    """Return the number of the project of each service, as its deployments have it."""
    if deployments.service is None:
        return {}
    rows = np.flatnonzero(deployments.counted)
    pairs = zip(deployments.service.of(rows), deployments.group[rows].tolist(), strict=True)
    return {service: number for service, number in dict.fromkeys(pairs) if service and number != NONE}


def _named_causes(seen: Sequence[IncidentRow], deployments: Deployments, detected: Instants) -> Rows:
    """Return the deployment that each incident names, -1 where it does not count or came later."""
    known = _rows_by_word(deployments) if any(row.deployment for row in seen) else {}
    named = np.array([known.get(row.deployment, NONE) for row in seen], np.int64)
    good = named != NONE
    good[good] = deployments.counted[named[good]] & (deployments.at[named[good]] <= detected[good])
    return np.where(good, named, NONE)


def _rows_by_word(deployments: Deployments) -> dict[str, int]:
    """Return the rows of deployments by their names, where these are those of one alone, and by their ids."""
    counts = Counter(deployments.names)
    named = {name: row for row, name in enumerate(deployments.names) if counts[name] == 1}
    return named | {name: row for row, name in enumerate(deployments.ids)}


def _shortly_before(deployments: Deployments, number: int, detected: Instants, window_ms: int) -> Rows:
    """Return the last deployment of a project within the window before each instant, -1 for none."""
    rows = np.flatnonzero(deployments.counted & (deployments.group == number))
    if not len(rows):
        return np.full(len(detected), NONE, np.int64)
    ordered = rows[np.argsort(deployments.at[rows], kind="stable")]
    # One that is dated by day begins before others of its day, and is reckoned after them.
    latest = np.argsort(deployments.rank)[np.maximum.accumulate(deployments.rank[ordered])]
    place = np.searchsorted(deployments.at[ordered], detected, side="right") - 1
    found = latest[np.maximum(place, 0)]
    near = (place >= 0) & (detected - deployments.reckoned_at[found] <= window_ms)
    return np.where(near, found, NONE)
