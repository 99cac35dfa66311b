"""The sprints of the teams that work in sprints.

Which ones an issue was in is a function of the issue alone, so that a world of the
same seed stays the same. Nobody plans or closes a sprint while the simulator runs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from data.simulator import catalogue as c
from data.simulator.model import DAY, HOUR, MINUTE, Issue

LENGTH = 14 * DAY
_FIRST_MONDAY = 19_359 * DAY  # 2023-01-02
_BOARDS = {c.PAY.key: 1, c.MOB.key: 2}
_MOST = 4  # by then what nobody finishes goes back to the backlog
_UNDERWAY = frozenset(status.id for status in (*c.STATUSES, c.QA) if status.category is c.UNDERWAY)


class Sprint(NamedTuple):
    """Two weeks of a team, from Monday at nine to the second Friday at five; instants in epoch ms."""

    id: int
    name: str
    state: str
    board: int
    starts_at: int
    ends_at: int
    completed_at: int | None


def sprints_of(issue: Issue, now: int) -> list[Sprint]:
    """Return the sprints in which an issue was under way, oldest first, as they stand at ``now``."""
    began = _begun_at(issue)
    if issue.project not in _BOARDS or began is None:
        return []
    team = c.TEAM_OF[issue.project]
    first, last = _number(team, began), _number(team, max(issue.resolved_at or now, began))
    return [_sprint(team, number, now) for number in range(first, min(last, first + _MOST - 1) + 1)]


def as_object(sprint: Sprint, stamp: Callable[[int | None], str | None]) -> dict[str, Any]:
    """Return a sprint as Cloud writes it; what has not come yet is left out."""
    answer: dict[str, Any] = {"id": sprint.id, "name": sprint.name, "state": sprint.state}
    answer |= {"boardId": sprint.board, "goal": ""}
    answer |= {"startDate": stamp(sprint.starts_at), "endDate": stamp(sprint.ends_at)}
    return answer if sprint.completed_at is None else answer | {"completeDate": stamp(sprint.completed_at)}


def as_text(sprint: Sprint, stamp: Callable[[int | None], str | None]) -> str:
    """Return a sprint as Data Center writes it: what Java prints of an object."""
    return (
        f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint.id * 7919:x}[id={sprint.id},"
        f"rapidViewId={sprint.board},state={sprint.state.upper()},name={sprint.name},"
        f"startDate={stamp(sprint.starts_at)},endDate={stamp(sprint.ends_at)},"
        f"completeDate={stamp(sprint.completed_at) or '<null>'},activatedDate={stamp(sprint.starts_at)},"
        f"sequence={sprint.id},goal=,autoStartStop=false,synced=false]"
    )


def _begun_at(issue: Issue) -> int | None:
    moves = (
        change.at
        for change in issue.changes
        for item in change.items
        if item.field_id == "status" and item.to_id in _UNDERWAY
    )
    return next(moves, None)


def _opens(team: c.Team, number: int) -> int:
    return _FIRST_MONDAY + (number - 1) * LENGTH - team.utc_offset_min * MINUTE + 9 * HOUR


def _number(team: c.Team, at: int) -> int:
    return (at - _opens(team, 1)) // LENGTH + 1


def _sprint(team: c.Team, number: int, now: int) -> Sprint:
    """Return a sprint of a team; somebody closes it some minutes late."""
    board, current = _BOARDS[team.key], _number(team, now)
    state = "closed" if number < current else "active" if number == current else "future"
    opens = _opens(team, number)
    ends = opens + 11 * DAY + 8 * HOUR
    completed = ends + number % 50 * MINUTE if state == "closed" else None
    return Sprint(board * 1000 + number, f"{team.key} Sprint {number}", state, board, opens, ends, completed)
