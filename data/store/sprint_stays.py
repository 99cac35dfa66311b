"""When an issue was in which sprint: its histories of Sprint, and what the field holds today. Pure.

A history names whole lists, "4, 5" to "5, 6". What it adds and what it takes away is looked at and not
the list that stands afterwards: so histories of several sprint fields may lie between each other.
"""

from typing import NamedTuple

from data.model.tables import MISSING, OPEN, Change, IssueRow


class SprintStay(NamedTuple):
    """A stretch in which an issue was in a sprint.

    Attributes:
        sprint: id of the sprint.
        since: first instant, ``MISSING``: since the issue was created.
        until: first instant after it, ``OPEN``: still.
        told: by the histories; False where only the value of today says so.
    """

    sprint: str
    since: int
    until: int
    told: bool


def sprint_stays_of(row: IssueRow) -> list[SprintStay]:
    """Return the stays of an issue in sprints, by their ends; an issue without sprints has none.

    A sprint that the field holds and no history names has been there since the creation. That is told by
    the histories only where there are some and none of them is of a sprint: as with an issue that was
    created in its sprint.
    """
    moves = [change for change in row.changes if change.field == "Sprint"]
    if not moves and not row.sprints:
        return []
    stays, still = _follow(moves)
    named = {stay.sprint for stay in stays}.union(still)
    stays += [SprintStay(sprint, since, OPEN, told=True) for sprint, since in still.items()]
    told = row.has_changelog and not moves
    return stays + [
        SprintStay(sprint.id, MISSING, OPEN, told) for sprint in row.sprints if sprint.id not in named
    ]


def _follow(moves: list[Change]) -> tuple[list[SprintStay], dict[str, int]]:
    """Return the stays that ended, and since when those last that did not."""
    stays: list[SprintStay] = []
    still: dict[str, int] = {}
    met: set[str] = set()
    for move in moves:
        before, after = _ids_of(move.from_id), _ids_of(move.to_id)
        still |= {sprint: MISSING for sprint in before if sprint not in met}
        met.update(before, after)
        stays += [
            SprintStay(sprint, still.pop(sprint), move.at, told=True)
            for sprint in before
            if sprint not in after and sprint in still
        ]
        for sprint in after:
            if sprint not in before:
                still.setdefault(sprint, move.at)
    return stays, still


def _ids_of(text: str) -> tuple[str, ...]:
    """Return the ids of a side of a history, each once; names are of no use: they may hold commas."""
    return tuple(dict.fromkeys(part for each in text.split(",") if (part := each.strip())))
