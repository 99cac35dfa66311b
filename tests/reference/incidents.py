"""Incidents, what caused them and when they ended: specs/metrics.md."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tests.reference.clock import DAY, HOUR
from tests.reference.code_changes import told_deployment, with_their_changes
from tests.reference.deployments import Deployment, causes_of, counted_deployments
from tests.reference.issues import Issue, is_of_type
from tests.reference.links import project_id, version_ids
from tests.reference.settings import fold, names, usual
from tests.reference.world import Fact, World

DEFAULT_WINDOW_HOURS = 72
DEFAULT_LATENT_DAYS = 30
INCIDENT_TYPES = ["Incident", "[System] Incident"]


@dataclass(frozen=True)
class Attribution:
    """The deployment an incident is put down to, and whether a link or version says so."""

    deployment: Deployment
    inferred: bool


@dataclass(frozen=True)
class Carriage:
    """The deployment of an issue; ``late`` where its ticket was closed after the release."""

    deployment: Deployment
    late: bool = False
    inferred: bool = False


@dataclass
class Operations:
    """Deployments and incidents of a world, and how they hang together."""

    world: World
    _carriers: dict[str, list[Deployment]] = field(default_factory=dict)

    @cached_property
    def deployments(self) -> list[Deployment]:
        return with_their_changes(self.world, counted_deployments(self.world))

    def on_days(self, days: list[date]) -> list[Deployment]:
        return [deployment for deployment in self.deployments if deployment.day in days]

    @cached_property
    def window_ms(self) -> int:
        hours = self.world.settings.section("incidents").get("window_hours")
        return (DEFAULT_WINDOW_HOURS if hours is None else hours) * HOUR

    @cached_property
    def latent_ms(self) -> int:
        days = self.world.settings.section("incidents").get("latent_days")
        return (DEFAULT_LATENT_DAYS if days is None else days) * DAY

    @cached_property
    def incidents(self) -> list[Fact]:
        """What the rule calls an incident, also those that turned out to be none."""
        told = self.world.stand_for_told
        return [f for f in self.world.in_any_view if f.key not in told and self._is_incident(f.issue)]

    def _is_incident(self, issue: Issue) -> bool:
        rule = self.world.settings.section("incidents")
        types = names(rule["types"]) if rule.get("types") is not None else INCIDENT_TYPES
        return (
            is_of_type(issue, types)
            or any_named(issue.names("labels"), rule.get("labels"))
            or any_named(issue.names("components"), rule.get("components"))
            or any_named([issue.named("priority")], rule.get("priorities"))
            or self._is_bug_in_production(issue, types)
            or self.world.mapping.matches_rule(issue)
        )

    def _is_bug_in_production(self, issue: Issue, types: list[str]) -> bool:
        """Part of the default rule, so not where the profile has types of its own."""
        usual = {fold(name) for name in types} <= {fold(name) for name in INCIDENT_TYPES}
        if not types or not usual or fold(issue.named("issuetype")) != "bug":
            return False
        known = {fold(name) for name in names(self.world.settings.section("deployments").get("environments"))}
        return bool(known & set(self.world.mapping.environments(issue) or ()))

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
            self._carriers[fact.key] = self.named_by(fact.issue) or self._next_of_project(fact)
        return self._carriers[fact.key]

    def _next_of_project(self, fact: Fact) -> list[Deployment]:
        """The first of its project at or after completion among those that name nothing."""
        completed = fact.completed
        if completed is None:
            return []
        found = [
            deployment
            for deployment in self.deployments
            if deployment.names_nothing
            and deployment.project_id == project_id(fact.issue)
            and deployment.at >= completed  # nothing says that it held the ticket: no day of grace
        ]
        return [min(found, key=lambda deployment: deployment.recency)] if found else []

    def carriage_of(self, fact: Fact) -> Carriage | None:
        """The first deployment that can have carried the issue out, else the last that names it."""
        assert fact.completed is not None
        told, deployment = told_deployment(self.world, fact.key)
        if told:
            return Carriage(deployment) if deployment is not None else None
        named = self.named_by(fact.issue)
        after = [d for d in self.carriers(fact) if d.carries_what_was_completed(fact.completed)]
        if after:
            return Carriage(min(after, key=lambda d: d.recency), inferred=not named)
        if named:
            return Carriage(min(named, key=lambda d: (-d.at, d.id_order)), late=True)
        return None

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
        certain, all_linked = self._linked(incident)
        rungs = [
            ([d for d in self.deployments if d.failed and incident.key in d.links], None),
            (all_linked, certain),
            ([d for d in self.deployments if d.versions & affected], None),
            (self._shortly_before(incident), []),
        ]
        for named, sure in rungs:
            earlier = [deployment for deployment in named if self._by_detection(deployment, incident)]
            if earlier:
                latest = max(earlier, key=lambda d: d.recency)
                return Attribution(latest, inferred=sure is not None and latest not in sure)
        return None

    def is_latent(self, incident: Fact) -> bool:
        """Seen so long after its deployment that its end says nothing of the recovery."""
        caused_at = self.attributions[incident.key].deployment.at
        return incident.detected.reckoned - caused_at > self.latent_ms

    def _by_detection(self, deployment: Deployment, incident: Fact) -> bool:
        """A release of the day on which the incident was seen counts as before it."""
        assert deployment.when is not None
        return deployment.when.at <= incident.detected.last

    def _linked(self, incident: Fact) -> tuple[list[Deployment], list[Deployment]]:
        """Deployments that the incident says it was caused by, or that carried such an issue.

        First those of which it is certain, then these and those that are only the next of a project.
        """
        causes = causes_of(self.world, incident.issue)
        caused = [d for d in self.deployments if d.id in causes]
        facts = [fact for fact in self.world.facts if fact.key in causes]
        named = [d for fact in facts for d in self.named_by(fact.issue)]
        carried = [d for fact in facts for d in self.carriers(fact)]
        return caused + named, caused + carried

    def _shortly_before(self, incident: Fact) -> list[Deployment]:
        return [
            deployment
            for deployment in self.deployments
            if deployment.project_id == project_id(incident.issue)
            and incident.detected.reckoned - deployment.at <= self.window_ms
        ]


def operations_of(world: World) -> Operations:
    """The same for every period of one T."""
    if "operations" not in world.memory:
        world.memory["operations"] = Operations(world)
    return world.memory["operations"]


def any_named(found: list[str | None], listed: object) -> bool:
    """Whether one of these names is listed, compared folded."""
    wanted = {fold(name) for name in names(listed)}
    return any(fold(name) in wanted for name in found if name)


def turned_out_none(fact: Fact) -> bool:
    """Whether today's resolution says that it was not an incident."""
    return fold(fact.issue.named("resolution")) in usual("not_an_incident")
