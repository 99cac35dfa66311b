"""The shape that every metric's answer has: specs/interface.md, ``metrics --json``."""

from collections.abc import Callable

from tests.reference import stats
from tests.reference.clock import Week
from tests.reference.issues import key_order
from tests.reference.targets import judged
from tests.reference.world import World

MESSAGES = {
    "ok": None,
    "no_data": "nothing to count",
    "not_configured": "not configured",
    "not_applicable": "not applicable",
}
VERSIONS = {"change_lead_time": 3}
Compute = Callable[[World], dict]


def sorted_keys(keys: list[str]) -> list[str]:
    return sorted(keys, key=key_order)


def reasons(order: tuple[str, ...], excluded: dict[str, list[str]]) -> dict[str, list[str]]:
    """Only reasons that have keys, in the order of the metric's table row."""
    return {reason: sorted_keys(excluded[reason]) for reason in order if excluded.get(reason)}


def result(
    metric: str,
    unit: str,
    *,
    state: str = "ok",
    value: float | None = None,
    included: list[str] | None = None,
    excluded: dict[str, list[str]] | None = None,
    percentiles: dict | None = None,
    withheld: dict | None = None,
    interval: list[float] | None = None,
    evidence: str = "measured",
    band: dict | None = None,
    weekly: list[dict] | None = None,
    extra: dict | None = None,
    option: str = "",
) -> dict:
    """What one metric says of one period; ``finished`` adds what comes from other periods."""
    included = included or []
    return {
        "definition": f"{metric}/{VERSIONS.get(metric, 2)}{option}",
        "state": state,
        "message": MESSAGES[state],
        "value": value,
        "unit": unit,
        "n": len(included),
        "percentiles": percentiles,
        "percentiles_withheld": withheld or {},
        "interval": interval,
        "evidence": evidence,
        "band": band,
        **(extra or {}),
        "weekly": weekly or [],
        "included": included,
        "excluded": excluded or {},
    }


COMMON = ("definition", "state", "message", "value", "unit", "n")
COMMON += ("percentiles", "percentiles_withheld", "interval", "evidence")
LAST = ("weekly", "included", "excluded")
# Failures cluster, so rates are compared by their deployments; load depends on itself.
RATES = ("change_fail_rate", "deployment_rework_rate")
INCOMPARABLE = ("flow_load", "blocked_time")
IGNORING_FILTERS = (
    "deployment_frequency",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "time_to_restore",
    "deployment_rework_rate",
)


# What deployments, changes of code and incidents of files have without any issue.
BESIDE_ISSUES = ("change_lead_time", *IGNORING_FILTERS)


def finished(metric: str, compute: Compute, world: World) -> dict:
    """One metric's document, keys in the documented order."""
    now = compute(world)
    silent = not world.issues and metric not in BESIDE_ISSUES
    before = compute(world.before()) if world.has_previous and not silent else None
    compared = stats.UNKNOWN if before is None else comparison(metric, now, before)
    extras = {key: now[key] for key in now if key not in (*COMMON, "band", "hits", *LAST)}
    return {
        **{key: now[key] for key in COMMON},
        "previous": None if before is None else {"value": before["value"], "n": before["n"]},
        **compared,
        "band": now["band"],
        "target": judged(metric, now, world.settings.section("targets")),
        "filters_ignored": world.filters_in_use if metric in IGNORING_FILTERS else [],
        **extras,
        "weekly": now["weekly"],
        "series": series(compute, world),
        "included": now["included"],
        "excluded": now["excluded"],
    }


def comparison(metric: str, now: dict, before: dict) -> dict:
    """Whether the difference to the previous period is more than chance."""
    if metric in INCOMPARABLE:
        return stats.UNKNOWN
    if metric not in RATES:
        return stats.compared_by_weeks(now["value"], before["value"], whole_weeks(now), whole_weeks(before))
    if now["value"] is None or before["value"] is None:
        return stats.UNKNOWN
    return stats.compared_rates(
        (now["hits"]["period"], now["n"]),
        (before["hits"]["period"], before["n"]),
        whole_counts(now),
        whole_counts(before),
    )


def whole_weeks(answer: dict) -> list[float]:
    """The values of the weeks that are whole and have one."""
    return [w["value"] for w in answer["weekly"] if not w["partial"] and w["value"] is not None]


def whole_counts(answer: dict) -> list[tuple[int, int]]:
    """(hits, deployments) of the weeks that are whole."""
    pairs = zip(answer["hits"]["weekly"], answer["weekly"], strict=True)
    return [(hits, week["n"]) for hits, week in pairs if not week["partial"]]


def series(compute: Compute, world: World) -> dict:
    """The metric by the step of the view: its rules are those of the week."""
    stepped = compute(world.by_step(world.step))
    points = [{"step": point.pop("week"), **point} for point in map(dict, stepped["weekly"])]
    return {"step": world.step, "points": points}


def week_entry(week: Week, value: float | None, n: int) -> dict:
    return {
        "week": week.name,
        "start": week.start_day.isoformat(),
        "value": value,
        "n": n,
        "partial": week.partial,
    }


def empty_weeks(world: World) -> list[dict]:
    return [week_entry(week, None, 0) for week in world.weeks()]


def without_answer(world: World, metric: str, unit: str, state: str, **more: object) -> dict:
    """A metric that has no number here: null, no keys, and weeks that say null."""
    return result(metric, unit, state=state, weekly=empty_weeks(world), **more)


def duration_result(
    world: World,
    metric: str,
    unit: str,
    measure: Callable[[int, int], dict[str, float]],
    excluded: dict[str, list[str]],
    **more: object,
) -> dict:
    """A metric whose value is the P50 of one number per item.

    Args:
        world: the store and the period.
        metric: the metric's id.
        unit: of the numbers.
        measure: number by key of the items that a window includes.
        excluded: keys by reason.
        more: passed on to ``result``.
    """
    period = world.period
    now = measure(period.lo, period.end)
    shown, withheld = stats.percentiles(list(now.values()))
    weekly = []
    for week in world.weeks():
        items = measure(week.since, week.until)
        weekly.append(week_entry(week, stats.median(list(items.values())), len(items)))
    return result(
        metric,
        unit,
        state="ok" if now else "no_data",
        value=shown["p50"],
        percentiles=shown,
        withheld=withheld,
        interval=stats.median_interval(list(now.values())),
        weekly=weekly,
        included=sorted_keys(list(now)),
        excluded=excluded,
        **more,
    )
