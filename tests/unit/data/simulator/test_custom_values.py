"""Values that only custom fields show: functions of the issue alone, with the habits of people."""

from data.simulator import catalogue as c
from data.simulator.custom_values import deployed_at, deployment_note, planned_for
from data.simulator.model import DAY, HOUR, Issue, Version
from data.simulator.world import World

MIDNIGHT = 20_000 * DAY  # 2024-10-04
TODAY = Version("1", "WEB", "1.0", released=True, archived=False, released_on="2024-10-04")


def finished(at: int, *versions: Version) -> Issue:
    """An issue of the web team, an hour ahead of UTC, that was resolved at an instant."""
    issue = Issue("WEB", c.STORY, "x", MIDNIGHT - DAY, 0, c.FINISHED, c.PRIORITIES[2], id=10_000)
    issue.resolved_at, issue.fix_versions = at, versions
    return issue


def test_a_release_goes_out_in_the_afternoon_of_its_day() -> None:
    """15:00 in Berlin is 14:00 UTC; 10 000 % 40 is 0 minutes earlier."""
    assert deployed_at(finished(MIDNIGHT, TODAY)) == MIDNIGHT + 14 * HOUR


def test_what_has_not_gone_out_has_no_date() -> None:
    """Not finished, no release, one that is still to come, sprints, and what was finished after it."""
    later = Version("3", "WEB", "1.1", released=False, archived=False, released_on="2024-10-05")
    sprint = Version("2", "WEB", "WEB Sprint 3", released=True, archived=False, released_on="2024-10-04")

    assert deployed_at(finished(MIDNIGHT)) is None
    assert deployed_at(finished(MIDNIGHT, later)) is None
    assert deployed_at(finished(MIDNIGHT, sprint)) is None
    assert deployed_at(finished(MIDNIGHT + 15 * HOUR, TODAY)) is None
    open_issue = finished(MIDNIGHT, TODAY)
    open_issue.resolved_at = None
    assert deployed_at(open_issue) is None


def test_a_world_fills_each_field_for_some(world: World) -> None:
    """Enough values to judge a field by, none in the future; plans lie weeks from the truth."""
    dates = [at for issue in world.issues if (at := deployed_at(issue)) is not None]

    assert len(dates) > 500
    assert max(dates) < world.ends_at
    assert sum(planned_for(issue) is not None for issue in world.issues) > 100
    assert sum(deployment_note(issue) is not None for issue in world.issues) > 100
