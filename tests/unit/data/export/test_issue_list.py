"""The list of issues: all that are stored, by project then number, with what their histories say."""

from pathlib import Path

import pytest

from configuration.profile import Profile, profile_from
from data.cache_manager import References, Store
from data.export.issue_list import issue_entries
from data.jira.issue_rows import read_status
from data.model.tables import MISSING
from tests.support.builders import issue, status_list
from tests.support.rows import row
from tests.support.stores import store_at

LISTED = References([read_status(raw) for raw in status_list()])


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return store_at(temp_cache_dir / "scope.sqlite")


def test_an_entry_says_what_its_history_says(store: Store) -> None:
    history = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
    store.add([row(issue("A-1", created="2026-03-01", history=history, resolution="Done", id="7"))], LISTED)

    assert list(issue_entries(store, Profile())) == [
        {
            "id": "7",
            "key": "A-1",
            "type": "Story",
            "status": "Done",
            "status_category": "done",
            "created": "2026-03-01T00:00:00.000Z",
            "updated": "2026-03-05T00:00:00.000Z",
            "resolution": "Done",
            "resolutiondate": None,
            "started_at": "2026-03-02T00:00:00.000Z",
            "completed_at": "2026-03-05T00:00:00.000Z",
            "transitions": 2,
        }
    ]


def test_without_any_history_nobody_knows_when_work_began(store: Store) -> None:
    """In progress today is not in progress since its creation; counted from there it is."""
    store.add([row(issue("A-1", created="2026-03-01", now="Doing", has_changelog=False))], LISTED)
    started = [
        next(issue_entries(store, profile_from(raw)))["started_at"]
        for raw in ({}, {"start_source": "created"})
    ]
    store.add([row(issue("A-2", created="2026-03-01", history=[("2026-03-02", "Doing")]))], LISTED)
    beside = [entry["started_at"] for entry in issue_entries(store, Profile())]

    assert started == [None, "2026-03-01T00:00:00.000Z"]
    assert beside == ["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"]  # as flow load counts it


def test_order_and_scope(store: Store) -> None:
    """By project then number; sub-tasks and epics are listed too."""
    kinds = {"B-1": "Epic", "A-10": "Sub-task", "A-9": "Story", "AB-1": "Bug"}
    store.add([row(issue(key, kind)) for key, kind in kinds.items()], LISTED)

    assert [entry["key"] for entry in issue_entries(store, Profile())] == ["A-9", "A-10", "AB-1", "B-1"]


def test_the_profile_decides_what_a_start_is(store: Store) -> None:
    store.add([row(issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing")]))], LISTED)
    started = [
        next(issue_entries(store, profile_from(raw)))["started_at"]
        for raw in ({}, {"start_source": "created"}, {"workflow": {"not_started": ["Doing"]}})
    ]

    assert started == ["2026-03-02T00:00:00.000Z", "2026-03-01T00:00:00.000Z", None]


def test_issues_without_any_date_are_listed_too(store: Store) -> None:
    raw = issue("A-1", has_changelog=False)
    raw["fields"] = {}
    store.add([row(raw)], References())
    (entry,) = issue_entries(store, Profile())

    assert store.load().as_of == MISSING
    assert (entry["key"], entry["status_category"], entry["transitions"]) == ("A-1", "unmapped", 0)
    assert {
        entry[name] for name in ("type", "status", "created", "updated", "started_at", "completed_at")
    } == {None}


def test_an_empty_store_lists_nothing(store: Store) -> None:
    assert list(issue_entries(store, Profile())) == []
