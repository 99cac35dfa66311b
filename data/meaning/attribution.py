"""What went out with which deployment, what is an incident, and which deployment caused it. Pure.

The rules are those of specs/metrics.md, "DORA". Pairs of issue and deployment are columns, so that
everything here is a few passes over arrays, however many issues there are.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configuration.profile import IncidentSettings, Profile
from data.meaning.deployments import Deployments
from data.meaning.mapped_values import MappedValues
from data.meaning.usual_names import usual_names
from data.model.columns import Listed, listed
from data.model.dates import Dates
from data.model.instants import DAY_MS, HOUR_MS
from data.model.projects import ProjectGroups, rows_by_number
from data.model.tables import MISSING, Flags, Instants, IssueTable
from data.model.words import fold
from data.sources.issues import causal_links

BUG = "bug"
BY_WORD = re.compile(r"\bincidents?\b")
INCIDENT_TYPES = IncidentSettings().types
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
        released_before: that deployment names the issue, which was closed too late to be in time for it.
        carried_unnamed: nothing but project and time say so.
        incident: the rule calls it an incident, and it turned out to be one.
        false_alarm: the rule calls it an incident, and its resolution says that it was not one.
        cause: the deployment that an incident is put down to, -1 for none.
        cause_inferred: only project and time say so, or that the deployment held what caused it.
        latent: the incident was seen so long after that deployment that its end says nothing of it.
        rework: by deployment row: it repaired something.
        group: by project code: which project it is, numbered as in ``Deployments.group``.
        proposed_types: types that are not those of incidents, but hold the word.
        window_ms: how long after a deployment an incident is put down to it.
    """

    deployment_of: Rows
    released_before: Flags
    carried_unnamed: Flags
    incident: Flags
    false_alarm: Flags
    cause: Rows
    cause_inferred: Flags
    latent: Flags
    rework: Flags
    window_ms: int
    group: Rows
    proposed_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """What the attribution needs to know of the issues as of T, by row.

    ``told`` are the rows of issues that stand for an incident which a file tells of.
    """

    exists: Flags
    in_scope: Flags
    completed_at: Instants
    delivered: Flags
    defect: Flags
    detected: Dates
    mapped: MappedValues
    told: Rows


def find_operations(
    issues: IssueTable, deployments: Deployments, groups: ProjectGroups, items: Items, profile: Profile
) -> Operations:
    """Connect issues, deployments and incidents as of T."""
    standing = _standing_for(issues, deployments)
    pairs = _named_pairs(issues, deployments, standing, items.exists)
    carriers = _find_carriers(issues, deployments, groups, items, pairs)
    called = _called_incident(issues, profile, items.mapped) & items.in_scope & items.exists
    none = called & _turned_out_none(issues)
    incident = called & ~none
    window_ms = profile.incidents.window_hours * HOUR_MS
    rows = np.flatnonzero(incident)
    ladder = _Ladder(issues, deployments, groups, standing, carriers.carried, rows, items.detected, window_ms)
    cause, inferred = ladder.climb(profile)
    return Operations(
        deployment_of=carriers.deployment_of,
        released_before=carriers.released_before,
        carried_unnamed=carriers.unnamed,
        incident=incident,
        false_alarm=none,
        cause=cause,
        cause_inferred=inferred,
        latent=_flag_latent(deployments, items, cause, profile.incidents.latent_days),
        rework=_flag_rework(issues, deployments, items, carriers.carried, _with_rows(incident, items.told)),
        window_ms=window_ms,
        group=groups.of_code,
        proposed_types=_propose_types(issues, profile),
    )


def _named_pairs(issues: IssueTable, deployments: Deployments, standing: Listed, exists: Flags) -> Pairs:
    """Return which issues the deployments name: by their own list, or by a fix version."""
    counted = np.flatnonzero(deployments.counted)
    own, times = deployments.holds.of(counted)
    fixed = _with_versions(standing, np.arange(len(issues)), issues.fix_versions)
    pairs = Pairs(
        np.concatenate((own, fixed.issue)),
        np.concatenate((np.repeat(counted, times), fixed.deployment)),
    )
    return pairs.where(exists[pairs.issue] & (deployments.own_row[pairs.deployment] != pairs.issue))


def _standing_for(issues: IssueTable, deployments: Deployments) -> Listed:
    """Return by set of versions of the issues the deployments that stand for one of them, each once."""
    known: dict[str, int] = {}
    deployed = _lay_sets(deployments.versions.words, lambda version: known.setdefault(version, len(known)))
    counted = np.flatnonzero(deployments.counted)
    version, times = deployed.of(deployments.versions.codes[counted])
    by_version = listed(version, np.repeat(counted, times), len(known))
    wanted = _lay_sets(issues.version_sets, known.get)
    deployment, times = by_version.of(wanted.value)
    n = max(len(deployments), 1)
    # A set may hold two versions of one deployment.
    pairs = np.unique(np.repeat(wanted.owner, times) * n + deployment)
    return listed(pairs // n, pairs % n, len(issues.version_sets))


def _lay_sets(sets: Iterable[Sequence[str]], find: Callable[[str], int | None]) -> Listed:
    """Return sets of versions as lists of the numbers that ``find`` has for them; others are left out."""
    found = [[code for code in map(find, versions) if code is not None] for versions in sets]
    ends = np.cumsum([0, *map(len, found)])
    return Listed(ends, np.array([code for codes in found for code in codes], np.int64))


def _with_versions(standing: Listed, rows: Rows, sets: NDArray[np.int32]) -> Pairs:
    """Pair each of ``rows`` with the deployments that stand for a version of its set."""
    deployment, times = standing.of(sets)
    return Pairs(np.repeat(rows, times), deployment)


@dataclass(frozen=True, slots=True)
class _Carriers:
    """Which deployment carried which issue; arrays by issue row as in ``Operations``.

    ``carried`` pairs each deployment with all that it held.
    """

    deployment_of: Rows
    released_before: Flags
    unnamed: Flags
    carried: Pairs


def _find_carriers(
    issues: IssueTable, deployments: Deployments, groups: ProjectGroups, items: Items, pairs: Pairs
) -> _Carriers:
    """Choose each issue's deployment: the first in time, else the last that names it."""
    n = len(issues)
    completed = items.completed_at
    since = completed[pairs.issue]
    in_time = since < deployments.carries_until[pairs.deployment]
    found = _choose_best(n, pairs.where((since != MISSING) & in_time), -deployments.rank)
    late = pairs.where((since != MISSING) & (found[pairs.issue] == NONE))
    before = _choose_best(n, late, deployments.rank_backwards)
    released_before = before != NONE
    found[released_before] = before[released_before]
    unnamed = np.zeros(n, np.bool_)
    loose = deployments.unnamed & deployments.counted
    if not loose.any():
        return _Carriers(found, released_before, unnamed, pairs)
    named = np.zeros(n, np.bool_)
    named[pairs.issue] = True
    waiting = np.flatnonzero(items.exists & (completed != MISSING) & ~named)
    group = groups.of_code[issues.project[waiting]]
    carried = _next_of_project(deployments, loose, group, completed[waiting])
    found[waiting] = carried
    some = carried != NONE
    unnamed[waiting[some]] = True
    more = Pairs(
        np.concatenate((pairs.issue, waiting[some])), np.concatenate((pairs.deployment, carried[some]))
    )
    return _Carriers(found, released_before, unnamed, more)


def _choose_best(n: int, pairs: Pairs, order: NDArray[np.int64]) -> Rows:
    """Return for each of ``n`` rows its deployment of the highest ``order``, -1 where it has none."""
    best = np.full(n, NONE, np.int64)
    # Of repeated assignments NumPy keeps the last.
    places = np.argsort(order[pairs.deployment], kind="stable")
    best[pairs.issue[places]] = pairs.deployment[places]
    return best


def _next_of_project(deployments: Deployments, loose: Flags, group: Rows, completed: Instants) -> Rows:
    """Return the first deployment of each project among ``loose`` at or after each completion.

    Nothing says that it held the issue, so that one which ended the evening before is not taken for it.
    What is dated by day is reckoned at the next midnight, that instant included.
    """
    found = np.full(len(completed), NONE, np.int64)
    last = deployments.reckoned_at
    asking = rows_by_number(group)
    for number, mine in _rows_by_group(deployments, loose).items():
        if number in asking:
            ordered = mine[np.lexsort((deployments.rank[mine], last[mine]))]
            place = np.searchsorted(last[ordered], completed[asking[number]], side="left")
            found[asking[number]] = np.append(ordered, NONE)[place]
    return found


def _rows_by_group(deployments: Deployments, flags: Flags) -> dict[int, Rows]:
    """Return the deployments that ``flags`` has, by the number of their project; those of none are absent."""
    rows = np.flatnonzero(flags & (deployments.group >= 0))
    return {number: rows[mine] for number, mine in rows_by_number(deployments.group[rows]).items()}


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
    environments = profile.deployments.environments
    if mapped.environment is not None and environments:
        called |= mapped.environment.hold_any(environments) & _flag_bugs(issues, profile)
    return called


def _flag_bugs(issues: IssueTable, profile: Profile) -> Flags:
    """Flag bugs, which are incidents in production while the profile names no other types."""
    usual = {fold(name) for name in profile.incidents.types} == {fold(name) for name in INCIDENT_TYPES}
    bugs: Flags = np.array([usual and fold(kind.name) == BUG for kind in issues.types], np.bool_)[issues.type]
    return bugs


def _turned_out_none(issues: IssueTable) -> Flags:
    names = usual_names().not_an_incident
    none: Flags = np.array([fold(name) in names for name in issues.resolutions] + [False], np.bool_)[
        issues.resolution
    ]
    return none


def _propose_types(issues: IssueTable, profile: Profile) -> tuple[str, ...]:
    """Return the types that hold the word incident and that the rule does not name, in alphabetic order."""
    ruled = {fold(name) for name in profile.incidents.types}
    found = {
        kind.name
        for kind in issues.types
        if BY_WORD.search(fold(kind.name)) and fold(kind.name) not in ruled and kind.id not in ruled
    }
    return tuple(sorted(found, key=fold))


def _flag_latent(deployments: Deployments, items: Items, cause: Rows, latent_days: int) -> Flags:
    """Flag incidents that were seen more than so many days after their deployment."""
    rows = np.flatnonzero(cause != NONE)
    after = items.detected.reckoned_at[rows] - deployments.reckoned_at[cause[rows]]
    latent = np.zeros(len(cause), np.bool_)
    latent[rows[after > latent_days * DAY_MS]] = True
    return latent


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The rungs by which an incident finds its deployment; the first one that names one counts."""

    issues: IssueTable
    deployments: Deployments
    groups: ProjectGroups
    standing: Listed
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
        linked, sure = self._pair_linked(profile)
        for pairs in (self._pair_flagged(), linked, self._pair_affected()):
            named = self._before_detection(pairs)
            found = _choose_best(n, named, self.deployments.rank)
            if pairs is linked:
                inferred = (cause == NONE) & (found != NONE)
                inferred[linked.issue[sure & (found[linked.issue] == linked.deployment)]] = False
            cause = np.where(cause == NONE, found, cause)
        rest = self.incidents[cause[self.incidents] == NONE]
        cause[rest] = self._shortly_before(rest)
        inferred[rest] = cause[rest] != NONE
        return cause, inferred

    def _pair_flagged(self) -> Pairs:
        """Pair incidents with deployments that say themselves that they failed, and list the incident."""
        pairs = self.carried
        named = self.deployments.holds.count > 0
        return pairs.where((self.deployments.failed & named)[pairs.deployment])

    def _pair_linked(self, profile: Profile) -> tuple[Pairs, Flags]:
        """Pair incidents with the deployment that caused them, or that held what caused them.

        The flags say of which pair more than project and time tells that the deployment held it.
        """
        issue, target = (part.astype(np.int64) for part in causal_links(self.issues, profile))
        own = np.flatnonzero(self.deployments.counted & (self.deployments.own_row != NONE))
        held_issue = np.concatenate((self.carried.issue, self.deployments.own_row[own]))
        held_by = np.concatenate((self.carried.deployment, own))
        named = ~self.deployments.unnamed[self.carried.deployment]
        sure = np.concatenate((named, np.ones(len(own), np.bool_)))
        place, times = listed(held_issue, np.arange(len(held_issue)), len(self.issues)).of(target)
        return Pairs(np.repeat(issue, times), held_by[place]), sure[place]

    def _pair_affected(self) -> Pairs:
        sets = self.issues.affected_versions[self.incidents]
        return _with_versions(self.standing, self.incidents, sets)

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
        asking = rows_by_number(group)
        for number, mine in _rows_by_group(deployments, deployments.counted).items():
            if number in asking:
                ordered = mine[np.argsort(deployments.at[mine], kind="stable")]
                # One that is dated by day begins before others of its day, and is reckoned after them.
                latest = np.maximum.accumulate(deployments.rank[ordered])
                last = detected.last[asking[number]]
                place = np.searchsorted(deployments.at[ordered], last, side="right")
                found[asking[number]] = np.append(NONE, by_rank[latest])[place]
        late = detected.reckoned_at - deployments.reckoned_at[found] > self.window_ms
        return np.where(late, NONE, found)


def _with_rows(flags: Flags, rows: Rows) -> Flags:
    flags = flags.copy()
    flags[rows] = True
    return flags


def _flag_rework(
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
