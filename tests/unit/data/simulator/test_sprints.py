"""Sprints of the simulated teams: functions of seed and issue, with the history that tells of them."""

from zoneinfo import ZoneInfo

import pytest

from data.jira.sprint_values import read_sprints
from data.simulator import catalogue as c
from data.simulator.lives import status_item
from data.simulator.model import DAY, HOUR, MINUTE, Change, Issue
from data.simulator.rendering import encode, stamp
from data.simulator.sprint_plans import plan_sprints
from data.simulator.sprints import (
    LENGTH,
    as_object,
    as_text,
    completes,
    find_sprint,
    name_of,
    number_at,
    sprints_of,
)
from data.simulator.world import World
from tests.support.rows import at

MONDAY = at("2026-03-09T14:00")  # nine o'clock for the payments team, five hours behind UTC
NUMBER = (MONDAY - at("2010-01-04T14:00")) // LENGTH + 1  # 1 began with the year 2010: this is 423


def begun(at_ms: int, resolved_at: int | None = None, project: str = "PAY", number: int = 10_000) -> Issue:
    """An issue that went into progress at an instant, a day after it was created."""
    issue = Issue(project, c.STORY, "x", at_ms - DAY, 0, c.IN_PROGRESS, c.PRIORITIES[2], id=number)
    issue.changes = [Change(at_ms, 6, (status_item(c.OPEN, c.IN_PROGRESS, at_ms, 0),))]
    issue.resolved_at = resolved_at
    return issue


def planned(issue: Issue, now: int) -> Issue:
    plan_sprints(1, issue, now)
    return issue


def test_an_issue_is_in_the_sprints_between_its_start_and_its_end() -> None:
    """Begun an hour before a sprint is closed and finished in the next one; both are over by now."""
    closing = completes(c.PAY, 422)
    issue = planned(begun(closing - HOUR, MONDAY + DAY), MONDAY + 3 * LENGTH)
    first, second = sprints_of(issue, MONDAY + 3 * LENGTH)

    assert NUMBER == 423
    assert (first.name, second.name, first.board) == ("PAY Sprint 422", "PAY Sprint 423", 1)
    assert (second.starts_at, second.ends_at) == (MONDAY, MONDAY + 11 * DAY + 8 * HOUR)
    assert second.completed_at == second.ends_at + 23 * MINUTE  # 423 % 50
    assert {first.state, second.state} == {"closed"}


def test_its_history_tells_of_them() -> None:
    """It came before it was begun; when 422 was closed it went on to 423, and kept 422."""
    closing = completes(c.PAY, 422)
    issue = planned(begun(closing - HOUR, MONDAY + DAY), MONDAY + 3 * LENGTH)
    came, began, carried = issue.changes

    assert (came.items[0].from_id, came.items[0].to_id) == ("", "1422")
    assert (carried.items[0].from_text, carried.items[0].to_id) == ("PAY Sprint 422", "1422, 1423")
    assert came.at < began.at < closing < carried.at <= closing + 3_000
    assert issue.updated == carried.at


@pytest.mark.parametrize(("gap", "number"), [(-1, 422), (0, 423)])
def test_between_two_sprints_the_next_one_is_meant(gap: int, number: int) -> None:
    """Nothing is put into a sprint that is closed."""
    assert number_at(c.PAY, completes(c.PAY, 422) + gap) == number


def test_what_is_not_finished_stays_in_the_sprint_of_now() -> None:
    issue = planned(begun(MONDAY + HOUR), MONDAY + 2 * HOUR)
    (only,) = sprints_of(issue, MONDAY + 2 * HOUR)

    assert (only.state, only.completed_at) == ("active", None)


def test_what_nobody_finishes_leaves_after_four_sprints() -> None:
    assert len(planned(begun(MONDAY), MONDAY + 20 * LENGTH).sprints) == 4


def test_the_web_team_has_no_sprints_nor_has_what_was_never_begun() -> None:
    idle = begun(MONDAY)
    idle.changes = []

    assert planned(begun(MONDAY, project="WEB"), MONDAY).sprints == ()
    assert planned(idle, MONDAY + DAY).sprints == ()
    assert idle.changes == []


def test_every_habit_is_met(world: World) -> None:
    """Put into a sprint, carried over, put off in the middle; and never into one that is closed."""
    kinds = set()
    for issue in world.issues:
        moves = [change for change in issue.changes if change.items[0].field_id == c.SPRINT]
        for change in moves:
            before, after = change.items[0].from_id, change.items[0].to_id
            kinds.add((bool(before), bool(after)))
            assert issue.created <= change.at < world.ends_at
            newest = int(after.split(", ")[-1]) if after else None
            assert newest is None or change.at < find_sprint(newest, world.ends_at).ends_at + HOUR
        held = moves[-1].items[0].to_text if moves else ""
        assert ", ".join(map(name_of, issue.sprints)) == held
    assert kinds == {(False, True), (True, True), (True, False)}


def test_both_dialects_say_the_same(world: World) -> None:
    """As an object and as the text of one; dates that are yet to come are left out or null."""

    def written(at_ms: int | None) -> str | None:
        return None if at_ms is None else stamp(at_ms, ZoneInfo("Europe/Berlin"))

    met = set()
    for issue in world.issues:
        sprints = sprints_of(issue, world.ends_at)
        objects = encode([as_object(sprint, written) for sprint in sprints])
        texts = encode([as_text(sprint, written) for sprint in sprints])
        found, odd = read_sprints((objects,))
        assert (found, odd) == read_sprints((texts,))
        assert (len(found), odd) == (len(sprints), False)
        met |= {sprint.state for sprint in sprints}
    assert met >= {"closed", "active"}
