"""What of a population lies in a period: its rows, in the order of time, and by week. Pure."""

from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from data.meaning.facts import Population, Rows
from data.model.statistics import Ranked, medians_by_group
from data.model.tables import Codes

_Column = TypeVar("_Column", bound=NDArray[Any])


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
        return ranked.values[np.sort(self.of(ranked.rank))]

    def medians(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the median of these rows in each week, NaN where it has none.

        Args:
            ranked: by place of the population.
        """
        return medians_by_group(self.week, self.counts, Ranked(self.of(ranked.rank), ranked.values))
