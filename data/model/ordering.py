"""Instants in their order, and whose each is: one sort of one number; the entries of some rows. Pure."""

import numpy as np
from numpy.typing import NDArray

from data.model.tables import MISSING, OPEN, Instants

_BITS = 63  # of a number that is not negative


def order_of(instants: Instants) -> tuple[NDArray[np.intp], Instants]:
    """Return the places of instants in ascending order, those of equal ones ascending, and the instants so.

    A sort of numbers alone takes a fifth of one that has to say where each came from: so each number holds
    its place as well, wherever both fit. ``OPEN`` may be among them, and comes last; none gives none.
    """
    still = instants == OPEN
    if not still.any():
        return _in_order(instants)
    # So far off that it would fit into no number: for the sort it is the instant after the last one.
    last = int(instants.max(where=~still, initial=MISSING))
    order, ordered = _in_order(np.where(still, last + 1, instants))
    ordered[len(ordered) - np.count_nonzero(still) :] = OPEN
    return order, ordered


def _in_order(instants: Instants) -> tuple[NDArray[np.intp], Instants]:
    n = len(instants)
    if not n:
        return np.zeros(0, np.intp), instants
    low, bits = int(instants.min()), (n - 1).bit_length()
    if (int(instants.max()) - low).bit_length() + bits > _BITS:
        order = np.argsort(instants, kind="stable")
        return order, instants[order]
    both = instants - low
    both <<= bits
    both |= np.arange(n)
    both.sort()
    order = both & ((1 << bits) - 1)
    both >>= bits
    both += low
    return order, both


def last_begun(
    rows: NDArray[np.intp], start: NDArray[np.int64], begun: Instants, instant: int
) -> NDArray[np.int64]:
    """Return the place of the last entry of each of some rows that had begun by an instant.

    Halves what is left of all of them at once, which looks at fewer entries than there are.

    Args:
        rows: some rows, of which each has an entry that had begun by then.
        start: where the entries of each row begin, and after the last row where they end.
        begun: by entry, ascending within a row.
        instant: the same kind of number.
    """
    low, high = start[rows], start[rows + 1]
    for _ in range(int((high - low).max(initial=1) - 1).bit_length()):
        # What is found already stays what it is: its middle is where it stands.
        middle = (low + high) >> 1
        by_then = begun[middle] <= instant
        low, high = np.where(by_then, middle, low), np.where(by_then, high, middle)
    return low


def places_of(rows: NDArray[np.intp], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of the entries of some rows, row after row: what they have is looked at, not all.

    Args:
        rows: some rows.
        start: where the entries of each row begin, and after the last row where they end.
    """
    counts = start[rows + 1] - start[rows]
    skipped = start[rows] - (np.cumsum(counts) - counts)
    places: NDArray[np.int64] = np.repeat(skipped, counts) + np.arange(int(counts.sum()))
    return places
