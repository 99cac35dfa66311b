"""First entries into the deployed status as deployments. Pure."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from data.model.columns import Coded, all_the_same, listed
from data.model.places import NOWHERE
from data.model.tables import MISSING, Instants, IssueTable
from data.model.words import fold
from data.sources.port import (
    MOST_DAYS,
    NO_VERSIONS,
    Found,
    Material,
    civil_days,
    found_nothing,
    order_ids,
)


class Statuses:
    """Each issue's first entry into the deployed status."""

    name = "status"
    singular = "status"
    needs = "status"

    def deployments(self, material: Material) -> Found:
        """Read each issue's first entry into the deployed status: one deployment per project and civil day.

        It holds the issues that entered on that day.
        """
        issues, groups, entries = material.dataset.issues, material.groups, material.work.entries
        wanted = material.profile.deployments.status
        known = [status.id == wanted or fold(status.name) == fold(wanted) for status in issues.statuses]
        if not wanted or not any(known):
            return found_nothing()
        stays = np.flatnonzero(np.array(known, np.bool_)[entries.status])
        issue, first = np.unique(entries.issue[stays].astype(np.intp), return_index=True)
        day = civil_days(entries.at[stays[first]], material.zone)
        group = groups.of_code[issues.project[issue]]
        # Issues stand in the order of their keys: the first of each pair gives it the key of its project.
        _, leader, place = np.unique(group * MOST_DAYS + day, return_index=True, return_inverse=True)
        order, projects = _order_pairs(issues, issue[leader], day[leader], group[leader])
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        leader = leader[order]
        days = map(dt.date.fromordinal, day[leader].tolist())
        ids = tuple(f"{key} {on}" for key, on in zip(projects, days, strict=True))
        return Found(
            ids=ids,
            by_id=order_ids(ids),
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
