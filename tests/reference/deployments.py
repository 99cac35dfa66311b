"""Deployments from Jira versions and their frequency: METRICS.md section 5."""

import re
from datetime import date

from tests.reference.bands import frequency_band
from tests.reference.clock import Week, civil_day, day_of
from tests.reference.flow import count_trend
from tests.reference.results import result, week_entry, without_answer
from tests.reference.world import World

REASONS = ("no_date", "name_filtered", "not_production", "after_as_of")


def version_order(version: dict) -> tuple[int, int]:
    return (int(version.get("projectId") or 0), int(version["id"]))


def released_versions(world: World) -> list[dict]:
    """One per version id, by project and id; the last row read of an id is the one kept."""
    by_id = {str(version["id"]): version for version in world.versions}
    return sorted((v for v in by_id.values() if v.get("released") is True), key=version_order)


def release_day(version: dict) -> date | None:
    return civil_day(version.get("releaseDate"))


def reason_for(world: World, version: dict) -> str | None:
    """Why a released version is not a deployment of any period seen from T."""
    day = release_day(version)
    if day is None:
        return "no_date"
    pattern = world.settings.section("deployments").get("version_pattern")
    if pattern and not re.search(pattern, version.get("name") or ""):
        return "name_filtered"
    if day > day_of(world.period.as_of, world.period.zone):
        return "after_as_of"
    return None


def is_candidate(world: World, version: dict) -> bool:
    """In the period, undated, or released after T: those three are accounted for."""
    day = release_day(version)
    if day is None or day > day_of(world.period.as_of, world.period.zone):
        return True
    return day in world.period.civil_days


def deployed_versions(world: World) -> list[dict]:
    """Every version that is a deployment as of T, whatever the period."""
    return [v for v in released_versions(world) if reason_for(world, v) is None]


def released_on(world: World, days: list[date]) -> list[dict]:
    return [version for version in deployed_versions(world) if release_day(version) in days]


def days_of_week(world: World, week: Week) -> list[date]:
    """The days of the period that lie in a week and begin before T."""
    return [day for day in world.period.civil_days if 0 <= (day - week.start_day).days < 7]


def is_configured(world: World) -> bool:
    source = world.settings.section("deployments").get("source") or "auto"
    if source != "auto":
        return True
    return any(release_day(version) is not None for version in released_versions(world))


def left_out(world: World) -> dict[str, list[str]]:
    excluded = {}
    for reason in REASONS:
        candidates = [v for v in released_versions(world) if is_candidate(world, v)]
        ids = [str(v["id"]) for v in candidates if reason_for(world, v) == reason]
        if ids:
            excluded[reason] = ids
    return excluded


def deployment_frequency(world: World) -> dict:
    metric, unit = "deployment_frequency", "deployments/week"
    nothing = {"deployment_days": None, "deployments": []}
    if world.is_empty:
        return result(metric, unit, state="no_data", extra=nothing)
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", excluded=left_out(world), extra=nothing)
    days = world.period.civil_days
    found = released_on(world, days)
    previous, trend = None, "unknown"
    if world.has_previous:
        days_before = world.period.previous().civil_days
        before = len(released_on(world, days_before))
        previous = {"value": before * 7 / len(days_before), "n": before}
        trend = count_trend(len(found), before)
    return result(
        metric,
        unit,
        value=len(found) * 7 / len(days),
        included=[str(version["id"]) for version in found],
        excluded=left_out(world),
        previous=previous,
        trend=trend,
        band=rhythm_band(world, found),
        weekly=[weekly_count(world, week, found) for week in world.weeks()],
        extra={
            "deployment_days": len({release_day(version) for version in found}),
            "deployments": [described(version) for version in found],
        },
    )


def weekly_count(world: World, week: Week, found: list[dict]) -> dict:
    days = days_of_week(world, week)
    count = sum(1 for version in found if release_day(version) in days)
    return week_entry(week, count, count)


def rhythm_band(world: World, found: list[dict]) -> dict | None:
    deployed = {release_day(version) for version in found}
    whole = [week for week in world.weeks() if not week.partial]
    per_week = [len(deployed.intersection(days_of_week(world, week))) for week in whole]
    return frequency_band(world, per_week, len(deployed) * 30 / world.period.days)


def described(version: dict) -> dict:
    return {
        "id": str(version["id"]),
        "name": version.get("name"),
        "at": version["releaseDate"],
        "source": "version",
    }
