"""Deployments, where they are read from, and their frequency: specs/metrics.md."""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.reference.bands import frequency_band
from tests.reference.clock import DAY, Week, civil_day, day_of, instant, midnight, stamp
from tests.reference.issues import Issue, is_of_type
from tests.reference.links import inward_links, linked_keys, past_keys, project_id, version_ids
from tests.reference.mapped import YES, When, at_instant
from tests.reference.results import result, week_entry, without_answer
from tests.reference.settings import fold, names
from tests.reference.world import Fact, World, is_listed

REASONS = ("no_date", "name_filtered", "not_production", "not_successful", "after_as_of")
SUCCESS = ("success", "succeeded", "successful", "passed", "ok", "done")
PRODUCTION_WORDS = {"prod", "production", "prd", "live"}
OTHER_WORDS = {"pre", "non", "not", "test", "stage", "staging"}


@dataclass(frozen=True)
class Deployment:
    """One deployment of the source, counted or not.

    ``links`` are the keys that it names itself, ``versions`` those it stands for;
    with neither it carries what its project completed before it. ``environments``
    is None where the source knows of none; ``inferred``, that a guessed category dates it.
    """

    id: str
    name: str
    source: str
    project_id: str
    when: When | None
    day: date | None
    by_day: bool = False
    matches: bool = True
    environments: tuple[str, ...] | None = None
    production: bool = True
    successful: bool = True
    failed: bool = False
    links: frozenset[str] = frozenset()
    commits: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset()
    inferred: bool = False
    service: str = ""
    names_project: bool = True

    @property
    def at(self) -> int:
        """What durations are measured to: of a day the next midnight."""
        assert self.when is not None
        return self.when.reckoned

    @property
    def id_order(self) -> tuple[int, str]:
        """Numbers as numbers, before texts."""
        return (int(self.id), "") if self.id.isdecimal() else (10**18, self.id)

    @property
    def recency(self) -> tuple[int, tuple[int, str]]:
        return (self.at, self.id_order)

    @property
    def names_nothing(self) -> bool:
        return not self.links and not self.versions

    def carries_what_was_completed(self, moment: int) -> bool:
        """A day-dated one may lie up to a day before: the ticket was closed the morning after."""
        return self.at > moment - DAY if self.by_day else self.at >= moment


def when_of_day(day: date, zone: str) -> When:
    return When(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def from_events(world: World) -> list[Deployment]:
    """Imported events, by project and id; of one id the last row counts."""
    by_id = {str(row["id"]): row for row in world.events}
    ordered = sorted(by_id.values(), key=lambda row: str(row.get("project") or ""))
    found = [(str(row.get("project") or ""), _of_event(world, row)) for row in ordered]
    return [event for _, event in sorted(found, key=lambda pair: (pair[0], pair[1].id_order))]


def _of_event(world: World, row: dict) -> Deployment:
    zone, name = world.period.zone, str(row.get("name") or row["id"])
    day = civil_day(row.get("deployed_at"))
    moment = instant(row.get("deployed_at"))
    when = at_instant(moment) if moment is not None else None
    project = projects_of(world).get(str(row.get("project") or ""), "")
    environment, outcome = fold(row.get("environment")), fold(row.get("result"))
    links = frozenset(event_issues(world, row))
    return Deployment(
        id=str(row["id"]),
        name=name,
        source="event",
        project_id=project,
        when=when if day is None else when_of_day(day, zone),
        day=day_of(moment, zone) if moment is not None else day,
        by_day=day is not None,
        environments=(environment,) if environment else (),
        successful=not outcome or outcome in SUCCESS,
        failed=str(row.get("failed") or "").strip().casefold() in YES,
        links=links,
        commits=tuple(listed_issues({"issues": row.get("commits")})),
        versions=frozenset() if links else versions_named(world, project, name),
        service=str(row.get("service") or ""),
        names_project=bool(row.get("project")),
    )


def projects_of(world: World) -> dict[str, str]:
    """Key -> id of the projects whose issues are stored."""
    return {issue.project_key: project_id(issue) for issue in world.issues}


def listed_issues(row: dict) -> list[str]:
    """The keys as an event lists them, in a list or in one text."""
    listed = row.get("issues") or []
    return re.findall(r"[^,;\s]+", listed) if isinstance(listed, str) else [str(key) for key in listed]


def event_issues(world: World, row: dict) -> list[str]:
    """Today's keys of the issues that an event lists; one that nobody knows stays as it is."""
    today = {issue.key for issue in world.issues}
    once = {past: issue.key for issue in world.issues for past in past_keys(issue)}
    return [key if key in today else once.get(key, key) for key in listed_issues(row)]


def versions_named(world: World, project: str, name: str) -> frozenset[str]:
    """Ids of the versions that have the event's name in its project."""
    same = [v for v in world.versions if str(v.get("projectId")) == project and v.get("name") == name]
    return frozenset(str(version["id"]) for version in same)


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
    return Deployment(
        id=str(version["id"]),
        name=name,
        source="version",
        project_id=str(version.get("projectId")),
        when=None if day is None else when_of_day(day, world.period.zone),
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
    dated = mapping.date(issue, "deployed_at")
    when = dated or at_instant(completed)
    links = frozenset(key for key in linked_keys(issue) if is_held(world, issue, key))
    return Deployment(
        id=issue.key,
        name=issue.key,
        source="issue",
        project_id=project_id(issue),
        when=when,
        day=day_of(when.at, world.period.zone),
        by_day=when.by_day,
        environments=mapping.environments(issue),
        failed=mapping.get(issue, "failed") is True,
        links=links,
        versions=frozenset() if links else frozenset(version_ids(issue, "fixVersions")),
        inferred=dated is None and fact.end_inferred,
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


def from_status(world: World) -> list[Deployment]:
    """One per project and civil day on which issues first entered the "deployed" status."""
    wanted = names(world.settings.section("deployments").get("status"))
    entered: dict[tuple[str, date], list[Fact]] = {}
    for fact in world.facts:
        stays = [stay for stay in fact.history.stays if stay.status and is_listed(stay.status, wanted)]
        if stays:
            place = (fact.issue.project_key, day_of(stays[0].entered, world.period.zone))
            entered.setdefault(place, []).append(fact)
    return [_of_day(world, *place, entered[place]) for place in sorted(entered)]


def _of_day(world: World, project: str, day: date, facts: list[Fact]) -> Deployment:
    return Deployment(
        id=f"{project} {day}",
        name=f"{project} {day}",
        source="status",
        project_id=project_id(facts[0].issue),
        when=when_of_day(day, world.period.zone),
        day=day,
        by_day=True,
        links=frozenset(fact.key for fact in facts),
    )


SOURCES = {"events": from_events, "issues": from_issues, "versions": from_versions, "status": from_status}


def source_of(world: World) -> str:
    """As chosen; in auto mode the first that yields anything with a date."""
    chosen = world.settings.section("deployments").get("source") or "auto"
    if chosen != "auto":
        return chosen
    dated = [name for name, read in SOURCES.items() if any(d.when is not None for d in read(world))]
    return dated[0] if dated else "versions"


def all_deployments(world: World) -> list[Deployment]:
    """Of the source, each knowing whether it went to production."""
    if "deployments" not in world.memory:
        read = SOURCES.get(source_of(world))
        world.memory["deployments"] = in_production(world, read(world) if read else [])
    return world.memory["deployments"]


def in_production(world: World, deployments: list[Deployment]) -> list[Deployment]:
    """By the mapped environments; none mapped: by how the names sound, where any is named."""
    wanted = {fold(name) for name in names(world.settings.section("deployments").get("environments"))}
    if not wanted and not guesses_production(world, deployments):
        return deployments
    return [
        each if each.environments is None else replace(each, production=is_production(each, wanted))
        for each in deployments
    ]


def is_production(deployment: Deployment, wanted: set[str]) -> bool:
    named = deployment.environments or ()
    return any(name in wanted if wanted else sounds_like_production(name) for name in named)


def guesses_production(world: World, deployments: list[Deployment]) -> bool:
    """No environment is mapped, and some deployment names one."""
    mapped = names(world.settings.section("deployments").get("environments"))
    return not mapped and any(deployment.environments for deployment in deployments)


def sounds_like_production(name: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", fold(name)))
    return bool(words & PRODUCTION_WORDS) and not words & OTHER_WORDS


def evidence_of_production(world: World) -> str:
    return "inferred" if guesses_production(world, all_deployments(world)) else "measured"


def weakest(*evidence: str) -> str:
    return max(evidence, key=("measured", "inferred", "proxy").index)


def reason_for(world: World, deployment: Deployment) -> str | None:
    """Why something released is not a deployment of any period seen from T."""
    if deployment.when is None:
        return "no_date"
    if not deployment.matches:
        return "name_filtered"
    if not deployment.production:
        return "not_production"
    if not deployment.successful:
        return "not_successful"
    return None if has_happened(world, deployment.when) else "after_as_of"


def has_happened(world: World, when: When) -> bool:
    """What lies at T itself is not yet counted; a day has happened when it begins before T."""
    return when.at < world.period.as_of


def is_candidate(world: World, deployment: Deployment) -> bool:
    """In the period, undated, or after T: those three are accounted for."""
    if deployment.when is None or not has_happened(world, deployment.when):
        return True
    return deployment.day in world.period.civil_days


def counted_deployments(world: World) -> list[Deployment]:
    """Every deployment as of T, whatever the period."""
    return [each for each in all_deployments(world) if reason_for(world, each) is None]


def deployed_on(world: World, days: list[date]) -> list[Deployment]:
    return [deployment for deployment in counted_deployments(world) if deployment.day in days]


def days_of_week(world: World, week: Week) -> list[date]:
    """The days of the period that lie in a week (or longer step) and begin before T."""
    days = world.period.civil_days
    return days[bisect_left(days, week.start_day) : bisect_left(days, week.next_day)]


def is_configured(world: World) -> bool:
    """A source is chosen or found, and of named environments one may be production."""
    settings = world.settings.section("deployments")
    found = all_deployments(world)
    if guesses_production(world, found) and not any(each.production for each in found):
        return False
    source = settings.get("source") or "auto"
    if source == "auto":
        return any(deployment.when is not None for deployment in found)
    return (
        bool(settings.get("type"))
        if source == "issues"
        else source != "status" or bool(settings.get("status"))
    )


def is_dated_by_day(world: World) -> bool:
    return any(deployment.by_day for deployment in all_deployments(world))


def left_out(world: World) -> dict[str, list[str]]:
    candidates = [each for each in all_deployments(world) if is_candidate(world, each)]
    found = {reason: [d.id for d in candidates if reason_for(world, d) == reason] for reason in REASONS}
    return {reason: ids for reason, ids in found.items() if ids}


def deployment_frequency(world: World) -> dict:
    metric, unit = "deployment_frequency", "deployments/week"
    nothing = {"deployment_days": None, "deployments": []}
    if world.has_nothing:
        return result(metric, unit, state="no_data", extra=nothing)
    evidence = evidence_of_production(world)
    if not is_configured(world):
        known = {"excluded": left_out(world), "evidence": evidence, "extra": nothing}
        return without_answer(world, metric, unit, "not_configured", **known)
    days = world.period.civil_days
    found = deployed_on(world, days)
    evidence = "inferred" if any(each.inferred for each in found) else evidence
    return result(
        metric,
        unit,
        value=len(found) * 7 / len(days),
        included=[deployment.id for deployment in found],
        excluded=left_out(world),
        evidence=evidence,
        band=rhythm_band(world, found, greyed=evidence != "measured"),
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


def rhythm_band(world: World, found: list[Deployment], *, greyed: bool) -> dict | None:
    """By the deployments and the deployment days of each whole week."""
    per_week = []
    for week in world.weeks():
        inside = days_of_week(world, week)
        days = [d.day for d in found if d.day in inside]
        if not week.partial:
            per_week.append((len(days), len(set(days))))
    per_month = len({deployment.day for deployment in found}) * 30 / world.period.days
    return frequency_band(world, per_week, per_month, greyed=greyed)


def described(deployment: Deployment) -> dict:
    assert deployment.when is not None
    assert deployment.day is not None
    return {
        "id": deployment.id,
        "name": deployment.name,
        "at": deployment.day.isoformat() if deployment.by_day else stamp(deployment.when.at),
        "source": deployment.source,
    }
