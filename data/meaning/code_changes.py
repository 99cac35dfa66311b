"""Changes of code as of T: which issue each belongs to, and which deployment carried it out. Pure.

Everything here is a few sorts and passes over columns, however many changes and deployments there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.meaning.attribution import Operations
from data.meaning.deployments import Deployments
from data.model.changes import ChangeTable
from data.model.columns import Coded, Listed, listed
from data.model.places import NOWHERE, find_places
from data.model.projects import ProjectGroups
from data.model.tables import MISSING, Flags, Instants, IssueTable, VersionRow
from data.sources.events import find_versions
from data.sources.port import Commits

Rows = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True)
class CodeChanges:
    """Changes of code as of T, one per row of the change table.

    Attributes:
        table: the changes as stored.
        landed: it is in the main line, or went out.
        first_commit_at: by change, ``MISSING`` where not known by T; the next three likewise.
        opened_at: of its request.
        first_review_at: by somebody.
        merged_at: into the main line.
        deployment: row of the deployment that carried the last of it out, -1 for none.
        reaches: the deployments of its service are known to hold changes at all.
        issue: rows of issues, one for each pair of an issue and a landed change that names it.
        change: the change of each pair.
        group: number of the project, -1 where unknown.
        of_service: the same by service of the table: that which most of its changes name.
        n_issues: how many rows the issue table has.
    """

    table: ChangeTable
    landed: Flags
    first_commit_at: Instants
    opened_at: Instants
    first_review_at: Instants
    merged_at: Instants
    deployment: Rows
    reaches: Flags
    issue: Rows
    change: Rows
    group: Rows
    of_service: Rows
    n_issues: int

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def without_issue(self) -> Rows:
        """Landed changes that name no stored issue, of services whose deployments hold changes."""
        loose = self.landed & self.reaches
        loose[self.change] = False
        return np.flatnonzero(loose)

    @cached_property
    def of_issues(self) -> Listed:
        """The landed changes that name each issue, by issue row."""
        return listed(self.issue, self.change, self.n_issues)

    @cached_property
    def reverted(self) -> Rows:
        """Changes that a later one takes back which went out with another deployment, or not yet."""
        return np.unique(self.reverts[0])

    @cached_property
    def reverts(self) -> tuple[Rows, Rows]:
        """Pairs of a deployed change that is taken back, and the change that takes it back apart from it."""
        table = self.table
        if not len(table.commit) or not len(table.reverted):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        owner = np.repeat(np.arange(len(table)), np.diff(table.commit_start))
        by_commit = np.argsort(table.commit, kind="stable")
        commits, owner = table.commit[by_commit], owner[by_commit]
        taking = np.repeat(np.arange(len(table)), np.diff(table.reverted_start))
        place = np.searchsorted(commits, table.reverted)
        found = commits[np.minimum(place, len(commits) - 1)]
        known = (place < len(commits)) & (found == table.reverted) & (table.reverted != 0)
        undone, by = owner[place[known]], taking[known]
        apart = self.landed[by] & (undone != by) & (self.deployment[undone] != self.deployment[by])
        apart &= self.deployment[undone] != NONE
        return undone[apart], by[apart]

    def earliest_start(self) -> Instants:
        """Return by issue row when the first commit of its changes was written, ``MISSING`` for none."""
        none = np.iinfo(np.int64).max
        first = np.full(self.n_issues, none, np.int64)
        at = self.first_commit_at[self.change]
        known = at != MISSING
        np.minimum.at(first, self.issue[known], at[known])
        return np.where(first == none, MISSING, first)

    def last_deployment(self, deployments: Deployments) -> tuple[Flags, Rows]:
        """Return by issue row whether its changes tell of its deployment, and which held the last of them.

        Of an issue of which some change is not deployed yet nothing did.
        """
        told, found = np.zeros(self.n_issues, np.bool_), np.full(self.n_issues, NONE, np.int64)
        mine = self.reaches[self.change]
        issue, deployment = self.issue[mine], self.deployment[self.change[mine]]
        told[issue] = True
        order = np.argsort(deployments.rank[deployment] if len(deployments) else deployment, kind="stable")
        # Of repeated assignments NumPy keeps the last.
        found[issue[order]] = deployment[order]
        found[issue[deployment == NONE]] = NONE
        return told, found


def find_code_changes(
    table: ChangeTable, issues: IssueTable, deployments: Deployments, groups: ProjectGroups, as_of: int
) -> CodeChanges:
    """Return the stored changes as of an instant; without any everything has length 0."""
    stamps = {
        name: np.where(getattr(table, name) <= as_of, getattr(table, name), MISSING)
        for name in ("first_commit_at", "opened_at", "first_review_at", "merged_at")
    }
    deployment = _find_carriers(table, deployments)
    landed = (stamps["merged_at"] != MISSING) | (deployment != NONE)
    service = table.service.astype(np.int64)
    reaching = np.zeros(len(table.services) + 1, np.bool_)
    reaching[service[deployment != NONE]] = True
    place = find_places(issues, table)
    row = place[table.listed] if len(table.keys) else table.listed.astype(np.int64)
    owner = np.repeat(np.arange(len(table)), np.diff(table.listed_start))
    known = (row != NOWHERE) & landed[owner]
    pairs = np.unique(np.stack((row[known], owner[known]), axis=1), axis=0).reshape(-1, 2)
    of_service = _find_services(table, issues, groups, pairs)
    return CodeChanges(
        table=table,
        landed=landed,
        deployment=deployment,
        reaches=reaching[service] if len(service) else np.zeros(0, np.bool_),
        issue=pairs[:, 0].astype(np.int64),
        change=pairs[:, 1].astype(np.int64),
        group=_find_groups(table, groups, of_service),
        of_service=of_service,
        n_issues=len(issues),
        **stamps,
    )


def _find_carriers(table: ChangeTable, deployments: Deployments) -> Rows:
    """Return the deployment that carried each change out: as it says itself, else as the deployments say."""
    told = _told_by_changes(table, deployments)
    listed_by = _told_by_deployments(table, deployments)
    return np.where(told != NONE, told, listed_by)


def _told_by_changes(table: ChangeTable, deployments: Deployments) -> Rows:
    """Return the earliest deployment that each change names and that counts, -1 for none."""
    if not len(table.carried):
        return np.full(len(table), NONE, np.int64)
    known = {name: row for row, name in enumerate(deployments.ids)}
    rows = np.array([known.get(name, NONE) for name in table.deployments] or [NONE], np.int64)
    entry = rows[table.carried]
    owner = np.repeat(np.arange(len(table)), np.diff(table.carried_start))
    good = (
        (entry != NONE) & deployments.counted[entry] if len(deployments) else np.zeros(len(entry), np.bool_)
    )
    return _earliest(len(table), owner[good], entry[good], deployments)


def _told_by_deployments(table: ChangeTable, deployments: Deployments) -> Rows:
    """Return the deployment after which all commits of a change that any lists are out, -1 for none."""
    named = _first_of_each(deployments)
    if not len(named.owner) or not len(table.commit):
        return np.full(len(table), NONE, np.int64)
    # Each commit once and each way to write it once: a commit has no more of these than digits.
    known, place = np.unique(table.commit, return_inverse=True)
    first = np.searchsorted(known, named.first, side="left")
    times = np.maximum(np.searchsorted(known, named.last, side="right") - first, 0)
    ends = np.cumsum(times)
    entry = np.arange(int(ends[-1])) - np.repeat(ends - times - first, times)
    by_commit = _earliest(len(known), entry, np.repeat(named.owner, times), deployments)[place]
    owner = np.repeat(np.arange(len(table)), np.diff(table.commit_start))
    out = np.flatnonzero(by_commit != NONE)
    found = np.full(len(table), NONE, np.int64)
    last = out[np.argsort(deployments.rank[by_commit[out]], kind="stable")]
    found[owner[last]] = by_commit[last]
    return found


def _first_of_each(deployments: Deployments) -> Commits:
    """Return what deployments that count name as commits, each with the earliest that names it so."""
    commits = deployments.commits
    if not len(commits.owner):
        return commits
    real = np.flatnonzero(deployments.counted[commits.owner] & (commits.last > 0))
    owner, first, last = commits.owner[real], commits.first[real], commits.last[real]
    order = np.lexsort((deployments.rank[owner], last, first))
    owner, first, last = owner[order], first[order], last[order]
    new = np.ones(len(owner), np.bool_)
    new[1:] = (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    return Commits(owner[new], first[new], last[new])


def _earliest(n: int, owner: Rows, deployment: Rows, deployments: Deployments) -> Rows:
    found = np.full(n, NONE, np.int64)
    order = np.argsort(-deployments.rank[deployment], kind="stable")
    found[owner[order]] = deployment[order]  # of repeated assignments NumPy keeps the last
    return found


def _find_groups(table: ChangeTable, groups: ProjectGroups, of_service: Rows) -> Rows:
    """Return the project of each change: as it says, else that which most changes of its service name."""
    own = np.array([groups.of_key.get(key, NONE) for key in table.projects] or [NONE], np.int64)
    group = own[table.project] if len(table) else np.zeros(0, np.int64)
    return np.where(group == NONE, of_service[table.service], group) if len(table) else group


def _find_services(
    table: ChangeTable, issues: IssueTable, groups: ProjectGroups, pairs: NDArray[np.int64]
) -> Rows:
    """Return by service the project that most issues in its changes are of, -1 where they name none."""
    if not len(pairs):
        return np.full(len(table.services), NONE, np.int64)
    service = table.service[pairs[:, 1]].astype(np.int64)
    met = groups.of_code[issues.project[pairs[:, 0]]]
    count = np.zeros((len(table.services), int(met.max()) + 1), np.int64)
    np.add.at(count, (service, met), 1)
    most: Rows = np.where(count.any(axis=1), count.argmax(axis=1), NONE)
    return most


def with_projects(
    deployments: Deployments, changes: CodeChanges, versions: Sequence[VersionRow], groups: ProjectGroups
) -> Deployments:
    """Return deployments in which one that says its service alone has the project of that service.

    That is the project which most issues in the changes of the service are of. Where they name none, the
    service is a project of its own, with a number after those of all projects and without a key. One that is
    called like a version of its project stands for that version.
    """
    loose = _without_project(deployments)
    if deployments.service is None or not loose.any():
        return deployments
    table, words = changes.table, list(deployments.service.words)
    known = dict(zip(table.services, changes.of_service.tolist(), strict=True))
    first = int(groups.of_code.max()) + 1 if len(groups.of_code) else 0
    found = np.array([known.get(name, NONE) for name in words], np.int64)
    number = np.where(found == NONE, first + np.arange(len(words)), found)
    keys = {group: key for key, group in reversed(list(groups.of_key.items()))}
    projects = deployments.projects
    named = [*projects.words, *(keys.get(group, "") for group in found.tolist())]
    service = deployments.service.codes
    codes = np.where(loose, service + len(projects.words), projects.codes)
    group = np.where(loose, number[service], deployments.group)
    found_projects = replace(deployments, projects=Coded(codes, named), group=group)
    return _with_versions(found_projects, loose, versions, groups)


def _with_versions(
    deployments: Deployments, loose: Flags, versions: Sequence[VersionRow], groups: ProjectGroups
) -> Deployments:
    """Return deployments in which those among ``loose`` stand for the versions that they are named like."""
    if deployments.listing is None:
        return deployments
    asking = loose & ~deployments.listing
    called = find_versions(versions, deployments.names, groups, deployments.group, asking)
    if not called.flags(bool).any():
        return deployments
    before = deployments.versions
    codes = np.where(asking, called.codes + len(before.words), before.codes)
    words = [*before.words, *called.words]
    unnamed = deployments.unnamed & ~called.flags(bool)
    return replace(deployments, versions=Coded(codes, words), unnamed=unnamed)


def _without_project(deployments: Deployments) -> Flags:
    """Flag deployments that say their service, and not their project."""
    if deployments.service is None:
        return np.zeros(len(deployments), np.bool_)
    return deployments.service.flags(bool) & ~deployments.projects.flags(bool)


def with_changes(deployments: Deployments, changes: CodeChanges) -> Deployments:
    """Return deployments that also hold the issues whose changes they carried out."""
    carried = changes.deployment[changes.change]
    out = carried != NONE
    if not out.any():
        return deployments
    holds = deployments.holds
    owner = np.concatenate((holds.owner, carried[out]))
    value = np.concatenate((holds.value, changes.issue[out]))
    pairs = np.unique(np.stack((owner, value), axis=1), axis=0)
    unnamed = deployments.unnamed.copy()
    unnamed[carried[out]] = False
    return replace(deployments, holds=listed(pairs[:, 0], pairs[:, 1], len(deployments)), unnamed=unnamed)


def carried_by_code(operations: Operations, deployments: Deployments, changes: CodeChanges) -> Operations:
    """Return operations in which an issue went out with the deployment that held its last change."""
    if not changes.reaches.any():
        return operations
    told, deployment = changes.last_deployment(deployments)
    return replace(
        operations,
        deployment_of=np.where(told, deployment, operations.deployment_of),
        released_before=operations.released_before & ~told,
        carried_unnamed=operations.carried_unnamed & ~told,
    )
