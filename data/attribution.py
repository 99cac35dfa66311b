"""What went out with which deployment, what is an incident, and which deployment caused it. Pure.

METRICS.md section 5. Pairs of issue and deployment are columns, so that
everything here is a few passes over arrays, however many issues there are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configuration.profile import IncidentSettings, Profile
from data.deployments import Deployments, ProjectGroups, causal_links
from data.mapped_values import Dates, MappedValues
from data.normalize import fold
from data.tables import MISSING, Flags, Instants, IssueTable

HOUR_MS = 3_600_000
BUG = "bug"
INCIDENT_TYPES = IncidentSettings().types
NOT_AN_INCIDENT = ("Duplicate", "Invalid", "Not a Bug", "Not Our Bug", "Cannot Reproduce", "Incomplete")
NONE = -1

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of an issue row and a deployment row, in no particular order."""

    issue: Rows
    deployment: Rows

    def where(self, mask: Flags) -> "Pairs":
        """Return the pairs that ``mask`` flags."""
        return Pairs(self.issue[mask], self.deployment[mask])


@dataclass(frozen=True, slots=True)
class Operations:
    """Deployments and incidents, and how they hang together; arrays are by issue row unless said.

    Attributes:
        deployment_of: the deployment that carried the issue out, -1 for none.
        incident: the rule calls it an incident, and it turned out to be one.
        false_alarm: the rule calls it an incident, and its resolution says that it was none.
        cause: the deployment that an incident is put down to, -1 for none.
        cause_inferred: only project and time say so.
        rework: by deployment row: it repaired something.
        window_ms: how long after a deployment an incident is put down to it.
    """

    deployment_of: Rows
    incident: Flags
    false_alarm: Flags
    cause: Rows
    cause_inferred: Flags
    rework: Flags
    window_ms: int

    @property
    def any_incident(self) -> bool:
        """True where the store holds an issue that the rule calls an incident."""
        return bool(self.incident.any() or self.false_alarm.any())


@dataclass(frozen=True, slots=True)
class Items:
    """What the attribution needs to know of the issues as of T, by row."""

    exists: Flags
    in_scope: Flags
    completed_at: Instants
    delivered: Flags
    defect: Flags
    detected: Dates
    mapped: MappedValues


def find_operations(
    issues: IssueTable, deployments: Deployments, groups: ProjectGroups, items: Items, profile: Profile
) -> Operations:
    """Connect issues, deployments and incidents as of T."""
    pairs = named_pairs(issues, deployments, items.exists)
    deployment_of, carried = _deployment_of(issues, deployments, groups, items, pairs)
    called = _called_incident(issues, profile, items.mapped) & items.in_scope & items.exists
    none = called & _turned_out_none(issues)
    incident = called & ~none
    window_ms = profile.incidents.window_hours * HOUR_MS
    rows = np.flatnonzero(incident)
    ladder = _Ladder(issues, deployments, groups, carried, rows, items.detected, window_ms)
    cause, inferred = ladder.climb(profile)
    return Operations(
        deployment_of=deployment_of,
        incident=incident,
        false_alarm=none,
        cause=cause,
        cause_inferred=inferred,
        rework=_rework(issues, deployments, items, carried, incident),
        window_ms=window_ms,
    )


def named_pairs(issues: IssueTable, deployments: Deployments, exists: Flags) -> Pairs:
    """Return which issues the deployments name: by their own list, or by a fix version."""
    counted = np.flatnonzero(deployments.counted).tolist()
    listed = [(row, deployment) for deployment in counted for row in deployments.holds[deployment] or ()]
    own = np.array(listed, np.int64).reshape(-1, 2)
    fixed = _with_versions(issues, deployments, np.arange(len(issues)), issues.fix_versions)
    pairs = Pairs(np.concatenate((own[:, 0], fixed.issue)), np.concatenate((own[:, 1], fixed.deployment)))
    return pairs.where(exists[pairs.issue] & (deployments.own_row[pairs.deployment] != pairs.issue))


def _with_versions(
    issues: IssueTable, deployments: Deployments, rows: Rows, sets: NDArray[np.int32]
) -> Pairs:
    """Pair each of ``rows`` with the deployments that stand for a version of its set."""
    by_version: dict[str, list[int]] = {}
    for deployment in np.flatnonzero(deployments.counted).tolist():
        for version in deployments.versions[deployment]:
            by_version.setdefault(version, []).append(deployment)
    standing = [
        sorted({deployment for version in versions for deployment in by_version.get(version, ())})
        for versions in issues.version_sets
    ]
    count = np.array([len(found) for found in standing], np.int64)
    flat = np.array([deployment for found in standing for deployment in found], np.int64)
    if not len(flat):
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    place, times = _expand(np.cumsum(count) - count, count, sets)
    return Pairs(np.repeat(rows, times).astype(np.int64), flat[place])


def _expand(
    first: NDArray[np.int64], count: NDArray[np.int64], groups: NDArray[np.int32] | Rows
) -> tuple[Rows, Rows]:
    """Return the places of all entries of each of ``groups`` in turn, and how many each has."""
    times = count[groups]
    ends = np.cumsum(times)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - times, times)
    return np.repeat(first[groups], times) + within, times


def _deployment_of(
    issues: IssueTable, deployments: Deployments, groups: ProjectGroups, items: Items, pairs: Pairs
) -> tuple[Rows, Pairs]:
    """Return each issue's deployment, and what each deployment carried with those that name nothing."""
    n = len(issues)
    completed = items.completed_at
    since = completed[pairs.issue]
    in_time = (since != MISSING) & (since < deployments.carries_until[pairs.deployment])
    found = _best(n, pairs.where(in_time), -deployments.rank)
    named = np.zeros(n, np.bool_)
    named[pairs.issue] = True
    loose = np.array([held is None for held in deployments.holds], np.bool_) & deployments.counted
    if not loose.any():
        return found, pairs
    waiting = np.flatnonzero(items.exists & (completed != MISSING) & ~named)
    carried = _next_of_project(
        deployments, loose, groups.of_code[issues.project[waiting]], completed[waiting]
    )
    found[waiting] = carried
    some = carried != NONE
    return found, Pairs(
        np.concatenate((pairs.issue, waiting[some])), np.concatenate((pairs.deployment, carried[some]))
    )


def _best(n: int, pairs: Pairs, order: NDArray[np.int64]) -> Rows:
    """Return for each of ``n`` rows its deployment of the highest ``order``, -1 where it has none."""
    best = np.full(n, NONE, np.int64)
    # Of repeated assignments NumPy keeps the last.
    places = np.argsort(order[pairs.deployment], kind="stable")
    best[pairs.issue[places]] = pairs.deployment[places]
    return best


def _next_of_project(deployments: Deployments, loose: Flags, group: Rows, completed: Instants) -> Rows:
    """Return the first deployment of each project among ``loose`` that can carry what was completed."""
    found = np.full(len(completed), NONE, np.int64)
    for number in np.unique(group[group >= 0]).tolist():
        mine = np.flatnonzero(loose & (deployments.group == number))
        mine = mine[np.argsort(deployments.rank[mine])]
        asking = group == number
        # An earlier one that is dated by day may carry longer than a later one.
        until = np.maximum.accumulate(deployments.carries_until[mine])
        found[asking] = np.append(mine, NONE)[np.searchsorted(until, completed[asking], side="right")]
    return found


def _called_incident(issues: IssueTable, profile: Profile, mapped: MappedValues) -> Flags:
    """Flag what the rule calls an incident: a type, label, component, priority or field of the profile."""
    rule = profile.incidents
    types = {fold(name) for name in rule.types if fold(name)}
    by_type = [kind.id in rule.types or fold(kind.name) in types for kind in issues.types]
    called = np.array(by_type, np.bool_)[issues.type] if by_type else np.zeros(len(issues), np.bool_)
    for sets, codes, names in (
        (issues.label_sets, issues.labels, rule.labels),
        (issues.component_sets, issues.components, rule.components),
    ):
        wanted = {fold(name) for name in names}
        if wanted and sets:
            called |= np.array([bool(wanted & set(map(fold, own))) for own in sets], np.bool_)[codes]
    wanted = {fold(name) for name in rule.priorities}
    # The extra place at the end is what code -1 (no priority) points to.
    called |= np.array([fold(name) in wanted for name in issues.priorities] + [False], np.bool_)[
        issues.priority
    ]
    if mapped.ruled is not None:
        called |= mapped.ruled
    if mapped.production is not None:
        called |= mapped.production & _bugs(issues, profile)
    return called


def _bugs(issues: IssueTable, profile: Profile) -> Flags:
    """Flag bugs, which count in production while the profile names neither other types nor no environment."""
    usual = {fold(name) for name in profile.incidents.types} == {fold(name) for name in INCIDENT_TYPES}
    counts = usual and bool(profile.deployments.environments)
    bugs: Flags = np.array([counts and fold(kind.name) == BUG for kind in issues.types], np.bool_)[
        issues.type
    ]
    return bugs


def _turned_out_none(issues: IssueTable) -> Flags:
    names = {fold(name) for name in NOT_AN_INCIDENT}
    none: Flags = np.array([fold(name) in names for name in issues.resolutions] + [False], np.bool_)[
        issues.resolution
    ]
    return none


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The rungs by which an incident finds its deployment; the first one that names one counts."""

    issues: IssueTable
    deployments: Deployments
    groups: ProjectGroups
    carried: Pairs
    incidents: NDArray[np.intp]
    detected: Dates
    window_ms: int

    def climb(self, profile: Profile) -> tuple[Rows, Flags]:
        """Return the deployment of every incident by issue row, and whether it is only inferred."""
        n = len(self.issues)
        cause = np.full(n, NONE, np.int64)
        inferred = np.zeros(n, np.bool_)
        if not len(self.incidents) or not len(self.deployments):
            return cause, inferred
        for pairs in (self._flagged(), self._linked(profile), self._affected()):
            named = self._before_detection(pairs)
            cause = np.where(cause == NONE, _best(n, named, self.deployments.rank), cause)
        rest = self.incidents[cause[self.incidents] == NONE]
        cause[rest] = self._shortly_before(rest)
        inferred[rest] = cause[rest] != NONE
        return cause, inferred

    def _flagged(self) -> Pairs:
        """Pair incidents with deployments that say themselves that they failed, and list the incident."""
        pairs = self.carried
        named = np.array([bool(held) for held in self.deployments.holds], np.bool_)
        return pairs.where((self.deployments.failed & named)[pairs.deployment])

    def _linked(self, profile: Profile) -> Pairs:
        """Pair incidents with the deployment that caused them, or that held what caused them."""
        issue, target = (part.astype(np.int64) for part in causal_links(self.issues, profile))
        own = np.flatnonzero(self.deployments.counted & (self.deployments.own_row != NONE))
        held_issue = np.concatenate((self.carried.issue, self.deployments.own_row[own]))
        held_by = np.concatenate((self.carried.deployment, own))
        order = np.argsort(held_issue, kind="stable")
        count = np.bincount(held_issue, minlength=len(self.issues))
        place, times = _expand(np.cumsum(count) - count, count, target)
        return Pairs(np.repeat(issue, times), held_by[order][place])

    def _affected(self) -> Pairs:
        sets = self.issues.affected_versions[self.incidents]
        return _with_versions(self.issues, self.deployments, self.incidents, sets)

    def _before_detection(self, pairs: Pairs) -> Pairs:
        """Keep the pairs of incidents whose deployment is not later, from the morning of its day on."""
        mine = np.zeros(len(self.issues), np.bool_)
        mine[self.incidents] = True
        by_then = self.deployments.at[pairs.deployment] <= self.detected.of(pairs.issue).last
        return pairs.where(mine[pairs.issue] & by_then)

    def _shortly_before(self, rows: NDArray[np.intp]) -> Rows:
        """Return the latest deployment of the same project within the window before each detection."""
        deployments = self.deployments
        detected = self.detected.of(rows)
        group = self.groups.of_code[self.issues.project[rows]]
        found = np.full(len(rows), NONE, np.int64)
        by_rank = np.argsort(deployments.rank)
        for number in np.unique(group).tolist():
            mine = np.flatnonzero(deployments.counted & (deployments.group == number))
            mine = mine[np.argsort(deployments.at[mine], kind="stable")]
            # One that is dated by day begins before others of its day, and is reckoned after them.
            latest = np.maximum.accumulate(deployments.rank[mine])
            asking = group == number
            place = np.searchsorted(deployments.at[mine], detected.last[asking], side="right")
            found[asking] = np.append(NONE, by_rank[latest])[place]
        late = detected.reckoned_at - deployments.reckoned_at[found] > self.window_ms
        return np.where(late, NONE, found)


def _rework(
    issues: IssueTable, deployments: Deployments, items: Items, carried: Pairs, incident: Flags
) -> Flags:
    """Flag deployments of a hotfix name, and those that deliver defects only, one for an incident."""
    n = len(deployments)
    touches = incident.copy()
    touches[issues.link_issue[incident[issues.link_target]]] = True
    touches[issues.link_target[incident[issues.link_issue]]] = True
    held = carried.where((items.in_scope & items.delivered)[carried.issue])
    all_held = np.bincount(held.deployment, minlength=n)
    defects = np.bincount(held.deployment, items.defect[held.issue], minlength=n)
    repairs = np.bincount(held.deployment, (items.defect & touches)[held.issue], minlength=n)
    rework: Flags = deployments.hotfix | ((all_held > 0) & (defects == all_held) & (repairs > 0))
    return rework
