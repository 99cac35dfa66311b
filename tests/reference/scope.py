"""What is in view: stored issues, flow items, and how what they ended in counts."""

from collections.abc import Iterable

from tests.reference.issues import Issue
from tests.reference.settings import fold
from tests.reference.world import World


def scope(world: World) -> dict:
    """The ``scope`` of the document: resolutions and done statuses of the flow items completed by T."""
    completed = [fact for fact in world.in_scope if fact.completed is not None]
    resolutions = [
        (fact.issue.named("resolution") or "", not fact.resolved_undelivered) for fact in completed
    ]
    last = [(fact.history.stays[-1], not fact.ended_undelivered[0]) for fact in completed]
    statuses = [(world.categories.name_of(s.status), counts) for s, counts in last if s.category == "done"]
    return {
        "issues": len(world.issues),
        "flow_items": world.flow_items,
        "resolutions": counted(resolutions),
        "done_statuses": counted(statuses),
    }


def counted(ends: Iterable[tuple[str, bool]]) -> dict[str, dict]:
    """How often each name occurs and whether it counts as delivered, by folded name, then name."""
    found: dict[str, dict] = {}
    for name, delivered in sorted(ends, key=lambda end: (fold(end[0]), end[0])):
        entry = found.setdefault(name, {"n": 0, "delivered": delivered})
        entry["n"] += 1
    return found


def newest_instant(issues: list[Issue], events: Iterable[int]) -> int | None:
    """The newest readable instant of a file of issues and of what was imported beside it."""
    moments = [moment for issue in issues for moment in (issue.created, issue.updated) if moment is not None]
    moments += [at for issue in issues for at in issue.instants]
    return max([*moments, *events], default=None)


def default_as_of(issues: list[Issue], events: Iterable[int] = ()) -> int | None:
    """1 ms after the newest instant, so that what happened last counts."""
    newest = newest_instant(issues, events)
    return None if newest is None else newest + 1
