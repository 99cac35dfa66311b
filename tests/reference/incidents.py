"""Incidents, what caused them and when they ended: METRICS.md section 5."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tests.reference.clock import HOUR
from tests.reference.deployments import Deployment, causes_of, counted_deployments
from tests.reference.issues import Issue, is_of_type
from tests.reference.links import project_id, version_ids
from tests.reference.settings import NOT_AN_INCIDENT, fold, names
from tests.reference.world import Fact, World

DEFAULT_WINDOW_HOURS = 72


@dataclass(frozen=True)
class Attribution:
    """The deployment an incident is put down to, and whether a link or version says so."""

    deployment: Deployment
    inferred: bool


@dataclass
class Operations:
    """Deployments and incidents of a world, and how they hang together."""

    world: World
    _carriers: dict[str, list[Deployment]] = field(default_factory=dict)

    @cached_property
    def deployments(self) -> list[Deployment]:
        return counted_deployments(self.world)

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
        return (
            is_of_type(issue, types)
            or any(fold(label) in labels for label in issue.names("labels"))
            or self._is_bug_in_production(issue, types)
            or self.world.mapping.matches_rule(issue)
        )

    def _is_bug_in_production(self, issue: Issue, types: list[str]) -> bool:
        """Part of the default rule, so not where the profile has types of its own."""
        if [fold(entry) for entry in types] != ["incident"] or fold(issue.named("issuetype")) != "bug":
            return False
        known = names(self.world.settings.section("deployments").get("environments"))
        return bool(known) and self.world.mapping.in_production(issue) is True

    @cached_property
    def real_incidents(self) -> list[Fact]:
        return [fact for fact in self.incidents if not turned_out_none(fact)]

    def open_incidents(self) -> list[Fact]:
        return [fact for fact in self.real_incidents if fact.restored is None]

    def named_by(self, issue: Issue) -> list[Deployment]:
        """The deployments that list the issue, or stand for one of its fix versions."""
        fixed = version_ids(issue, "fixVersions")
        return [
            d for d in self.deployments if d.id != issue.key and (issue.key in d.links or fixed & d.versions)
        ]

    def carriers(self, fact: Fact) -> list[Deployment]:
        """The deployments that carried the issue: those that name it, else the next of its project."""
        if fact.key not in self._carriers:
            self._carriers[fact.key] = self._carriers_of(fact)
        return self._carriers[fact.key]

    def _carriers_of(self, fact: Fact) -> list[Deployment]:
        named = self.named_by(fact.issue)
        following = [] if named or fact.completed is None else self._next_of_project(fact, fact.completed)
        return named or following

    def _next_of_project(self, fact: Fact, completed: int) -> list[Deployment]:
        found = [
            deployment
            for deployment in self.deployments
            if deployment.names_nothing
            and deployment.project_id == project_id(fact.issue)
            and deployment.carries_what_was_completed(completed)
        ]
        return [min(found, key=lambda deployment: deployment.recency)] if found else []

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
            (False, [d for d in self.deployments if d.failed and incident.key in d.links]),
            (False, self._linked(incident)),
            (False, [d for d in self.deployments if d.versions & affected]),
            (True, self._shortly_before(incident)),
        ]
        for inferred, named in rungs:
            earlier = [deployment for deployment in named if self._by_detection(deployment, incident)]
            if earlier:
                return Attribution(max(earlier, key=lambda d: d.recency), inferred)
        return None

    def _by_detection(self, deployment: Deployment, incident: Fact) -> bool:
        """A release of the day on which the incident was seen counts as before it."""
        assert deployment.when is not None
        return deployment.when.at <= incident.detected.last

    def _linked(self, incident: Fact) -> list[Deployment]:
        """Deployments that the incident says it was caused by, or that carried such an issue."""
        causes = causes_of(self.world, incident.issue)
        carried = [d for fact in self.world.facts if fact.key in causes for d in self.carriers(fact)]
        return carried + [d for d in self.deployments if d.id in causes]

    def _shortly_before(self, incident: Fact) -> list[Deployment]:
        return [
            deployment
            for deployment in self.deployments
            if deployment.project_id == project_id(incident.issue)
            and incident.detected.reckoned - deployment.at <= self.window_ms
        ]


def turned_out_none(fact: Fact) -> bool:
    """Whether today's resolution says that it was no incident."""
    return fold(fact.issue.named("resolution")) in {fold(name) for name in NOT_AN_INCIDENT}
