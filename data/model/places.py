"""Which stored issue a key in an event or a link means. Pure."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.model.changes import ChangeTable
from data.model.projects import rows_by_number
from data.model.tables import EventTable, IssueTable, split_key

NOWHERE = -1


def find_places(issues: IssueTable, events: EventTable | ChangeTable) -> NDArray[np.int64]:
    """Return the row of the issue that each key of events or changes means, -1 where none is stored.

    A key that an issue once had is that issue, unless another one has it now. The
    issue table is in the order of keys, so that each project is one stretch of it.
    """
    found = np.full(len(events.keys), NOWHERE, np.int64)
    spans = _project_spans(issues)
    for project, mine in rows_by_number(events.key_project).items():
        first, end = spans.get(events.key_projects[project], (0, 0)) if project >= 0 else (0, 0)
        if first < end:
            numbers, wanted = issues.number[first:end], events.key_number[mine]
            place = np.minimum(np.searchsorted(numbers, wanted), end - first - 1)
            found[mine] = np.where(numbers[place] == wanted, first + place, NOWHERE)
    past = _past_places(issues)
    if past:
        lost = np.flatnonzero(found == NOWHERE)
        found[lost] = [past.get(events.keys[code], NOWHERE) for code in lost.tolist()]
    return found


def find_keys(issues: IssueTable, keys: Sequence[str]) -> NDArray[np.int64]:
    """Return the row of the issue that each key means, -1 where none is stored; as ``find_places`` has it.

    A text that is not a key means none.
    """
    if not keys:
        return np.zeros(0, np.int64)
    spans, past = _project_spans(issues), _past_places(issues)
    found = (_find_key(issues, spans, key) for key in keys)
    return np.array(
        [past.get(key, NOWHERE) if row == NOWHERE else row for key, row in zip(keys, found, strict=True)],
        np.int64,
    )


def _find_key(issues: IssueTable, spans: dict[str, tuple[int, int]], key: str) -> int:
    project, number = split_key(key) or ("", 0)
    first, end = spans.get(project, (0, 0))
    place = first + int(np.searchsorted(issues.number[first:end], number))
    return place if place < end and issues.number[place] == number else NOWHERE


def _project_spans(issues: IssueTable) -> dict[str, tuple[int, int]]:
    """Return by key where the issues of a project begin and end; two projects of one key are one stretch."""
    starts = np.flatnonzero(np.diff(issues.project, prepend=-1)).tolist()
    spans: dict[str, tuple[int, int]] = {}
    for first, end in itertools.pairwise([*starts, len(issues)]):
        key = issues.projects[issues.project[first]].key
        spans[key] = spans.get(key, (first, end))[0], end
    return spans


def _past_places(issues: IssueTable) -> dict[str, int]:
    """Return by key the rows of the issues that once had it."""
    codes = zip(issues.past_key.tolist(), issues.past_key_issue.tolist(), strict=True)
    return {issues.past_keys[code]: row for code, row in codes}
