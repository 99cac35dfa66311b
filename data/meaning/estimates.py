"""Estimates at past instants: what a history of the mapped field tells, else the value of today. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.model.ordering import places_of
from data.model.tables import ESTIMATE, Flags, Instants, Points


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates of rows at one instant each: NaN for none; ``told`` by histories, else as of today."""

    points: Points
    told: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Histories:
    """Changes of the mapped estimate, ordered by row and time.

    Attributes:
        start: by row, and one more: where its changes begin.
        at: when.
        before: and ``after``: the values, -1 for none.
        fits: by row: the last change leads to the value of today; others are those of another field.
    """

    start: NDArray[np.int64]
    at: Instants
    before: Points
    after: Points
    fits: Flags


def estimates_at(delivery: DeliveryTables, row: NDArray[np.intp], at: Instants) -> Estimates | None:
    """Return the estimates of rows at one instant each; None where no estimate is mapped.

    Where the store holds no history of the field at all, today's value is all that is known.
    """
    today = delivery.mapped.points
    if today is None:
        return None
    histories = delivery.once(_find_histories)
    counts = np.diff(histories.start)[row]
    # How many of its changes have happened by each row's instant.
    begun = histories.at[places_of(row, histories.start)] <= np.repeat(at, counts)
    passed, ends = np.concatenate(([0], np.cumsum(begun))), np.cumsum(counts)
    done = passed[ends] - passed[ends - counts]
    known = (counts > 0) & histories.fits[row]
    first = histories.start[row]
    values = np.where(np.isnan(today[row]), -1.0, today[row])
    values[known] = np.where(
        done[known] == 0,
        histories.before[first[known]],
        histories.after[np.maximum(first[known] + done[known] - 1, 0)],
    )
    told = histories.fits[row] if len(histories.at) else np.zeros(len(row), np.bool_)
    return Estimates(np.where(values < 0, np.nan, values), told)


def _find_histories(delivery: DeliveryTables) -> _Histories:
    issues, today = delivery.issues, delivery.mapped.points
    assert today is not None
    wanted = [name in (delivery.mapped.points_field, ESTIMATE) for name in issues.estimate_fields]
    mine = np.flatnonzero(np.array([*wanted, False], np.bool_)[issues.estimate_field])
    owner, after = issues.estimate_issue[mine], issues.estimate_after[mine]
    start = np.searchsorted(owner, np.arange(len(issues) + 1))
    fits = np.ones(len(issues), np.bool_)
    moved = np.flatnonzero(np.diff(start))
    fits[moved] = after[start[moved + 1] - 1] == np.where(np.isnan(today[moved]), -1.0, today[moved])
    return _Histories(start, issues.estimate_at[mine], issues.estimate_before[mine], after, fits)
