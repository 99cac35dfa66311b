"""What-if, honestly: the last quarter again with one thing changed, if it can be told again at all. Pure."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.model.statistics import percentile

SEED = 20200101
DAYS = 91.0
TOLERANCE = 0.15
LEAST_ITEMS = 20
MOST_STEPS = 60_000
MOST_RUNS, LEAST_RUNS = 200, 20
LOW, HIGH = 0.1, 0.9
Column = NDArray[np.float64]
Kind = Literal["cap", "halve", "drop"]


@dataclass(frozen=True, slots=True)
class Quarter:
    """What happened in the 91 days before T, in days since they began.

    Attributes:
        begun: when the work on each item began, negative for those in progress at the start.
        kind: type of each item.
        lives: a row per finished item, a column per stage: days in it.
        life_kind: type of each finished item.
        waiting: by stage: work waits there.
        done: items that were completed in these days.
        days: their flow times.
    """

    begun: Column
    kind: NDArray[np.int64]
    lives: NDArray[np.float64]
    life_kind: NDArray[np.int64]
    waiting: NDArray[np.bool_]
    done: int
    days: Column


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different: a cap on work in progress, a stage halved, or a type dropped."""

    kind: Kind
    value: int


@dataclass(frozen=True, slots=True)
class Told:
    """The quarter as a replay tells it: items a week and P85 of flow time, as ranges over the runs."""

    weekly: tuple[float, float]
    p85: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A replay with a change.

    Attributes:
        message: why nothing can be told; None where something can.
        actual: items a week and P85 as they were; None below 20 items.
        replayed: the same from the replay without a change, at the middle of its runs.
        changed: with the change, from what stays as it is to what the freed time would do; None if untold.
    """

    message: str | None
    actual: tuple[float, float] | None
    replayed: tuple[float, float] | None
    changed: Told | None


def replay(quarter: Quarter, change: Change) -> WhatIf:
    """Run the last quarter again with one change, if without it the replay gives what was.

    Items begin when they began, and each goes through the stages of a finished item of its type, drawn at
    random; what was in progress at the start goes through one that lasted longer than it had. Where that
    does not give the throughput and the P85 of the quarter within 15 %, nothing is told. The range runs from
    "everybody works as before" to "the time that becomes free goes into what is left".

    Args:
        quarter: as it was.
        change: one thing.

    Returns:
        The same for the same arguments.
    """
    if quarter.done < LEAST_ITEMS or len(quarter.lives) < LEAST_ITEMS:
        why = f"A replay needs {LEAST_ITEMS} items of a quarter; there are {quarter.done}."
        return WhatIf(why, None, None, None)
    actual = quarter.done * 7 / DAYS, percentile(quarter.days, 0.85)
    plain = [_run(quarter, None, run, 1.0) for run in range(_runs_of(quarter))]
    replayed = _middle(plain)
    if any(abs(one - other) > TOLERANCE * other for one, other in zip(replayed, actual, strict=True)):
        why = (
            f"Cannot tell: replayed without a change it has {replayed[0]:.1f} items a week and a P85 "
            f"of {replayed[1]:.1f} days; it had {actual[0]:.1f} and {actual[1]:.1f}."
        )
        return WhatIf(why, actual, replayed, None)
    runs = [
        _run(quarter, change, run, speed)
        for speed in (1.0, _freed(quarter, change, plain))
        for run in range(_runs_of(quarter))
    ]
    if all(np.isnan(p85) for _, p85, _ in runs):
        why = "Cannot tell: with this change nothing would have been finished in these days."
        return WhatIf(why, actual, replayed, None)
    return WhatIf(
        None, actual, replayed, Told(_spread([one[0] for one in runs]), _spread([one[1] for one in runs]))
    )


def _runs_of(quarter: Quarter) -> int:
    return int(min(max(MOST_STEPS // max(len(quarter.begun), 1), LEAST_RUNS), MOST_RUNS))


def _middle(runs: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    weekly, p85, _ = (float(np.nanmedian(column)) for column in zip(*runs, strict=True))
    return weekly, p85


def _spread(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.nanquantile(values, (LOW, HIGH))
    return float(low), float(high)


def _freed(quarter: Quarter, change: Change, plain: Sequence[tuple[float, float, float]]) -> float:
    """Return by what active time shrinks if all the time that becomes free goes into what is left."""
    if change.kind == "cap":
        load = float(np.median([run[2] for run in plain]))
        return min(1.0, change.value / load) if load else 1.0
    if change.kind == "drop":
        active = quarter.lives[:, ~quarter.waiting].sum(axis=1)
        dropped = float(active[quarter.life_kind == change.value].sum())
        return 1.0 - dropped / float(active.sum()) if active.sum() else 1.0
    return 1.0


def _run(quarter: Quarter, change: Change | None, run: int, speed: float) -> tuple[float, float, float]:
    """Return items a week, P85 in days and mean load of one run."""
    random = np.random.default_rng((SEED, run))
    begun, lives = _draw_lives(quarter, random)
    kept = np.ones(len(begun), np.bool_)
    scale = np.where(quarter.waiting, 1.0, speed)
    if change is not None and change.kind == "halve":
        scale = np.where(np.arange(len(scale)) == change.value, scale * 0.5, scale)
    if change is not None and change.kind == "drop":
        kept = quarter.kind != change.value
    begun, days = begun[kept], (lives[kept] * scale).sum(axis=1)
    if change is not None and change.kind == "cap":
        begun = _wait_for_room(begun, days, change.value)
    ended = begun + days
    done = (ended > 0) & (ended <= DAYS)
    load = float((np.minimum(ended, DAYS) - np.maximum(begun, 0)).clip(0).sum()) / DAYS
    p85 = percentile(days[done], 0.85) if done.any() else float("nan")
    return int(done.sum()) * 7 / DAYS, p85, load


def _draw_lives(quarter: Quarter, random: np.random.Generator) -> tuple[Column, NDArray[np.float64]]:
    """Return the items in the order of their beginning, each with a life of its type that is long enough."""
    lasted = quarter.lives.sum(axis=1)
    chosen = np.zeros(len(quarter.begun), np.intp)
    for kind in np.unique(quarter.kind).tolist():
        mine = np.flatnonzero(quarter.kind == kind)
        pool = np.flatnonzero(quarter.life_kind == kind)
        pool = pool if len(pool) else np.arange(len(lasted))
        pool = pool[np.argsort(lasted[pool], kind="stable")]
        age = np.maximum(-quarter.begun[mine], 0.0)
        # Of those that lasted longer than the item already has; the longest where none did.
        first = np.minimum(np.searchsorted(lasted[pool], age, side="right"), len(pool) - 1)
        chosen[mine] = pool[first + (random.random(len(mine)) * (len(pool) - first)).astype(np.intp)]
    return quarter.begun, quarter.lives[chosen]


def _wait_for_room(begun: Column, days: Column, cap: int) -> Column:
    """Return when each item begins if no more than ``cap`` are in progress; first come, first served.

    What is in progress at the start stays so.
    """
    order = np.argsort(begun, kind="stable")
    since = begun.copy()
    busy: list[float] = []
    for place in order.tolist():
        start = float(begun[place])
        while busy and busy[0] <= start:
            heapq.heappop(busy)
        if start > 0:
            while len(busy) >= cap:
                start = max(start, heapq.heappop(busy))
        since[place] = start
        heapq.heappush(busy, start + float(days[place]))
    return since
