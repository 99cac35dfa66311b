"""Bands: where a DORA number stands among the teams of a report edition (METRICS.md section 5). Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from configuration.performance_levels import (
    DAY_S,
    DURATION_ANSWERS,
    EDITIONS,
    HOUR_S,
    LESS_THAN_AN_HOUR,
    RHYTHM_ANSWERS,
    RHYTHMS,
    Cells,
    Edition,
)
from data.metric import Measure
from data.performance_utils import CalculationContext

LEAST_WEEKS = 4
LEAST_DURATIONS = 5
LEAST_DEPLOYMENTS = 20
_SECONDS = {"change_lead_time": DAY_S, "failed_deployment_recovery_time": HOUR_S}
_RATES = ("change_fail_rate", "deployment_rework_rate")


def band(metric_id: str, measure: Measure, context: CalculationContext) -> Mapping[str, Any] | None:
    """Return the level of a DORA metric in the profile's edition.

    Args:
        metric_id: only DORA metrics have levels.
        measure: of the period.
        context: reads the edition, and for the frequency the deployment days of whole weeks.

    Returns:
        ``edition``, ``level`` (all names of a cell that clusters share; for an
        edition without clusters the position) and ``greyed`` (too little or too
        indirect evidence); None where there is no value or no level.
    """
    edition = EDITIONS[context.delivery.edition]
    if measure.value is None:
        return None
    if metric_id == "deployment_frequency":
        rhythm = _rhythm(measure, context)
        return None if rhythm is None else _of(edition, rhythm_level(edition, rhythm), greyed=False)
    if metric_id in _SECONDS:
        level = duration_level(
            edition,
            metric_id,
            measure.value * _SECONDS[metric_id],
            dated_by_day=context.delivery.deployments.dated_by_day,
        )
        return _of(edition, level, greyed=_doubtful(measure, LEAST_DURATIONS))
    if metric_id in _RATES:
        level = rate_level(edition, metric_id, measure.value)
        return _of(edition, level, greyed=_doubtful(measure, LEAST_DEPLOYMENTS))
    return None


def rhythm_of(days_per_week: float, days_per_month: float) -> str:
    """Return the rhythm of a median of deployment days per week, and of deployment days per 30 days."""
    if days_per_week >= 5:
        return "on demand"
    if days_per_week >= 1:
        return "daily-weekly"
    if days_per_month >= 1:
        return "weekly-monthly"
    return "monthly-6-monthly" if days_per_month >= 1 / 6 else "fewer"


def rhythm_level(edition: Edition, rhythm: str) -> str | None:
    """Return the clusters of a rhythm; one that the edition lacks goes to the next slower."""
    if edition.scores:
        return _position(edition, "deployment_frequency", (RHYTHM_ANSWERS[rhythm] - 1) * 2)
    for slower in RHYTHMS[RHYTHMS.index(rhythm) :]:
        levels = [level for level, cell in edition.rhythm.items() if cell == slower]
        if levels:
            return ", ".join(levels)
    return list(edition.rhythm)[-1]


def duration_level(
    edition: Edition, metric_id: str, seconds: float, *, dated_by_day: bool = False
) -> str | None:
    """Return the clusters of a duration; one measured in days never earns "less than one hour"."""
    if edition.scores:
        answers = [limit for limit in DURATION_ANSWERS if not (dated_by_day and limit == LESS_THAN_AN_HOUR)]
        slower = sum(limit.holds(seconds) for limit in answers)
        return _position(edition, metric_id, slower * 2)
    cells = edition.lead if metric_id == "change_lead_time" else edition.restore
    return _first_that_holds(
        {level: cell for level, cell in cells.items() if not (dated_by_day and cell == LESS_THAN_AN_HOUR)},
        seconds,
    )


def rate_level(edition: Edition, metric_id: str, percent: float) -> str | None:
    """Return the clusters of a rate: by its limits, or those whose own rate is nearest."""
    if edition.scores:
        return _position(edition, metric_id, (100 - percent) / 10)
    if metric_id != "change_fail_rate":
        return None
    if edition.fail:
        return _first_that_holds(edition.fail, percent)
    distance = {level: abs(percent - value) for level, value in edition.fail_values.items()}
    nearest = min(distance.values())
    return ", ".join(level for level, away in distance.items() if away == nearest)


def _first_that_holds(cells: Cells, value: float) -> str:
    """Return all names of the first cell that holds the value; beyond all cells the last cluster."""
    for cell in cells.values():
        if cell.holds(value):
            return ", ".join(level for level, other in cells.items() if other == cell)
    return list(cells)[-1]


def _position(edition: Edition, metric_id: str, score: float) -> str | None:
    known = edition.scores.get(metric_id)
    if known is None:
        return None
    return f"{(score - known.mean) / known.deviation:+.2f} standard deviations from the mean"


def _rhythm(measure: Measure, context: CalculationContext) -> str | None:
    """Return the rhythm of the period's deployment days; None below four whole weeks."""
    window = context.window
    whole = ~np.array(window.partial, np.bool_)
    if int(whole.sum()) < LEAST_WEEKS:
        return None
    days = np.unique(context.delivery.deployments.day[measure.candidates.rows()])
    week = (days - window.mondays[0].toordinal()) // 7
    per_week = np.bincount(week, minlength=len(whole))[whole]
    return rhythm_of(float(np.median(per_week)), len(days) * 30 / window.days)


def _doubtful(measure: Measure, least: int) -> bool:
    return measure.n < least or measure.evidence != "measured"


def _of(edition: Edition, level: str | None, *, greyed: bool) -> Mapping[str, Any] | None:
    return None if level is None else {"edition": edition.year, "level": level, "greyed": greyed}
