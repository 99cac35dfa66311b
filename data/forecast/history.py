"""What a forecast is made of: delivered and created items by civil day, in whole weeks before T. Pure."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.crowds import bulk_moves
from data.meaning.delivery import DeliveryTables
from data.model.instants import DAY_MS, EPOCH_ORDINAL
from data.model.local_time import wall_time
from data.model.periods import civil_day, midnight, week_name
from data.model.tables import MISSING, Flags, Instants

DAYS = 7
SAMPLED_WEEKS = 26
LEAST_WEEKS = 8
Daily = NDArray[np.int64]  # a row per week, a column per weekday, Monday first


@dataclass(frozen=True, slots=True)
class History:
    """Whole weeks before T, ascending.

    Attributes:
        mondays: first day of each week.
        delivered: items delivered, by week and weekday.
        arrived: items created, by week and weekday.
        left_out: by week: delivered items that a bulk move closed, and that do not count.
    """

    mondays: tuple[dt.date, ...]
    delivered: Daily
    arrived: Daily
    left_out: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.mondays)

    @property
    def names(self) -> tuple[str, ...]:
        """ISO names of the weeks."""
        return tuple(map(week_name, self.mondays))

    @property
    def weekly(self) -> NDArray[np.int64]:
        """Delivered items of each week."""
        total: NDArray[np.int64] = self.delivered.sum(axis=1, dtype=np.int64)
        return total

    def newest(self, n: int, excluded: frozenset[str] = frozenset()) -> "History":
        """Return the last ``n`` weeks without those of which the ISO name is ``excluded``."""
        kept = [
            place
            for place in range(max(len(self) - n, 0), len(self))
            if week_name(self.mondays[place]) not in excluded
        ]
        mondays = tuple(self.mondays[place] for place in kept)
        return replace(
            self,
            mondays=mondays,
            delivered=self.delivered[kept],
            arrived=self.arrived[kept],
            left_out=self.left_out[kept],
        )


def read_history(delivery: DeliveryTables, rows: Flags | None = None) -> History:
    """Count what was delivered and created on each day of the whole weeks before T.

    Args:
        delivery: as of T.
        rows: those that a view lets through; None: all.

    Returns:
        Weeks from the first that begins after the data do to the last that ended by T; over an empty store
        none. An item that was closed in a bulk move (twenty or more at once) is left out and counted.
    """
    items = delivery.in_scope & delivery.exists
    items = items if rows is None else items & rows
    mondays = list_whole_weeks(delivery)
    bulk = bulk_moves(delivery)
    done = items & (delivery.completed_at != MISSING) & ~delivery.not_delivered
    return History(
        mondays,
        _count_days(delivery, delivery.completed_at[done & ~bulk], mondays),
        _count_days(delivery, delivery.issues.created[items], mondays),
        _count_days(delivery, delivery.completed_at[done & bulk], mondays).sum(axis=1),
    )


def list_whole_weeks(delivery: DeliveryTables) -> tuple[dt.date, ...]:
    """Return the Mondays of the weeks from the first that begins after the data do to the last before T."""
    created = delivery.issues.created[delivery.exists]
    if not len(created):
        return ()
    first = civil_day(int(created.min()), delivery.zone)
    if first.weekday() or midnight(first, delivery.zone) < created.min():
        first += dt.timedelta(days=DAYS - first.weekday())
    last = civil_day(delivery.as_of, delivery.zone)
    weeks = (last - dt.timedelta(days=last.weekday()) - first).days // DAYS
    return tuple(first + dt.timedelta(days=DAYS * week) for week in range(weeks))


def _count_days(delivery: DeliveryTables, at: Instants, mondays: tuple[dt.date, ...]) -> Daily:
    n = len(mondays) * DAYS
    if not n:
        return np.zeros((0, DAYS), np.int64)
    day = wall_time(at, delivery.zone) // DAY_MS - (mondays[0].toordinal() - EPOCH_ORDINAL)
    inside = day[(day >= 0) & (day < n)]
    return np.bincount(inside, minlength=n).astype(np.int64).reshape(len(mondays), DAYS)
