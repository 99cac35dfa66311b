"""Every promise of the demo world, held by a number."""

from collections import Counter
from itertools import pairwise
from statistics import median

import pytest

from data.simulator import catalogue as c
from data.simulator.history import full_history
from data.simulator.model import DAY, HOUR, MINUTE
from data.simulator.releases import iso_date
from data.simulator.world import SPAN, build_world

from .conftest import ENDS_AT


def _moves(issue):
    return [
        (change.at, item) for change in issue.changes for item in change.items if item.field_id == "status"
    ]


def _started_at(issue):
    return next((at for at, item in _moves(issue) if item.to_id == c.IN_PROGRESS.id), None)


def _flow_days(world, project, first_day, last_day):
    """Days from start to the final end of what was finished between two days of the world."""
    lo, hi = world.starts_at + first_day * DAY, world.starts_at + last_day * DAY
    return [
        (issue.resolved_at - _started_at(issue)) / DAY
        for issue in world.issues
        if issue.project == project
        and issue.resolved_at is not None
        and lo <= issue.resolved_at < hi
        and _started_at(issue) is not None
    ]


@pytest.mark.slow
def test_the_same_seed_and_day_make_the_same_world(world):
    again = build_world(seed=1, issues=2_000, ends_at=ENDS_AT)

    assert [full_history(1, issue) for issue in again.issues] == [
        full_history(1, issue) for issue in world.issues
    ]
    assert [issue.summary for issue in again.issues] == [issue.summary for issue in world.issues]
    assert again.versions == world.versions


@pytest.mark.slow
def test_another_seed_makes_another_world(world):
    other = build_world(seed=2, issues=2_000, ends_at=ENDS_AT)

    assert [issue.created for issue in other.issues] != [issue.created for issue in world.issues]


@pytest.mark.parametrize("count", [0, 1, 7, 100, 999])
def test_a_world_of_any_size_holds_exactly_that_many(count):
    assert len(build_world(3, count, ENDS_AT).issues) == count


def test_ids_and_numbers_follow_creation(world):
    created = [issue.created for issue in world.issues]

    assert created == sorted(created)
    assert [issue.id for issue in world.issues] == list(range(10_001, 12_001))
    for project in ("WEB", "PAY", "MOB"):
        numbers = [issue.number for issue in world.issues if issue.project == project]
        assert numbers == list(range(1, len(numbers) + 1))


def test_eighteen_months_end_at_the_end(world):
    instants = [change.at for issue in world.issues for change in full_history(1, issue)]

    assert min(issue.created for issue in world.issues) - world.starts_at < 3 * DAY
    assert world.ends_at - world.starts_at == SPAN == 546 * DAY
    assert max(instants) < ENDS_AT
    # The last week is lived in by every team.
    for project in ("WEB", "PAY", "MOB"):
        recent = [issue for issue in world.issues if issue.project == project]
        assert sum(issue.created >= ENDS_AT - 7 * DAY for issue in recent) >= 3


def test_histories_are_whole(world):
    """Entries ascend, statuses chain, the last one is the current one, ``updated`` is the latest."""
    for issue in world.issues:
        moves = _moves(issue)
        instants = [change.at for change in full_history(1, issue)]
        assert instants == sorted(instants)
        assert all(at >= issue.created for at in instants)
        assert issue.updated >= max([issue.created, *instants])
        assert all(before.to_id == after.from_id for (_, before), (_, after) in pairwise(moves))
        if moves:
            assert moves[-1][1].to_id == issue.status.id
        assert (issue.resolved_at is not None) == (issue.resolution is not None)
        assert (issue.status.category is c.DONE) == (issue.resolution is not None)


def test_three_teams_work_at_three_speeds(world):
    last_quarter = {
        project: median(_flow_days(world, project, 456, 546)) for project in ("WEB", "PAY", "MOB")
    }

    assert 1.5 < last_quarter["WEB"] < 4.5
    assert 5 < last_quarter["PAY"] < 11
    assert 11 < last_quarter["MOB"] < 25


@pytest.mark.parametrize(("project", "least"), [("WEB", 80), ("PAY", 60), ("MOB", 35)])
def test_the_last_quarter_has_enough_to_count(world, project, least):
    assert len(_flow_days(world, project, 456, 546)) >= least


def test_one_team_clearly_improves(world):
    """The web team: flow time falls by half or more, releases at least double."""
    early, late = _flow_days(world, "WEB", 0, 120), _flow_days(world, "WEB", 426, 546)
    dates = [v.released_on for v in world.versions["WEB"] if v.released and v.released_on]
    first, last = iso_date(world.starts_at + 120 * DAY), iso_date(ENDS_AT - 120 * DAY)

    assert median(late) < median(early) / 2
    assert sum(date >= last for date in dates) > 2 * sum(date < first for date in dates)


def test_release_rhythms(world):
    since = iso_date(ENDS_AT - 90 * DAY)
    counts = {
        project: sum(
            v.released and (v.released_on or "") >= since and "hotfix" not in v.name for v in versions
        )
        for project, versions in world.versions.items()
    }

    assert 36 <= counts["WEB"] <= 52  # about three a week, and now and then a hotfix
    assert 12 <= counts["PAY"] <= 16
    assert 3 <= counts["MOB"] <= 5


def test_versions_come_in_every_kind(world):
    versions = [version for each in world.versions.values() for version in each]

    assert len({version.id for version in versions}) == len(versions)
    assert sum("-hotfix" in version.name for version in versions) >= 8
    assert sum(version.released and version.released_on is None for version in versions) == 3
    assert sum(not version.released and version.released_on is None for version in versions) == 3
    assert sum(not version.released and version.released_on is not None for version in versions) >= 3
    assert any(version.archived for version in versions)
    sprints = [version for version in versions if "Sprint" in version.name]
    assert {version.project for version in sprints} == {"MOB"}
    assert 0 < len(sprints) < len(versions) / 10


def test_finished_work_is_in_a_release_that_came_after_it(world):
    shipped = [issue for issue in world.issues if issue.fix_versions and issue.resolved_at]

    assert len(shipped) > 1_000
    for issue in shipped:
        dates = [version.released_on for version in issue.fix_versions]
        assert all(date is not None and date >= iso_date(issue.resolved_at - DAY) for date in dates)


def test_incidents_can_be_traced(world):
    """Some by link, some by affected version, some by neither, some are none."""
    incidents = [issue for issue in world.issues if issue.type is c.INCIDENT]
    linked = [i for i in incidents if any(end.type is c.CAUSE and end.inward for end in i.links)]
    affected = [i for i in incidents if i.affected_versions]
    neither = [i for i in incidents if i not in linked and i not in affected]
    by_id = {issue.id: issue for issue in world.issues}

    assert len(incidents) >= 30
    assert len(linked) >= 10
    assert len(affected) >= 6
    assert neither
    assert {i.project for i in incidents} == {"WEB", "PAY", "MOB"}
    for incident in linked:
        cause = next(by_id[end.other] for end in incident.links if end.type is c.CAUSE)
        assert cause.created < incident.created
        assert any(end.other == incident.id and not end.inward for end in cause.links)
    assert {"Duplicate", "Not a Bug"} & {i.resolution.name for i in incidents if i.resolution}


def test_incidents_of_the_last_quarter_are_worth_a_number(world):
    recent = [i for i in world.issues if i.type is c.INCIDENT and i.created >= ENDS_AT - 90 * DAY]
    restored = [i for i in recent if i.resolved_at]

    assert len(restored) >= 5
    assert len(recent) > len(restored)  # and one is still open


def test_hotfixes_hold_a_bug_that_is_linked_to_its_incident(world):
    by_id = {issue.id: issue for issue in world.issues}
    fixes = [issue for issue in world.issues if any("-hotfix" in v.name for v in issue.fix_versions)]

    assert len(fixes) >= 8
    for fix in fixes:
        assert fix.type is c.BUG
        assert any(by_id[end.other].type is c.INCIDENT for end in fix.links)


def test_work_is_reopened_blocked_and_flagged(world):
    names = [{item.to_text for _, item in _moves(issue)} for issue in world.issues]
    reopened = [
        issue
        for issue in world.issues
        if any(item.from_id in (c.CLOSED.id, c.FINISHED.id) for _, item in _moves(issue))
    ]
    flags = [
        item
        for issue in world.issues
        for change in issue.changes
        for item in change.items
        if item.field_id == c.FLAGGED
    ]

    assert len(reopened) >= 50
    assert sum("Blocked" in each for each in names) >= 50
    assert sum(item.to_text == "Impediment" for item in flags) >= 80
    assert sum(item.to_text == "" for item in flags) >= 80


def test_a_backlog_was_swept_within_a_minute(world):
    closed = sorted(
        issue.resolved_at
        for issue in world.issues
        if issue.project == "PAY" and issue.resolution is c.WONT_DO and not _started_at(issue)
    )
    most = max(sum(at <= other < at + MINUTE for other in closed) for at in closed)

    assert most >= 20


def test_what_was_never_begun_and_what_is_under_way(world):
    untouched = [i for i in world.issues if not _moves(i)]
    under_way = [i for i in world.issues if i.status.category is c.UNDERWAY and i.type.level == 0]
    ages = [(ENDS_AT - _started_at(issue)) / DAY for issue in under_way if _started_at(issue)]

    assert len(untouched) >= 60
    assert len(under_way) >= 20
    assert min(ages) < 3
    assert max(ages) > 60


def test_long_histories_are_longer_than_a_page_shows(world):
    lengths = [len(full_history(1, issue)) for issue in world.issues]

    assert sum(length > 40 for length in lengths) >= 10
    assert sum(length > 100 for length in lengths) >= 4
    started_long_ago = [
        issue
        for issue in world.issues
        if any(item.field_id == "status" for change in full_history(1, issue)[:-40] for item in change.items)
    ]
    assert started_long_ago  # the newest 40 entries do not tell when these began


def test_histories_tell_more_than_statuses(world):
    fields = Counter(
        item.field_id for issue in world.issues for change in full_history(1, issue) for item in change.items
    )

    for field_id in ("status", "assignee", "summary", "description", "priority", "labels", "resolution"):
        assert fields[field_id] >= 30, field_id
    assert fields[c.RANK] >= 500
    assert fields["fixVersions"] >= 1_000


def test_old_histories_name_statuses_that_are_gone(world):
    texts = Counter((item.to_id, item.to_text) for issue in world.issues for _, item in _moves(issue))
    today = {status.id for status in c.STATUSES}

    assert texts[(c.IN_TEST.id, "In Testing")] >= 20  # renamed
    assert texts[(c.IN_TEST.id, "In Test")] >= 20
    assert texts[(c.QA.id, "QA")] >= 20  # deleted
    assert all(issue.status.id in today for issue in world.issues)


def test_types_levels_and_parents(world):
    by_id = {issue.id: issue for issue in world.issues}
    types = Counter(issue.type.name for issue in world.issues)

    assert all(types[kind.name] >= 20 for kind in c.ISSUE_TYPES if kind is not c.INITIATIVE)
    assert types[c.INITIATIVE.name] >= 10
    for issue in world.issues:
        if issue.parent_id is not None:
            assert by_id[issue.parent_id].type.level == issue.type.level + 1
        assert issue.type is not c.SUBTASK or issue.parent_id is not None
    assert sum(issue.parent_id is not None for issue in world.issues) >= 500


def test_fields_are_filled_as_people_fill_them(world):
    issues = world.issues

    assert {issue.resolution.name for issue in issues if issue.resolution} == {
        resolution.name for resolution in c.RESOLUTIONS
    }
    assert {issue.priority.name for issue in issues} == {priority.name for priority in c.PRIORITIES}
    assert sum(issue.points is not None for issue in issues) >= 300
    assert sum(bool(issue.labels) for issue in issues) >= 800
    assert sum(bool(issue.components) for issue in issues) >= 1_000
    assert sum(not issue.summary.isascii() for issue in issues) >= 200


def test_weekends_and_nights_are_quiet(world):
    offset = {team.key: team.utc_offset_min * MINUTE for team in c.TEAMS}
    born = [issue.created + offset[issue.project] for issue in world.issues if issue.type is not c.INCIDENT]
    weekend = sum((at // DAY + 3) % 7 > 4 for at in born)
    night = sum(not 7 * HOUR < at % DAY < 19 * HOUR for at in born)

    assert weekend / len(born) < 0.05
    assert night / len(born) < 0.05


def test_each_team_has_its_own_week(world):
    """Payments finish on Wednesday, mobile on Thursday, the web team on any day."""

    def finished_on(project):
        offset = c.TEAM_OF[project].utc_offset_min * MINUTE
        return Counter(
            ((issue.resolved_at + offset) // DAY + 3) % 7
            for issue in world.issues
            if issue.project == project and issue.resolved_at and _started_at(issue)
        )

    assert finished_on("PAY").most_common(1)[0][0] == 2
    assert finished_on("MOB").most_common(1)[0][0] == 3
    web = finished_on("WEB")
    assert max(web.values()) < 0.4 * web.total()
