"""Which sprints an issue is put into, taken out of and carried over to, and the history that tells of it.

A function of the seed and the issue. Most issues are planned before the sprint in which they are begun;
some are added to a running one, some wait a whole sprint before anybody begins them, some are put off in
the middle of one. What is not finished when a sprint is closed goes on to the next.
"""

import random

from data.simulator import catalogue as c
from data.simulator.model import DAY, HOUR, MINUTE, Change, Issue, Item, seeded
from data.simulator.sprints import BOARDS, completes, id_of, name_of, number_at, opens

_SPRINT_STREAM = 53
_WAITS, _PUT_OFF, _UNPLANNED = 0.16, 0.4, 0.54  # shares, one after the other
_ESTIMATED_ANEW = 0.2
_MOST = 4  # by then what nobody finishes goes back to the backlog
_UNDERWAY = frozenset(status.id for status in (*c.STATUSES, c.QA) if status.category is c.UNDERWAY)
# An instant, and the numbers of the sprints that the issue holds from then on.
_Move = tuple[int, tuple[int, ...]]


def plan_sprints(seed: int, issue: Issue, ends_at: int) -> None:
    """Put an issue of a team with sprints into those of its time; what was never begun stays outside.

    Args:
        seed: of the world.
        issue: with its id; gets sprints, their history, and a later ``updated`` where that ends later.
        ends_at: nothing happens at or after this instant.
    """
    began = _begun_at(issue)
    if issue.project not in BOARDS or began is None:
        return
    team, rng = c.TEAM_OF[issue.project], seeded(seed, issue.id, _SPRINT_STREAM)
    moves = [move for move in _plan(team, issue, began, ends_at, rng) if move[0] < ends_at]
    held: tuple[int, ...] = ()
    for at, after in moves:
        item = Item(c.SPRINT, *_side(team, held), *_side(team, after))
        issue.changes.append(Change(at, rng.choice(team.people), (item,)))
        issue.updated = max(issue.updated, at)
        held = after
    if issue.points is not None and rng.random() < _ESTIMATED_ANEW:
        _estimate_anew(issue, began, team, rng)
    issue.changes.sort(key=_instant_of)
    issue.sprints = tuple(id_of(team, number) for number in held)


def _plan(team: c.Team, issue: Issue, began: int, ends_at: int, rng: random.Random) -> list[_Move]:
    first, habit = number_at(team, began), rng.random()
    last = min(number_at(team, issue.resolved_at or ends_at), first + _MOST - 1)
    moves: list[_Move] = []
    before = first - 1
    if habit < _PUT_OFF and issue.created < completes(team, before) - 4 * DAY:
        came = max(_planned(team, before, rng), issue.created)
        moves.append((came, (before,)))
        if habit < _WAITS:
            return moves + _carry(team, before, last, rng)
        moves.append((max(came, opens(team, before)) + rng.randint(8, 90) * HOUR, ()))
    planned = _planned(team, first, rng) if habit < _PUT_OFF or habit > _UNPLANNED else began
    # Whoever begins it has put it into the sprint first.
    at = max(min(planned, began - rng.randint(2, 40) * MINUTE), issue.created)
    return [*moves, (at, (first,)), *_carry(team, first, last, rng)]


def _estimate_anew(issue: Issue, began: int, team: c.Team, rng: random.Random) -> None:
    """Let somebody find out, an hour or so into the work, that an issue is larger or smaller than thought."""
    assert issue.points is not None
    before = rng.choice([points for points in (1.0, 2.0, 3.0, 5.0, 8.0) if points != issue.points])
    at = min(began + rng.randint(20, 90) * MINUTE, issue.updated)
    item = Item(c.POINTS, None, f"{before:g}", None, f"{issue.points:g}")
    issue.changes.append(Change(at, rng.choice(team.people), (item,)))


def _planned(team: c.Team, number: int, rng: random.Random) -> int:
    """Return when a sprint was planned: in the days before it."""
    return opens(team, number) - rng.randint(1, 60) * HOUR


def _carry(team: c.Team, first: int, last: int, rng: random.Random) -> list[_Move]:
    """Return how an issue goes on whenever a sprint is closed; the closed ones stay in its field."""
    return [
        (completes(team, number) + rng.randint(1, 3) * 1_000, tuple(range(first, number + 2)))
        for number in range(first, last)
    ]


def _side(team: c.Team, numbers: tuple[int, ...]) -> tuple[str, str]:
    """Return ids and names as one side of a history has them."""
    ids = [id_of(team, number) for number in numbers]
    return ", ".join(map(str, ids)), ", ".join(map(name_of, ids))


def _instant_of(change: Change) -> int:
    return change.at


def _begun_at(issue: Issue) -> int | None:
    moves = (
        change.at
        for change in issue.changes
        for item in change.items
        if item.field_id == "status" and item.to_id in _UNDERWAY
    )
    return next(moves, None)
