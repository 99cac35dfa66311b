"""The deployments of a period one by one, and on how many days of each week there was one. Pure."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.wall_clock import wall_clock
from data.metrics.change_fail_rate import failures
from data.metrics.deployment_frequency import deployment_candidates
from data.metrics.weekly import count_by_week, week_of_day
from data.performance_utils import CalculationContext
from data.tables import Flags


@dataclass(frozen=True, slots=True)
class Timeline:
    """The counted deployments of the period, ordered by instant.

    Attributes:
        rows: rows of the deployment table.
        days: civil day of each.
        at: the day, or day and time where the source knows it, on the team's clock.
        nth: 1 for the first deployment of its day, 2 for the next.
        failed: followed by an incident that is put down to it, or said to have failed.
        incidents: by deployment: keys of those incidents.
    """

    rows: NDArray[np.intp]
    days: tuple[dt.date, ...]
    at: tuple[str, ...]
    nth: NDArray[np.int64]
    failed: Flags
    incidents: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)


def timeline(context: CalculationContext) -> Timeline:
    """Return the deployments that ``deployment_frequency`` counts, earliest first.

    Args:
        context: reads the deployments of the profile's source and the incidents put
            down to them, whenever those were seen.
    """
    deployments = context.delivery.deployments
    rows = deployment_candidates(context).rows()
    rows = rows[np.argsort(deployments.rank[rows], kind="stable")]
    day = deployments.day[rows]
    first = np.flatnonzero(np.append(True, day[1:] != day[:-1])[: len(day)])
    length = np.diff(np.append(first, len(day)))
    days = tuple(dt.date.fromordinal(number) for number in day.tolist())
    dated = deployments.dated_by_day
    at = [d.isoformat() for d in days] if dated else wall_clock(deployments.at[rows], context.window.zone)
    return Timeline(
        rows=rows,
        days=days,
        at=tuple(at),
        nth=np.arange(len(day)) - np.repeat(first, length) + 1,
        failed=failures(context)[0][rows],
        incidents=_incidents(context, rows),
    )


def deployment_days_by_week(context: CalculationContext) -> NDArray[np.int64]:
    """Return on how many civil days of each week something was deployed: the rhythm that levels go by."""
    deployments = context.delivery.deployments
    days = np.unique(deployments.day[deployment_candidates(context).rows()])
    return count_by_week(context, week_of_day(context, days))


def _incidents(context: CalculationContext, rows: NDArray[np.intp]) -> tuple[tuple[str, ...], ...]:
    """Return the keys of the incidents that are put down to each of the deployments ``rows``."""
    operations = context.delivery.operations
    blaming = np.flatnonzero(operations.incident & (operations.cause >= 0))
    found: dict[int, list[str]] = {}
    keys = context.delivery.issues.keys(blaming)
    for row, key in zip(operations.cause[blaming].tolist(), keys, strict=True):
        found.setdefault(row, []).append(key)
    return tuple(tuple(found.get(row, ())) for row in rows.tolist())
