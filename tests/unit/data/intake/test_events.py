"""Events of an import are counted, and kept where a change of query does not reach them."""

from pathlib import Path

import msgspec
import pytest

from configuration.settings import Home
from data.cache_manager import References
from data.intake.events import (
    Brought,
    RowCounts,
    add_events,
    carry_over,
    kept_events,
    kept_in,
    merged,
)
from data.model.changes import ChangeRow
from data.model.tables import MISSING, Change, DeploymentRow, IssueRow
from data.profiles.sources import files_store, resolve
from data.store.columns import build_issue_table
from tests.support.builders import issue
from tests.support.rows import at, row


def event(name: str, *issues: str, project: str = "A", result: str = "") -> DeploymentRow:
    return DeploymentRow(name, name, project, at("2026-03-05"), "", False, issues, result)


def moved(raw: dict, before: str) -> IssueRow:
    """An issue that once had another key."""
    change = Change(at("2026-03-03"), "Key", "", before, "", raw["key"])
    return msgspec.structs.replace(row(raw), changes=(change,))


TOLD = References(deployments=(event("1"),))


def test_counts() -> None:
    """Of four rows one replaces another; one is known and the same, one is known and changed, one is new."""
    brought = Brought(bad=5)
    old = event("3", "Q-1")
    for each in (
        event("1", "A-1"),
        event("2", "A-2"),
        event("2", "Z-9", "Y-9"),
        old,
        event("4", project="Q"),
    ):
        brought.add(each)
    brought.add(event("4", project="Q"))  # the same row again is no other row
    before = [event("1", "A-1"), event("2", result="failed")]
    issues = build_issue_table([row(issue("A-1")), moved(issue("A-2", id="2"), "Z-9")])

    assert brought.counted(before, 5, issues) == RowCounts(
        stored=5, created=2, updated=1, replaced=1, unknown_projects=1, unknown_issues=2, bad=5
    )
    assert [each.id for each in brought.rows()] == ["1", "2", "3", "4"]


def test_kept_events_win() -> None:
    stored, kept = (event("1"), event("2")), (event("2", "A-1"), event("3"))

    assert merged(stored, kept) == (event("1"), event("2", "A-1"), event("3"))
    assert merged(stored, None) == stored


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_events_of_a_jira_are_kept_beside_its_store(tmp_path: Path) -> None:
    """A store that was never synced is not made by them; one that cannot be read stops no sync."""
    home = Home(tmp_path)
    source = resolve(home, "team", {"JIRA_URL": "https://a.example"}, creating=True)
    changes = add_events(source, home, TOLD)

    assert (changes.changed, changes.stored, changes.revision) == (True, 0, "")
    assert not source.store.place.path.exists()
    assert kept_in(source, home).references() == TOLD
    assert kept_events(home, "team") == (event("1"),)
    assert not add_events(source, home, TOLD).changed
    assert kept_events(home, "other") is None
    files_store(home, "team").place.path.write_bytes(b"SQLite format 3\x00 nonsense" * 100)
    assert kept_events(home, "team") is None


def test_what_is_kept_is_carried_into_a_store_that_was_fetched_anew(home: Home) -> None:
    """Once; a second look finds it there, and what was taken back meanwhile goes."""
    source = resolve(home, "team", {"JIRA_URL": "https://a.example"}, creating=True)
    change = ChangeRow("shop#1", "A", (), at("2026-03-01"), MISSING, MISSING, at("2026-03-02"))
    add_events(source, home, References(changes=[change]))
    source.store.add([row(issue("A-1"))], References())
    first, second = (carry_over(source.store, home, "team") for _ in range(2))

    assert first is not None
    assert first.changed
    assert second is None
    assert source.store.load().changes.ids == ("shop#1",)
    assert carry_over(source.store, home, "other") is None
