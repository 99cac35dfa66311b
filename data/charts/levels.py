"""The levels of a DORA report as stretches of an axis, so that a chart can lie on them. Pure."""

import itertools
import math
from dataclasses import dataclass

from configuration.performance_levels import (
    DAY_S,
    EDITIONS,
    HOUR_S,
    LESS_THAN_AN_HOUR,
    RHYTHMS,
    Cells,
    Edition,
)
from data.metrics.bands import rhythm_level

# The slow ends of the rhythms in deployment days per week, as rhythm_of() draws them. Days alone cannot
# tell on demand, the first of them, which is about deployments.
_LEAST_DAYS = dict(zip(RHYTHMS[1:], (5.0, 1.0, 7 / 30, 7 / 180, 0.0), strict=True))
_SECONDS = {"change_lead_time": DAY_S, "failed_deployment_recovery_time": HOUR_S}


@dataclass(frozen=True, slots=True)
class Level:
    """From ``low`` to ``high``, in the unit of the metric; ``high`` may be infinite."""

    name: str
    low: float
    high: float


def levels_of(edition: str, metric_id: str, *, dated_by_day: bool = False) -> tuple[Level, ...]:
    """Return the levels that an edition knows for a metric, lowest values first.

    Args:
        edition: year of the report.
        metric_id: durations in the metric's own unit, rates in percent, frequency in
            deployment days per week, which reach no further than daily.
        dated_by_day: deployments are known to the day, which never earns "less than one hour".

    Returns:
        Adjoining stretches from 0 on, named like the levels of the cards; clusters
        that share a cell share a stretch. Empty where the edition has no clusters
        or the metric no levels.
    """
    table = EDITIONS[edition]
    if table.scores:
        return ()
    if metric_id == "deployment_frequency":
        return _lay_rhythms(table)
    if metric_id in _SECONDS:
        cells = table.lead if metric_id == "change_lead_time" else table.restore
        known = {name: at for name, at in cells.items() if not (dated_by_day and at == LESS_THAN_AN_HOUR)}
        return _lay_cells(known, _SECONDS[metric_id])
    if metric_id == "change_fail_rate":
        return _lay_cells(table.fail, 1) if table.fail else _lay_nearest(table)
    return ()


def _lay_rhythms(table: Edition) -> tuple[Level, ...]:
    found: list[Level] = []
    high = math.inf
    for rhythm, low in _LEAST_DAYS.items():
        name = rhythm_level(table, rhythm) or ""
        if found and found[-1].name == name:
            found[-1] = Level(name, low, found[-1].high)
        else:
            found.append(Level(name, low, high))
        high = low
    return tuple(reversed(found))


def _lay_cells(cells: Cells, unit: float) -> tuple[Level, ...]:
    """Return the stretches between the slow ends; beyond the slowest it is still the last cluster."""
    shared: dict[float, list[str]] = {}
    for name, limit in cells.items():
        shared.setdefault(limit.at / unit, []).append(name)
    found: list[Level] = []
    low = 0.0
    for high, names in shared.items():
        found.append(Level(", ".join(names), low, high))
        low = high
    last = list(cells)[-1]
    if found[-1].name == last:
        found[-1] = Level(last, found[-1].low, math.inf)
    elif low < math.inf:
        found.append(Level(last, low, math.inf))
    return tuple(found)


def _lay_nearest(table: Edition) -> tuple[Level, ...]:
    """Return stretches that change half-way between the rates of two clusters."""
    rates = sorted((rate, name) for name, rate in table.fail_values.items())
    turns = [(a + b) / 2 for (a, _), (b, _) in itertools.pairwise(rates)]
    ends = zip([0.0, *turns], [*turns, math.inf], strict=True)
    return tuple(Level(name, low, high) for (_, name), (low, high) in zip(rates, ends, strict=True))
