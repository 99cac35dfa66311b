"""What changed of late: the last whole weeks against as many before, whatever the period of a view."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from data.dora_calculator import calculate_all_dora_metrics
from data.flow_calculator import calculate_all_flow_metrics
from data.metrics.context import CalculationContext
from data.model.metric import MetricResult
from data.model.periods import last_whole_weeks

RECENT_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Recent:
    """Every metric over the last whole weeks, compared with as many before.

    Attributes:
        first_day: Monday of the first week.
        last_day: Sunday of the last week.
        results: by metric id, DORA first.
    """

    first_day: dt.date
    last_day: dt.date
    results: Mapping[str, MetricResult]


def recent(context: CalculationContext) -> Recent:
    """Return every metric over the 13 whole weeks before the end of a view's period.

    A list of changes looks at these: over shorter periods chance would fill it,
    and a quarter can be told from the quarter before.

    Args:
        context: the view; its choice of issues and its T stay.
    """
    window = last_whole_weeks(context.window, RECENT_WEEKS)
    weeks = context.over(window)
    results = {**calculate_all_dora_metrics(weeks), **calculate_all_flow_metrics(weeks)}
    return Recent(window.first_day, window.last_day, results)
