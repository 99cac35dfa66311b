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
    order = np.argsort(seen, kind="stable")
    known, seen = known[order], seen[order]
    lasting = Lasting(seen, lives.ended[known] <= now)
    sweep = _Sweep(lives, known)
    ages = now - lives.started[rows]
    stages = lives.stage_at(rows, ages)
    risks = np.ones(len(rows))
    # By age, so that the stages of all others only ever go on, and are looked up once and not for every item.
    for place in np.argsort(ages, kind="stable").tolist():
        age = ages[place]
        if age > limit:
            break
        reached = int(np.searchsorted(seen, age, side="right"))
        alike = sweep.stages_at(age, reached) == stages[place]
        if np.count_nonzero(alike & lasting.event[reached:]) < LEAST_ALIKE:
            alike = None
        risks[place] = lasting.share_beyond(limit, reached, alike)
    return risks


class Lasting:
    """How long items have lasted, or last so far: of which some have not ended yet.

    Args:
        seen: days, ascending.
        event: it has ended.
    """

    def __init__(self, seen: NDArray[np.float64], event: NDArray[np.bool_]) -> None:
        self.seen = seen
        self.event = event
        self._first = np.searchsorted(seen, seen, side="left")

    def share_beyond(self, limit: float, since: int = 0, alike: NDArray[np.bool_] | None = None) -> float:
        """Return the share that lasts longer than ``limit``.

        Args:
            limit: days.
            since: the place of the first that counts; none before it has lasted as long.
            alike: which of those from there on count; None: all.

        Returns:
            The product-limit estimate; 1 where nothing has ended by then.
        """
        stop = int(np.searchsorted(self.seen, limit, side="right"))
        ended = self.event[since:stop] if alike is None else self.event[since:stop] & alike[: stop - since]
        # What ended at the same time counts together, from the first that had lasted as long.
        first = self._first[np.flatnonzero(ended) + since]
        deaths: int | NDArray[np.int64] = 1
        if (first[1:] == first[:-1]).any():
            first, deaths = np.unique(first, return_counts=True)
        if alike is None:
            at_risk = len(self.seen) - first
        else:
            until = np.cumsum(alike)
            at_risk = (until[-1] if len(until) else 0) - until[first - since] + alike[first - since]
        return float(np.prod(1 - deaths / at_risk))


class _Sweep:
    """The stages of items as their ages go by.

    Args:
        lives: items.
        known: those whose stages are asked for.
    """

    def __init__(self, lives: Lives, known: NDArray[np.intp]) -> None:
        self._base = place_stays(known, 0.0)
        self._next = np.searchsorted(lives.stay_place, self._base - _LONGER / 2)
        self._places = np.append(lives.stay_place, np.inf)
        self._codes = lives.stay_stage
        self._upcoming = self._places[self._next]
        self._stage = np.full(len(known), -1, np.int64)

    def stages_at(self, age: float, since: int) -> NDArray[np.int64]:
        """Return the stage of each item from ``since`` on at an age, as ``Lives.stage_at`` has it.

        Args:
            age: not before any that was asked for.
            since: likewise.
        """
        target = self._base[since:] + age
        due = np.flatnonzero(self._upcoming[since:] <= target)
        while len(due):
            gone = due + since
            self._stage[gone] = self._codes[self._next[gone]]
            self._next[gone] += 1
            self._upcoming[gone] = self._places[self._next[gone]]
            due = due[self._upcoming[gone] <= target[due]]
        return self._stage[since:]


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
