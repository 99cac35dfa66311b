"""How many issues two stores have in common. Pure."""

import numpy as np
from numpy.typing import NDArray

from data.model.tables import IssueTable


def shared_issues(one: IssueTable, other: IssueTable) -> int:
    """Count the issues that are in both tables, by key; of tables of two Jiras that says nothing.

    Args:
        one: ordered by project and number, as every issue table.
        other: likewise.
    """
    mine, theirs = _numbers_by_project(one), _numbers_by_project(other)
    return sum(_count_shared(mine[key], theirs[key]) for key in mine.keys() & theirs.keys())


def _numbers_by_project(issues: IssueTable) -> dict[str, NDArray[np.int64]]:
    """Return the numbers in the keys of each project's issues, ascending, each once."""
    order = np.argsort(issues.project, kind="stable")
    ends = np.searchsorted(issues.project[order], np.arange(len(issues.projects) + 1))
    found: dict[str, list[NDArray[np.int64]]] = {}
    for place, project in enumerate(issues.projects):
        found.setdefault(project.key, []).append(issues.number[order[ends[place] : ends[place + 1]]])
    return {key: np.unique(np.concatenate(parts)) for key, parts in found.items()}


def _count_shared(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> int:
    if np.array_equal(mine, theirs):
        return len(mine)
    return len(np.intersect1d(mine, theirs, assume_unique=True))
