"""What of a population lies in a period: its rows, in the order of time, and by week. Pure."""

from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from data.meaning.facts import Population, Rows
from data.model.statistics import Ranked, medians_in_order, sort_groups
from data.model.tables import Codes

_Column = TypeVar("_Column", bound=NDArray[Any])
# From so many rows on, and so large a part of all, looking through the order of all costs less than a sort.
MANY, SHARE = 4_096, 1 / 6


class Part:
    """What of a population lies in a period and passes the filters of a view, in the order of time.

    ``rows`` are those of the issue table, or of the deployments; ``counts`` says how many lie in each week.

    Args:
        population: of the delivery, which keeps its rows.
        place: where these rows stand in it, ascending.
        bounds: where each week, or other step, begins among them, and at last where they end; of a period
            without any step, where they begin and end.
        weeks: how many weeks there are.
    """

    def __init__(
        self,
        population: Population,
        place: slice | NDArray[np.intp],
        bounds: NDArray[np.int64],
        weeks: int,
    ) -> None:
        self.place = place
        self.bounds = bounds
        self.rows: Rows = population.rows[place]
        self.counts: NDArray[np.int64] = (bounds[1:] - bounds[:-1])[:weeks]
        # With what each was made of, so that nothing else can come to have the same id.
        self._orders: dict[int, tuple[Ranked, Codes]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, column: _Column) -> _Column:
        """Return of a column by place of the population what belongs to these rows."""
        return cast(_Column, column[self.place])

    @cached_property
    def week(self) -> Codes:
        """Place of the week that holds each row."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int32), self.counts)

    def ordered(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the values of these rows, ascending.

        Args:
            ranked: by place of the population.
        """
        if self._is_small(ranked):
            return ranked.values[np.sort(self.of(ranked.rank))]
        return ranked.values[ranked.rank[self._places_in_order(ranked)]]

    def by_week(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the values of the rows of one week after the other, ascending within each.

        Args:
            ranked: by place of the population.
        """
        ordered: NDArray[np.float64] = ranked.values[self._ranks_by_week(ranked)]
        return ordered

    def medians(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the median of these rows in each week, NaN where it has none.

        Args:
            ranked: by place of the population.
        """
        if not self.counts.any():
            return np.full(len(self.counts), np.nan)
        return medians_in_order(self._ranks_by_week(ranked), self.counts, ranked.values)

    def _is_small(self, ranked: Ranked) -> bool:
        return len(self) < max(MANY, SHARE * len(ranked.rank))

    def _ranks_by_week(self, ranked: Ranked) -> NDArray[np.signedinteger[Any]]:
        """Return the ranks of the rows of one week after the other, ascending within each."""
        weeks = len(self.counts)
        if self._is_small(ranked):
            return sort_groups(self.week, weeks, Ranked(self.of(ranked.rank), ranked.values))
        places = self._places_in_order(ranked)
        # Numbers that are this narrow are sorted by counting them.
        week = np.empty(len(ranked.rank), np.uint8 if weeks <= 256 else np.uint16)
        week[self.place] = self.week
        return ranked.rank[places[np.argsort(week[places], kind="stable")]]

    def _places_in_order(self, ranked: Ranked) -> Codes:
        """Return the places of these rows in the population, in the order of their ranks."""
        known = self._orders.get(id(ranked))
        if known is None:
            there = np.zeros(len(ranked.rank), np.bool_)
            there[self.place] = True
            known = self._orders[id(ranked)] = ranked, ranked.order[np.flatnonzero(there[ranked.order])]
        return known[1]
