"""Where the change lead time goes: work, waiting, and lying ready until the deployment. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, Rows
from data.metrics.context import CalculationContext
from data.metrics.weekly import list_values, sum_by_week
from data.model.instants import DAY_MS
from data.model.periods import week_name
from data.model.statistics import Ranked, median, medians_by_group, rank_values
from data.model.tables import Instants

STAGES = ("working", "waiting", "other", "release")


@dataclass(frozen=True, slots=True)
class LeadTimeStages:
    """The stages of the lead times of one period, in each array in the order of ``STAGES``.

    Attributes:
        totals: sum over all issues, in days.
        means: mean of all issues, NaN without any.
        medians: median of each stage for itself, which do not add up; NaN without any.
        weekly_n: issues per week of their deployment.
        weekly_means: one row per week, NaN without any.
        weekly_medians: one row per week, NaN without any.
    """

    totals: NDArray[np.float64]
    means: NDArray[np.float64]
    medians: NDArray[np.float64]
    weekly_n: NDArray[np.int64]
    weekly_means: NDArray[np.float64]
    weekly_medians: NDArray[np.float64]


def find_stops(delivery: DeliveryTables, rows: Rows, since: Instants, deployed: Instants) -> Instants:
    """Return until when the stages of some issues are told by their statuses: completion or deployment."""
    return np.maximum(np.minimum(delivery.completed_at[rows], deployed), since)


def split_lead_times(
    delivery: DeliveryTables,
    rows: Rows,
    since: Instants,
    deployed: Instants,
    progress: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[Ranked, ...]:
    """Split the lead time of some issues into stages that add up to it.

    Up to the completion (or the deployment, where that is earlier) an issue is
    worked on in an active status, waits in a waiting status or under a flag, or
    is in none of both: back in todo, in done before it was reopened, or before
    its first status in progress where a commit began it. From then on it waits
    for its release.

    Args:
        delivery: reads ``completed_at``.
        rows: the issues, in any order.
        since: by issue: when its change began.
        deployed: by issue: when it was deployed; before ``since`` the lead time is 0.
        progress: by issue: how many milliseconds it was in progress until its stop, and active of these.

    Returns:
        For each of ``STAGES`` its days by issue.

    Source:
        DORA, change lead time; the split is that of value stream maps.
    """
    stop = find_stops(delivery, rows, since, deployed)
    in_progress, active = progress
    # One after the other: of many issues each takes room.
    return (
        rank_values(active / DAY_MS),
        rank_values((in_progress - active) / DAY_MS),
        rank_values((stop - since - in_progress) / DAY_MS),
        rank_values(np.maximum(deployed - stop, 0) / DAY_MS),
    )


def lead_time_stages(
    context: CalculationContext, changes: Population, stages: tuple[Ranked, ...]
) -> LeadTimeStages:
    """Return where the lead times of a period went.

    Args:
        context: the period; a change belongs to the week of its deployment.
        changes: all that have a lead time.
        stages: days of each of them in each of ``STAGES``.

    Returns:
        Days; without issues totals of 0 and no means.
    """
    part = context.part(changes)
    # Days add up to other last digits in another order: it is that of the keys.
    order = np.argsort(part.rows)
    ranked = [Ranked(part.of(each.rank), each.values) for each in stages]
    week, n = part.week[order], part.counts
    totals, sums = np.zeros(len(STAGES)), np.zeros((len(n), len(STAGES)))
    for place, each in enumerate(ranked):
        days = each.values[each.rank[order]]
        totals[place], sums[:, place] = days.sum(), sum_by_week(context, week, days)
    nothing = np.full(len(STAGES), np.nan)
    return LeadTimeStages(
        totals=totals,
        means=totals / len(part) if len(part) else nothing,
        medians=np.array([median(each) for each in ranked]) if len(part) else nothing,
        weekly_n=n,
        weekly_means=np.divide(sums, n[:, None], out=np.full(sums.shape, np.nan), where=n[:, None] > 0),
        weekly_medians=np.stack([medians_by_group(part.week, n, each) for each in ranked], axis=1),
    )


def stages_document(context: CalculationContext, stages: LeadTimeStages) -> dict[str, Any]:
    """Return the stages as the JSON has them, stage by name, None where there is no issue."""
    columns = stages.weekly_n.tolist(), _name_each(stages.weekly_means), _name_each(stages.weekly_medians)
    weekly = [
        {"week": week_name(monday), "n": n, "means": means, "medians": medians}
        for monday, n, means, medians in zip(context.window.mondays, *columns, strict=True)
    ]
    totals, means, medians = _name_each(np.stack((stages.totals, stages.means, stages.medians)))
    return {"unit": "days", "totals": totals, "means": means, "medians": medians, "weekly": weekly}


def _name_each(values: NDArray[np.float64]) -> list[dict[str, float | None]]:
    """Return of each row the value of every stage, None for what is not a number."""
    return [dict(zip(STAGES, row, strict=True)) for row in list_values(values)]
