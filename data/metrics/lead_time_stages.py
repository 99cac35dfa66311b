"""Where the change lead time goes: work, waiting, and lying ready until the deployment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metrics.flow_efficiency import in_progress_ms
from data.metrics.weekly import DAY_MS, count_by_week, median_by_week, sum_by_week
from data.performance_utils import CalculationContext
from data.periods import week_name
from data.tables import Instants

STAGES = ("working", "waiting", "other", "release")


@dataclass(frozen=True, slots=True)
class LeadTimeStages:
    """The stages of the lead times of one period; in each row the stages in the order of ``STAGES``.

    Attributes:
        days: one row per included issue; its sum is the issue's lead time in days.
        totals: sum over all issues.
        means: mean of all issues, NaN without any.
        medians: median of each stage for itself, which do not add up; NaN without any.
        weekly_n: issues per week of their deployment.
        weekly_means: one row per week, NaN without any.
        weekly_medians: one row per week, NaN without any.
    """

    days: NDArray[np.float64]
    totals: NDArray[np.float64]
    means: NDArray[np.float64]
    medians: NDArray[np.float64]
    weekly_n: NDArray[np.int64]
    weekly_means: NDArray[np.float64]
    weekly_medians: NDArray[np.float64]


def lead_time_stages(
    context: CalculationContext,
    rows: NDArray[np.intp],
    since: Instants,
    deployed: Instants,
    week: NDArray[Any],
) -> LeadTimeStages:
    """Split the lead time of some issues into stages that add up to it.

    Up to the completion (or the deployment, where that is earlier) an issue is
    worked on in an active status, waits in a waiting status or under a flag, or
    is in none of both: back in todo, in done before it was reopened, or before
    its first status in progress where a commit began it. From then on it waits
    for its release.

    Args:
        context: reads status intervals, flags and ``completed_at``.
        rows: the issues, ascending.
        since: by issue: when its change began.
        deployed: by issue: when it was deployed; before ``since`` the lead time is 0.
        week: by issue: place of the week of its deployment.

    Returns:
        Days; without issues totals of 0 and no means.

    Source:
        DORA, change lead time; the split is that of value stream maps.
    """
    stop = np.maximum(np.minimum(context.delivery.completed_at[rows], deployed), since)
    in_progress, active = in_progress_ms(context, rows, since, stop)
    parts = (active, in_progress - active, stop - since - in_progress, np.maximum(deployed - stop, 0))
    days = np.stack(parts, axis=1) / DAY_MS
    n = count_by_week(context, week)
    sums = np.stack([sum_by_week(context, week, column) for column in days.T], axis=1)
    weekly_means = np.divide(sums, n[:, None], out=np.full(sums.shape, np.nan), where=n[:, None] > 0)
    nothing = np.full(len(STAGES), np.nan)
    return LeadTimeStages(
        days=days,
        totals=days.sum(axis=0),
        means=days.mean(axis=0) if len(rows) else nothing,
        medians=np.median(days, axis=0) if len(rows) else nothing,
        weekly_n=n,
        weekly_means=weekly_means,
        weekly_medians=np.stack([median_by_week(context, week, column) for column in days.T], axis=1),
    )


def stages_document(context: CalculationContext, stages: LeadTimeStages) -> dict[str, Any]:
    """Return the stages as the JSON has them, stage by name, None where there is no issue."""
    weekly = [
        {
            "week": week_name(monday),
            "n": int(stages.weekly_n[place]),
            "means": _named(stages.weekly_means[place]),
            "medians": _named(stages.weekly_medians[place]),
        }
        for place, monday in enumerate(context.window.mondays)
    ]
    return {
        "unit": "days",
        "totals": _named(stages.totals),
        "means": _named(stages.means),
        "medians": _named(stages.medians),
        "weekly": weekly,
    }


def _named(values: NDArray[np.float64]) -> Mapping[str, float | None]:
    shown = [None if np.isnan(value) else float(value) for value in values]
    return dict(zip(STAGES, shown, strict=True))
