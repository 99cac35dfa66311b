"""Incidents that files tell of, as of T, and which deployment each is put down to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.deployments import Deployments
from data.model.changes import IncidentRow
from data.model.projects import ProjectGroups
from data.model.tables import Flags, Instants

NONE = -1


@dataclass(frozen=True)
class ToldIncidents:
    """Incidents of files, one per row, in the order of their ids.

    Attributes:
        detected_at: when they were seen, by T.
        group: number of the project, -1 where unknown.
        cause: row of the deployment that each is put down to, -1 for none.
        certain: the incident names that deployment.
    """

    detected_at: Instants
    group: NDArray[np.int64]
    cause: NDArray[np.int64]
    certain: Flags

    def __len__(self) -> int:
        return len(self.cause)


def find_told_incidents(
    rows: Sequence[IncidentRow], deployments: Deployments, groups: ProjectGroups, window_ms: int
) -> ToldIncidents:
    """Put incidents of files down to deployments: that which each names, else the last of its project.

    The latter has to lie at most the window before. Each is looked up in sorted columns.
    """
    seen = [row for row in rows if row.detected_at <= deployments.as_of]
    known = {name: row for row, name in enumerate(deployments.ids)} if seen else {}
    detected = np.array([row.detected_at for row in seen], np.int64)
    group = np.array([groups.of_key.get(row.project, NONE) for row in seen], np.int64)
    named = np.array([known.get(row.deployment, NONE) for row in seen], np.int64)
    good = named != NONE
    good[good] = deployments.counted[named[good]]
    cause = np.where(good, named, NONE)
    for number in np.unique(group[(cause == NONE) & (group != NONE)]).tolist():
        mine = np.flatnonzero((cause == NONE) & (group == number))
        cause[mine] = _shortly_before(deployments, number, detected[mine], window_ms)
    return ToldIncidents(detected, group, cause, good)


def _shortly_before(
    deployments: Deployments, number: int, detected: Instants, window_ms: int
) -> NDArray[np.int64]:
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
