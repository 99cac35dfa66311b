"""The sprints of the teams that work in sprints: when they are, and how both dialects write them.

Which ones an issue was in is written with the world (``sprint_plans.py``). Nobody plans or closes a sprint
while the simulator runs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from data.simulator import catalogue as c
from data.simulator.model import DAY, HOUR, MINUTE, Issue

LENGTH = 14 * DAY
_FIRST_MONDAY = 14_613 * DAY  # 2010-01-04, before any world
BOARDS = {c.PAY.key: 1, c.MOB.key: 2}
_TEAM_OF = {board: c.TEAM_OF[key] for key, board in BOARDS.items()}
_IDS_PER_BOARD = 1_000


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
    """Return the sprints that an issue holds, oldest first, as they stand at ``now``."""
    return [find_sprint(each, now) for each in issue.sprints]


def id_of(team: c.Team, number: int) -> int:
    """Return the id of a team's sprint, which tells its board and its number."""
    return BOARDS[team.key] * _IDS_PER_BOARD + number


def name_of(sprint_id: int) -> str:
    """Return what people call a sprint."""
    board, number = divmod(sprint_id, _IDS_PER_BOARD)
    return f"{_TEAM_OF[board].key} Sprint {number}"


def opens(team: c.Team, number: int) -> int:
    """Return when a sprint begins: on Monday at nine."""
    return _FIRST_MONDAY + (number - 1) * LENGTH - team.utc_offset_min * MINUTE + 9 * HOUR


def completes(team: c.Team, number: int) -> int:
    """Return when somebody closes a sprint: some minutes after five on its second Friday."""
    return _ends(team, number) + number % 50 * MINUTE


def number_at(team: c.Team, at: int) -> int:
    """Return the number of the sprint that is not closed yet at an instant: that of now, or the next one."""
    number = (at - opens(team, 1)) // LENGTH + 1
    return number if at < completes(team, number) else number + 1


def find_sprint(sprint_id: int, now: int) -> Sprint:
    """Return a sprint as it stands at ``now``."""
    board, number = divmod(sprint_id, _IDS_PER_BOARD)
    team = _TEAM_OF[board]
    begins, completed = opens(team, number), completes(team, number)
    state = "closed" if completed <= now else "active" if begins <= now else "future"
    closed = completed if state == "closed" else None
    return Sprint(sprint_id, name_of(sprint_id), state, board, begins, _ends(team, number), closed)


def _ends(team: c.Team, number: int) -> int:
    return opens(team, number) + 11 * DAY + 8 * HOUR


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
