"""How few rows make most of a number: the long ones beyond its P85. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.model.statistics import percentile_of_ordered


@dataclass(frozen=True, slots=True)
class Contribution:
    """Those rows that are half of the time above P85.

    Attributes:
        p85: in the unit of the durations.
        above: how many rows take longer.
        half: places of the fewest of them that make half of the time above it, the longest first.
        share: what they make of it, 0.5 to 1.
    """

    p85: float
    above: int
    half: NDArray[np.intp]
    share: float


def find_contribution(durations: NDArray[np.float64]) -> Contribution | None:
    """Return the fewest rows that make half of the time above P85.

    Args:
        durations: one for each row; NaN: it has none. The time of a row above P85 is what it takes longer.

    Returns:
        None where nothing is above it.
    """
    known = np.sort(durations[~np.isnan(durations)])
    if not len(known):
        return None
    p85 = percentile_of_ordered(known, 0.85)
    above = np.flatnonzero(durations > p85)
    if not len(above):
        return None
    longest = above[np.argsort(-durations[above], kind="stable")]
    reached = np.cumsum(durations[longest] - p85)
    few = int(np.searchsorted(reached, reached[-1] / 2)) + 1
    return Contribution(p85, len(above), longest[:few], float(reached[few - 1] / reached[-1]))
