"""Which issues are flow items: by level of their type, and by what the profile includes. Pure."""

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.usual_names import usual_names
from data.model.tables import MISSING, Flags, IssueTable, split_key
from data.model.words import fold


def flag_scope(issues: IssueTable, profile: Profile) -> Flags:
    """Flag flow items: readable creation, and a type that the profile does not leave out.

    A level below 0 is a sub-task, above 0 an epic or more. Where Jira gives no level, a type with the usual
    name of an epic is one, else a type of which other issues name more than half as their parent.
    """
    deployment = profile.deployments.type
    wanted = [
        (level >= 0 or profile.include_subtasks)
        and (level <= 0 or profile.include_epics)
        and not (deployment and (kind.id == deployment or fold(kind.name) == fold(deployment)))
        for kind, level in zip(issues.types, find_levels(issues), strict=True)
    ]
    in_scope: Flags = np.array(wanted, np.bool_)[issues.type] & (issues.created != MISSING)
    return in_scope


def find_levels(issues: IssueTable) -> list[int]:
    """Return the level of each type: as Jira gives it, else 1 for an epic by its name or its children."""
    names = usual_names().epics
    unsaid = [kind.level is None and bool(kind.name) for kind in issues.types]
    named = [unsaid[place] and fold(kind.name) in names for place, kind in enumerate(issues.types)]
    above = named
    if any(unsaid) and unsaid != named:
        above = (np.array(named) | np.array(unsaid) & (_share_of_parents(issues) > 0.5)).tolist()
    return [1 if epic else kind.level or 0 for kind, epic in zip(issues.types, above, strict=True)]


def _share_of_parents(issues: IssueTable) -> NDArray[np.float64]:
    """Return by type the share of its issues that one which is not a sub-task names as its parent."""
    subtask = np.array([kind.level is not None and kind.level < 0 for kind in issues.types], np.bool_)
    told = np.unique(issues.parent[(issues.parent >= 0) & ~subtask[issues.type]])
    parents = np.zeros(len(issues), np.bool_)
    parents[_find_rows(issues, [issues.parent_keys[code] for code in told.tolist()])] = True
    n = np.bincount(issues.type, minlength=len(issues.types))
    named = np.bincount(issues.type[parents], minlength=len(issues.types))
    return named / np.maximum(n, 1)


def _find_rows(issues: IssueTable, keys: list[str]) -> list[int]:
    """Return the rows of those of ``keys`` that are stored; the table is ordered by project and number."""
    numbers: dict[str, list[int]] = {}
    for project, number in filter(None, map(split_key, keys)):
        numbers.setdefault(project, []).append(number)
    codes = {project.key: code for code, project in enumerate(issues.projects)}
    found: list[int] = []
    for project, wanted in numbers.items():
        rows = np.flatnonzero(issues.project == codes.get(project, -1))
        if len(rows):
            place = np.minimum(np.searchsorted(issues.number[rows], wanted), len(rows) - 1)
            found += rows[place[issues.number[rows][place] == wanted]].tolist()
    return found
