"""Sprints of the simulated teams: functions of the issue and of the instant at which the world ends."""

from zoneinfo import ZoneInfo

from data.jira.sprint_values import read_sprints
from data.simulator import catalogue as c
from data.simulator.lives import status_item
from data.simulator.model import DAY, HOUR, MINUTE, Change, Issue
from data.simulator.rendering import encode, stamp
from data.simulator.sprints import LENGTH, as_object, as_text, sprints_of
from data.simulator.world import World
from tests.support.rows import at

MONDAY = at("2026-03-09T14:00")  # nine o'clock for the payments team, five hours behind UTC
NUMBER = (MONDAY - at("2023-01-02T14:00")) // LENGTH + 1  # 1 began with the year 2023: this is 84


def begun(at_ms: int, resolved_at: int | None = None, project: str = "PAY") -> Issue:
    """An issue that went into progress at an instant."""
    issue = Issue(project, c.STORY, "x", at_ms - DAY, 0, c.IN_PROGRESS, c.PRIORITIES[2], id=10_000)
    issue.changes = [Change(at_ms, 6, (status_item(c.OPEN, c.IN_PROGRESS, at_ms, 0),))]
    issue.resolved_at = resolved_at
    return issue


def test_an_issue_was_in_the_sprints_between_its_start_and_its_end() -> None:
    """Begun a minute before a sprint ends and finished in the next one; both are over by now."""
    first, second = sprints_of(begun(MONDAY - MINUTE, MONDAY + DAY), MONDAY + 3 * LENGTH)

    assert NUMBER == 84
    assert (first.name, second.name, first.board) == ("PAY Sprint 83", "PAY Sprint 84", 1)
    assert (second.starts_at, second.ends_at) == (MONDAY, MONDAY + 11 * DAY + 8 * HOUR)
    assert second.completed_at == second.ends_at + 34 * MINUTE  # 84 % 50
    assert {first.state, second.state} == {"closed"}


def test_what_is_not_finished_stays_in_the_sprint_of_now() -> None:
    (only,) = sprints_of(begun(MONDAY), MONDAY + HOUR)

    assert (only.state, only.completed_at) == ("active", None)


def test_what_nobody_finishes_leaves_after_four_sprints() -> None:
    assert len(sprints_of(begun(MONDAY), MONDAY + 20 * LENGTH)) == 4


def test_the_web_team_has_no_sprints_nor_has_what_was_never_begun() -> None:
    idle = begun(MONDAY)
    idle.changes = []

    assert sprints_of(begun(MONDAY, project="WEB"), MONDAY) == []
    assert sprints_of(idle, MONDAY) == []


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
    assert met == {"closed", "active"}
