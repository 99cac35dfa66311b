"""From the start of a change to its deployment, and where that time goes: specs/metrics.md."""

from collections.abc import Callable
from datetime import date

from tests.reference import stats
from tests.reference.bands import duration_band
from tests.reference.clock import DAY
from tests.reference.code_changes import CodeChange, change_stages, first_commit, without_issue
from tests.reference.deployments import (
    Deployment,
    days_of_week,
    evidence_of_production,
    is_configured,
    is_dated_by_day,
    weakest,
)
from tests.reference.flow import no_durations
from tests.reference.history import flagged_spans
from tests.reference.incidents import Carriage, operations_of
from tests.reference.results import duration_result, reasons, without_answer
from tests.reference.world import Fact, World

Change = tuple[Fact, Deployment]
REASONS = ("not_deployed", "history_truncated", "never_started", "deployed_before_start")


def change_lead_time(world: World) -> dict:
    """Days from the start of a delivered issue to its deployment."""
    metric = "change_lead_time"
    nothing = {"stages": None, "by_start": None, "change_stages": None}
    if world.has_nothing:
        return no_durations(metric, evidence="proxy", extra=nothing)
    if not is_configured(world):
        return no_answer_of_durations(world, metric, "days", evidence="proxy", extra=nothing)
    carried = carriages(world)

    def on_days(days: list[date]) -> dict[str, Change]:
        return {key: (f, c.deployment) for key, (f, c) in carried.items() if c and c.deployment.day in days}

    def measure(days: list[date]) -> dict[str, float]:
        waited = {key: lead_ms(world, fact, deployed) for key, (fact, deployed) in on_days(days).items()}
        waited |= {change.id: loose_ms(change) for change in loose_on(world, days)}
        return {key: max(0, ms) / DAY for key, ms in waited.items() if ms is not None and ms > -DAY}

    def split(days: list[date]) -> list[dict[str, float]]:
        known = measure(days)
        return [stages_of(world, *pair) for key, pair in on_days(days).items() if key in known]

    days = world.period.civil_days
    included = measure(days)
    excluded = left_out(world, on_days(days), included)
    weekly = [
        {"week": week.name, **stage_averages(split(days_of_week(world, week)))} for week in world.weeks()
    ]
    extra = {
        "stages": stage_summary(split(days), weekly),
        "by_start": by_start(world, carried, included),
        "change_stages": change_stages(world),
    }
    evidence = evidence_of_leads(world, included)
    answer = day_durations(world, metric, "days", measure, excluded, evidence=evidence, extra=extra)
    return {**answer, "band": duration_band(world, "lead", answer, DAY, by_day=is_dated_by_day(world))}


def carriages(world: World) -> dict[str, tuple[Fact, Carriage | None]]:
    """What brought each delivered issue out, by its key."""
    operations = operations_of(world)
    if "carriages" not in world.memory:
        delivered = [fact for fact in world.in_scope if fact.delivered]
        world.memory["carriages"] = {fact.key: (fact, operations.carriage_of(fact)) for fact in delivered}
    return world.memory["carriages"]


def left_out(world: World, candidates: dict[str, Change], included: dict[str, float]) -> dict[str, list[str]]:
    """By the first reason that applies."""
    period = world.period
    missing = [
        key
        for key, (f, found) in carriages(world).items()
        if not found and f.completed_in(period.lo, period.end)
    ]
    out = loose_on(world, period.civil_days)
    missing += [
        change.id
        for change in without_issue(world)
        if change.deployment is None and period.lo <= (change.at["merged_at"] or 0) < period.end
    ]
    never = [key for key, (fact, _) in candidates.items() if begun_at(world, fact) is None]
    cut = [key for key in never if candidates[key][0].truncated]
    never += [change.id for change in out if change.at["first_commit_at"] is None]
    known = (*never, *included)
    return reasons(
        REASONS,
        {
            "not_deployed": missing,
            "history_truncated": cut,
            "never_started": [key for key in never if key not in cut],
            "deployed_before_start": [
                key for key in (*candidates, *(change.id for change in out)) if key not in known
            ],
        },
    )


def loose_on(world: World, days: list[date]) -> list[CodeChange]:
    """Changes without an issue that went out on some days."""
    return [change for change in without_issue(world) if change.deployment and change.deployment.day in days]


def loose_ms(change: CodeChange) -> int | None:
    begun = change.at["first_commit_at"]
    return None if begun is None or change.deployment is None else change.deployment.at - begun


def begun_at(world: World, fact: Fact) -> int | None:
    """The first commit, else the mapped one, else the start of the work."""
    first = first_commit(world, fact.key)
    return fact.change_start if first is None else first


def is_measured(world: World, fact: Fact) -> bool:
    return fact.commit is not None or first_commit(world, fact.key) is not None


def by_start(
    world: World, carried: dict[str, tuple[Fact, Carriage | None]], included: dict[str, float]
) -> dict | None:
    """P50 and n of each kind of start, where both are among the included."""
    kinds: dict[str, list[float]] = {"measured": [], "proxy": []}
    for key, days in included.items():
        measured = key not in carried or is_measured(world, carried[key][0])
        kinds["measured" if measured else "proxy"].append(days)
    if not all(kinds.values()):
        return None
    return {kind: {"p50": stats.median(values), "n": len(values)} for kind, values in kinds.items()}


def evidence_of_leads(world: World, included: dict[str, float]) -> str:
    """Proxy where a start stands in for a commit; inferred where a deployment is only the next one."""
    found = [carriages(world)[key] for key in included if key in carriages(world)]
    some = world.mapping.field("commit_date") is not None or bool(world.changes)
    measured = some and all(is_measured(world, fact) for fact, _ in found)
    guessed = any(fact.end_inferred or carriage.inferred for fact, carriage in found if carriage)
    return weakest(
        "measured" if measured else "proxy",
        "inferred" if guessed else "measured",
        evidence_of_production(world),
    )


def lead_ms(world: World, fact: Fact, deployment: Deployment) -> int | None:
    begun = begun_at(world, fact)
    return None if begun is None else deployment.at - begun


STAGES = ("working", "waiting", "other", "release")


def stages_of(world: World, fact: Fact, deployment: Deployment) -> dict[str, float]:
    """Days of one lead time: in an active status, waiting or flagged, in neither, waiting for release."""
    begin, end = begun_at(world, fact), deployment.at
    assert begin is not None
    assert fact.completed is not None
    if end <= begin:
        return dict.fromkeys(STAGES, 0.0)
    finish = max(begin, min(fact.completed, end))
    working = fact.history.active_ms(begin, finish)
    for flagged, unflagged in flagged_spans(fact.issue, world.period.as_of):
        working -= fact.history.active_ms(max(begin, flagged), min(finish, unflagged))
    in_progress = fact.history.in_progress_ms(begin, finish)
    parts = (working, in_progress - working, finish - begin - in_progress, end - finish)
    return {stage: part / DAY for stage, part in zip(STAGES, parts, strict=True)}


def stage_averages(items: list[dict[str, float]]) -> dict:
    """Mean and median of each stage for itself."""
    columns = {stage: [item[stage] for item in items] for stage in STAGES}
    return {
        "n": len(items),
        "means": {stage: sum(c) / len(c) if c else None for stage, c in columns.items()},
        "medians": {stage: stats.median(c) for stage, c in columns.items()},
    }


def stage_summary(items: list[dict[str, float]], weekly: list[dict]) -> dict:
    averages = stage_averages(items)
    return {
        "unit": "days",
        "totals": {stage: sum(item[stage] for item in items) for stage in STAGES},
        "means": averages["means"],
        "medians": averages["medians"],
        "weekly": weekly,
    }


def day_durations(
    world: World,
    metric: str,
    unit: str,
    measure: Callable[[list[date]], dict[str, float]],
    excluded: dict[str, list[str]],
    **more: object,
) -> dict:
    """``duration_result`` where civil days, not instants, say what a window holds."""
    windows = {(week.since, week.until): days_of_week(world, week) for week in world.weeks()}
    windows[(world.period.lo, world.period.end)] = world.period.civil_days
    return duration_result(
        world, metric, unit, lambda since, until: measure(windows[(since, until)]), excluded, **more
    )


def no_answer_of_durations(world: World, metric: str, unit: str, **more: object) -> dict:
    shown, withheld = stats.percentiles([])
    return without_answer(world, metric, unit, "not_configured", percentiles=shown, withheld=withheld, **more)
