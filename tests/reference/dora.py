"""The DORA metrics but for the frequency, row by row of the table in METRICS.md section 5."""

import re
from collections.abc import Callable
from datetime import date

from tests.reference import stats
from tests.reference.bands import duration_band, fail_rate_band
from tests.reference.clock import DAY, HOUR
from tests.reference.deployments import (
    Deployment,
    all_deployments,
    days_of_week,
    is_configured,
    is_dated_by_day,
)
from tests.reference.flow import flow_type, keys_of, no_durations, rate_trend
from tests.reference.history import flagged_spans
from tests.reference.incidents import Operations
from tests.reference.links import linked_keys
from tests.reference.results import (
    duration_result,
    previous_window,
    reasons,
    result,
    sorted_keys,
    week_entry,
    without_answer,
)
from tests.reference.settings import HOTFIX_PATTERN
from tests.reference.world import Fact, World


def deployment_of(operations: Operations, fact: Fact) -> Deployment | None:
    """The first deployment that can have carried the issue out."""
    assert fact.completed is not None
    carriers = [d for d in operations.carriers(fact) if d.carries_what_was_completed(fact.completed)]
    return min(carriers, key=lambda d: d.recency) if carriers else None


def change_lead_time(world: World) -> dict:
    """Days from the start of a delivered issue to its deployment."""
    metric = "change_lead_time"
    if world.is_empty:
        return no_durations(metric, evidence="proxy", extra={"stages": None})
    if not is_configured(world):
        return no_answer_of_durations(world, metric, "days", evidence="proxy", extra={"stages": None})
    operations = Operations(world)
    deployed = {
        fact.key: (fact, deployment_of(operations, fact)) for fact in world.in_scope if fact.delivered
    }

    def on_days(days: list[date]) -> dict[str, tuple[Fact, Deployment]]:
        return {key: (f, d) for key, (f, d) in deployed.items() if d is not None and d.day in days}

    def measure(days: list[date]) -> dict[str, float]:
        waited = {key: lead_ms(fact, deployment) for key, (fact, deployment) in on_days(days).items()}
        return {key: max(0, ms) / DAY for key, ms in waited.items() if ms is not None and ms > -DAY}

    period = world.period
    candidates = on_days(period.civil_days)
    never = [key for key, (fact, _) in candidates.items() if fact.change_start is None]
    before = [k for k in candidates if k not in never and k not in measure(period.civil_days)]
    missing = [
        key
        for key, (fact, deployment) in deployed.items()
        if deployment is None and fact.completed_in(period.lo, period.end)
    ]
    excluded = reasons(
        ("not_deployed", "never_started", "deployed_before_start"),
        {"not_deployed": missing, "never_started": never, "deployed_before_start": before},
    )
    begun = [fact.commit for key, (fact, _) in candidates.items() if key in measure(period.civil_days)]
    measured = world.mapping.field("commit_date") is not None and None not in begun
    evidence = "measured" if measured else "proxy"

    def split(days: list[date]) -> list[dict[str, float]]:
        return [stages_of(world, *pair) for key, pair in on_days(days).items() if key in measure(days)]

    weekly = [
        {"week": week.name, **stage_averages(split(days_of_week(world, week)))} for week in world.weeks()
    ]
    stages = stage_summary(split(period.civil_days), weekly)
    answer = day_durations(
        world, metric, "days", measure, excluded, evidence=evidence, extra={"stages": stages}
    )
    return {**answer, "band": duration_band(world, "lead", answer, DAY, by_day=is_dated_by_day(world))}


def lead_ms(fact: Fact, deployment: Deployment) -> int | None:
    return None if fact.change_start is None else deployment.at - fact.change_start


STAGES = ("working", "waiting", "other", "release")


def stages_of(world: World, fact: Fact, deployment: Deployment) -> dict[str, float]:
    """Days of one lead time: in an active status, waiting or flagged, in neither, waiting for release."""
    begin, end = fact.change_start, deployment.at
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
    if world.has_previous:
        windows[previous_window(world)] = world.period.previous().civil_days
    return duration_result(
        world, metric, unit, lambda since, until: measure(windows[(since, until)]), excluded, **more
    )


def no_answer_of_durations(world: World, metric: str, unit: str, **more: object) -> dict:
    shown, withheld = stats.percentiles([])
    return without_answer(world, metric, unit, "not_configured", percentiles=shown, withheld=withheld, **more)


def change_fail_rate(world: World) -> dict:
    """Percent of the period's deployments that an incident is put down to."""
    metric, unit = "change_fail_rate", "percent"
    nothing = {"failed": [], "unattributed": [], "provisional": []}
    if world.is_empty:
        return result(metric, unit, state="no_data", extra=nothing)
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", extra=nothing)
    operations = Operations(world)
    flagged = {deployment.id for deployment in all_deployments(world) if deployment.failed}
    if not operations.incidents and not flagged:
        return without_answer(world, metric, unit, "not_configured", extra=nothing)
    failures = flagged | {a.deployment.id for a in operations.attributions.values()}
    certain = flagged | {a.deployment.id for a in operations.attributions.values() if not a.inferred}
    found = operations.on_days(world.period.civil_days)
    guessed = any(d.id in failures and d.id not in certain for d in found)
    answer = share_of_deployments(
        world,
        metric,
        operations,
        failures,
        evidence="inferred" if guessed else "measured",
        extra={
            "failed": [d.id for d in found if d.id in failures],
            "unattributed": unattributed(operations),
            "provisional": [d.id for d in found if world.period.as_of - d.at < operations.window_ms],
        },
    )
    return {**answer, "band": fail_rate_band(world, answer)}


def unattributed(operations: Operations) -> list[str]:
    """Incidents seen in the period that no deployment explains."""
    period = operations.world.period
    seen = [f for f in operations.real_incidents if period.lo <= f.detected.at < period.end]
    return keys_of([fact for fact in seen if fact.key not in operations.attributions])


def share_of_deployments(
    world: World, metric: str, operations: Operations, hits: set[str], **more: object
) -> dict:
    """Percent of the deployments of each window that are among ``hits``."""

    def count(days: list[date]) -> tuple[int, int]:
        found = operations.on_days(days)
        return (sum(1 for d in found if d.id in hits), len(found))

    now = count(world.period.civil_days)
    previous, trend = None, "unknown"
    if world.has_previous:
        before = count(world.period.previous().civil_days)
        previous, trend = {"value": percent(*before), "n": before[1]}, rate_trend(now, before)
    weekly = []
    for week in world.weeks():
        counted = count(days_of_week(world, week))
        weekly.append(week_entry(week, percent(*counted), counted[1]))
    return result(
        metric,
        "percent",
        state="ok" if now[1] else "no_data",
        value=percent(*now),
        included=[d.id for d in operations.on_days(world.period.civil_days)],
        interval=stats.wilson(*now),
        previous=previous,
        trend=trend,
        weekly=weekly,
        **more,
    )


def percent(hits: int, n: int) -> float | None:
    return 100 * hits / n if n else None


def failed_deployment_recovery_time(world: World) -> dict:
    """Hours from a deployment to the end of the incident that it caused."""
    metric = "failed_deployment_recovery_time"
    if world.is_empty:
        return no_durations(metric, "hours")
    if not is_configured(world):
        return no_answer_of_durations(world, metric, "hours")
    operations = Operations(world)
    attributions = operations.attributions

    def measure(since: int, until: int) -> dict[str, float]:
        ended = [f for f in restored(operations, since, until) if f.key in attributions]
        spent = {f.key: over(f) - attributions[f.key].deployment.at for f in ended}
        return {key: ms / HOUR for key, ms in spent.items() if ms >= 0}

    period = world.period
    measured = measure(period.lo, period.end)
    candidates = restored(operations, period.lo, period.end)
    loose = [f.key for f in candidates if f.key not in attributions]
    excluded = reasons(
        ("unattributed", "negative", "not_an_incident"),
        {
            "unattributed": loose,
            "negative": [f.key for f in candidates if f.key not in loose and f.key not in measured],
            "not_an_incident": not_incidents(operations),
        },
    )
    guessed = any(attributions[key].inferred for key in measured)
    evidence = "inferred" if guessed else "measured"
    answer = duration_result(world, metric, "hours", measure, excluded, evidence=evidence)
    return {**answer, "band": duration_band(world, "restore", answer, HOUR, by_day=is_dated_by_day(world))}


def restored(operations: Operations, since: int, until: int) -> list[Fact]:
    return [fact for fact in operations.real_incidents if fact.restored_in(since, until)]


def over(fact: Fact) -> int:
    assert fact.restored is not None
    return fact.restored.reckoned


def not_incidents(operations: Operations) -> list[str]:
    """Called incidents and closed in the period as none."""
    period = operations.world.period
    real = {fact.key for fact in operations.real_incidents}
    closed = [f for f in operations.incidents if f.restored_in(period.lo, period.end)]
    return sorted_keys([fact.key for fact in closed if fact.key not in real])


def time_to_restore(world: World) -> dict:
    """Hours from seeing an incident to its end; what is still open is counted beside."""
    metric = "time_to_restore"
    if world.is_empty:
        return no_durations(metric, "hours", extra={"open": None, "oldest_open_hours": None})
    operations = Operations(world)

    def measure(since: int, until: int) -> dict[str, float]:
        spent = {f.key: over(f) - f.detected.reckoned for f in restored(operations, since, until)}
        return {key: ms / HOUR for key, ms in spent.items() if ms >= 0}

    period = world.period
    measured = measure(period.lo, period.end)
    candidates = restored(operations, period.lo, period.end)
    excluded = reasons(
        ("negative", "not_an_incident"),
        {
            "negative": [fact.key for fact in candidates if fact.key not in measured],
            "not_an_incident": not_incidents(operations),
        },
    )
    ages = [max(0, period.as_of - f.detected.reckoned) / HOUR for f in operations.open_incidents()]
    extra = {"open": len(ages), "oldest_open_hours": max(ages, default=None)}
    return duration_result(world, metric, "hours", measure, excluded, extra=extra)


def deployment_rework_rate(world: World) -> dict:
    """Percent of the period's deployments that repaired something: a lower bound."""
    metric, unit = "deployment_rework_rate", "percent"
    if world.is_empty:
        return result(metric, unit, state="no_data", evidence="proxy")
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", evidence="proxy")
    operations = Operations(world)
    reworks = {d.id for d in operations.deployments if is_rework(world, operations, d)}
    return share_of_deployments(world, metric, operations, reworks, evidence="proxy")


def is_rework(world: World, operations: Operations, deployment: Deployment) -> bool:
    pattern = world.settings.section("deployments").get("hotfix_pattern")
    if re.search(HOTFIX_PATTERN if pattern is None else pattern, deployment.name):
        return True
    held = [f for f in world.in_scope if f.delivered and deployment in operations.carriers(f)]
    return (
        bool(held)
        and all(flow_type(world, fact) == "Defect" for fact in held)
        and any(touches_incident(operations, fact) for fact in held)
    )


def touches_incident(operations: Operations, fact: Fact) -> bool:
    """An incident itself, or linked to one in either direction."""
    linked = linked_keys(fact.issue)
    return any(
        incident.key == fact.key or incident.key in linked or fact.key in linked_keys(incident.issue)
        for incident in operations.real_incidents
    )
