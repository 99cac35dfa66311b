"""One metric over one period: the measure, its comparison, its statistics, as one result. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.metrics.bands import band
from data.metrics.context import CalculationContext
from data.metrics.targets import judge, unjudged
from data.metrics.trend import UNKNOWN, Side, Verdict, compare_each
from data.metrics.weekly import list_values
from data.model.metric import (
    FROM_DEPLOYMENTS,
    FROM_INCIDENTS,
    Candidates,
    Listing,
    Measure,
    Metric,
    MetricResult,
    Point,
    Previous,
    Series,
    Week,
    no_series,
    sort_out,
)
from data.model.periods import step_name
from data.model.statistics import median_interval, percentiles, wilson_interval

NOT_BEGUN = "The period begins after the newest data."
_BESIDE_ISSUES = frozenset((*FROM_DEPLOYMENTS, *FROM_INCIDENTS))
# What is said of the work where a repository tells of deployments and changes, and nobody of issues.
NO_ISSUES = (
    "No issues are stored beside these deployments and changes, and flow is measured in issues: connect a "
    "Jira, or import issues."
)


def evaluate(
    metric: Metric, context: CalculationContext, note: str | None = None, before: Measure | None = None
) -> MetricResult:
    """Compute a metric over the context's period and compare it with the period before.

    Args:
        metric: the line of its family.
        context: tables, window and filters.
        note: a sentence that every value of this view carries; a missing value keeps its own.
        before: the same over the period before, where it was measured already, of whichever tables.

    Returns:
        The result; ``no_data`` when T is not after the start of the period.

    Raises:
        DashboardError: nobody waits for the answer any more, as the context says.
    """
    return evaluate_each(metric, [context], note, None if before is None else [before])[0]


def evaluate_each(
    metric: Metric,
    contexts: Sequence[CalculationContext],
    note: str | None = None,
    befores: Sequence[Measure] | None = None,
) -> list[MetricResult]:
    """Return what ``evaluate`` does for each of several choices of one view; none give nothing."""
    for context in contexts:
        context.still_wanted()
    asked = [_list_ignored(metric, context) for context in contexts]
    wider = [context.by_project if blind else context for context, blind in zip(contexts, asked, strict=True)]
    why = _word_nothing(metric, contexts[0]) if contexts else None
    if why is not None:
        return [_answer_nothing(metric, *each, why) for each in zip(wider, asked, strict=True)]
    measures = [metric.compute(context) for context in wider]
    compared = compare_with_past(metric, wider, measures, befores)
    return [
        _make_result(metric, context, measure, past, note=note, ignored=ignored)
        for context, measure, past, ignored in zip(wider, measures, compared, asked, strict=True)
    ]


def measure_before(metric: Metric, context: CalculationContext) -> Measure | None:
    """Return what a metric was over the period before, and nothing of the tables; None where nobody asks."""
    context.still_wanted()
    if not context.window.has_past or _word_nothing(metric, context) is not None:
        return None
    wider = context.by_project if _list_ignored(metric, context) else context
    measure = metric.compute(wider.before)
    code = measure.candidates.code
    nobody = Candidates(np.zeros(0, np.intp), code, measure.candidates.reasons, lambda _: ())
    return replace(measure, candidates=nobody, extra={})


def _list_ignored(metric: Metric, context: CalculationContext) -> tuple[str, ...]:
    """Return the filters in use that a metric knows nothing of."""
    return context.choice.blind if metric.of_deployments else ()


def _word_nothing(metric: Metric, context: CalculationContext) -> str | None:
    """Return why there is nothing to look at, None where there is something."""
    if context.window.empty:
        return NOT_BEGUN
    return None if len(context.delivery.issues) or metric.id in _BESIDE_ISSUES else NO_ISSUES


def _make_result(
    metric: Metric,
    context: CalculationContext,
    measure: Measure,
    past: tuple[Measure | None, Verdict],
    *,
    note: str | None,
    ignored: tuple[str, ...],
) -> MetricResult:
    """Return a measure with its comparison and its statistics."""
    before, verdict = past
    weekly = _make_weeks(context, measure)
    interval = _find_interval(measure)
    values, withheld = (None, {}) if measure.sample is None else percentiles(measure.sample)
    return MetricResult(
        definition=metric.definition_under(business_days=context.delivery.calendar is not None),
        state=measure.state,
        message=_join_sentences(measure, note),
        value=measure.value,
        unit=metric.unit,
        kind=metric.kind,
        n=measure.n,
        percentiles=values,
        percentiles_withheld=withheld,
        interval=interval,
        evidence=measure.evidence,
        previous=None if before is None else Previous(before.value, before.n),
        trend=verdict.trend,
        confidence=verdict.confidence,
        change=verdict.change,
        band=band(metric.id, measure, context),
        weekly=weekly,
        candidates=measure.candidates,
        extra=measure.extra,
        filters_ignored=ignored,
        # Keeps the weeks and not the measure, which holds every duration.
        series=Series(context.step, lambda: _make_points(metric, context, weekly)),
        target=judge(metric, measure, interval, context),
    )


def _answer_nothing(
    metric: Metric, context: CalculationContext, ignored: tuple[str, ...], message: str
) -> MetricResult:
    """Return what is said where there is nothing to look at."""
    business_days = context.delivery.calendar is not None
    return replace(
        no_data(metric, message, business_days=business_days),
        filters_ignored=ignored,
        series=no_series(context.step),
        target=unjudged(metric, context.delivery.targets),
    )


def compare_with_past(
    metric: Metric,
    contexts: Sequence[CalculationContext],
    measures: Sequence[Measure],
    befores: Sequence[Measure] | None = None,
) -> list[tuple[Measure | None, Verdict]]:
    """Return what a metric was over the period before, None without a past, and whether it has changed.

    Args:
        metric: the line of its family.
        contexts: choices of one view.
        measures: of the period, one for each of them.
        befores: of the period before, where they are known.
    """
    if not contexts or not contexts[0].window.has_past:
        return [(None, UNKNOWN) for _ in contexts]
    befores = befores or [metric.compute(context.before) for context in contexts]
    sides = [
        (_make_side(context, measure), _make_side(context.before, before))
        for context, measure, before in zip(contexts, measures, befores, strict=True)
    ]
    kind = "stock" if metric.lasting else metric.kind
    return list(zip(befores, compare_each(kind, sides), strict=True))


def _find_interval(measure: Measure) -> tuple[float, float] | None:
    """Return the 95 % interval of a rate or of a P50; counts, ratios and shares have none."""
    if measure.successes is not None:
        return wilson_interval(measure.successes, measure.n)
    return None if measure.sample is None else median_interval(measure.sample)


def _make_side(context: CalculationContext, measure: Measure) -> Side:
    return Side(measure, context.layout.whole)


def _join_sentences(measure: Measure, note: str | None) -> str | None:
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
        kind=metric.kind,
        n=0,
        percentiles=percentiles(np.zeros(0))[0] if metric.kind == "duration" else None,
        percentiles_withheld=percentiles(np.zeros(0))[1] if metric.kind == "duration" else {},
        interval=None,
        evidence=metric.evidence,
        previous=None,
        trend="unknown",
        confidence=None,
        change=None,
        band=None,
        weekly=(),
        candidates=_make_nobody(),
        extra=metric.no_extra,
    )


def settle(result: MetricResult) -> MetricResult:
    """Return a result that has its numbers alone: it keeps nothing of the tables it was made from."""
    points, extra = result.series.points, dict(result.extra)
    lists = [name for name, value in extra.items() if isinstance(value, list | tuple | Listing)]
    for name in lists:
        del extra[name]
    return replace(
        result,
        candidates=_make_nobody(),
        extra=extra,
        series=Series(result.series.step, lambda: points),
    )


def _make_weeks(context: CalculationContext, measure: Measure) -> tuple[Week, ...]:
    names, starts = context.layout.names
    columns = names, starts, list_values(measure.weekly), measure.weekly_n.tolist(), context.window.partial
    return tuple(map(Week, *columns))


def _make_points(metric: Metric, context: CalculationContext, weekly: tuple[Week, ...]) -> tuple[Point, ...]:
    """Return the points of a series: the metric over the same period, cut into other steps."""
    if context.step == "week":
        return tuple(Point(week.week, week.start, week.value, week.n, week.partial) for week in weekly)
    stepped = context.in_steps
    measure, window = metric.compute(stepped), stepped.window
    columns = list_values(measure.weekly), measure.weekly_n.tolist(), window.partial
    return tuple(
        Point(step_name(first, context.step), first.isoformat(), value, n, partial)
        for first, value, n, partial in zip(window.mondays, *columns, strict=True)
    )


def _make_nobody() -> Candidates:
    return sort_out(np.zeros(0, np.intp), {}, lambda _: ())
