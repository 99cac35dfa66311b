"""The rows of a view by group, put in order once for all of its groups. Pure.

A group of a view is a few rows of many. To look through all of them for each group would cost as much as a
view of its own; here they are sorted by group once, and each group is a slice.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from data.meaning.facts import Population, Presence, Rows, Traffic
from data.metrics.part import Part
from data.model.statistics import Ranked, medians_by_group, order_groups
from data.model.tables import Codes, Flags, Instants

_R = TypeVar("_R")
Bounds = NDArray[np.int64]


class Split:
    """Which groups each row of the issue table is in.

    Args:
        codes: of each row what it is grouped under.
        members: by code, the numbers of the groups that such a row is in.
        n: how many groups there are.
        chosen: rows that the filters of the view let through; None: all.
    """

    def __init__(
        self, codes: Codes, members: Sequence[tuple[int, ...]], n: int, chosen: Flags | None
    ) -> None:
        self.n = n
        self._codes = codes if chosen is None else np.where(chosen, codes, len(members))
        each = np.array([*(len(groups) for groups in members), 0], np.int64)
        self._several = bool((each > 1).any())
        self._count = each
        self._first = np.concatenate(([0], np.cumsum(each)))[:-1]
        self._groups = np.array([group for groups in members for group in groups], np.int16)
        self._made: dict[object, tuple[object, object]] = {}

    def divide(self, rows: NDArray[Any]) -> tuple[NDArray[np.intp], Bounds]:
        """Return the places of some rows group after group, in their order, and where each group begins.

        A row that is in several groups has a place in each of them, and one that is in none has no place.

        Args:
            rows: of the issue table, in any order.
        """
        codes = self._codes[rows]
        first, count = self._first[codes], self._count[codes]
        if self._several:
            place = np.repeat(np.arange(len(rows)), count)
            nth = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
            groups = self._groups[first[place] + nth]
        else:
            place = np.flatnonzero(count)
            groups = self._groups[first[place]]
        order = np.argsort(groups, kind="stable")
        return place[order], np.searchsorted(groups[order], np.arange(self.n + 1)).astype(np.int64)

    def cut(self, layout: object, population: Population, bounds: Bounds, weeks: int) -> "Cut":
        """Return what of a population lies in a period, of all groups; made once for each period.

        Args:
            layout: stands for the period.
            population: of issues.
            bounds: where each of its weeks begins among these rows, and at last where they end.
            weeks: how many it has.
        """
        # Populations that differ in their reasons only share their rows, and so their cut.
        return self.once(population.rows, layout, lambda: Cut(self, population, bounds, weeks))

    def at(self, presence: Presence, instant: int, group: int) -> Rows:
        """Return the stays of one group that hold an instant."""

        def make() -> tuple[Rows, NDArray[np.intp], Bounds]:
            found = presence.at(instant)
            return found, *self.divide(presence.issue[found])

        found, place, start = self.once(presence, instant, make)
        return found[place[start[group] : start[group + 1]]]

    def between(self, presence: Presence, since: int, until: int, group: int) -> Traffic:
        """Return who comes and goes between two instants, of one group."""

        def make() -> tuple[Traffic, tuple[Instants, Bounds], tuple[Instants, Bounds]]:
            whole = presence.between(since, until)
            began, ended = (
                each.searchsorted((since, until), side="right") for each in (presence.entered, presence.exits)
            )
            came = self.divide(presence.issue[began[0] : began[1]])
            went = self.divide(presence.exit_issue[ended[0] : ended[1]])
            return whole, (whole.came[came[0]], came[1]), (whole.went[went[0]], went[1])

        _, *ends = self.once(presence, (since, until), make)
        came, went = (instants[start[group] : start[group + 1]] for instants, start in ends)
        return Traffic(since, until, len(self.at(presence, since, group)), came, went)

    def once(self, of: object, key: object, make: Callable[[], _R]) -> _R:
        """Return what ``make`` makes of an object under a key; whoever asks next gets the same."""
        known = self._made.get((id(of), key))
        if known is None:
            # With what it was made of, so that nothing else can come to have the same id.
            known = self._made[id(of), key] = of, make()
        return cast(_R, known[1])


class Cut:
    """What of a population lies in a period, group after group, each in the order of time.

    Args:
        split: of the view.
        population: of issues.
        bounds: where each week begins among its rows, and at last where they end.
        weeks: how many weeks there are.
    """

    def __init__(self, split: Split, population: Population, bounds: Bounds, weeks: int) -> None:
        first, stop, n = int(bounds[0]), int(bounds[-1]), split.n
        place, start = split.divide(population.rows[first:stop])
        # Group and place as one number, which ascends: a single search finds the weeks of all groups.
        span = stop - first + 1
        group = np.repeat(np.arange(n, dtype=np.int64), np.diff(start))
        asked = np.arange(n, dtype=np.int64)[:, None] * span + (bounds - first)[None, :]
        self.bounds: Bounds = (group * span + place).searchsorted(asked)
        self.place = place + first
        self.start = start
        self.group = group
        self.weeks = weeks
        self.population = population
        self._split = split

    @cached_property
    def counts(self) -> Bounds:
        """Rows of each group in each week."""
        return (self.bounds[:, 1:] - self.bounds[:, :-1])[:, : self.weeks]

    @cached_property
    def week(self) -> Codes:
        """The week of each row."""
        weeks = np.tile(np.arange(self.weeks, dtype=np.int32), len(self.counts))
        return np.repeat(weeks, self.counts.ravel())

    def part(self, group: int) -> "GroupPart":
        """Return what of it one group has."""
        return GroupPart(self, group)

    def medians(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the median of each group in each week, NaN where it has none."""
        return self._split.once(ranked, id(self), lambda: self._find_medians(ranked))

    def ordered(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the values of one group after the other, ascending within each."""
        return self._split.once(ranked, (id(self), "ordered"), lambda: self._find_ordered(ranked))

    def _find_ordered(self, ranked: Ranked) -> NDArray[np.float64]:
        return order_groups(self.group, self._split.n, Ranked(ranked.rank[self.place], ranked.values))

    def _find_medians(self, ranked: Ranked) -> NDArray[np.float64]:
        here = Ranked(ranked.rank[self.place], ranked.values)
        cell = self.group * self.weeks + self.week
        found = medians_by_group(cell, self.counts.ravel(), here)
        return found.reshape(self.counts.shape)


class GroupPart(Part):
    """What one group has of a cut; what can be told of all groups at once is asked of the cut."""

    def __init__(self, cut: Cut, group: int) -> None:
        first, stop = int(cut.start[group]), int(cut.start[group + 1])
        super().__init__(cut.population, cut.place[first:stop], cut.bounds[group] - first, cut.weeks)
        self._cut, self._group, self._slice = cut, group, slice(first, stop)

    def ordered(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the values of these rows, ascending."""
        return self._cut.ordered(ranked)[self._slice]

    def medians(self, ranked: Ranked) -> NDArray[np.float64]:
        """Return the median of these rows in each week, NaN where it has none."""
        medians: NDArray[np.float64] = self._cut.medians(ranked)[self._group]
        return medians
