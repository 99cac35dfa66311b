"""What is odd about releases and what they name: specs/metrics.md, "Data quality"."""

import re
from collections import Counter

from tests.reference.deployments import event_issues, from_versions, has_happened, projects_of, source_of
from tests.reference.lead_time import carriages
from tests.reference.world import World

SAME_DAY = 5
SPRINT_SHARE = 0.1


def release_quality(world: World) -> dict[str, list[str]]:
    """Keys or names by code, of deployments as of T whatever the period; nothing is odd about no issues."""
    if not world.issues:
        return {}
    read = {"events": of_events, "versions": of_versions}.get(source_of(world))
    return {**(read(world) if read else {}), "closed_after_release": closed_after_release(world)}


def of_events(world: World) -> dict[str, list[str]]:
    """Projects and issue keys that no stored issue bears or once bore."""
    rows = {str(row["id"]): row for row in world.events}.values()
    projects = {str(row.get("project") or "") for row in rows} - {"", *projects_of(world)}
    listed = {key for row in rows for key in event_issues(world, row)}
    return {
        "deployment_unknown_project": sorted(projects),
        "deployment_unknown_issue": list(listed - {issue.key for issue in world.issues}),
    }


def of_versions(world: World) -> dict[str, list[str]]:
    """Names of releases that count: without a date, many on one day that has come, and like sprints."""
    found = sorted((each for each in from_versions(world) if each.matches), key=lambda each: each.name)
    come = [each for each in found if each.when and has_happened(world, each.when)]
    per_day = Counter((each.project_id, each.day) for each in come)
    crowded = [each.name for each in come if per_day[(each.project_id, each.day)] >= SAME_DAY]
    sprints = [each.name for each in found if re.search(r"(?i)\b(sprint|iteration)\b", each.name)]
    return {
        "same_day_releases": crowded,
        "sprint_like_versions": sprints if len(sprints) > SPRINT_SHARE * len(found) else [],
        "version_without_date": [each.name for each in found if each.when is None],
    }


def closed_after_release(world: World) -> list[str]:
    """Delivered issues whose ticket was closed after the last release that names them."""
    return [key for key, (_, carriage) in carriages(world).items() if carriage and carriage.late]
