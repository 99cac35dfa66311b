"""What each source of deployments yields, and what that becomes: days, instants, places by instant and id."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from configuration.profile import profile_from
from data.meaning.delivery import derive
from data.meaning.deployments import Deployments
from data.model.instants import DAY_MS
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.store.event_table import build_event_table
from tests.support.builders import issue, link, status_list, version
from tests.support.rows import UTC, at, dataset

BERLIN = ZoneInfo("Europe/Berlin")
# The other side of what A-6 says.
CAUSES = {
    "type": {"name": "Problem/Incident", "inward": "is caused by", "outward": "causes"},
    "outwardIssue": {"key": "A-6"},
}


def deployed(
    *issues: dict,
    events: list[DeploymentRow] = (),
    versions: list[dict] = (),
    zone: ZoneInfo = UTC,
    **settings: object,
) -> Deployments:
    found = dataset(issues or [issue("A-1")], status_list(), versions)
    tables = Dataset(found.issues, found.statuses, found.versions, build_event_table(events))
    return derive(tables, profile_from({"deployments": settings}), zone, at("2026-12-31")).deployments


def event(id_: str, when: str, *keys: str, project: str = "A", **more: object) -> DeploymentRow:
    given = {"name": id_, "at": at(when), "environment": "", "failed": False} | more
    return DeploymentRow(id=id_, project=project, issues=keys, **given)


def held(deployments: Deployments) -> list[list[int]]:
    start, value = deployments.holds.start.tolist(), deployments.holds.value.tolist()
    return [value[first:end] for first, end in itertools.pairwise(start)]


def done(key: str, day: str, **fields: object) -> dict:
    return issue(key, created="2026-01-01", history=[("2026-02-01", "Doing"), (day, "Done")], **fields)


def test_the_day_of_an_event_is_that_of_the_teams_clock() -> None:
    """Berlin is two hours ahead from the end of March on, and one before."""
    events = [event("1", "2026-03-04T22:59"), event("2", "2026-03-04T23:00"), event("3", "2026-06-04T22:00")]
    found = deployed(events=events, zone=BERLIN)

    days = [dt.date.fromordinal(day).isoformat() for day in found.day.tolist()]
    assert days == ["2026-03-04", "2026-03-05", "2026-06-05"]


def test_an_event_of_a_day_is_reckoned_at_the_next_midnight() -> None:
    """The clocks of Berlin went an hour ahead on 29 March: that day has 23 hours."""
    events = [event("1", "2026-03-29T12:00"), event("2", "2026-03-29", at=MISSING, day="2026-03-29")]
    found = deployed(events=events, zone=BERLIN)

    assert found.by_day.tolist() == [False, True]
    assert found.at.tolist() == [at("2026-03-29T12:00"), at("2026-03-28T23:00")]
    assert found.reckoned_at.tolist() == [at("2026-03-29T12:00"), at("2026-03-29T22:00")]
    assert found.carries_until.tolist() == [at("2026-03-29T12:00") + 1, at("2026-03-29T22:00") + DAY_MS]


def test_an_event_holds_what_it_lists_else_what_its_version_does() -> None:
    """The last is called like a version of another project, and says nothing of what it held."""
    events = [
        event("1", "2026-03-05", "A-1", "gone-1", name="1.0"),
        event("2", "2026-03-05", name="1.0"),
        event("3", "2026-03-05", "gone-1"),
        event("4", "2026-03-05", project="B", name="1.0"),
    ]
    found = deployed(issue("A-1"), issue("A-2"), events=events, versions=[version(7, "1.0")])

    assert held(found) == [[0], [], [], []]
    assert list(found.versions) == [(), ("7",), (), ()]
    assert found.unnamed.tolist() == [False, False, False, True]


def test_results_and_environments_are_compared_folded() -> None:
    events = [
        event("1", "2026-03-05", environment="PROD", result="Succeeded"),
        event("2", "2026-03-05", environment="staging", result=""),
        event("3", "2026-03-05", environment="Prod", result="aborted"),
    ]
    found = deployed(events=events)

    assert found.production.counts.tolist() == [True, False, True]
    assert found.successful.tolist() == [True, True, False]
    assert found.counted.tolist() == [True, False, False]


def test_places_go_by_instant_and_then_by_id() -> None:
    """10 comes after 9, and backwards before it; the day of 3 ends after both."""
    found = deployed(
        events=[
            event("9", "2026-03-05T10:00"),
            event("10", "2026-03-05T10:00", project=""),
            event("3", "2026-03-05", at=MISSING, day="2026-03-05"),
        ]
    )

    assert found.ids == ("10", "3", "9")
    assert [found.ids[row] for row in found.rank.argsort()] == ["9", "10", "3"]
    assert [found.ids[row] for row in found.rank_backwards.argsort()] == ["10", "9", "3"]


def test_released_versions_in_the_order_of_projects_and_ids() -> None:
    versions = [
        version(10, "b-2", release_date="2026-03-05"),
        version(9, "v-1", release_date=None),
        version(8, "v-0", release_date="2026-03-05", released=False),
    ]
    found = deployed(versions=versions, source="versions", version_pattern="^v")

    assert (found.ids, list(found.names)) == (("9", "10"), ["v-1", "b-2"])
    assert (found.matches.tolist(), found.day.astype(bool).tolist()) == ([True, False], [False, True])
    assert list(found.versions) == [("9",), ("10",)]


def test_a_deployment_issue_holds_what_it_links_to_but_for_what_it_caused() -> None:
    """A-3 has no link and a version; A-4 says nothing; A-5 is not done."""
    release = version(7, "1.0")
    found = deployed(
        issue("A-1"),
        done("A-2", "2026-03-05", type="Rollout", links=[link("relates to", "A-1"), CAUSES]),
        done("A-3", "2026-03-06", type="Rollout", fix_versions=[release]),
        done("A-4", "2026-03-07", type="Rollout"),
        issue("A-5", type="Rollout"),
        issue("A-6", links=[link("is caused by", "A-2")]),
        source="issues",
        type="Rollout",
    )

    assert found.ids == ("A-2", "A-3", "A-4")
    assert held(found) == [[0], [], []]
    assert list(found.versions) == [(), ("7",), ()]
    assert found.unnamed.tolist() == [False, False, True]
    assert found.own_row.tolist() == [1, 2, 3]


def test_entries_into_a_status_are_one_deployment_a_project_and_day() -> None:
    found = deployed(
        done("A-1", "2026-03-05"),
        done("A-2", "2026-03-05T12:00"),
        done("A-3", "2026-03-04"),
        issue("A-4"),
        source="status",
        status="Done",
    )

    assert found.ids == ("A 2026-03-04", "A 2026-03-05")
    assert held(found) == [[2], [0, 1]]
    assert found.by_day.tolist() == [True, True]


@pytest.mark.parametrize("source", ["events", "issues", "versions", "status"])
def test_a_source_that_is_not_there_yields_nothing(source: str) -> None:
    found = deployed(source=source, type="Rollout", status="Nowhere")

    assert (len(found), found.entries(found.by_id), found.dated_by_day) == (0, [], False)
    assert (found.rank.tolist(), found.counted.tolist()) == ([], [])
