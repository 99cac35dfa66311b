"""Which projects of the issue table are one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.tables import IssueTable


@dataclass(frozen=True, slots=True)
class ProjectGroups:
    """Which project codes of the issue table are one project: those with the same id, else key.

    Attributes:
        of_code: group by project code.
        of_id: group by project id.
        of_key: group by project key.
    """

    of_code: NDArray[np.int64]
    of_id: Mapping[str, int]
    of_key: Mapping[str, int]


def project_groups(issues: IssueTable) -> ProjectGroups:
    """Number the projects of the issue table; a project that changed its key stays one."""
    numbers: dict[str, int] = {}
    codes = [
        numbers.setdefault(f"id {project.id}" if project.id else f"key {project.key}", len(numbers))
        for project in issues.projects
    ]
    pairs = list(zip(issues.projects, codes, strict=True))
    return ProjectGroups(
        of_code=np.array(codes, np.int64),
        of_id={project.id: code for project, code in pairs if project.id},
        of_key={project.key: code for project, code in pairs},
    )


def rows_by_number(numbers: NDArray[np.integer[Any]]) -> dict[int, NDArray[np.intp]]:
    """Return the rows of each number, ascending, from one sort of them all; without rows nothing."""
    if not len(numbers):
        return {}
    order = np.argsort(numbers, kind="stable")
    met, first = np.unique(numbers[order], return_index=True)
    return dict(zip(met.tolist(), np.split(order, first[1:]), strict=True))
