"""The data-quality lists whose rule METRICS.md gives to the letter."""

from tests.reference.history import resolution_date
from tests.reference.results import sorted_keys
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
HISTORY_CODES = ("history_mismatch", "history_clamped", "history_broken_chain")


def data_quality(world: World) -> list[dict]:
    """Over all stored issues that exist at T, in scope or not, in the order of section 7."""
    found = {code: [f.key for f in world.facts if code in f.history.flags] for code in HISTORY_CODES}
    found["unmapped_status"] = [f.key for f in world.facts if was_unmapped(f)]
    found["skipped_status"] = [fact.key for fact in world.in_scope if skipped(world, fact)]
    found["done_without_date"] = [f.key for f in world.facts if is_done_without_date(world, f)]
    found["malformed_created"] = [issue.key for issue in world.issues if issue.created is None]
    for name in LOGICAL_NAMES:
        malformed = [issue.key for issue in world.issues if world.mapping.is_malformed(issue, name)]
        found[f"malformed_{name}"] = malformed
    return [
        {"code": code, "n": len(keys), "keys": sorted_keys(keys), "message": "", "remedy": ""}
        for code, keys in found.items()
        if keys
    ]


def was_unmapped(fact: Fact) -> bool:
    return any(stay.category == "unmapped" for stay in fact.history.stays)


def skipped(world: World, fact: Fact) -> bool:
    """Completed and never in progress by its own history, in a store where something was."""
    used = any(stay.category == "in_progress" for other in world.facts for stay in other.history.stays)
    return used and fact.issue.has_changelog and fact.completed is not None and fact.started is None


def is_done_without_date(world: World, fact: Fact) -> bool:
    """In a done status at T, and neither an entry nor a resolution date says since when."""
    done = fact.history.stays[-1].category == "done"
    return done and fact.completed is None and resolution_date(fact.issue, world.period.as_of) is None
