"""A period cut at a day: every number before it and from it on. Evidence, and not a cause. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from configuration.errors import InputError
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate
from data.model.metric import Metric, MetricResult
from data.model.periods import Window, lay_out

EVIDENCE = (
    "A difference is evidence and not a cause: whatever else changed at that time is in it too, and a day "
    "chosen because the numbers change there finds a change."
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A period in two parts, which meet at a day.

    Attributes:
        day: the first day of the second part.
        before: the part before it.
        after: the part from it on.
        results: by metric id: the number of the second part, compared with that of the first one.
    """

    day: dt.date
    before: Window
    after: Window
    results: Mapping[str, MetricResult]


def cut_at(context: CalculationContext, day: dt.date, metrics: Iterable[Metric]) -> Cut:
    """Compare what lies before a day of a period with what lies in it and after it.

    Each part is a period of its own: its weeks are whole where neither the part nor T cuts them, so the
    week that holds the day counts in neither comparison, unless the day is a Monday.

    Args:
        context: the view; its choice of issues and its T stay.
        day: of an event, or any other; part of the second period.
        metrics: those to compare.

    Raises:
        InputError: a part would have no day.

    Source:
        specs/metrics.md, "Events".
    """
    before, after = _lay_out_parts(context.window, day)
    compared = context.against(after, before)
    return Cut(day, before, after, {metric.id: evaluate(metric, compared) for metric in metrics})


def _lay_out_parts(window: Window, day: dt.date) -> tuple[Window, Window]:
    first, last = window.first_day, window.last_counted_day
    if not first < day <= last:
        inside = (
            f"from {first + dt.timedelta(days=1)} to {last}"
            if first < last
            else "of which there is none: choose a longer period"
        )
        raise InputError(
            f"The period {first} to {last} cannot be cut at {day}: one part would have no day.",
            hint=f"Cut it at a day {inside}.",
        )
    ends = (first, day - dt.timedelta(days=1)), (day, window.last_day)
    before, after = (lay_out(*span, window.zone, window.as_of, window.first_created) for span in ends)
    return before, after
