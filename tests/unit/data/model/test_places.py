"""Which stored issue a key in an event means."""

import itertools

import numpy as np
import pytest
from msgspec.structs import replace

from data.model.places import find_places
from data.model.tables import Change, DeploymentRow, IssueTable
from data.store.columns import build_issue_table
from data.store.event_table import build_event_table
from tests.support.builders import issue
from tests.support.rows import at, row


def moved(key: str, *past: str) -> object:
    """An issue that had other keys before, the earliest first."""
    keys = [*past, key]
    changes = tuple(
        Change(at(f"2026-02-0{n}"), "Key", "", before, "", after)
        for n, (before, after) in enumerate(itertools.pairwise(keys), start=1)
    )
    return replace(row(issue(key)), changes=changes)


@pytest.fixture(scope="module")
def table() -> IssueTable:
    project = {"id": "2", "key": "NEW", "name": "New"}
    return build_issue_table(
        [moved("EX-1"), moved("EX-3"), row(issue("NEW-7", project=project)), moved("EX-9", "OLD-1", "NEW-8")]
    )


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("EX-1", "EX-1"),
        ("NEW-7", "NEW-7"),
        ("OLD-1", "EX-9"),  # it moved twice
        ("NEW-8", "EX-9"),
        ("EX-2", None),
        ("OLD-2", None),
        ("nonsense", None),
    ],
)
def test_a_key_that_an_issue_once_had_is_that_issue(table: IssueTable, key: str, found: str | None) -> None:
    assert named(table, key) == {key: found}


def named(table: IssueTable, *keys: str) -> dict[str, str | None]:
    """The key of the stored issue that each key of an event means."""
    events = build_event_table([DeploymentRow("1", "1", "EX", at("2026-03-05"), "", False, keys)])
    places = find_places(table, events).tolist()
    return {
        key: table.keys(np.array([place]))[0] if place >= 0 else None
        for key, place in zip(events.keys, places, strict=True)
    }


def test_many_keys_are_found_at_once(table: IssueTable) -> None:
    """Those of one project beside those of another, the last one of a project, and what lies behind it."""
    assert named(table, "NEW-7", "EX-9", "EX-1", "EX-10", "EX-0", "NEW-8", "AA-1") == {
        "AA-1": None,
        "EX-0": None,
        "EX-1": "EX-1",
        "EX-9": "EX-9",
        "EX-10": None,
        "NEW-7": "NEW-7",
        "NEW-8": "EX-9",
    }


def test_without_issues_a_key_means_nothing() -> None:
    assert named(build_issue_table(()), "EX-1") == {"EX-1": None}


def test_a_text_that_is_the_name_of_a_project_is_not_a_key() -> None:
    """An issue of the number 0 is not meant by the name of its project."""
    odd = build_issue_table([row(issue("EX-0"))])

    assert (named(odd, "EX"), named(odd, "EX-0")) == ({"EX": None}, {"EX-0": "EX-0"})
