"""The believable history: a pure function of seed, number of issues and the instant it ends.

Each team lives through 78 weeks of its own habits. An issue is planned from
its creation to its end and then cut at the present, so that what is under way
today looks exactly like what was under way at any other moment.
"""

import random
from bisect import bisect
from dataclasses import dataclass, field
from itertools import accumulate

from data.simulator import catalogue as c
from data.simulator.blocks import note_blocks
from data.simulator.catalogue import TEAMS, Team
from data.simulator.initiatives import raise_initiatives
from data.simulator.lives import Planner
from data.simulator.model import DAY, HOUR, MINUTE, Issue, IssueType, Item, Link, LinkType, Version, seeded
from data.simulator.releases import (
    Release,
    ReleasePlan,
    hotfix_name,
    iso_date,
    number_versions,
    plan_releases,
)
from data.simulator.sprint_plans import plan_sprints
from data.simulator.words import summary

SPAN = 78 * 7 * DAY
FIRST_ISSUE_ID = 10_001
_EPIC_EVERY = 25
_LONG_EVERY, _VERY_LONG_EVERY = 150, 400


@dataclass(frozen=True)
class World:
    """Everything that Jira knows at ``ends_at``: issues by id, versions by project."""

    seed: int
    starts_at: int
    ends_at: int
    issues: list[Issue]
    versions: dict[str, tuple[Version, ...]]


@dataclass
class _Draft:
    """Issues before they have ids, and what connects them."""

    issues: list[Issue] = field(default_factory=list)
    parents: list[tuple[Issue, Issue]] = field(default_factory=list)
    links: list[tuple[Issue, LinkType, Issue]] = field(default_factory=list)
    plans: dict[str, ReleasePlan] = field(default_factory=dict)


def build_world(seed: int, issues: int, ends_at: int) -> World:
    """Write 18 months of Jira that end at *ends_at* (epoch ms).

    Args:
        seed: another seed is another company.
        issues: how many issues there are, exactly; from about 1 000 on every
            promise of the demo holds (hotfixes, bulk clean-up, long histories).
        ends_at: nothing has happened at or after this instant.
    """
    draft = _Draft()
    starts_at = ends_at - SPAN
    remaining = issues
    for place, team in enumerate(TEAMS):
        count = remaining if team is TEAMS[-1] else round(issues * team.share)
        remaining -= count
        _TeamHistory(team, starts_at, ends_at, seeded(seed, place), draft).write(count)
    return _number_issues(seed, starts_at, ends_at, draft)


class _TeamHistory:
    """Writes the issues of one team into the draft."""

    def __init__(self, team: Team, starts_at: int, ends_at: int, rng: random.Random, draft: _Draft) -> None:
        self.team = team
        self.starts_at = starts_at
        self.ends_at = ends_at
        self.rng = rng
        self.draft = draft
        self.plan = plan_releases(team, starts_at, ends_at, rng)
        self.planner = Planner(team, starts_at, ends_at, self.plan, rng)
        self.shipped: dict[Version, list[Issue]] = {}
        self.recent: list[Issue] = []
        self.epics: list[Issue] = []
        self.types = [kind for kind, _ in team.type_weights]
        self.type_weights = list(accumulate(weight for _, weight in team.type_weights))
        draft.plans[team.key] = self.plan

    def write(self, count: int) -> None:
        """Write *count* issues: the daily work first, then what broke."""
        broken = self._broken_releases(count // 9)
        hotfixed = {place for place in range(len(broken)) if self.rng.random() < 0.6}
        for place, created in enumerate(self._plan_arrivals(count - len(broken) - len(hotfixed))):
            self._add_work(place, created)
        self._sweep()
        for place, (release, detected_at) in enumerate(broken):
            self._add_incident(release, detected_at, hotfix=place in hotfixed)

    def _plan_arrivals(self, count: int) -> list[int]:
        """Creation instants: the team's weekly rhythm, quiet holidays, ever more to do."""
        offset = self.team.utc_offset_min * MINUTE
        first = (self.starts_at + offset) // DAY
        last = (self.ends_at - 1 + offset) // DAY
        weights = list(accumulate(self._day_weight(day) for day in range(first, last + 1)))
        rng = self.rng
        arrivals: list[int] = []
        while len(arrivals) < count:
            day = first + bisect(weights, rng.random() * weights[-1])
            created = int(day * DAY + rng.triangular(8.2, 17.8, 10.5) * HOUR) - offset
            if self.starts_at <= created < self.ends_at:
                arrivals.append(created)
        return sorted(arrivals)

    def _day_weight(self, day: int) -> float:
        month_and_day = iso_date(day * DAY)[5:]
        quiet = month_and_day >= "12-24" or month_and_day <= "01-02"
        grown = 1 + 0.5 * (day * DAY - self.starts_at) / SPAN
        return self.team.weekday_weights[(day + 3) % 7] * grown * (0.15 if quiet else 1.0)

    def _add_work(self, place: int, created: int) -> None:
        kind = c.EPIC if place % _EPIC_EVERY == 0 else self._draw_type()
        issue = self._make_issue(kind, created)
        self.planner.live(issue)
        for version in issue.fix_versions:
            self.shipped.setdefault(version, []).append(issue)
        self._connect(issue)
        self.draft.issues.append(issue)
        if kind is c.EPIC:
            self.epics = [*self.epics[-2:], issue]
        elif kind is not c.SUBTASK:
            self.recent = [*self.recent[-11:], issue]

    def _draw_type(self) -> IssueType:
        kind = self.types[bisect(self.type_weights, self.rng.random() * self.type_weights[-1])]
        return c.STORY if kind is c.SUBTASK and not self.recent else kind

    def _make_issue(self, kind: IssueType, created: int) -> Issue:
        rng, team = self.rng, self.team
        issue = Issue(
            project=team.key,
            type=kind,
            summary=summary(kind.name, rng),
            created=created,
            reporter=rng.choice(team.people),
            status=team.start,
            priority=c.PRIORITIES[min(int(rng.gauss(2.3, 0.9)), 4)]
            if rng.random() < 0.95
            else c.PRIORITIES[0],
        )
        if rng.random() < 0.6:
            issue.labels = (rng.choice(team.labels),)
        if rng.random() < 0.8:
            issue.components = (rng.choice(team.components),)
        if kind is c.STORY and rng.random() < 0.75:
            issue.points = float(rng.choice((1, 2, 3, 3, 5, 5, 8, 13)))
        if kind is c.BUG:
            issue.environment = c.PRODUCTION if rng.random() < 0.15 else c.STAGING
        return issue

    def _connect(self, issue: Issue) -> None:
        """Parents and everyday links; a duplicate points at what it repeats."""
        rng, draft = self.rng, self.draft
        if issue.type is c.SUBTASK:
            draft.parents.append((issue, rng.choice(self.recent)))
        elif issue.type is not c.EPIC and self.epics and rng.random() < 0.5:
            draft.parents.append((issue, rng.choice(self.epics)))
        if not self.recent:
            return
        if issue.resolution is c.DUPLICATE and rng.random() < 0.7:
            draft.links.append((rng.choice(self.recent), c.DUPLICATES, issue))
        elif rng.random() < 0.05:
            draft.links.append((issue, rng.choice((c.RELATES, c.BLOCKS)), rng.choice(self.recent)))

    def _sweep(self) -> None:
        """The spring clean of the payments team: its old backlog closed within a minute."""
        if self.team is not c.PAY:
            return
        at = self.planner.sweep_at
        idle = [
            issue
            for issue in self.draft.issues
            if issue.project == self.team.key and not issue.changes and issue.created < at - 20 * DAY
        ]
        for place, issue in enumerate(idle):
            self.planner.close_unstarted(issue, at + place * 50_000 // len(idle), c.WONT_DO, c.ADMIN)

    def _broken_releases(self, limit: int) -> list[tuple[Release, int]]:
        """Which releases broke something, and when that was noticed."""
        rng, broken = self.rng, []
        for release in self.plan.regular:
            share = (release.deployed_at - self.starts_at) / SPAN
            early, late = self.team.breakage
            noticed = release.deployed_at + int(min(rng.expovariate(1 / 7), 60) * HOUR) + 10 * MINUTE
            if rng.random() < early + (late - early) * share and noticed < self.ends_at:
                broken.append((release, noticed))
        if self.team is c.PAY:
            # One that is still being worked on, whatever the day.
            last = next(each for each in reversed(self.plan.regular) if each.version.released)
            broken.append((last, max(self.ends_at - 20 * HOUR, last.deployed_at + 1)))
        return broken[-limit:] if limit else []

    def _add_incident(self, release: Release, detected_at: int, *, hotfix: bool) -> None:
        rng = self.rng
        incident = self._make_issue(c.INCIDENT, detected_at)
        incident.priority = c.PRIORITIES[rng.choice((0, 0, 1))]
        incident.environment = c.PRODUCTION
        restored_at = self.planner.live_incident(incident)
        self.draft.issues.append(incident)
        self._blame(incident, release)
        if hotfix:
            self._add_hotfix(incident, release, restored_at)

    def _blame(self, incident: Issue, release: Release) -> None:
        """By link, by affected version, by both, or left to the reader."""
        kind = self.rng.random()
        suspects = [
            issue for issue in self.shipped.get(release.version, ()) if issue.created < incident.created
        ]
        if kind < 0.6 and suspects:
            self.draft.links.append((incident, c.CAUSE, self.rng.choice(suspects)))
        if 0.5 < kind < 0.85:
            incident.affected_versions = (release.version,)

    def _add_hotfix(self, incident: Issue, release: Release, restored_at: int) -> None:
        """A bug fixed under fire and the version that brought it out on the same day."""
        offset = self.team.utc_offset_min * MINUTE
        version = Version(
            id="",
            project=self.team.key,
            name=hotfix_name(release.version),
            released=restored_at < self.ends_at,
            archived=release.version.archived,
            released_on=iso_date(restored_at + offset),
        )
        if version not in self.plan.others:
            self.plan.others.append(version)
        created = min(incident.created + 8 * MINUTE, self.ends_at - 1)
        bug = self._make_issue(c.BUG, created)
        bug.environment = c.PRODUCTION
        self.planner.live_hotfix(bug, restored_at, version)
        self.draft.issues.append(bug)
        self.draft.links.append((bug, c.RELATES, incident))


def _number_issues(seed: int, starts_at: int, ends_at: int, draft: _Draft) -> World:
    """Ids over all projects and numbers within each, both in order of creation."""
    numbered = number_versions(draft.plans)
    draft.issues.sort(key=lambda issue: (issue.created, issue.project))
    counters = dict.fromkeys((team.key for team in TEAMS), 0)
    for place, issue in enumerate(draft.issues):
        counters[issue.project] += 1
        issue.id = FIRST_ISSUE_ID + place
        issue.number = counters[issue.project]
        issue.fix_versions = tuple(numbered[version] for version in issue.fix_versions)
        issue.affected_versions = tuple(numbered[version] for version in issue.affected_versions)
        _note_fix_versions(issue)
        _add_chatter(issue, place, ends_at, seeded(seed, issue.id))
        plan_sprints(seed, issue, ends_at)
    draft.parents = raise_initiatives(draft.issues, draft.parents)
    _tie(draft)
    note_blocks(seed, draft.issues, ends_at)
    versions = {
        team.key: tuple(sorted((v for v in numbered.values() if v.project == team.key), key=_version_order))
        for team in TEAMS
    }
    return World(seed, starts_at, ends_at, draft.issues, versions)


def _note_fix_versions(issue: Issue) -> None:
    """The history tells when the work was put into its release: as it was finished."""
    if not issue.fix_versions or not issue.changes:
        return
    last = issue.changes[-1]
    notes = tuple(Item("fixVersions", None, None, each.id, each.name) for each in issue.fix_versions)
    issue.changes[-1] = last._replace(items=(*last.items, *notes))


def _version_order(version: Version) -> int:
    return int(version.id)


def _tie(draft: _Draft) -> None:
    for child, parent in draft.parents:
        child.parent_id = parent.id
    for place, (one, kind, other) in enumerate(draft.links):
        link_id = str(20_000 + place)
        # The inward phrase ("is caused by") is read on the first and leads to the second.
        one.links = (*one.links, Link(link_id, kind, inward=True, other=other.id))
        other.links = (*other.links, Link(link_id, kind, inward=False, other=one.id))


def _add_chatter(issue: Issue, place: int, ends_at: int, rng: random.Random) -> None:
    """How often people touched the issue besides working on it, and when it last changed."""
    issue.chatter = min(int(rng.expovariate(0.4)), 12)
    if place % _VERY_LONG_EVERY == 7:
        issue.chatter = rng.randint(110, 170)
    elif place % _LONG_EVERY == 3:
        issue.chatter = rng.randint(42, 90)
    updated = max(issue.updated, issue.created)
    if issue.chatter > 40:
        updated = max(updated, issue.created + rng.randint(5, 40) * DAY)
    elif issue.chatter and rng.random() < 0.5:
        updated += int(rng.expovariate(1 / (9 * HOUR)))
    issue.updated = issue.chatter_until = min(updated, ends_at - 1)
