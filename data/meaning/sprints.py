"""Sprints: which issues were in which of them, since when, and what became of them there. Pure.

Facts of the delivery tables, found once: no view decides them. Membership and status are those of the
sprint's start and of its completion, by the histories (specs/metrics.md, Sprints).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.model.metric import code_reasons
from data.model.ordering import places_of
from data.model.tables import DONE, MISSING, OPEN, Flags, Instants, IssueTable, Sprint, number_or_text

Rows = NDArray[np.intp]
CLOSED, ACTIVE, FUTURE, UNDATED = 0, 1, 2, 3
PHASE_NAMES = ("closed", "active", "future", "undated")
REASONS = ("history_truncated", "done_without_date", "done_outside")
_RANK = {"closed": 3, "active": 2, "future": 1}


@dataclass(frozen=True, slots=True)
class Timed:
    """A sprint as of T.

    Attributes:
        sprint: as the issues tell of it.
        phase: ``CLOSED``, ``ACTIVE``, ``FUTURE`` or ``UNDATED``.
        opens: its start; ``MISSING`` where it has none or did not begin.
        closes: its completion; of an active one T; likewise.
        assumed: closed without a date of that: the planned end stands in.
    """

    sprint: Sprint
    phase: int
    opens: int = MISSING
    closes: int = MISSING
    assumed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Issues that were in a sprint between its start and its completion, by sprint and row.

    Attributes:
        sprint: place among the sprints.
        row: of the issue table; a flow item.
        came: when it came in, and not before the start.
        gone: when it left for good, and not after the completion.
        committed: it was there at the start; the others were added.
        removed: it was not there at the completion.
        done: it was done when its time there ended.
        code: ``INCLUDED``, or 1 + the place of one of ``REASONS``.
        inferred: membership or status rest on less than histories.
    """

    sprint: NDArray[np.int64]
    row: Rows
    came: Instants
    gone: Instants
    committed: Flags
    removed: Flags
    done: Flags
    code: NDArray[np.int8]
    inferred: Flags

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Sprints:
    """All sprints of a store, by start and id, those that have none last; and who was in them."""

    timed: tuple[Timed, ...]
    members: Members


def find_sprints(delivery: DeliveryTables) -> Sprints:
    """Find the sprints and their members as of T; a store without sprints has neither."""
    issues = delivery.issues
    if not issues.sprints and not issues.sprint_ids:
        return Sprints((), _no_members())
    latest = _latest_values(issues)
    timed = sorted((_time(latest[each], delivery.as_of) for each in latest), key=_order)
    return Sprints(tuple(timed), _find_members(delivery, timed))


def _latest_values(issues: IssueTable) -> Mapping[str, Sprint]:
    """Return each sprint by id, as one of the issues has it.

    Closing a sprint does not touch the issues that were done in it: so closed goes before active before
    future, then what the issue that was updated last says. One that only histories name has no dates.
    """
    updated = np.full(len(issues.sprints), MISSING, np.int64)
    np.maximum.at(updated, issues.sprint_value, issues.updated[issues.sprint_value_issue])
    told = zip(issues.sprints, updated.tolist(), strict=True)
    ranked = sorted(told, key=lambda each: (_RANK.get(each[0].state, 0), each[1], each[0].name))
    return {each: Sprint(each, "") for each in issues.sprint_ids} | {each.id: each for each, _ in ranked}


def _time(sprint: Sprint, as_of: int) -> Timed:
    opens, closes = sprint.starts_at, sprint.completed_at
    if sprint.state == "future" or opens > as_of:
        return Timed(sprint, FUTURE)
    assumed = sprint.state == "closed" and closes == MISSING
    if assumed:
        closes = sprint.ends_at
    lost = assumed and (closes == MISSING or closes > as_of)
    if opens == MISSING or lost or (closes != MISSING and closes < opens):
        return Timed(sprint, UNDATED)
    if closes == MISSING or closes > as_of:
        return Timed(sprint, ACTIVE, opens, as_of)
    return Timed(sprint, CLOSED, opens, closes, assumed)


def _order(timed: Timed) -> tuple[bool, int, tuple[int, str]]:
    return timed.opens == MISSING, timed.opens, number_or_text(timed.sprint.id)


def _no_members() -> Members:
    none, nobody = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return Members(none, none, none, none, nobody, nobody, nobody, np.zeros(0, np.int8), nobody)


def _find_members(delivery: DeliveryTables, timed: list[Timed]) -> Members:
    issues = delivery.issues
    opens = np.array([each.opens for each in timed], np.int64)
    closes = np.array([each.closes for each in timed], np.int64)
    place = {each.sprint.id: place for place, each in enumerate(timed)}
    sprint = np.array([place[each] for each in issues.sprint_ids], np.int64)[issues.sprint_stay]
    row = issues.sprint_stay_issue.astype(np.intp)
    since = np.maximum(issues.sprint_stay_since, issues.created[row])
    until, judged = issues.sprint_stay_until, opens[sprint] != MISSING
    there = judged & (delivery.in_scope & delivery.exists)[row] & (until > since)
    there &= (since <= closes[sprint]) & (until > opens[sprint])
    order = np.flatnonzero(there)
    order = order[np.lexsort((since[order], row[order], sprint[order]))]
    if not len(order):
        return _no_members()
    sprint, row = sprint[order], row[order]
    # Several stays of one issue in one sprint are one membership, from the first to the last.
    first = np.flatnonzero(np.diff(sprint, prepend=-1).astype(bool) | np.diff(row, prepend=-1).astype(bool))
    last = np.append(first[1:], len(order)) - 1
    # Where no history of a sprint is to be had at all, its silence tells nothing.
    moved = bool((issues.sprint_stay_since != MISSING).any() or (issues.sprint_stay_until != OPEN).any())
    told = np.logical_and.reduceat(issues.sprint_stay_told[order] & moved, first)
    sprint, row, since, until = sprint[first], row[first], since[order[first]], until[order[last]]
    return _judge(delivery, _Stretch(sprint, row, since, until, opens[sprint], closes[sprint], told))


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """From when to when issues were in sprints, and when these began and ended."""

    sprint: NDArray[np.int64]
    row: Rows
    since: Instants
    until: Instants
    opens: Instants
    closes: Instants
    told: Flags


def _judge(delivery: DeliveryTables, stretch: _Stretch) -> Members:
    row = stretch.row
    came, gone = np.maximum(stretch.since, stretch.opens), np.minimum(stretch.until, stretch.closes)
    before, after = _look(delivery, row, came), _look(delivery, row, gone)
    reasons = {
        "history_truncated": delivery.issues.truncated[row],
        "done_without_date": after.undated,
        "done_outside": before.done & after.done & (after.since <= came),
    }
    return Members(
        stretch.sprint,
        row,
        came,
        gone,
        committed=stretch.since <= stretch.opens,
        removed=stretch.until <= stretch.closes,
        done=after.done,
        code=code_reasons(len(row), reasons),
        inferred=~stretch.told | before.inferred | after.inferred,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Issues at one instant each: done, since when without a break, by an inferred category, or undated."""

    done: Flags
    since: Instants
    inferred: Flags
    undated: Flags


def _look(delivery: DeliveryTables, row: Rows, at: Instants) -> _Look:
    """Return whether issues were done at instants, none of which is before their creation."""
    completed, nothing = delivery.completed_at[row], np.zeros(len(row), np.bool_)
    resolved = (completed != MISSING) & (completed <= at)
    if delivery.completion_source == "resolution":
        return _Look(resolved, completed, nothing, nothing)
    stays = delivery.intervals
    counts = stays.start[row + 1] - stays.start[row]
    begun = stays.entered[places_of(row, stays.start)] <= np.repeat(at, counts)
    place = stays.start[row] + np.add.reduceat(begun, np.cumsum(counts) - counts) - 1
    done, unmoved = stays.category[place] == DONE, counts == 1
    # Done without any move: the resolution date tells since when, if there is one.
    undated = done & unmoved & (completed == MISSING)
    since = np.where(unmoved, completed, stays.entered[delivery.once(_find_runs)[place]])
    return _Look(np.where(unmoved, done & resolved, done), since, stays.inferred[place] & done, undated)


def _find_runs(delivery: DeliveryTables) -> NDArray[np.int64]:
    """Return by stay the place at which the unbroken run of done that it belongs to begins."""
    stays = delivery.intervals
    done = stays.category == DONE
    begins = np.ones(len(done), np.bool_)
    begins[1:] = ~(done[1:] & done[:-1]) | (stays.issue[1:] != stays.issue[:-1])
    runs: NDArray[np.int64] = np.maximum.accumulate(np.where(begins, np.arange(len(done)), 0))
    return runs
