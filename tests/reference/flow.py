"""The Flow metrics, row by row of the table in specs/metrics.md."""

from tests.reference import stats
from tests.reference.clock import DAY, business_days
from tests.reference.history import flagged_spans, starts_by_status, status_entries
from tests.reference.issues import _text
from tests.reference.results import (
    duration_result,
    reasons,
    result,
    sorted_keys,
    week_entry,
    without_answer,
)
from tests.reference.settings import fold, names
from tests.reference.world import Fact, World

FLOW_TYPES = ("Feature", "Defect", "Debt", "Risk", "Unclassified")


def keys_of(facts: list[Fact]) -> list[str]:
    return sorted_keys([fact.key for fact in facts])


def not_delivered(world: World) -> dict[str, list[str]]:
    completed = world.completed_between(world.period.lo, world.period.end)
    dropped = [fact.key for fact in completed if not fact.delivered]
    return reasons(("not_delivered",), {"not_delivered": dropped})


def evidence_of(facts: list[Fact], *, start: bool = False, end: bool = True) -> str:
    """Inferred where a guessed category decides when one of these began or ended."""
    decided = any((start and fact.start_inferred) or (end and fact.end_inferred) for fact in facts)
    return "inferred" if decided else "measured"


def evidence_of_delivery(world: World, included: list[Fact]) -> str:
    """Inferred also where only the name of its last status leaves an item out."""
    completed = world.completed_between(world.period.lo, world.period.end)
    guessed = any(fact.inferred_undelivered for fact in completed)
    return "inferred" if guessed else evidence_of(included)


def flow_velocity(world: World) -> dict:
    if world.is_empty:
        return result("flow_velocity", "items/week", state="no_data")
    period = world.period
    delivered = world.delivered_between(period.lo, period.end)
    weekly = []
    for week in world.weeks():
        count = len(world.delivered_between(week.since, week.until))
        weekly.append(week_entry(week, count, count))
    return result(
        "flow_velocity",
        "items/week",
        value=len(delivered) * 7 / period.days,
        included=keys_of(delivered),
        excluded=not_delivered(world),
        evidence=evidence_of_delivery(world, delivered),
        weekly=weekly,
    )


def flow_velocity_points(world: World) -> dict:
    """Points of the delivered items that have an estimate."""
    metric, unit = "flow_velocity_points", "points/week"
    if world.is_empty:
        return result(metric, unit, state="no_data")
    period = world.period

    def points(since: int, until: int) -> dict[str, float]:
        delivered = world.delivered_between(since, until)
        return {fact.key: fact.points for fact in delivered if fact.points is not None}

    now = points(period.lo, period.end)
    delivered = world.delivered_between(period.lo, period.end)
    bare = [fact.key for fact in delivered if fact.points is None]
    weekly = []
    for week in world.weeks():
        found = points(week.since, week.until)
        weekly.append(week_entry(week, sum(found.values()), len(found)))
    return result(
        metric,
        unit,
        value=sum(now.values()) * 7 / period.days,
        included=sorted_keys(list(now)),
        excluded={**not_delivered(world), **reasons(("no_estimate",), {"no_estimate": bare})},
        evidence=evidence_of_delivery(world, [f for f in delivered if f.points is not None]),
        weekly=weekly,
    )


def flow_time_ms(facts: list[Fact]) -> dict[str, int]:
    """Milliseconds by key of those with a start that is not after their completion."""
    measured = {}
    for fact in facts:
        if fact.started is not None and fact.completed is not None and fact.completed >= fact.started:
            measured[fact.key] = fact.completed - fact.started
    return measured


def flow_time(world: World) -> dict:
    if world.is_empty:
        return no_durations("flow_time", option=option_of(world))

    def measure(since: int, until: int) -> dict[str, float]:
        facts = {fact.key: fact for fact in world.delivered_between(since, until)}
        return {
            key: days_between(world, facts[key].started, facts[key].completed)
            for key in flow_time_ms(list(facts.values()))
        }

    candidates = world.delivered_between(world.period.lo, world.period.end)
    measured = flow_time_ms(candidates)
    left_out: dict[str, list[str]] = {}
    for fact in candidates:
        if fact.key not in measured:
            left_out.setdefault(reason_without_flow_time(fact), []).append(fact.key)
    order = ("history_truncated", "never_started", "negative")
    return duration_result(
        world,
        "flow_time",
        "days",
        measure,
        reasons(order, left_out),
        evidence=evidence_of_flow_time(world, [fact for fact in candidates if fact.key in measured]),
        option=option_of(world),
    )


def reason_without_flow_time(fact: Fact) -> str:
    if fact.started is not None:
        return "negative"
    return "history_truncated" if fact.truncated else "never_started"


def evidence_of_flow_time(world: World, facts: list[Fact]) -> str:
    """Creation is only a stand-in for the start of the work."""
    by_status = starts_by_status(world.settings)
    return evidence_of(facts, start=True) if by_status else "proxy"


def option_of(world: World) -> str:
    return "+business" if world.settings.flag("business_days") else ""


def days_between(world: World, since: int | None, until: int | None) -> float:
    """Elapsed days, or the working days of the profile's calendar."""
    assert since is not None
    assert until is not None
    if not world.settings.flag("business_days"):
        return (until - since) / DAY
    return business_days(since, until, world.period.zone, names(world.settings.raw.get("holidays")))


def no_durations(metric: str, unit: str = "days", **more: object) -> dict:
    """A duration of which nothing can be said: also its percentiles are withheld."""
    shown, withheld = stats.percentiles([])
    return result(metric, unit, state="no_data", percentiles=shown, withheld=withheld, **more)


def request_lead_time(world: World) -> dict:
    if world.is_empty:
        return no_durations("request_lead_time", option=option_of(world))

    def measure(since: int, until: int) -> dict[str, float]:
        delivered = world.delivered_between(since, until)
        return {
            fact.key: days_between(world, fact.created, fact.completed)
            for fact in delivered
            if (fact.completed or 0) >= fact.created
        }

    candidates = world.delivered_between(world.period.lo, world.period.end)
    negative = [fact.key for fact in candidates if (fact.completed or 0) < fact.created]
    excluded = reasons(("negative",), {"negative": negative})
    return duration_result(
        world,
        "request_lead_time",
        "days",
        measure,
        excluded,
        evidence=evidence_of([fact for fact in candidates if fact.key not in negative]),
        option=option_of(world),
    )


def flow_load(world: World) -> dict:
    unknown = {"mean": None, "parked": None}
    if world.is_empty:
        return result("flow_load", "items", state="no_data", extra=unknown)
    if not world.has_changelogs:
        return without_answer(world, "flow_load", "items", "not_applicable", extra=unknown)
    period = world.period
    weekly = []
    for week in world.weeks():
        count = len(in_progress_at(world, week.until))
        weekly.append(week_entry(week, count, count))
    loaded = in_progress_at(world, period.end)
    return result(
        "flow_load",
        "items",
        value=len(loaded),
        included=keys_of(loaded),
        evidence="inferred" if any(f.is_inferred_at(period.end) for f in loaded) else "measured",
        weekly=weekly,
        extra={"mean": mean_load(world), "parked": keys_of(parked(world))},
    )


def in_progress_at(world: World, moment: int) -> list[Fact]:
    return [fact for fact in world.in_scope if fact.in_progress_at(moment)]


def parked(world: World) -> list[Fact]:
    return [fact for fact in world.in_scope if fact.parked_at(world.period.end)]


def mean_load(world: World) -> float:
    return mean_load_of(world, world.in_scope)


def mean_load_of(world: World, facts: list[Fact]) -> float:
    lo, end = world.period.lo, world.period.end
    return sum(fact.history.in_progress_ms(lo, end) for fact in facts) / (end - lo)


def lies_against_littles_law(world: World) -> bool:
    """Whether load, completions and flow times of what was started cannot all be true.

    All completions count, delivered or not, from 20 on; a load that grew or fell by more
    than a quarter of its mean is reason enough for a difference.
    """
    if world.is_empty or not world.has_changelogs:
        return False
    lo, end = world.period.lo, world.period.end
    started = [fact for fact in world.in_scope if fact.started is not None]
    lengths = list(flow_time_ms([fact for fact in started if fact.completed_in(lo, end)]).values())
    load = mean_load_of(world, started)
    before, after = (sum(fact.in_progress_at(at) for fact in started) for at in (lo, end))
    if len(lengths) < 20 or abs(after - before) > load / 4:
        return False
    expected = len(lengths) / world.period.days * (sum(lengths) / len(lengths) / DAY)
    return abs(load - expected) > max(load, expected) / 4


def flow_type(world: World, fact: Fact) -> str:
    """By id of the type in the profile, else the first known name of type, label, component."""
    by_id = world.settings.flow_type_ids()
    type_id = _text(fact.issue.issue_type.get("id"))
    if type_id in by_id:
        return by_id[type_id]
    by_name = world.settings.flow_type_names()
    candidates = [fact.issue.named("issuetype"), *fact.issue.names("labels"), *fact.issue.names("components")]
    for name in candidates:
        if fold(name) in by_name:
            return by_name[fold(name)]
    return "Unclassified"


def flow_distribution(world: World) -> dict:
    counts = dict.fromkeys(FLOW_TYPES, 0)
    shares = dict.fromkeys(FLOW_TYPES)
    if world.is_empty:
        extra = {"shares": shares, "counts": counts}
        return result("flow_distribution", "percent", state="no_data", extra=extra)
    delivered = world.delivered_between(world.period.lo, world.period.end)
    for fact in delivered:
        counts[flow_type(world, fact)] += 1
    if delivered:
        shares = {name: 100 * count / len(delivered) for name, count in counts.items()}
    weekly = []
    for week in world.weeks():
        features, n = feature_count(world, week.since, week.until)
        weekly.append(week_entry(week, 100 * features / n if n else None, n))
    return result(
        "flow_distribution",
        "percent",
        state="ok" if delivered else "no_data",
        value=shares["Feature"],
        included=keys_of(delivered),
        excluded=not_delivered(world),
        evidence=evidence_of_delivery(world, delivered),
        weekly=weekly,
        extra={"shares": shares, "counts": counts},
    )


def feature_count(world: World, since: int, until: int) -> tuple[int, int]:
    delivered = world.delivered_between(since, until)
    return (sum(1 for fact in delivered if flow_type(world, fact) == "Feature"), len(delivered))


def flow_efficiency(world: World) -> dict:
    if world.is_empty:
        return result("flow_efficiency", "percent", state="no_data")
    if not world.has_changelogs or not knows_waiting(world):
        return without_answer(world, "flow_efficiency", "percent", "not_applicable")
    period = world.period
    now = efficiency_parts(world, period.lo, period.end)
    zero = [key for key in flow_time_ms(world.delivered_between(period.lo, period.end)) if key not in now]
    weekly = []
    for week in world.weeks():
        items = efficiency_parts(world, week.since, week.until)
        weekly.append(week_entry(week, efficiency(items), len(items)))
    return result(
        "flow_efficiency",
        "percent",
        state="ok" if now else "no_data",
        value=efficiency(now),
        included=sorted_keys(list(now)),
        excluded=reasons(("zero_flow_time",), {"zero_flow_time": zero}),
        weekly=weekly,
        evidence=evidence_of_efficiency(world, list(now)),
    )


def evidence_of_efficiency(world: World, keys: list[str]) -> str:
    if world.categories.guesses_waiting:
        return "inferred"
    return evidence_of([f for f in world.facts if f.key in keys], start=starts_by_status(world.settings))


def knows_waiting(world: World) -> bool:
    """Said by the profile, or told by the name of some status that occurs in the store."""
    if world.settings.workflow("waiting"):
        return True
    return any(
        world.categories.is_waiting(status)
        for issue in world.issues
        for status in (issue.status, *(side for _, *sides in status_entries(issue) for side in sides))
    )


def efficiency_parts(world: World, since: int, until: int) -> dict[str, tuple[int, int]]:
    """(active, flow time) in milliseconds by key of the items with any flow time."""
    delivered = world.delivered_between(since, until)
    lengths = flow_time_ms(delivered)
    return {
        fact.key: (active_ms(world, fact), lengths[fact.key]) for fact in delivered if lengths.get(fact.key)
    }


def efficiency(parts: dict[str, tuple[int, int]]) -> float | None:
    total = sum(flow for _, flow in parts.values())
    return 100 * sum(active for active, _ in parts.values()) / total if total else None


def active_ms(world: World, fact: Fact) -> int:
    """Active time between start and completion, less what was flagged of it."""
    since, until = fact.started, fact.completed
    assert since is not None
    assert until is not None
    total = fact.history.active_ms(since, until)
    for flagged, unflagged in flagged_spans(fact.issue, world.period.as_of):
        total -= fact.history.active_ms(max(since, flagged), min(until, unflagged))
    return total
