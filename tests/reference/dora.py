"""The DORA metrics of failure and repair, row by row of the table in specs/metrics.md."""

from datetime import date

from tests.reference import stats
from tests.reference.bands import duration_band, fail_rate_band, position_band, share_score
from tests.reference.clock import DAY, HOUR
from tests.reference.deployments import (
    Deployment,
    days_of_week,
    evidence_of_production,
    is_configured,
    is_dated_by_day,
)
from tests.reference.flow import flow_type, keys_of, no_durations
from tests.reference.incidents import Operations, operations_of
from tests.reference.lead_time import no_answer_of_durations
from tests.reference.links import linked_keys, project_id
from tests.reference.repairs import is_hotfix, mended, repairs
from tests.reference.results import duration_result, reasons, result, sorted_keys, week_entry, without_answer
from tests.reference.told_incidents import stand_for, told_incidents
from tests.reference.world import Fact, World


def change_fail_rate(world: World) -> dict:
    """Percent of the period's deployments that an incident is put down to."""
    metric, unit = "change_fail_rate", "percent"
    nothing = {"failed": [], "unattributed": [], "provisional": []}
    if world.has_nothing:
        return result(metric, unit, state="no_data", extra=nothing)
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", extra=nothing)
    operations = operations_of(world)
    flagged = {deployment.id for deployment in operations.deployments if deployment.failed}
    failures = flagged | {a.deployment.id for a in operations.attributions.values()}
    certain = flagged | {a.deployment.id for a in operations.attributions.values() if not a.inferred}
    told = told_incidents(operations, world)
    failures |= {each.cause.id for each in told if each.cause is not None}
    certain |= {each.cause.id for each in told if each.cause is not None and each.named}
    failures |= {each.failed.id for each in repairs(operations, world)}
    found = operations.on_days(world.period.civil_days)
    if found and not knows_failures(operations, world, found, failures):
        return without_answer(world, metric, unit, "not_configured", extra=nothing)
    guessed = any(d.id in failures and d.id not in certain for d in found)
    answer = share_of_deployments(
        world,
        metric,
        operations,
        failures,
        evidence="inferred" if guessed else evidence_of_production(world),
        extra={
            "failed": [d.id for d in found if d.id in failures],
            "unattributed": unattributed(operations, world),
            "provisional": [d.id for d in found if world.period.as_of - d.at < operations.window_ms],
        },
    )
    return {**answer, "band": fail_rate_band(world, answer)}


def knows_failures(operations: Operations, world: World, found: list[Deployment], failures: set[str]) -> bool:
    """Whether somebody records incidents where was deployed: else 0 % would only mean that nobody does."""
    projects = {deployment.project_id for deployment in found}
    since, until = world.period.end - 365 * DAY, world.period.end
    seen = [f for f in operations.real_incidents if since <= f.detected.at < until]
    recent = [each for each in told_incidents(operations, world) if since <= each.seen < until]
    told = [each.project_id for each in recent]
    if any(project is not None and project in projects for project in told):
        return True
    return any(project_id(f.issue) in projects for f in seen) or any(d.id in failures for d in found)


def unattributed(operations: Operations, world: World) -> list[str]:
    """Incidents seen in the period that no deployment explains."""
    period = world.period
    seen = [f for f in operations.real_incidents if period.lo <= f.detected.at < period.end]
    loose = keys_of([fact for fact in seen if fact.key not in operations.attributions])
    told = [each for each in told_incidents(operations, world) if each.cause is None]
    return [*loose, *sorted(each.id for each in told if period.lo <= each.seen < period.end)]


def share_of_deployments(
    world: World,
    metric: str,
    operations: Operations,
    hits: set[str],
    extra: dict | None = None,
    **more: object,
) -> dict:
    """Percent of the deployments of each window that are among ``hits``."""

    def count(days: list[date]) -> tuple[int, int]:
        found = operations.on_days(days)
        return (sum(1 for d in found if d.id in hits), len(found))

    now = count(world.period.civil_days)
    weeks = world.weeks()
    counted = [count(days_of_week(world, week)) for week in weeks]
    hits_found = {"period": now[0], "weekly": [k for k, _ in counted]}
    return result(
        metric,
        "percent",
        state="ok" if now[1] else "no_data",
        value=percent(*now),
        included=[d.id for d in operations.on_days(world.period.civil_days)],
        interval=stats.wilson(*now),
        weekly=[week_entry(week, percent(k, n), n) for week, (k, n) in zip(weeks, counted, strict=True)],
        extra={**(extra or {}), "hits": hits_found},
        **more,
    )


def percent(hits: int, n: int) -> float | None:
    return 100 * hits / n if n else None


def failed_deployment_recovery_time(world: World) -> dict:
    """Hours from a deployment to the end of the incident that it caused."""
    metric = "failed_deployment_recovery_time"
    if world.has_nothing:
        return no_durations(metric, "hours")
    if not is_configured(world):
        return no_answer_of_durations(world, metric, "hours")
    operations = operations_of(world)
    attributions, told = operations.attributions, told_incidents(operations, world)
    repaired = mended(operations, world)

    def measure(since: int, until: int) -> dict[str, float]:
        ended = [f for f in restored(operations, since, until) if f.key in attributions]
        spent = {
            f.key: over(f) - attributions[f.key].deployment.at for f in ended if not operations.is_latent(f)
        }
        spent |= {
            each.id: each.over - each.cause.at
            for each in told
            if each.over_in(since, until) and each.over is not None and each.cause is not None
            if not each.latent
        }
        spent |= {key: by.at - failed.at for key, (failed, by) in repaired.items() if since <= by.at < until}
        return {key: max(0, ms) / HOUR for key, ms in spent.items() if ms > -DAY}

    period = world.period
    measured = measure(period.lo, period.end)
    candidates = restored(operations, period.lo, period.end)
    loose = [f.key for f in candidates if f.key not in attributions]
    latent = [f.key for f in candidates if f.key not in loose and operations.is_latent(f)]
    ended = [each for each in told if each.over_in(period.lo, period.end)]
    loose += [each.id for each in ended if each.cause is None]
    latent += [each.id for each in ended if each.latent]
    over_all = [*(f.key for f in candidates), *(each.id for each in ended)]
    excluded = reasons(
        ("unattributed", "latent", "negative", "not_an_incident"),
        {
            "unattributed": loose,
            "latent": latent,
            "negative": [key for key in over_all if key not in (*loose, *latent, *measured)],
            "not_an_incident": not_incidents(operations, world),
        },
    )
    guessed = any(attributions[key].inferred for key in measured if key in attributions)
    guessed |= any(each.id in measured and not each.named for each in ended)
    guessed |= any(key in measured for key in repaired)
    guessed |= ended_by_guess(candidates, measured)
    evidence = "inferred" if guessed else evidence_of_production(world)
    answer = duration_result(world, metric, "hours", measure, excluded, evidence=evidence)
    return {**answer, "band": duration_band(world, "restore", answer, HOUR, by_day=is_dated_by_day(world))}


def restored(operations: Operations, since: int, until: int) -> list[Fact]:
    return [fact for fact in operations.real_incidents if fact.restored_in(since, until)]


def ended_by_guess(facts: list[Fact], included: dict[str, float]) -> bool:
    """Whether a guessed category says when one of the included incidents was over."""
    return any(f.restored_by_completion and f.end_inferred for f in facts if f.key in included)


def over(fact: Fact) -> int:
    assert fact.restored is not None
    return fact.restored.reckoned


def not_incidents(operations: Operations, world: World) -> list[str]:
    """Called incidents and closed in the period as none."""
    period = world.period
    real = {fact.key for fact in operations.real_incidents}
    closed = [f for f in operations.incidents if f.restored_in(period.lo, period.end)]
    return sorted_keys([fact.key for fact in closed if fact.key not in real])


def time_to_restore(world: World) -> dict:
    """Hours from seeing an incident to its end; what is still open is counted beside."""
    metric = "time_to_restore"
    if world.has_nothing:
        return no_durations(metric, "hours", extra={"open": None, "oldest_open_hours": None})
    operations = operations_of(world)
    told = told_incidents(operations, world)

    def measure(since: int, until: int) -> dict[str, float]:
        spent = {f.key: over(f) - f.detected.reckoned for f in restored(operations, since, until)}
        ended = [each for each in told if each.over_in(since, until)]
        spent |= {each.id: each.over - each.seen for each in ended if each.over is not None}
        return {key: ms / HOUR for key, ms in spent.items() if ms >= 0}

    period = world.period
    measured = measure(period.lo, period.end)
    candidates = restored(operations, period.lo, period.end)
    over_all = [f.key for f in candidates]
    over_all += [each.id for each in told if each.over_in(period.lo, period.end)]
    excluded = reasons(
        ("negative", "not_an_incident"),
        {
            "negative": [key for key in over_all if key not in measured],
            "not_an_incident": not_incidents(operations, world),
        },
    )
    seen = [f.detected.reckoned for f in operations.open_incidents()]
    seen += [each.seen for each in told if each.over is None]
    ages = [max(0, period.as_of - at) / HOUR for at in seen]
    extra = {"open": len(ages), "oldest_open_hours": max(ages, default=None)}
    evidence = "inferred" if ended_by_guess(candidates, measured) else "measured"
    return duration_result(world, metric, "hours", measure, excluded, evidence=evidence, extra=extra)


def deployment_rework_rate(world: World) -> dict:
    """Percent of the period's deployments that repaired something: a lower bound."""
    metric, unit = "deployment_rework_rate", "percent"
    if world.has_nothing:
        return result(metric, unit, state="no_data", evidence="proxy")
    if not is_configured(world):
        return without_answer(world, metric, unit, "not_configured", evidence="proxy")
    operations = operations_of(world)
    reworks = {d.id for d in operations.deployments if is_rework(world, operations, d)}
    answer = share_of_deployments(world, metric, operations, reworks, evidence="proxy")
    return {**answer, "band": position_band(world, "rework", share_score(answer), greyed=True)}


def is_rework(world: World, operations: Operations, deployment: Deployment) -> bool:
    if is_hotfix(world, deployment):
        return True
    held = [f for f in world.in_any_view if f.delivered and deployment in operations.carriers(f)]
    return (
        bool(held)
        and all(flow_type(world, fact) == "Defect" for fact in held)
        and any(touches_incident(operations, fact) for fact in held)
    )


def touches_incident(operations: Operations, fact: Fact) -> bool:
    """An incident itself, or linked to one in either direction."""
    linked = linked_keys(fact.issue)
    if any(
        key == fact.key or key in linked or fact.key in linked_keys(issue)
        for key in stand_for(operations.world)
        for issue in operations.world.issues
        if issue.key == key
    ):
        return True
    return any(
        incident.key == fact.key or incident.key in linked or fact.key in linked_keys(incident.issue)
        for incident in operations.real_incidents
    )
