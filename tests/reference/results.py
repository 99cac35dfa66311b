"""The shape that every metric's answer has: INTERFACE.md, ``metrics --json``."""

from collections.abc import Callable

from tests.reference import stats
from tests.reference.clock import Week
from tests.reference.issues import key_order
from tests.reference.world import World

MESSAGES = {
    "ok": None,
    "no_data": "nothing to count",
    "not_configured": "not configured",
    "not_applicable": "not applicable",
}


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
    previous: dict | None = None,
    trend: str = "unknown",
    band: dict | None = None,
    weekly: list[dict] | None = None,
    extra: dict | None = None,
    option: str = "",
) -> dict:
    """One metric's document, keys in the documented order, its own extras last."""
    included = included or []
    return {
        "definition": f"{metric}/1{option}",
        "state": state,
        "message": MESSAGES[state],
        "value": value,
        "unit": unit,
        "n": len(included),
        "percentiles": percentiles,
        "percentiles_withheld": withheld or {},
        "interval": interval,
        "evidence": evidence,
        "previous": previous,
        "trend": trend,
        "band": band,
        "weekly": weekly or [],
        "included": included,
        "excluded": excluded or {},
        **(extra or {}),
    }


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
    previous = {"value": None, "n": 0} if world.has_previous else None
    return result(metric, unit, state=state, weekly=empty_weeks(world), previous=previous, **more)


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
    before = measure(*previous_window(world)) if world.has_previous else None
    return result(
        metric,
        unit,
        state="ok" if now else "no_data",
        value=shown["p50"],
        percentiles=shown,
        withheld=withheld,
        previous=None if before is None else _previous_duration(before),
        trend=_trend(now, before),
        weekly=weekly,
        included=sorted_keys(list(now)),
        excluded=excluded,
        **more,
    )


def previous_window(world: World) -> tuple[int, int]:
    return (world.period.previous().lo, world.period.lo)


def _previous_duration(before: dict[str, float]) -> dict:
    return {"value": stats.median(list(before.values())), "n": len(before)}


def _trend(now: dict[str, float], before: dict[str, float] | None) -> str:
    if before is None or len(now) < 5 or len(before) < 5:
        return "unknown"
    return stats.trend_of_durations(list(now.values()), list(before.values()))
