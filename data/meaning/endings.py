"""How completed flow items ended, by resolution and by done status, and whether it delivers. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Rows, find_facts
from data.model.tables import DONE, Codes, Flags
from data.model.words import fold

Counted = Mapping[str, tuple[int, bool]]


@dataclass(frozen=True, slots=True)
class Endings:
    """How completed flow items ended: by name how many, and whether that counts as delivered.

    Attributes:
        resolutions: by resolution, "" for none.
        done_statuses: by the done status at T.
    """

    resolutions: Counted
    done_statuses: Counted


NO_ENDINGS = Endings({}, {})


@dataclass(frozen=True, slots=True, eq=False)
class _Ended:
    """The completed flow items: rows, resolution codes with the last one for none, and status codes.

    ``done``: the status at T is a done one, and known.
    """

    rows: Rows
    resolution: Codes
    status: Codes
    done: Flags


def count_endings(delivery: DeliveryTables, chosen: Flags | None = None) -> Endings:
    """Count resolutions and done statuses of completed flow items, by folded name, then name.

    Args:
        delivery: tables as of T.
        chosen: rows that pass the filters of a view; None: all.
    """
    if chosen is None:
        return delivery.once(_count_all)
    ended = delivery.once(_find_ended)
    kept = chosen[ended.rows]
    return _tell(delivery, ended.resolution[kept], ended.status[kept & ended.done])


def _count_all(delivery: DeliveryTables) -> Endings:
    ended = delivery.once(_find_ended)
    return _tell(delivery, ended.resolution, ended.status[ended.done])


def _find_ended(delivery: DeliveryTables) -> _Ended:
    rows, lives = delivery.once(find_facts).completed.rows, delivery.lives
    status = lives.status_at[rows]
    done: Flags = (lives.category_at[rows] == DONE) & (status >= 0)
    return _Ended(rows, delivery.issues.resolution[rows], status, done)


def _tell(delivery: DeliveryTables, resolution: Codes, status: Codes) -> Endings:
    outcome, issues = delivery.outcome, delivery.issues
    return Endings(
        _count(resolution, (*issues.resolutions, ""), outcome.refused),
        _count(status, delivery.workflow.names, outcome.refused_status),
    )


def _count(codes: Codes, names: tuple[str, ...], refused: Flags) -> Counted:
    """Count names by their codes; -1 is the last name."""
    counts: Counter[str] = Counter()
    delivered: dict[str, bool] = {}
    by_code = np.bincount(codes + 1, minlength=len(names) + 1)
    by_code[-1] += by_code[0]
    for name, n, is_refused in zip(names, by_code[1:].tolist(), refused.tolist(), strict=True):
        if n:
            counts[name] += n
            delivered[name] = delivered.get(name, False) or not is_refused
    return {
        name: (counts[name], delivered[name]) for name in sorted(counts, key=lambda name: (fold(name), name))
    }
