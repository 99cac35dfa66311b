"""One metric over one period: the measure, its comparison, its statistics, as one result. Pure."""

import math

import numpy as np

from data.metric import Candidates, Kind, Measure, Metric, MetricResult, Previous, Trend, Week, sort_out
from data.metrics.bands import band
from data.performance_utils import CalculationContext
from data.periods import previous, week_name
from data.statistics import mann_whitney_p, percentiles, wilson_interval

LEAST_FOR_TREND = 5
Z_COUNTS = 1.96  # METRICS.md section 3 rounds here


def evaluate(metric: Metric, context: CalculationContext, note: str | None = None) -> MetricResult:
    """Compute a metric over the context's period and compare it with the period before.

    Args:
        metric: the line of its family.
        context: tables, window and filters.
        note: a sentence that every value of this view carries; a missing value keeps its own.

    Returns:
        The result; ``no_data`` when T is not after the start of the period.
    """
    business_days = context.delivery.calendar is not None
    if context.window.empty:
        return no_data(metric, "The period begins after the as-of instant.", business_days=business_days)
    measure = metric.compute(context)
    before = metric.compute(context.over(previous(context.window))) if context.window.has_past else None
    values, withheld = (None, {}) if measure.sample is None else percentiles(measure.sample)
    return MetricResult(
        definition=metric.definition_under(business_days=business_days),
        state=measure.state,
        message=_sentences(measure, note),
        value=measure.value,
        unit=metric.unit,
        n=measure.n,
        percentiles=values,
        percentiles_withheld=withheld,
        interval=None if measure.successes is None else wilson_interval(measure.successes, measure.n),
        evidence=measure.evidence,
        previous=None if before is None else Previous(before.value, before.n),
        trend=trend(metric.kind, measure, before),
        band=band(metric.id, measure, context),
        weekly=_weeks(context, measure),
        candidates=measure.candidates,
        extra=measure.extra,
    )


def _sentences(measure: Measure, note: str | None) -> str | None:
    """Join what the metric and the view have to say; a missing value keeps its own sentence."""
    if measure.value is None:
        return measure.message or note
    return " ".join(text for text in (measure.message, note) if text) or None


def no_data(metric: Metric, message: str, *, business_days: bool = False) -> MetricResult:
    """Return the result of a metric over nothing, under a profile that counts in working days or not."""
    return MetricResult(
        definition=metric.definition_under(business_days=business_days),
        state="no_data",
        message=message,
        value=None,
        unit=metric.unit,
        n=0,
        percentiles=percentiles(np.zeros(0))[0] if metric.kind == "duration" else None,
        percentiles_withheld=percentiles(np.zeros(0))[1] if metric.kind == "duration" else {},
        interval=None,
        evidence=metric.evidence,
        previous=None,
        trend="unknown",
        band=None,
        weekly=(),
        candidates=_nobody(),
        extra=metric.no_extra,
    )


def trend(kind: Kind, now: Measure, before: Measure | None) -> Trend:
    """Return the direction of a number, ``flat`` unless the difference is more than noise.

    12 against 5 is flat; 20 against 6 is up.
    """
    if before is None or now.value is None or before.value is None:
        return "unknown"
    if now.n < LEAST_FOR_TREND or before.n < LEAST_FOR_TREND:
        return "unknown"
    if not _differs(kind, now, before):
        return "flat"
    difference = now.total - before.total if kind == "count" else now.value - before.value
    return "flat" if difference == 0 else "up" if difference > 0 else "down"


def _differs(kind: Kind, now: Measure, before: Measure) -> bool:
    if kind == "count":
        return abs(now.total - before.total) > Z_COUNTS * math.sqrt(now.variance + before.variance)
    if now.sample is not None and before.sample is not None:
        return mann_whitney_p(now.sample, before.sample) < 0.05
    if now.successes is not None and before.successes is not None:
        mine, other = wilson_interval(now.successes, now.n), wilson_interval(before.successes, before.n)
        return mine is not None and other is not None and (mine[0] > other[1] or mine[1] < other[0])
    return abs((now.value or 0.0) - (before.value or 0.0)) >= 5


def _weeks(context: CalculationContext, measure: Measure) -> tuple[Week, ...]:
    weekly = measure.weekly.tolist(), measure.weekly_n.tolist()
    return tuple(
        Week(name, start, None if math.isnan(value) else value, n, partial)
        for (name, start), value, n, partial in zip(
            context.once(_named), *weekly, context.window.partial, strict=True
        )
    )


def _named(context: CalculationContext) -> list[tuple[str, str]]:
    """Return name and Monday of each week."""
    return [(week_name(monday), monday.isoformat()) for monday in context.window.mondays]


def _nobody() -> Candidates:
    return sort_out(np.zeros(0, np.bool_), {}, lambda _: ())
