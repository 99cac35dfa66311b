"""Deployments from Jira versions or deployment issues, and their frequency: METRICS.md section 5."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tests.reference.bands import frequency_band
from tests.reference.clock import DAY, Week, civil_day, day_of, midnight, stamp
from tests.reference.flow import count_trend
from tests.reference.issues import Issue, is_of_type
from tests.reference.links import inward_links, linked_keys, project_id, version_ids
from tests.reference.mapped import When, at_instant
from tests.reference.results import result, week_entry, without_answer
from tests.reference.settings import fold, names
from tests.reference.world import Fact, World

REASONS = ("no_date", "name_filtered", "not_production", "after_as_of")


@dataclass(frozen=True)
class Deployment:
    """One deployment of the source, counted or not.

    ``links`` are the keys that it names itself, ``versions`` those it stands for;
    with neither it carries what its project completed before it.
    """

    id: str
    name: str
    source: str
    project_id: str
    when: When | None
    day: date | None
    by_day: bool = False
    matches: bool = True
    production: bool = True
    failed: bool = False
    links: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()

    @property
    def at(self) -> int:
        """What durations are measured to: of a day the next midnight."""
        assert self.when is not None
        return self.when.reckoned

    @property
    def recency(self) -> tuple[int, tuple[int, str]]:
        number = int(self.id) if self.id.isdecimal() else 10**18
        return (self.at, (number, "" if self.id.isdecimal() else self.id))

    @property
    def names_nothing(self) -> bool:
        return not self.links and not self.versions

    def carries_what_was_completed(self, moment: int) -> bool:
        """A day-dated one may lie up to a day before: the ticket was closed the morning after."""
        return self.at > moment - DAY if self.by_day else self.at >= moment


def version_order(version: dict) -> tuple[int, int]:
    return (int(version.get("projectId") or 0), int(version["id"]))


def from_versions(world: World) -> list[Deployment]:
    """One per released version id, by project and id; the last row read of an id is the one kept."""
    by_id = {str(version["id"]): version for version in world.versions}
    released = [version for version in by_id.values() if version.get("released") is True]
    return [_of_version(world, version) for version in sorted(released, key=version_order)]


def _of_version(world: World, version: dict) -> Deployment:
    day = civil_day(version.get("releaseDate"))
    name = version.get("name") or ""
    pattern = world.settings.section("deployments").get("version_pattern")
    zone = world.period.zone
    return Deployment(
        id=str(version["id"]),
        name=name,
        source="version",
        project_id=str(version.get("projectId")),
        when=None if day is None else When(midnight(day, zone), midnight(day + timedelta(days=1), zone)),
        day=day,
        by_day=True,
        matches=not pattern or re.search(pattern, name) is not None,
        versions=frozenset([str(version["id"])]),
    )


def from_issues(world: World) -> list[Deployment]:
    """Completed issues of the deployment type, at their mapped date, else their completion."""
    wanted = names(world.settings.section("deployments").get("type"))
    if not wanted:
        return []
    return [
        _of_issue(world, fact, fact.completed)
        for fact in world.facts
        if fact.completed is not None and is_of_type(fact.issue, wanted)
    ]


def _of_issue(world: World, fact: Fact, completed: int) -> Deployment:
    issue, mapping = fact.issue, world.mapping
    when = mapping.date(issue, "deployed_at") or at_instant(completed)
    links = frozenset(key for key in linked_keys(issue) if is_held(world, issue, key))
    return Deployment(
        id=issue.key,
        name=issue.key,
        source="issue",
        project_id=project_id(issue),
        when=when,
        day=day_of(when.at, world.period.zone),
        by_day=when.by_day,
        production=mapping.in_production(issue) is not False,
        failed=mapping.get(issue, "failed") is True,
        links=links,
        versions=frozenset() if links else frozenset(version_ids(issue, "fixVersions")),
    )


def is_held(world: World, deployment: Issue, key: str) -> bool:
    """A stored issue that does not say the deployment caused it."""
    stored = [issue for issue in world.issues if issue.key == key]
    return bool(stored) and deployment.key not in causes_of(world, stored[0])


def causes_of(world: World, issue: Issue) -> set[str]:
    """Keys that the issue says it was caused by."""
    rule = world.settings.section("incidents").get("link_types")
    words = [fold(word) for word in (["caused by"] if rule is None else names(rule))]
    return {key for inward, key in inward_links(issue) if any(word in fold(inward) for word in words)}


def source_of(world: World) -> str:
    """As chosen; in auto mode deployment issues if there are any, else versions."""
    chosen = world.settings.section("deployments").get("source") or "auto"
    if chosen == "auto":
        return "issues" if from_issues(world) else "versions"
    return chosen


def all_deployments(world: World) -> list[Deployment]:
    return from_issues(world) if source_of(world) == "issues" else from_versions(world)


def reason_for(world: World, deployment: Deployment) -> str | None:
    """Why something released is not a deployment of any period seen from T."""
    if deployment.when is None:
        return "no_date"
    if not deployment.matches:
        return "name_filtered"
    if not deployment.production:
        return "not_production"
    return "after_as_of" if deployment.when.at > world.period.as_of else None


def is_candidate(world: World, deployment: Deployment) -> bool:
    """In the period, undated, or after T: those three are accounted for."""
    if deployment.when is None or deployment.when.at > world.period.as_of:
        return True
    return deployment.day in world.period.civil_days


def counted_deployments(world: World) -> list[Deployment]:
    """Every deployment as of T, whatever the period."""
    return [each for each in all_deployments(world) if reason_for(world, each) is None]


def deployed_on(world: World, days: list[date]) -> list[Deployment]:
    return [deployment for deployment in counted_deployments(world) if deployment.day in days]


def days_of_week(world: World, week: Week) -> list[date]:
    """The days of the period that lie in a week and begin before T."""
    return [day for day in world.period.civil_days if 0 <= (day - week.start_day).days < 7]


def is_configured(world: World) -> bool:
    settings = world.settings.section("deployments")
    source = settings.get("source") or "auto"
    if source == "auto":
        return any(deployment.when is not None for deployment in all_deployments(world))
    return source != "issues" or bool(settings.get("type"))


def is_dated_by_day(world: World) -> bool:
    return any(deployment.by_day for deployment in all_deployments(world))


def left_out(world: World) -> dict[str, list[str]]:
    candidates = [each for each in all_deployments(world) if is_candidate(world, each)]
    found = {reason: [d.id for d in candidates if reason_for(world, d) == reason] for reason in REASONS}
    return {reason: ids for reason, ids in found.items() if ids}


def deployment_frequency(world: World) -> dict:
    metric, unit = "deployment_frequency", "deployments/week"
    nothing = {"deployment_days": None, "deployments": []}
    if world.is_empty:
        return result(metric, unit, state="no_data", extra=nothing)
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", excluded=left_out(world), extra=nothing)
    days = world.period.civil_days
    found = deployed_on(world, days)
    previous, trend = None, "unknown"
    if world.has_previous:
        days_before = world.period.previous().civil_days
        before = len(deployed_on(world, days_before))
        previous = {"value": before * 7 / len(days_before), "n": before}
        trend = count_trend(len(found), before)
    return result(
        metric,
        unit,
        value=len(found) * 7 / len(days),
        included=[deployment.id for deployment in found],
        excluded=left_out(world),
        previous=previous,
        trend=trend,
        band=rhythm_band(world, found),
        weekly=[weekly_count(world, week, found) for week in world.weeks()],
        extra={
            "deployment_days": len({deployment.day for deployment in found}),
            "deployments": [described(deployment) for deployment in found],
        },
    )


def weekly_count(world: World, week: Week, found: list[Deployment]) -> dict:
    days = days_of_week(world, week)
    count = sum(1 for deployment in found if deployment.day in days)
    return week_entry(week, count, count)


def rhythm_band(world: World, found: list[Deployment]) -> dict | None:
    deployed = {deployment.day for deployment in found}
    whole = [week for week in world.weeks() if not week.partial]
    per_week = [len(deployed.intersection(days_of_week(world, week))) for week in whole]
    return frequency_band(world, per_week, len(deployed) * 30 / world.period.days)


def described(deployment: Deployment) -> dict:
    assert deployment.when is not None
    assert deployment.day is not None
    return {
        "id": deployment.id,
        "name": deployment.name,
        "at": deployment.day.isoformat() if deployment.by_day else stamp(deployment.when.at),
        "source": deployment.source,
    }
