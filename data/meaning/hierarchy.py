"""What stands above what: parents, whatever is above them, and when a parent began. Pure."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.lifecycle import Lifecycle
from data.meaning.scope import find_levels
from data.model.places import NOWHERE, find_keys
from data.model.tables import MISSING, OPEN, Codes, Flags, IssueTable

_MOST_LEVELS = 20  # of a hierarchy; a circle ends there too


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Parents as rows of the issue table.

    Attributes:
        parent: by row: row of the parent, ``NOWHERE`` where there is none or nobody can see it.
        circular: by row: going up from it leads back to it.
    """

    parent: Codes
    circular: Flags


def find_hierarchy(issues: IssueTable) -> Hierarchy:
    """Look the parents up, under the keys that they have or once had; an issue is not its own parent."""
    found = np.append(find_keys(issues, issues.parent_keys), NOWHERE)  # what code -1 points to
    parent = found[issues.parent]
    parent[parent == np.arange(len(issues))] = NOWHERE
    return Hierarchy(parent.astype(np.int32), _find_circular(parent))


def _find_circular(parent: NDArray[np.int64]) -> Flags:
    """Flag the rows on a circle: dropping whoever has no child, again and again, leaves exactly those."""
    children = np.bincount(parent[parent != NOWHERE], minlength=len(parent))
    left: Flags = parent != NOWHERE
    free = np.flatnonzero(left & (children == 0)).tolist()
    while free:
        row = free.pop()
        left[row] = False
        above = int(parent[row])
        children[above] -= 1
        if left[above] and not children[above]:
            free.append(above)
    # What is left leads up for ever: only circles do, for each row has one parent.
    return left


def start_with_children(lives: Lifecycle, exists: Flags, hierarchy: Hierarchy) -> Lifecycle:
    """Return lives in which a parent that was never started itself starts with its first child.

    A child that was never started itself starts with its own first child, and so on. Who has a start keeps
    it, and so does one of which nobody knows whether it has one. Inferred is what a child says by inference.

    Args:
        lives: as the statuses tell.
        exists: by row: created by T; what is not has no start.
        hierarchy: of the same table.
    """
    own = lives.started_at != MISSING
    rows = np.flatnonzero(hierarchy.parent != NOWHERE)
    above = hierarchy.parent[rows]
    follows = exists & ~own & ~lives.start_unknown
    begun, guessed = np.where(own, lives.started_at, OPEN), lives.start_inferred & own
    while True:  # starts only become earlier and guesses only more, also round a circle of parents
        earliest = np.full(len(begun), OPEN)
        np.minimum.at(earliest, above, begun[rows])
        earlier = np.where(follows, earliest, begun)
        decides = (earlier[above] == begun[rows]) & (begun[rows] != OPEN) & guessed[rows]
        guesses = np.zeros(len(begun), np.bool_)
        guesses[above[decides]] = True
        guesses = np.where(follows, guesses, guessed)
        if (earlier == begun).all() and (guesses == guessed).all():
            break
        begun, guessed = earlier, guesses
    return replace(lives, started_at=np.where(begun == OPEN, MISSING, begun), start_inferred=guessed)


@dataclass(frozen=True, slots=True, eq=False)
class Above:
    """Which epic each issue lies below, and what stands on top above that.

    Attributes:
        is_epic: by row: an epic by its type, or more.
        epic: by row: place in ``names``, -1 below none; an epic is below itself.
        top: likewise of the highest issue above the epic, -1 where nothing stands above it.
        names: keys of issues, stored or not.
    """

    is_epic: Flags
    epic: Codes
    top: Codes
    names: tuple[str, ...]


def find_above(issues: IssueTable) -> Above:
    """Go up from each issue: the first that is an epic or more, then as far as it goes.

    A parent that is not stored has no type: it is taken for an epic where its child is neither a sub-task
    nor an epic, and for what stands on top where it is named by an epic or more. Parents in a circle have
    nothing on top.
    """
    hierarchy = find_hierarchy(issues)
    level = np.array(find_levels(issues) or [0])[issues.type] if len(issues) else np.zeros(0, np.int64)
    rows = np.arange(len(issues))
    # What is not stored gets a number beyond the rows, by its key.
    hidden = (hierarchy.parent == NOWHERE) & (issues.parent >= 0) & (_named_itself(issues) != rows)
    unseen = np.where(hidden, len(issues) + issues.parent, NOWHERE)
    epic = _climb(hierarchy.parent, np.where(level >= 1, rows, np.where(level == 0, unseen, NOWHERE)))
    upper = np.where(level >= 1, np.where(hierarchy.parent == NOWHERE, unseen, hierarchy.parent), NOWHERE)
    upper[hierarchy.circular] = NOWHERE
    top = np.append(_find_tops(upper, len(issues)), NOWHERE)
    stored = np.where(epic < len(issues), epic, NOWHERE)
    return _name_above(issues, level >= 1, epic, top[stored])


def _named_itself(issues: IssueTable) -> NDArray[np.int64]:
    """Return the row that each parent's key means, also where that is the issue itself."""
    return np.append(find_keys(issues, issues.parent_keys), NOWHERE)[issues.parent]


def _climb(parent: Codes, goal: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of each row the first goal that it meets going up from itself, ``NOWHERE`` for none."""
    found, up = goal.copy(), parent.astype(np.int64)
    for _ in range(_MOST_LEVELS):
        ahead = np.flatnonzero((found == NOWHERE) & (up != NOWHERE))
        if not len(ahead):
            break
        found[ahead] = goal[up[ahead]]
        up[ahead] = parent[up[ahead]]
    return found


def _find_tops(upper: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return of each row the last that it meets going up, ``NOWHERE`` where nothing is above it."""
    top = upper.copy()
    for _ in range(_MOST_LEVELS):
        ahead = np.flatnonzero((top != NOWHERE) & (top < n))
        further = ahead[upper[top[ahead]] != NOWHERE]
        if not len(further):
            break
        top[further] = upper[top[further]]
    return top


def _name_above(issues: IssueTable, is_epic: Flags, epic: NDArray[np.int64], top: NDArray[np.int64]) -> Above:
    n = len(issues)
    met = np.unique(np.concatenate((epic, top)))
    met = met[met != NOWHERE]
    stored = issues.keys(met[met < n].astype(np.intp))
    names = (*stored, *(issues.parent_keys[each - n] for each in met[met >= n].tolist()))
    codes = [np.where(each == NOWHERE, -1, met.searchsorted(each)).astype(np.int32) for each in (epic, top)]
    return Above(is_epic, codes[0], codes[1], names)
