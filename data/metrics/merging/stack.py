"""The columns of several partials under each other. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metrics.merging.partial import TABLES, Partial

NONE = -1
# Columns of no more bytes in all, as those of some 150 000 issues, stay unpacked for whoever asks next.
MOST_BYTES = 32 * 1024 * 1024
Name = tuple[str, str]


class Stack:
    """Partials one below the other.

    Args:
        partials: in their order.
        before: another stack, whose columns this one takes over: of partials that are in both nothing is
            unpacked twice.

    Attributes:
        fits: what was unpacked stays so; else no column is kept, and this is of no use as ``before``.
    """

    def __init__(self, partials: Sequence[Partial], before: "Stack | None" = None) -> None:
        self.partials = partials
        self.sizes = {table: np.array([one.sizes[table] for one in partials]) for table in TABLES}
        self.begin = {table: np.concatenate(([0], np.cumsum(sizes))) for table, sizes in self.sizes.items()}
        self._kept: dict[Name, NDArray[Any]] = {}
        of_all = sum(self.n(table) * _width(columns) for table, columns in TABLES.items())
        self.fits = of_all <= MOST_BYTES
        if before is not None:
            # By what it is: to compare what they hold would cost more than to unpack it.
            places = {id(one): place for place, one in enumerate(before.partials)}
            self._take_over(before, [places.get(id(one)) for one in partials])

    def n(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.begin[table][-1])

    def column(self, table: str, name: str) -> NDArray[Any]:
        """Return a column, which nobody may change; where it points to rows these are of the same partial."""
        known = self._kept.get((table, name))
        return self._keep((table, name), self._join((table, name))) if known is None else known

    def pointing(self, table: str, name: str, to: str) -> NDArray[np.int32]:
        """Return a column that points to rows of another table; -1 for none."""
        values = self.column(table, name)
        found: NDArray[np.int32] = np.repeat(self.begin[to][:-1].astype(np.int32), self.sizes[table])
        found += values
        found[values < 0] = NONE
        return found

    def _take_over(self, before: "Stack", places: Sequence[int | None]) -> None:
        """Take the columns of another stack, in which partials have these places, None for none."""
        for name in list(before._kept):
            # One after the other: at no time are there two of all.
            known, begin = before._kept.pop(name), before.begin[name[0]].tolist()
            parts = [None if place is None else known[begin[place] : begin[place + 1]] for place in places]
            self._keep(name, self._join(name, parts))

    def _join(self, name: Name, known: Sequence[NDArray[Any] | None] = ()) -> NDArray[Any]:
        """Put a column together: of each partial as it is known, else out of itself."""
        table, column = name
        values: NDArray[Any] = np.empty(self.n(table), TABLES[table][column])
        ends = self.begin[table].tolist()
        for place in np.flatnonzero(self.sizes[table]).tolist():
            part = known[place] if known else None
            values[ends[place] : ends[place + 1]] = (
                self.partials[place].column(table, column) if part is None else part
            )
        values.flags.writeable = False
        return values

    def _keep(self, name: Name, values: NDArray[Any]) -> NDArray[Any]:
        if self.fits:
            self._kept[name] = values
        return values


def _width(columns: Mapping[str, type]) -> int:
    """Return how many bytes a row of some columns takes."""
    return sum(np.dtype(kind).itemsize for kind in columns.values())
