"""Moves of items between stages of work, in the order of time: who stands where is a difference. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.metrics.context import CalculationContext
from data.model.ordering import order_of, places_of
from data.model.tables import DONE, IN_PROGRESS, Flags, Instants

NOT_STARTED, ACTIVE, WAITING, FINISHED = range(4)
NOWHERE = 4  # before its creation
PLACES = 5
# How many moves there are between two counts that are kept.
BLOCK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Moves of flow items from one stage to another one, their creation among them, in the order of time.

    Attributes:
        stay: by move: the stay that begins with it, among the status intervals.
        before: by move: the stage that the item leaves, or ``NOWHERE``.
        after: by move: the stage that it comes to.
        begins: by block of moves: the instant of its first.
        levels: by block and stage: how many items stand there before its first move.
        last: by row of the issue table: the stage as of T, ``NOWHERE`` for what is not a flow item.
    """

    stay: NDArray[np.int32]
    before: NDArray[np.int8]
    after: NDArray[np.int8]
    begins: Instants
    levels: NDArray[np.int64]
    last: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.stay)


def find_moves(delivery: DeliveryTables) -> Moves:
    """Order the moves of all flow items as of T; without stays there are none."""
    intervals = delivery.intervals
    items = delivery.in_scope & delivery.exists
    stage = _stages_of(delivery)
    before = np.full_like(stage, NOWHERE)
    before[1:] = stage[:-1]
    some = intervals.start[:-1] < intervals.start[1:]
    before[intervals.start[:-1][some]] = NOWHERE
    moved = np.flatnonzero((before != stage) & items[intervals.issue])
    order, at = order_of(intervals.entered[moved])
    stay = moved[order]
    last = np.full(len(items), NOWHERE, np.int8)
    last[some & items] = stage[intervals.start[1:][some & items] - 1]
    return Moves(
        stay=stay.astype(np.int32),
        before=before[stay],
        after=stage[stay],
        begins=at[::BLOCK].copy(),
        levels=_count_before_blocks(before[stay], stage[stay]),
        last=last,
    )


def _stages_of(delivery: DeliveryTables) -> NDArray[np.int8]:
    """Return the stage of each stay; what is neither in progress nor done is not started."""
    intervals, waiting = delivery.intervals, delivery.workflow.waiting
    in_progress = np.where(waiting, np.int8(WAITING), np.int8(ACTIVE))
    stage = np.where(intervals.category == DONE, np.int8(FINISHED), np.int8(NOT_STARTED))
    busy = intervals.category == IN_PROGRESS
    stage[busy] = in_progress[intervals.status[busy]]
    return stage


def _count_before_blocks(before: NDArray[np.int8], after: NDArray[np.int8]) -> NDArray[np.int64]:
    block = np.arange(len(before)) // BLOCK
    n = int(block[-1]) + 1 if len(block) else 0
    changes = _count_changes(block, n, before, after)
    return np.cumsum(changes, axis=0) - changes


def _count_changes(
    group: NDArray[np.int64], n: int, before: NDArray[np.int8], after: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Return by group and stage by how much moves change the number of items there."""
    cell = group * PLACES
    came = np.bincount(cell + after, minlength=n * PLACES)
    went = np.bincount(cell + before, minlength=n * PLACES)
    return (came - went).reshape(n, PLACES)


def standing_at(context: CalculationContext, instants: Instants) -> NDArray[np.int64]:
    """Count the items that pass the filters by stage at some instants.

    Args:
        context: its filters; its period does not matter.
        instants: ascending; an item stands where it came to by then.

    Returns:
        A row per stage, a column per instant. Looks at a block of moves for each instant; under filters at
        all moves after the first one.
    """
    moves = context.delivery.once(find_moves)
    passed, levels = _pass(context.delivery, moves, instants)
    chosen = context.choice.rows
    if chosen is not None:
        levels = _count_back(context.delivery, moves, passed, chosen)
    return levels.T[:NOWHERE]


def _pass(
    delivery: DeliveryTables, moves: Moves, instants: Instants
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many moves there were by each instant, and how many items stood where after them."""
    if not len(moves):
        return np.zeros(len(instants), np.int64), np.zeros((len(instants), PLACES), np.int64)
    block = np.maximum(moves.begins.searchsorted(instants, side="right") - 1, 0)
    place = block[:, np.newaxis] * BLOCK + np.arange(BLOCK)
    there = np.minimum(place, len(moves) - 1)
    happened = delivery.intervals.entered[moves.stay[there]] <= instants[:, np.newaxis]
    happened &= place < len(moves)
    group, there = np.nonzero(happened)[0], there[happened]
    changes = _count_changes(group, len(instants), moves.before[there], moves.after[there])
    return block * BLOCK + np.count_nonzero(happened, axis=1), moves.levels[block] + changes


def _count_back(
    delivery: DeliveryTables, moves: Moves, passed: NDArray[np.int64], chosen: Flags
) -> NDArray[np.int64]:
    """Count chosen items by number of passed moves and stage: from T back, as the usual period ends there."""
    first, n = int(passed[0]), len(passed)
    kept = np.flatnonzero(chosen[delivery.intervals.issue[moves.stay[first:]]]) + first
    after_which = passed.searchsorted(kept, side="right") - 1
    changes = _count_changes(after_which, n, moves.before[kept], moves.after[kept])
    today = np.bincount(moves.last[chosen], minlength=PLACES)
    since: NDArray[np.int64] = np.cumsum(changes[::-1], axis=0)[::-1]
    return today - since


def count_reopened(context: CalculationContext, since: int, until: int) -> int:
    """Count the items that were done at ``since`` and came to another stage by ``until``."""
    delivery = context.delivery
    moves, intervals = delivery.once(find_moves), delivery.intervals
    first, stop = _pass(delivery, moves, np.array([since, until]))[0].tolist()
    back = np.flatnonzero(moves.before[first:stop] == FINISHED) + first
    rows = context.chosen(np.unique(intervals.issue[moves.stay[back]]))
    # Few leave what is done: of these alone all stays are looked at.
    stays = places_of(rows, intervals.start)
    then = (intervals.entered[stays] <= since) & (intervals.left[stays] > since)
    return int(np.count_nonzero(then & (intervals.category[stays] == DONE)))
