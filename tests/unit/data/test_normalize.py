"""Jira's JSON to rows: whatever is odd about an issue, it stays, and what cannot be read is named."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.normalize import (
    FIELD_BIT,
    NotAnIssueError,
    fold,
    instant_of,
    read_issue,
    read_status,
    read_version,
    same_status,
)
from data.tables import MISSING, OPEN, StatusRef, Transition, VersionRow, split_key
from tests.builders import entry, flag_item, issue, status_item, version
from tests.rows import at, row


def named(mask: int) -> set[str]:
    return {name for name, bit in FIELD_BIT.items() if mask & bit}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T09:00:00.000+0000", "2026-03-02T09:00"),
        ("2026-03-02T09:00:00.000+0530", "2026-03-02T03:30"),
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00"),
        ("2026-03-02T09:00:00.123456-0800", "2026-03-02T17:00:00.123"),
        ("2026-03-02 09:00", "2026-03-02T09:00"),
        (1_772_442_000_000, "2026-03-02T09:00"),
    ],
)
def test_instants(value: str | int, expected: str) -> None:
    assert instant_of(value) == at(expected)


@pytest.mark.parametrize("value", [None, ""])
def test_no_instant(value: str | None) -> None:
    assert instant_of(value) == MISSING


@pytest.mark.parametrize(
    "value", ["soon", "2026-03-02", "2026-W10-1T09:00", "2026-02-30T09:00", "0001-01-01T00:00", 10**18]
)
def test_what_is_no_instant(value: str | int) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant_of(value)


def test_a_row_has_what_the_issue_says() -> None:
    found = row(
        issue(
            "ABC-12",
            created="2026-03-01",
            history=[("2026-03-02", "Doing")],
            labels=["b", "a"],
            components=["Core"],
            fix_versions=[version(7, "1.0")],
            versions=[version(8, "0.9")],
            resolution="Done",
            resolutiondate="2026-03-03",
            parent={"key": "ABC-1"},
        )
    )

    assert (found.key, found.project_id, found.type.name, found.type.level) == ("ABC-12", "10000", "Story", 0)
    assert (found.labels, found.components) == (("b", "a"), ("Core",))
    assert (found.fix_versions, found.affected_versions, found.parent) == (("7",), ("8",), "ABC-1")
    assert (found.created, found.resolved, found.resolution) == (at("2026-03-01"), at("2026-03-03"), "Done")
    assert found.transitions == (Transition(at("2026-03-02"), "10000", "To Do", "3", "Doing"),)
    assert (found.newest, found.malformed, named(found.missing)) == (at("2026-03-02"), 0, set())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created", "last spring"),
        ("created", {"a": 1}),
        ("updated", [1]),
        ("resolutiondate", "soon"),
        ("labels", "one"),
        ("labels", [1, 2]),
        ("status", 5),
        ("issuetype", "Story"),
        ("fixVersions", {"id": 1}),
        ("priority", "high"),
        ("summary", 7),
        ("issuelinks", "x"),
        ("components", [None]),
        ("parent", 5),
        ("project", []),
    ],
)
def test_a_bad_value_is_left_out_and_named(field: str, value: object) -> None:
    """The rest of the issue is read as if nothing had happened."""
    raw = issue("A-1", history=[("2026-03-02", "Doing")])
    raw["fields"][field] = value
    found = row(raw)

    assert named(found.malformed) == {field}
    assert field not in named(found.missing)
    assert len(found.transitions) == 1


@pytest.mark.parametrize("field", ["created", "status", "issuetype", "priority", "fixVersions", "summary"])
def test_what_is_not_there_is_named(field: str) -> None:
    raw = issue("A-1")
    del raw["fields"][field]

    assert field in named(row(raw).missing)
    assert row(raw).malformed == 0


def test_an_unreadable_history_does_not_hide_the_readable_ones() -> None:
    raw = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])
    raw["changelog"]["histories"][0]["created"] = "soon"
    found = row(raw)

    assert [move.to_name for move in found.transitions] == ["Done"]
    assert named(found.malformed) == {"changelog"}


def test_no_changelog_is_not_an_empty_one() -> None:
    assert not row(issue("A-1", has_changelog=False)).has_changelog
    assert row(issue("A-1")).has_changelog


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "42",
        "null",
        "{}",
        '{"id": "1"}',
        '{"id": "1", "key": "A-1"}',
        '{"id": "", "key": "A-1", "fields": {}}',
    ]
    + [json.dumps({"id": "1", "key": key, "fields": {}}) for key in ("A", "A-", "-1", "A-x", "A-1-", "")],
)
def test_what_is_no_issue(text: str) -> None:
    with pytest.raises(NotAnIssueError):
        read_issue(text.encode())


@pytest.mark.parametrize("text", ["", "{", '{"id": "1", "key": "A-1", "fields": {}', "hello"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_issue(text.encode())


def test_entries_are_ordered_by_instant_then_number_then_place() -> None:
    """History 9 is before 10, whatever text says; a self-transition changes nothing."""
    raw = issue("A-1", created="2026-03-01")
    raw["changelog"]["histories"] = [
        entry(10, "2026-03-02", status_item("Doing", "Done")),
        entry(9, "2026-03-02", status_item("To Do", "Doing"), status_item("Doing", "Doing")),
        entry(1, "2026-03-03", status_item("Done", "Archived")),
    ]

    assert [move.to_name for move in row(raw).transitions] == ["Doing", "Done", "Archived"]


def test_overlapping_pages_count_once() -> None:
    raw = issue("A-1", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])
    raw["changelog"]["histories"] *= 2

    assert len(row(raw).transitions) == 2


def test_a_history_may_be_dated_in_milliseconds() -> None:
    raw = issue("A-1")
    raw["changelog"]["histories"] = [entry(1, at("2026-03-02"), status_item("To Do", "Doing"))]

    assert row(raw).transitions[0].at == at("2026-03-02")


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"fieldId": None}, True),  # servers without fieldId
        ({"fieldId": None, "fieldtype": "custom"}, False),
        ({"fieldId": "customfield_1"}, False),  # a custom field of the name "status"
        ({"field": "Status", "fieldId": "status"}, True),
        ({"field": "resolution", "fieldId": "resolution"}, False),
    ],
)
def test_which_items_are_status_changes(changes: dict, counts: bool) -> None:
    item = {key: value for key, value in {**status_item("To Do", "Doing"), **changes}.items() if value}
    raw = issue("A-1")
    raw["changelog"]["histories"] = [entry(1, "2026-03-02", item)]

    assert bool(row(raw).transitions) == counts


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([("2026-03-02", True), ("2026-03-03", False)], [("2026-03-02", "2026-03-03")]),
        ([("2026-03-02", False)], [(MISSING, "2026-03-02")]),
        ([("2026-03-02", True)], [("2026-03-02", OPEN)]),
        ([("2026-03-02", True), ("2026-03-03", True), ("2026-03-04", False)], [("2026-03-02", "2026-03-04")]),
        ([("2026-03-02", False), ("2026-03-03", False)], [(MISSING, "2026-03-02")]),
    ],
)
def test_flagged_stretches(flags: list, expected: list) -> None:
    def instant(value: str | int) -> int:
        return at(value) if isinstance(value, str) else value

    assert row(issue("A-1", flags=flags)).flagged == tuple((instant(a), instant(b)) for a, b in expected)


def test_a_flag_in_another_writing() -> None:
    raw = issue("A-1")
    raw["changelog"]["histories"] = [entry(1, "2026-03-02", {**flag_item(True), "field": "FLAGGED"})]

    assert row(raw).flagged == ((at("2026-03-02"), OPEN),)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (("1", "Done"), ("1", "Finished"), True),
        (("1", "Done"), ("2", "Done"), False),
        (("", "In  “Review”"), ("2", "in review"), True),
        (("", "Done"), ("", "Doing"), False),
    ],
)
def test_same_status(a: tuple[str, str], b: tuple[str, str], same: bool) -> None:
    assert same_status(*a, *b) == same_status(*b, *a) == same


@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.sampled_from(["ABC", "A-B", "X_1"]), st.integers(0, 10**12))
def test_keys_split_and_join(project: str, number: int) -> None:
    assert split_key(f"{project}-{number}") == (project, number)


@pytest.mark.parametrize("key", ["A", "A-", "-1", "A-1x", "A-\u0661", "", "A-" + "9" * 19])
def test_what_is_no_key(key: str) -> None:
    assert split_key(key) is None


def test_versions() -> None:
    assert read_version(version(7, "1.0", release_date="2026-03-02")) == VersionRow(
        "7", "1.0", "10000", True, False, "2026-03-02"
    )
    assert read_version({"id": 7, "releaseDate": "someday"}).release_date == ""
    for raw in ({}, {"name": "1.0"}, [], None):
        with pytest.raises(NotAnIssueError):
            read_version(raw)


def test_statuses() -> None:
    assert read_status({"id": 3, "name": "Doing", "statusCategory": {"key": "new"}}) == StatusRef(
        "3", "Doing", "new"
    )
    assert read_status({"name": "Doing", "statusCategory": 5}).category == ""
    for raw in ({}, [], "Doing", None):
        with pytest.raises(NotAnIssueError):
            read_status(raw)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*FIELD_BIT, "changelog", "other"]), values, max_size=8), values)
def test_no_issue_is_too_odd_to_be_kept(fields: dict, changelog: object) -> None:
    """Whatever stands in its fields, an issue with an id and a key gives a row, or says that it is none."""
    raw = {"id": "1", "key": "A-1", "fields": fields, "changelog": changelog}

    assert row(raw).key == "A-1"
