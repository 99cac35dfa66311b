"""Rows of epics, and what to look at first, from specs/metrics.md: plain loops over the facts of a world."""

from datetime import timedelta

from tests.reference import stats
from tests.reference.clock import DAY, day_of, midnight
from tests.reference.document import make_period
from tests.reference.flow import days_between, flow_time_ms, flow_type, in_progress_at
from tests.reference.history import Stay, flagged_spans
from tests.reference.issues import (
    Issue,
    is_epic,
    is_subtask,
    key_order,
    parent_key,
    parent_types,
    read_issues,
    type_identity,
)
from tests.reference.links import past_keys
from tests.reference.sample import Sample
from tests.reference.settings import Settings, fold
from tests.reference.statuses import Categories
from tests.reference.world import Fact, World

LEAST_EXPECTED = 20
SAMPLED_WEEKS = 26
FIRST = 5


def world_of(sample: Sample) -> World | None:
    """The store of a sample seen through its profile; None where nothing tells the time."""
    settings, rows = Settings(sample.profile), read_issues(sample.issues)
    zone = settings.choice("timezone", "UTC")
    period = make_period(rows, [], sample.period, sample.as_of, zone)
    if period is None:
        return None
    world = World(rows, [], Categories(rows, list(sample.statuses), settings), settings, period)
    world.types, world.labels = list(sample.types), list(sample.labels)
    return world


class Tree:
    """What stands above each issue of a store."""

    def __init__(self, issues: list[Issue]) -> None:
        self.by_key = {past: issue for issue in issues for past in past_keys(issue)}
        self.by_key |= {issue.key: issue for issue in issues}
        self.epic_types = parent_types(issues)

    def is_epic(self, issue: Issue) -> bool:
        return is_epic(issue) or (bool(type_identity(issue)) and type_identity(issue) in self.epic_types)

    def parent(self, issue: Issue) -> Issue | None:
        """The stored parent, under its key of today or an earlier one; nothing is its own."""
        found = self.by_key.get(parent_key(issue) or "")
        return None if found is issue else found

    def epic_of(self, issue: Issue) -> str | None:
        """The key of the first that is an epic or more, going up; of one that nobody sees the key itself."""
        seen: list[Issue] = []
        while issue not in seen:
            seen.append(issue)
            above = self.parent(issue)
            if above is None:
                named = parent_key(issue)
                level_zero = not is_subtask(issue) and not self.is_epic(issue)
                return named if level_zero and named and named not in self.by_key else None
            if self.is_epic(above):
                return above.key
            issue = above
        return None


def epic_rows(world: World) -> dict[str, dict]:
    """By key of the epic the row that it has; epics without an item done or open have none."""
    tree = Tree(world.issues)
    lo, end = world.period.lo, world.period.end
    stuck = stuck_at_the_end(world)
    rows: dict[str, dict] = {}
    for fact in world.in_scope:
        epic = None if tree.is_epic(fact.issue) else tree.epic_of(fact.issue)
        done, busy = fact.delivered and fact.completed_in(lo, end), fact.in_progress_at(end)
        still = fact.created < end and (fact.completed is None or fact.completed >= end)
        if epic is None or not (done or busy or still):
            continue
        row = rows.setdefault(epic, {"done": 0, "busy": 0, "idle": 0, "stuck": 0, "ages": [], "days": []})
        row["done"] += done
        row["busy"] += busy
        row["idle"] += still and not busy
        row["stuck"] += fact.key in stuck
        if busy:
            row["ages"].append((end - begun(fact)) / DAY)
        if done and fact.key in flow_time_ms([fact]):
            row["days"].append(days_between(world, fact.started, fact.completed))
    return {
        epic: {
            **{name: row[name] for name in ("done", "busy", "idle", "stuck")},
            "oldest": max(row["ages"], default=None),
            "p50": stats.median(row["days"]),
        }
        for epic, row in rows.items()
    }


def begun(fact: Fact) -> int:
    """When work on an item in progress began; where nobody knows, its first stay that is known."""
    if fact.started is not None:
        return fact.started
    return next(stay.entered for stay in fact.history.stays if stay.category == "in_progress")


def stuck_at_the_end(world: World) -> set[str]:
    """Keys of the items in progress that are older than 85 % of what left their status."""
    lo, end = world.period.lo, world.period.end
    done = [fact for fact in world.delivered_between(lo, end) if fact.key in flow_time_ms([fact])]
    left: dict[str, list[float]] = {}
    for fact in done:
        assert fact.started is not None
        for name, at in last_leavings(world, fact).items():
            left.setdefault(name, []).append((at - fact.started) / DAY)
    overall = stats.percentile([(fact.completed - fact.started) / DAY for fact in done], 85)
    found = set()
    for fact in in_progress_at(world, end):
        stay = fact.history.stay_at(end)
        assert stay is not None
        usual = stats.percentile(left.get(name_of(world, stay), []), 85)
        limit = overall if usual is None else usual
        if limit is not None and (end - begun(fact)) / DAY > limit:
            found.add(fact.key)
    return found


def last_leavings(world: World, fact: Fact) -> dict[str, int]:
    """By status in progress when an item left it for the last time, at its completion at the latest."""
    assert fact.completed is not None
    found = {}
    for stay in fact.history.stays:
        if stay.category == "in_progress" and stay.entered <= fact.completed:
            until = fact.completed if stay.left is None else min(stay.left, fact.completed)
            found[name_of(world, stay)] = until
    return found


def name_of(world: World, stay: Stay) -> str:
    return fold(world.categories.name_of(stay.status))


def look_first(world: World) -> list[tuple[str, bool]]:
    """Key of each item in progress at T in the order in which to look, and whether it is beyond expectation.

    Risks are not told here: whoever compares looks at worlds in which nobody tells one, or at the items
    beyond their expectation alone, which come first whatever the risks of the others are.
    """
    as_of = world.period.as_of
    expected = expectations(world)
    rows = []
    for fact in sorted(in_progress_at(world, as_of), key=lambda fact: key_order(fact.key)):
        own = expected.get(flow_type(world, fact))
        limit = expected.get("") if own is None else own
        age = (as_of - begun(fact)) / DAY
        stay = fact.history.stay_at(as_of)
        flagged = any(since <= as_of < until for since, until in flagged_spans(fact.issue, as_of, as_of + 1))
        held_up = flagged or (stay is not None and stay.waiting)
        over = limit is not None and age > limit
        tier = 0 if over else 3 if limit is None else 2
        used = age if limit is None else age / limit if limit else float("inf")
        rows.append(((tier, -used, not held_up, -age), fact.key, over))
    return [(key, over) for _, key, over in sorted(rows, key=lambda row: row[0])]


def expectations(world: World) -> dict[str, float | None]:
    """P85 of flow time over the 26 whole weeks before T, by flow item type and, under "", over all."""
    zone = world.period.zone
    today = day_of(world.period.as_of, zone)
    monday = today - timedelta(days=today.weekday())
    since = midnight(monday - timedelta(weeks=SAMPLED_WEEKS), zone)
    days: dict[str, list[float]] = {"": []}
    for fact in world.delivered_between(since, midnight(monday, zone)):
        if fact.key in flow_time_ms([fact]):
            assert fact.completed is not None
            assert fact.started is not None
            spent = (fact.completed - fact.started) / DAY
            days[""].append(spent)
            days.setdefault(flow_type(world, fact), []).append(spent)
    return {
        name: stats.percentile(each, 85) if len(each) >= LEAST_EXPECTED else None
        for name, each in days.items()
    }
