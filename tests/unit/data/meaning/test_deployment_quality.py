"""What people should know of their releases and events."""

import pytest

from configuration.profile import profile_from
from data.meaning.delivery import DeliveryTables, derive
from data.meaning.deployment_quality import (
    flag_closed_late,
    list_counted_releases,
    list_crowded,
    list_sprints,
    list_undated,
    list_unknown_issues,
    list_unknown_projects,
)
from data.model.tables import Dataset, DeploymentRow, VersionRow
from data.store.event_table import build_event_table
from tests.support.builders import issue, status_list, version
from tests.support.rows import UTC, at, dataset


def tables(
    *issues: dict, versions: list[dict] = (), events: tuple[DeploymentRow, ...] = (), **profile: object
) -> tuple[Dataset, DeliveryTables]:
    """The data of a store, and what they mean at the end of March."""
    found = dataset(issues or [issue("A-1")], status_list(), versions)
    stored = Dataset(found.issues, found.statuses, found.versions, build_event_table(events))
    return stored, derive(stored, profile_from(profile), UTC, at("2026-03-31"))


def names(versions: list[VersionRow]) -> list[str]:
    return [each.name for each in versions]


def releases(*days: str | None, project_id: int = 10000, first: int = 1) -> list[dict]:
    return [
        version(n, f"1.{n}", release_date=day, project_id=project_id)
        for n, day in enumerate(days, start=first)
    ]


def story(key: str, done: str, **fields: object) -> dict:
    history = [("2026-03-01", "Doing"), (done, "Done")]
    return issue(key, created="2026-02-20", history=history, **fields)


def test_tickets_closed_after_their_release() -> None:
    """A-1 and A-4 were closed more than a day after 03-05; A-4 delivered nothing, A-3 is open."""
    (release,) = releases("2026-03-05")
    _, delivery = tables(
        story("A-1", "2026-03-07", fix_versions=[release]),
        story("A-2", "2026-03-06T23:00", fix_versions=[release]),
        issue("A-3", fix_versions=[release]),
        story("A-4", "2026-03-09", fix_versions=[release], resolution="Won't Do"),
        versions=[release],
    )

    assert flag_closed_late(delivery).tolist() == [True, False, False, False]


def test_releases_without_a_date_and_those_of_a_name_that_does_not_count() -> None:
    versions = [*releases(None, "2026-03-05"), version(9, "beta")]
    everything = tables(versions=versions)
    numbers = tables(versions=versions, deployments={"version_pattern": r"^\d"})

    assert names(list_undated(list_counted_releases(*everything))) == ["1.1", "beta"]
    assert names(list_undated(list_counted_releases(*numbers))) == ["1.1"]


def test_versions_are_nobodys_business_where_deployments_come_from_elsewhere() -> None:
    event = DeploymentRow("e", "e", "A", at("2026-03-05"), "", failed=False, issues=())

    assert list_counted_releases(*tables(versions=releases(None), events=(event,))) == []


@pytest.mark.parametrize(("sprints", "told"), [(1, 0), (2, 2)])
def test_sprints_are_told_where_they_are_more_than_a_tenth(sprints: int, told: int) -> None:
    """One of ten is exactly a tenth."""
    others = releases(*["2026-03-05"] * (10 - sprints))
    named = [version(100 + n, f"Sprint {n}", release_date="2026-03-06") for n in range(sprints)]

    assert len(list_sprints(list_counted_releases(*tables(versions=others + named)))) == told


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (releases(*["2026-03-05"] * 5), 5),
        (releases(*["2026-03-05"] * 4, "2026-03-06"), 0),
        (releases(*["2026-03-05"] * 4) + releases("2026-03-05", project_id=7, first=9), 0),
        (releases(*[None] * 5), 0),
        (releases(*["2026-03-31"] * 5), 0),  # T is the midnight with which that day begins
        (releases(*["2026-03-30"] * 5), 5),
    ],
)
def test_five_releases_of_a_project_on_one_day_are_told(versions: list[dict], told: int) -> None:
    here = tables(versions=versions)

    assert len(list_crowded(list_counted_releases(*here), here[1])) == told


def test_names_in_events_that_nobody_knows() -> None:
    """A is a project and A-1 an issue of it; an event may name neither."""
    events = tuple(
        DeploymentRow(id_, id_, project, at("2026-03-05"), "", failed=False, issues=keys)
        for id_, project, keys in (
            ("1", "A", ("A-1", "A-10", "A-9")),
            ("2", "Z", ("gone",)),
            ("3", "", ()),
            ("4", "B", ("A-9",)),
        )
    )
    here = tables(issue("A-1"), events=events)

    assert list_unknown_projects(*here) == ("B", "Z")
    assert list(list_unknown_issues(*here).items()) == [("A-9", "B"), ("A-10", "A"), ("gone", "Z")]


def test_events_that_are_not_used_are_not_asked_for_their_names() -> None:
    event = DeploymentRow("1", "1", "Z", at("2026-03-05"), "", failed=False, issues=("Z-1",))
    here = tables(issue("A-1"), events=(event,), deployments={"source": "versions"})

    assert (list_unknown_projects(*here), list_unknown_issues(*here)) == ((), {})
