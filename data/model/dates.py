"""Dates by row, of which some are known by their day alone. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.tables import MISSING, Flags, Instants


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates by issue row, ``MISSING`` where there is none.

    Attributes:
        at: the instant; of a day the midnight that begins it: which period it belongs to.
        reckoned_at: the instant; of a day the next midnight: what durations are measured with.
    """

    at: Instants
    reckoned_at: Instants

    @property
    def known(self) -> Flags:
        """Rows that have a date."""
        known: Flags = self.at != MISSING
        return known

    @property
    def by_day(self) -> Flags:
        """Rows of which only the day is known."""
        apart: Flags = self.at != self.reckoned_at
        return apart

    @property
    def last(self) -> Instants:
        """The last instant that the date may mean: of a day, the one before the next midnight."""
        return self.reckoned_at - self.by_day

    def of(self, rows: NDArray[np.integer[Any]]) -> "Dates":
        """Return the dates of ``rows``, in their order."""
        return Dates(self.at[rows], self.reckoned_at[rows])

    def or_else(self, instants: Instants) -> "Dates":
        """Return these dates, and ``instants`` where there is none."""
        known = self.known
        return Dates(np.where(known, self.at, instants), np.where(known, self.reckoned_at, instants))

    def or_else_dates(self, others: "Dates") -> "Dates":
        """Return these dates, and those of ``others`` where there is none."""
        known = self.known
        return Dates(
            np.where(known, self.at, others.at), np.where(known, self.reckoned_at, others.reckoned_at)
        )

    def until(self, as_of: int) -> "Dates":
        """Return the dates that had come by an instant; later ones had not been entered yet.

        A day has come if it begins before that instant.
        """
        come = self.at + self.by_day <= as_of
        return Dates(np.where(come, self.at, MISSING), np.where(come, self.reckoned_at, MISSING))


def dates_or(mapped: Dates | None, instants: Instants) -> Dates:
    """Return the mapped dates, and ``instants`` where there is none; without a mapping nothing is copied."""
    return Dates(instants, instants) if mapped is None else mapped.or_else(instants)
