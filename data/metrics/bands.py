"""Bands: where a DORA number stands among the teams of a report edition (specs/metrics.md). Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from configuration.performance_levels import (
    DAILY,
    DAILY_WEEKLY,
    DAY_S,
    DURATION_ANSWERS,
    EDITIONS,
    FEWER,
    HOUR_S,
    LESS_THAN_AN_HOUR,
    MONTHLY_6_MONTHLY,
    ON_DEMAND,
    RHYTHM_ANSWERS,
    RHYTHMS,
    WEEKLY_MONTHLY,
    Cells,
    Edition,
)
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import deployment_days
from data.metrics.weekly import count_by_week, week_of_day
from data.model.metric import Measure

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
        rhythm = _find_rhythm(measure, context)
        level = None if rhythm is None else rhythm_level(edition, rhythm)
        return _make_band(edition, level, greyed=measure.evidence != "measured")
    if metric_id in _SECONDS:
        level = duration_level(
            edition,
            metric_id,
            measure.value * _SECONDS[metric_id],
            dated_by_day=context.delivery.deployments.dated_by_day,
        )
        return _make_band(edition, level, greyed=_is_doubtful(measure, LEAST_DURATIONS))
    if metric_id in _RATES:
        level = rate_level(edition, metric_id, measure.value)
        return _make_band(edition, level, greyed=_is_doubtful(measure, LEAST_DEPLOYMENTS))
    return None


def rhythm_of(per_week: float, days_per_week: float, days_per_month: float) -> str:
    """Return the rhythm of a team.

    One release each working day is daily. On demand means several a day: ten a week, on four days.

    Args:
        per_week: median of deployments in a whole week.
        days_per_week: median of days with a deployment in a whole week.
        days_per_month: days with a deployment in 30 days.
    """
    if per_week >= 10 and days_per_week >= 4:
        return ON_DEMAND
    if days_per_week >= 1:
        return DAILY if days_per_week >= 5 else DAILY_WEEKLY
    if days_per_month >= 1:
        return WEEKLY_MONTHLY
    return MONTHLY_6_MONTHLY if days_per_month >= 1 / 6 else FEWER


def rhythm_level(edition: Edition, rhythm: str) -> str | None:
    """Return the clusters of a rhythm; one that the edition lacks goes to the next slower."""
    if edition.scores:
        return _place_score(edition, "deployment_frequency", (RHYTHM_ANSWERS[rhythm] - 1) * 2)
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
        return _place_score(edition, metric_id, slower * 2)
    cells = edition.lead if metric_id == "change_lead_time" else edition.restore
    return _first_that_holds(
        {level: cell for level, cell in cells.items() if not (dated_by_day and cell == LESS_THAN_AN_HOUR)},
        seconds,
    )


def rate_level(edition: Edition, metric_id: str, percent: float) -> str | None:
    """Return the clusters of a rate: by its limits, or those whose own rate is nearest."""
    if edition.scores:
        return _place_score(edition, metric_id, (100 - percent) / 10)
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


def _place_score(edition: Edition, metric_id: str, score: float) -> str | None:
    known = edition.scores.get(metric_id)
    if known is None:
        return None
    return f"{(score - known.mean) / known.deviation:+.2f} standard deviations from the mean"


def _find_rhythm(measure: Measure, context: CalculationContext) -> str | None:
    """Return the rhythm of the period's deployment days; None below four whole weeks."""
    window, whole = context.window, context.layout.whole
    if int(whole.sum()) < LEAST_WEEKS:
        return None
    days = deployment_days(context)
    each = measure.weekly_n, count_by_week(context, week_of_day(context, days))
    per_week, days_per_week = (float(np.median(counts[whole])) for counts in each)
    return rhythm_of(per_week, days_per_week, len(days) * 30 / window.days)


def _is_doubtful(measure: Measure, least: int) -> bool:
    return measure.n < least or measure.evidence != "measured"


def _make_band(edition: Edition, level: str | None, *, greyed: bool) -> Mapping[str, Any] | None:
    return None if level is None else {"edition": edition.year, "level": level, "greyed": greyed}
