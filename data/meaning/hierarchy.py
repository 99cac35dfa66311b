"""What stands above what: parents, whatever is above them, and when a parent began. Pure."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.lifecycle import Lifecycle
from data.model.places import NOWHERE, find_keys
from data.model.tables import MISSING, OPEN, Codes, Flags, IssueTable


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
