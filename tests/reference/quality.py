"""The data-quality lists whose rule specs/metrics.md gives to the letter."""

from collections.abc import Callable, Iterable
from datetime import date

from tests.reference import stats
from tests.reference.clock import DAY, day_of
from tests.reference.flow import flow_type, lies_against_littles_law
from tests.reference.history import resolution_date
from tests.reference.issues import STAMPS
from tests.reference.release_quality import release_quality
from tests.reference.results import sorted_keys
from tests.reference.statuses import JIRA_CATEGORY
from tests.reference.world import Fact, World

LOGICAL_NAMES = (
    "commit_date",
    "deployed_at",
    "environment",
    "detected_at",
    "restored_at",
    "failed",
    "story_points",
)
HISTORY_CODES = ("history_mismatch", "history_clamped", "history_broken_chain", "history_truncated")
FLOW_CODES = (
    *HISTORY_CODES,
    "unmapped_status",
    "inferred_status",
    "status_category_conflict",
    "skipped_status",
    "done_without_date",
    "resolution_without_done",
    "zombie",
    "unclassified_types",
    "bulk_created",
    "bulk_day",
    "malformed_history",
    *(f"malformed_{name}" for name in (*STAMPS, *LOGICAL_NAMES)),
)


def data_quality(world: World) -> list[dict]:
    """Over all stored issues that exist at T, in scope or not."""
    found = {code: [f.key for f in world.facts if code in f.history.flags] for code in HISTORY_CODES}
    found |= {code: [f.key for f in world.facts if is_so(world, f)] for code, is_so in OF_ISSUES.items()}
    found["skipped_status"] = [fact.key for fact in world.in_scope if skipped(world, fact)]
    found["unclassified_types"] = unclassified(world)
    found["bulk_created"] = bulk_days(world, [(fact, fact.created) for fact in world.facts])
    completed = [(fact, fact.completed) for fact in world.facts if fact.completed is not None]
    found["bulk_day"] = bulk_days(world, completed)
    found["littles_law_mismatch"] = littles_law(world)
    found |= malformed(world)
    found = in_view(world, found)
    found |= release_quality(world)
    return [
        {"code": code, "n": len(keys), "keys": sorted_keys(keys), "message": "", "remedy": ""}
        for code, keys in found.items()
        if keys
    ]


def in_view(world: World, found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of each list the issues in view."""
    seen = {issue.key for issue in world.issues if world.is_in_view(issue)}
    return {code: [key for key in keys if key in seen] for code, keys in found.items()}


def malformed(world: World) -> dict[str, list[str]]:
    """Of the issues that were not created after T; without a creation date one is out of scope, and named."""
    issues = [each for each in world.issues if each.created is None or each.created <= world.period.as_of]
    found = {"malformed_history": [issue.key for issue in issues if issue.malformed]}
    for name in STAMPS:
        found[f"malformed_{name}"] = [issue.key for issue in issues if issue.is_malformed(name)]
    found["malformed_created"] = [issue.key for issue in issues if issue.created is None]
    for name in LOGICAL_NAMES:
        odd = [issue.key for issue in issues if world.mapping.is_malformed(issue, name)]
        found[f"malformed_{name}"] = odd
    return found


def was_unmapped(world: World, fact: Fact) -> bool:
    return any(stay.category == "unmapped" for stay in fact.history.stays)


def was_inferred(world: World, fact: Fact) -> bool:
    return any(stay.inferred for stay in fact.history.stays)


def contradicts_server(world: World, fact: Fact) -> bool:
    """The issue says another category of its status than the server's list."""
    status = fact.issue.status
    row = world.categories.server.get(status.id or "") if status else None
    theirs = JIRA_CATEGORY.get(((row or {}).get("statusCategory") or {}).get("key") or "")
    own = JIRA_CATEGORY.get((status.category if status else None) or "")
    return own is not None and theirs is not None and own != theirs


def skipped(world: World, fact: Fact) -> bool:
    """Completed and never in progress by its own history, in a store where something was."""
    told = fact.issue.has_changelog and not fact.truncated
    if not told or fact.completed is None or fact.started is not None:
        return False
    return any(stay.category == "in_progress" for other in world.facts for stay in other.history.stays)


def is_done_without_date(world: World, fact: Fact) -> bool:
    """In a done status at T, and neither an entry nor a resolution date says since when."""
    done = fact.history.stays[-1].category == "done"
    return done and fact.completed is None and resolution_date(fact.issue, world.period.as_of) is None


def is_resolved_and_not_done(world: World, fact: Fact) -> bool:
    resolved = resolution_date(fact.issue, world.period.as_of)
    return resolved is not None and fact.history.stays[-1].category != "done"


def is_zombie(world: World, fact: Fact) -> bool:
    """In progress at T, and started more than 90 days before, in a store that knows since when."""
    if not world.has_changelogs:
        return False
    as_of = world.period.as_of
    begun = fact.started is not None and as_of - fact.started > 90 * DAY
    return begun and fact.in_progress_at(as_of)


OF_ISSUES: dict[str, Callable[[World, Fact], bool]] = {
    "unmapped_status": was_unmapped,
    "inferred_status": was_inferred,
    "status_category_conflict": contradicts_server,
    "done_without_date": is_done_without_date,
    "resolution_without_done": is_resolved_and_not_done,
    "zombie": is_zombie,
}


def unclassified(world: World) -> list[str]:
    """The delivered without a flow type, where they are more than half."""
    delivered = [fact for fact in world.in_scope if fact.delivered]
    found = [fact.key for fact in delivered if flow_type(world, fact) == "Unclassified"]
    return found if len(found) * 2 > len(delivered) else []


def bulk_days(world: World, dated: Iterable[tuple[Fact, int]]) -> list[str]:
    """Keys of 50 or more of one project and civil day, if that is over 10 times its median day.

    The median is over the days on which the project has any.
    """
    by_day: dict[str, dict[date, list[str]]] = {}
    for fact, at in dated:
        days = by_day.setdefault(fact.issue.project_key, {})
        days.setdefault(day_of(at, world.period.zone), []).append(fact.key)
    keys: list[str] = []
    for days in by_day.values():
        usual = stats.median([len(found) for found in days.values()])
        assert usual is not None
        bulks = [found for found in days.values() if len(found) >= 50 and len(found) > 10 * usual]
        keys += [key for found in bulks for key in found]
    return keys


def littles_law(world: World) -> list[str]:
    """The completions whose flow times do not fit the load, if they do not."""
    if not lies_against_littles_law(world):
        return []
    completed = world.completed_between(world.period.lo, world.period.end)
    return [fact.key for fact in completed if fact.started is not None]
