"""Incidents, what caused them and when they ended: METRICS.md section 5."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.reference.clock import HOUR, day_of, midnight
from tests.reference.deployments import deployed_versions, release_day
from tests.reference.issues import Issue, is_of_type
from tests.reference.settings import NOT_AN_INCIDENT, fold, names
from tests.reference.world import Fact, World

DEFAULT_WINDOW_HOURS = 72


@dataclass(frozen=True)
class Deployment:
    """A released version; where a duration needs an instant it is the next midnight."""

    id: str
    name: str
    project_id: str
    day: date
    at: int

    @property
    def recency(self) -> tuple[int, int]:
        return (self.at, int(self.id))


@dataclass(frozen=True)
class Attribution:
    """The deployment an incident is put down to, and whether a link or version says so."""

    deployment: Deployment
    inferred: bool


@dataclass
class Operations:
    """Deployments and incidents of a world, and how they hang together."""

    world: World

    @cached_property
    def deployments(self) -> list[Deployment]:
        return [self._deployment(version) for version in deployed_versions(self.world)]

    def _deployment(self, version: dict) -> Deployment:
        day = release_day(version)
        assert day is not None
        return Deployment(
            id=str(version["id"]),
            name=version.get("name") or "",
            project_id=str(version.get("projectId")),
            day=day,
            at=midnight(day + timedelta(days=1), self.world.period.zone),
        )

    def on_days(self, days: list[date]) -> list[Deployment]:
        return [deployment for deployment in self.deployments if deployment.day in days]

    @cached_property
    def window_ms(self) -> int:
        hours = self.world.settings.section("incidents").get("window_hours")
        return (DEFAULT_WINDOW_HOURS if hours is None else hours) * HOUR

    @cached_property
    def incidents(self) -> list[Fact]:
        """What the rule calls an incident, also those that turned out to be none."""
        return [fact for fact in self.world.in_scope if self._is_incident(fact.issue)]

    def _is_incident(self, issue: Issue) -> bool:
        rule = self.world.settings.section("incidents")
        types = names(rule["types"]) if rule.get("types") is not None else ["Incident"]
        labels = {fold(label) for label in names(rule.get("labels"))}
        return is_of_type(issue, types) or any(fold(label) in labels for label in issue.names("labels"))

    @cached_property
    def real_incidents(self) -> list[Fact]:
        return [fact for fact in self.incidents if not turned_out_none(fact)]

    def open_incidents(self) -> list[Fact]:
        return [fact for fact in self.real_incidents if fact.completed is None]

    def contained_in(self, issue: Issue) -> list[Deployment]:
        """The deployments that the issue's fix versions name."""
        fixed = version_ids(issue, "fixVersions")
        return [self._by_id[id_] for id_ in sorted(fixed & set(self._by_id), key=int)]

    @cached_property
    def _by_id(self) -> dict[str, Deployment]:
        return {deployment.id: deployment for deployment in self.deployments}

    @cached_property
    def attributions(self) -> dict[str, Attribution]:
        """By key of the incident; one without an entry is unattributed."""
        found = {}
        for fact in self.real_incidents:
            attribution = self._attribute(fact)
            if attribution is not None:
                found[fact.key] = attribution
        return found

    def _attribute(self, incident: Fact) -> Attribution | None:
        """The first rung that names a deployment on or before detection."""
        affected = version_ids(incident.issue, "versions")
        rungs = [
            (False, self._linked(incident)),
            (False, [d for d in self.deployments if d.id in affected]),
            (True, self._shortly_before(incident)),
        ]
        for inferred, named in rungs:
            earlier = [deployment for deployment in named if self._by_detection(deployment, incident)]
            if earlier:
                return Attribution(max(earlier, key=lambda d: d.recency), inferred)
        return None

    def _by_detection(self, deployment: Deployment, incident: Fact) -> bool:
        """A release of the day on which the incident was seen counts as before it."""
        return deployment.day <= day_of(incident.created, self.world.period.zone)

    def _linked(self, incident: Fact) -> list[Deployment]:
        """Deployments of the issues that the incident says it was caused by."""
        rule = self.world.settings.section("incidents").get("link_types")
        words = [fold(word) for word in (["caused by"] if rule is None else names(rule))]
        causes = {
            key for inward, key in inward_links(incident.issue) if any(word in fold(inward) for word in words)
        }
        linked = [fact.issue for fact in self.world.facts if fact.key in causes]
        return [deployment for issue in linked for deployment in self.contained_in(issue)]

    def _shortly_before(self, incident: Fact) -> list[Deployment]:
        project = incident.issue.fields.get("project")
        project_id = str(project.get("id")) if isinstance(project, dict) else None
        return [
            deployment
            for deployment in self.deployments
            if deployment.project_id == project_id and incident.created - deployment.at <= self.window_ms
        ]


def turned_out_none(fact: Fact) -> bool:
    """Whether today's resolution says that it was no incident."""
    return fold(fact.issue.named("resolution")) in {fold(name) for name in NOT_AN_INCIDENT}


def version_ids(issue: Issue, field: str) -> set[str]:
    listed = issue.fields.get(field)
    rows = listed if isinstance(listed, list) else []
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}


def issue_links(issue: Issue) -> list[dict]:
    listed = issue.fields.get("issuelinks")
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def inward_links(issue: Issue) -> list[tuple[str, str]]:
    """(inward text, key) of every link that reads "this issue `text` that one"."""
    found = []
    for row in issue_links(issue):
        other, kind = row.get("inwardIssue"), row.get("type")
        if isinstance(other, dict) and isinstance(kind, dict):
            found.append((kind.get("inward") or "", other.get("key") or ""))
    return found


def linked_keys(issue: Issue) -> set[str]:
    """Keys at the other end of any link."""
    ends = [row.get(side) for row in issue_links(issue) for side in ("inwardIssue", "outwardIssue")]
    return {end.get("key") or "" for end in ends if isinstance(end, dict)}
