"""The deployments of a period one by one, and on how many days of each week there was one. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.charts.wall_clock import wall_clock
from data.meaning.incidents import incidents_caused
from data.metrics.change_fail_rate import failures
from data.metrics.context import CalculationContext
from data.metrics.deployment_frequency import deployment_days
from data.metrics.deployment_shares import counted_in_period
from data.metrics.weekly import count_by_week, week_of_day
from data.model.tables import Flags, Instants


@dataclass(frozen=True)
class Timeline:
    """The counted deployments of the period, ordered by instant; texts are written when somebody reads them.

    Attributes:
        rows: rows of the deployment table.
        ordinals: civil day of each.
        instants: first instant of each.
        nth: 1 for the first deployment of its day, 2 for the next.
        failed: followed by an incident that is put down to it, or said to have failed.
        caused: by row of the deployment table: keys of those incidents; others are absent.
        zone: of the team's clock; None where some are known by their day alone, so that days are told.
    """

    rows: NDArray[np.intp]
    ordinals: Instants
    instants: Instants
    nth: NDArray[np.int64]
    failed: Flags
    caused: Mapping[int, Sequence[str]]
    zone: ZoneInfo | None

    def __len__(self) -> int:
        return len(self.rows)

    def latest(self, most: int) -> "Timeline":
        """Return the last so many of them."""
        last = slice(max(len(self) - most, 0), None)
        return Timeline(
            rows=self.rows[last],
            ordinals=self.ordinals[last],
            instants=self.instants[last],
            nth=self.nth[last],
            failed=self.failed[last],
            caused=self.caused,
            zone=self.zone,
        )

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """Civil day of each."""
        return tuple(map(dt.date.fromordinal, self.ordinals.tolist()))

    @cached_property
    def at(self) -> tuple[str, ...]:
        """The day, or day and time where the source knows it, on the team's clock."""
        if self.zone is None:
            return tuple(day.isoformat() for day in self.days)
        return tuple(wall_clock(self.instants, self.zone))

    @cached_property
    def incidents(self) -> tuple[tuple[str, ...], ...]:
        """Keys of the incidents that are put down to each."""
        return tuple(tuple(self.caused.get(row, ())) for row in self.rows.tolist())


def timeline(context: CalculationContext) -> Timeline:
    """Return the deployments that ``deployment_frequency`` counts, earliest first.

    Args:
        context: reads the deployments of the profile's source and the incidents put
            down to them, whenever those were seen.
    """
    deployments = context.delivery.deployments
    rows = counted_in_period(context).rows
    rows = rows[np.argsort(deployments.rank[rows])]
    day = deployments.day[rows]
    first = np.flatnonzero(np.append(True, day[1:] != day[:-1])[: len(day)])
    length = np.diff(np.append(first, len(day)))
    return Timeline(
        rows=rows,
        ordinals=day,
        instants=deployments.at[rows],
        nth=np.arange(len(day)) - np.repeat(first, length) + 1,
        failed=context.delivery.once(failures)[0][rows],
        caused=context.delivery.once(incidents_caused),
        zone=None if deployments.dated_by_day else context.window.zone,
    )


def deployment_days_by_week(context: CalculationContext) -> NDArray[np.int64]:
    """Return on how many civil days of each week something was deployed: the rhythm that levels go by."""
    return count_by_week(context, week_of_day(context, deployment_days(context)))
