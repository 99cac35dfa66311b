"""The risk that an open item misses its expectation, by its age and the stage that it is in. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.forecast.expectation import LEAST_ITEMS, LEVEL
from data.forecast.history import SAMPLED_WEEKS
from data.model.statistics import percentile

LEAST_ALIKE = 10
MOST_JUDGED = 2_000
SEED = 20200101
WEEK = 7.0
_LONGER = 1e6  # days, than anything lasts: sets the stays of one item apart from those of the next


@dataclass(frozen=True, slots=True)
class Lives:
    """Items that were started, in days on one clock.

    Attributes:
        started: when the work on each began.
        ended: when it was done, infinite while it is open.
        stay_place: item and age at which each stay began, ordered by both: see ``place_stays``.
        stay_stage: in which stage.
    """

    started: NDArray[np.float64]
    ended: NDArray[np.float64]
    stay_place: NDArray[np.float64]
    stay_stage: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.started)

    def stage_at(self, rows: NDArray[np.intp], age: NDArray[np.float64] | float) -> NDArray[np.int64]:
        """Return the stage that each of these items was in at an age, -1 where nothing tells."""
        if not len(self.stay_place):
            return np.full(len(rows), -1, np.int64)
        place = np.searchsorted(self.stay_place, place_stays(rows, age), side="right") - 1
        told = (place >= 0) & (self.stay_place[place] >= rows * _LONGER - _LONGER / 2)
        return np.where(told, self.stay_stage[place], -1)


def place_stays(item: NDArray[np.intp], age: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the places of stays that began when their items were so old; ages may be negative."""
    return np.asarray(item * _LONGER + age, np.float64)


@dataclass(frozen=True, slots=True)
class Risks:
    """How likely open items of a type miss their expectation.

    Attributes:
        limit: the expectation, in days; None where there is not one.
        rows: the open items.
        risk: of each, 0 to 1; 1 for one that has missed it. Empty where age and stage do not tell.
        judged: past judgements whose outcome is known.
        brier: mean squared error of these; None without any.
        base: the same of the share of misses, said of every item alike; None without any.
    """

    limit: float | None
    rows: NDArray[np.intp]
    risk: NDArray[np.float64]
    judged: int
    brier: float | None
    base: float | None

    @property
    def tells(self) -> bool:
        """Whether age and stage tell more than the share of misses does."""
        return self.brier is not None and self.base is not None and self.brier < self.base


def find_risks(lives: Lives, now: float, limit: float | None) -> Risks:
    """Return the risk of every open item as of ``now``, if such risks proved better than the base rate.

    The chance is that of Kaplan and Meier over the items of the 26 weeks before and those still open, among
    those that were in the same stage at the same age (all that reached the age where fewer than ten did).
    The same is judged for every week of the last 26: open items then, and what became of them by ``now``.

    Args:
        lives: of one type.
        now: T in days.
        limit: the expectation of their type, in days; None where there is not one.

    Source:
        Kaplan and Meier 1958; Brier 1950; landmarking after van Houwelingen 2007.
    """
    rows = np.flatnonzero((lives.started <= now) & (lives.ended > now))
    judged = _judge_past(lives, now)
    brier = base = None
    if len(judged):
        said, missed = judged[:, 0], judged[:, 1]
        brier = float(((said - missed) ** 2).mean())
        base = float(((missed.mean() - missed) ** 2).mean())
    found = Risks(limit, rows, np.zeros(0), len(judged), brier, base)
    if limit is None or not found.tells:
        return found
    return Risks(limit, rows, _risks_of(lives, rows, now, limit), len(judged), brier, base)


def _limit(lives: Lives, now: float) -> float | None:
    done = (lives.ended <= now) & (lives.ended > now - SAMPLED_WEEKS * WEEK)
    days = (lives.ended - lives.started)[done]
    return percentile(days, LEVEL) if len(days) >= LEAST_ITEMS else None


def _risks_of(lives: Lives, rows: NDArray[np.intp], now: float, limit: float) -> NDArray[np.float64]:
    """Return the chance that each of these items, open at ``now``, takes longer than ``limit``."""
    known = np.flatnonzero((lives.started <= now) & (lives.ended > now - SAMPLED_WEEKS * WEEK))
    seen = np.minimum(lives.ended[known], now) - lives.started[known]
    event = lives.ended[known] <= now
    stages = lives.stage_at(rows, now - lives.started[rows])
    risks = np.ones(len(rows))
    for place, row in enumerate(rows.tolist()):
        age = now - lives.started[row]
        if age > limit:
            continue
        reached = np.flatnonzero(seen > age)
        same = lives.stage_at(known[reached], age) == stages[place]
        alike = reached[same] if np.count_nonzero(event[reached[same]]) >= LEAST_ALIKE else reached
        risks[place] = survive(seen[alike], event[alike], limit)
    return risks


def survive(seen: NDArray[np.float64], event: NDArray[np.bool_], limit: float) -> float:
    """Return the share that lasts longer than ``limit``, of items of which some have not ended yet.

    Args:
        seen: how long each has lasted, or lasts so far.
        event: it has ended.
        limit: days.

    Returns:
        The product-limit estimate; 1 where nothing has ended by then.
    """
    ends = np.sort(seen[event & (seen <= limit)])
    if not len(ends):
        return 1.0
    times, deaths = np.unique(ends, return_counts=True)
    at_risk = len(seen) - np.searchsorted(np.sort(seen), times, side="left")
    return float(np.prod(1 - deaths / at_risk))


def _judge_past(lives: Lives, now: float) -> NDArray[np.float64]:
    """Return what would have been said of open items week by week, and what came: risk and 0 or 1."""
    random, pairs = np.random.default_rng(SEED), []
    each = MOST_JUDGED // SAMPLED_WEEKS
    for weeks in range(SAMPLED_WEEKS, 0, -1):
        then = now - weeks * WEEK
        limit = _limit(lives, then)
        if limit is None:
            continue
        age = then - lives.started
        known = (lives.ended <= now) | (now - lives.started > limit)
        rows = np.flatnonzero((age >= 0) & (age <= limit) & (lives.ended > then) & known)
        if len(rows) > each:
            rows = np.sort(random.choice(rows, each, replace=False))
        missed = (np.minimum(lives.ended[rows], now) - lives.started[rows]) > limit
        pairs.append(np.column_stack((_risks_of(lives, rows, then, limit), missed)))
    return np.concatenate(pairs) if pairs else np.zeros((0, 2))
