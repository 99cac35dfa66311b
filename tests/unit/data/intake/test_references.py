"""Which versions and statuses are read again, and which of those known stay."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from data.intake.references import READ_AGAIN_AFTER_MS, all_references, refreshed
from data.model.tables import StatusRef, VersionRow
from data.store.references import References

NOW = 1_775_000_000_000
LONG_AGO = NOW - READ_AGAIN_AFTER_MS - 1
STATUSES = (StatusRef("1", "To Do"), StatusRef("2", "Done"))
IDS = {"A": "10", "B": "11", "C": "12", "D": "13"}


def release(key: str, number: int, *, released: bool = False) -> VersionRow:
    return VersionRow(f"{IDS[key]}{number}", f"{key} {number}", IDS[key], released, False, "")


class Jira:
    """A client that counts what it is asked."""

    began_at_ms = NOW

    def __init__(self, **versions: list[VersionRow]) -> None:
        self.asked: list[str] = []
        self._versions = versions
        self.met_versions: tuple[VersionRow, ...] = ()
        self.hidden_lists: set[str] = set()

    def versions(self, key: str) -> list[VersionRow]:
        self.asked.append(key)
        return self._versions.get(key, [])

    def statuses(self) -> list[StatusRef]:
        self.asked.append("statuses")
        return [*STATUSES, StatusRef("3", "New")]


def read(jira: Jira, stored: References, read_at: dict[str, int], **asked: Any) -> Any:
    """Refresh with defaults under which nothing is due."""
    given = {"projects": {key: IDS[key] for key in read_at}, "statuses": {"1"}, "versions": {}, **asked}
    return refreshed(jira, stored, versions_at=json.dumps(read_at), **given)


STORED = References(STATUSES, [release("A", 1), release("B", 1)])


def test_everything_is_read_once() -> None:
    jira = Jira(A=[release("A", 1)], B=[release("B", 1)])
    found = all_references(jira, References(), statuses=STATUSES, projects={"B": "11", "A": "10"})

    assert found.rows == References(STATUSES, [release("A", 1), release("B", 1)])
    assert json.loads(found.versions_at) == {"A": NOW, "B": NOW}
    assert jira.asked == ["A", "B"]


def test_what_is_hidden_is_not_asked_for_and_stays() -> None:
    jira = Jira(A=[release("A", 2)])
    found = all_references(jira, STORED, statuses=STATUSES, projects={"A": "10", "B": "11"}, hidden={"B"})

    assert list(found.rows.versions) == [release("B", 1), release("A", 2)]
    assert json.loads(found.versions_at) == {"A": NOW}
    assert jira.asked == ["A"]


@pytest.mark.parametrize(
    ("read_at", "asked"),
    [
        ({"A": NOW, "B": NOW}, []),
        ({"A": NOW - READ_AGAIN_AFTER_MS, "B": NOW}, []),  # not older than that
        ({"A": LONG_AGO, "B": NOW}, ["A"]),
        ({"A": LONG_AGO, "B": LONG_AGO - 1, "C": LONG_AGO - 2}, ["B", "C"]),  # the two oldest
    ],
)
def test_two_projects_at_most_for_their_age(read_at: dict[str, int], asked: list[str]) -> None:
    jira = Jira(A=[release("A", 1)], B=[release("B", 1)])
    found = read(jira, STORED, read_at)

    assert jira.asked == asked
    assert (found.rows is None) is (not asked)
    assert json.loads(found.versions_at) == read_at | dict.fromkeys(asked, NOW)


def test_a_version_that_nobody_knows_is_looked_up_at_once() -> None:
    """However many projects name one; a known one leads to nothing."""
    jira = Jira(A=[release("A", 1), release("A", 2)])
    now = {"A": NOW, "B": NOW}
    found = read(jira, STORED, now, versions={"A": {"101", "102"}, "B": {"111"}})

    assert jira.asked == ["A"]
    assert list(found.rows.versions) == [release("B", 1), release("A", 1), release("A", 2)]


def test_a_project_that_is_new_is_read() -> None:
    jira = Jira(C=[release("C", 1)])
    projects = {"A": "10", "C": "12"}
    found = read(jira, References(STATUSES), {"A": NOW}, projects=projects, versions={"C": set()})

    assert jira.asked == ["C"]
    assert json.loads(found.versions_at) == {"A": NOW, "C": NOW}


def test_a_status_that_nobody_knows_is_looked_up() -> None:
    jira = Jira()
    found = read(jira, STORED, {"A": NOW, "B": NOW}, statuses={"3"})

    assert jira.asked == ["statuses"]
    assert found.rows.statuses[-1] == StatusRef("3", "New")
    assert list(found.rows.versions) == list(STORED.versions)


def test_what_was_deleted_is_forgotten() -> None:
    """A version, the last version of a project, and a project without issues."""
    gone = read(Jira(A=[release("A", 2)]), STORED, {"A": LONG_AGO, "B": NOW})
    last = read(Jira(), STORED, {"A": LONG_AGO, "B": NOW})
    left = read(Jira(), STORED, {"A": NOW, "B": NOW}, projects={"B": "11"})

    assert list(gone.rows.versions) == [release("B", 1), release("A", 2)]
    assert list(last.rows.versions) == [release("B", 1)]
    assert list(left.rows.versions) == [release("B", 1)]
    assert json.loads(left.versions_at) == {"B": NOW}


def test_what_issues_tell_of_counts_where_there_is_no_list() -> None:
    """Jira gives a list for A, and will not for B; an empty list is one."""
    met = [replace(release(key, 7, released=True), met=True) for key in "AB"]
    jira = Jira(A=[release("A", 1)])
    jira.met_versions = tuple(met)
    empty = read(jira, References(STATUSES), {"A": LONG_AGO, "B": LONG_AGO})
    jira.hidden_lists = {"B"}
    hidden = read(jira, References(STATUSES), {"A": LONG_AGO, "B": LONG_AGO})

    assert list(empty.rows.versions) == [release("A", 1)]
    assert list(hidden.rows.versions) == [release("A", 1), met[1]]


def test_a_version_that_names_no_project_stays() -> None:
    """It cannot be told to belong to one that is gone."""
    stray = VersionRow("9", "stray", "", False, False, "")
    found = read(Jira(), References(STATUSES, [stray]), {"A": LONG_AGO})

    assert list(found.rows.versions) == [stray]
