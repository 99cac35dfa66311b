"""Histories to moves, flags and kept changes: one that is odd costs itself, and says so."""

import json

import pytest

from data.jira.histories import same_status
from data.jira.issue_rows import FIELD_BIT, decode_issue, issue_row
from data.model.tables import MISSING, OPEN, Change, IssueRow
from tests.support.builders import entry, flag_item, issue, status_item
from tests.support.rows import at, row

GOOD = [("2026-03-02", "Doing"), ("2026-03-03", "Done")]


def named(found: IssueRow) -> set[str]:
    return {name for name, bit in FIELD_BIT.items() if found.malformed & bit}


def with_histories(*histories: object, **changelog: object) -> IssueRow:
    raw = issue("NEW-7", created="2026-03-01")
    raw["changelog"] = {"histories": list(histories), **changelog}
    return row(raw)


def moves_of(found: IssueRow) -> list[str]:
    return [move.to_name for move in found.transitions]


def item(field: str, before: object, after: object, **more: object) -> dict:
    return {"field": field, "fieldtype": "jira", "fromString": before, "toString": after, **more}


def test_an_unreadable_history_does_not_hide_the_readable_ones() -> None:
    raw = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])
    raw["changelog"]["histories"][0]["created"] = "soon"
    found = row(raw)

    assert [move.to_name for move in found.transitions] == ["Done"]
    assert named(found) == {"history"}


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


@pytest.mark.parametrize(
    "history",
    [
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": None},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": "none"},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": [None]},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": [item("labels", "a", 5)]},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": [item("status", "Doing", 5)]},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": [item("status", "Doing", None)]},
        {"id": "3", "created": "2026-03-02T12:00:00.000+0000", "items": [item("labels", {}, "b", to=[1])]},
        {"id": {"a": 1}, "created": "soon", "items": []},
        {"id": "3", "created": None, "items": []},
        {"id": "3", "created": [2026], "items": []},
        {"id": "3", "items": []},
        5,
        None,
        "history",
    ],
)
def test_an_odd_history_costs_itself(history: object) -> None:
    """The two good ones beside it stay, whichever comes first, and the issue says that one is odd."""
    raw = issue("NEW-7", created="2026-03-01", history=GOOD)
    first, second = raw["changelog"]["histories"]
    found = with_histories(first, history, second)

    assert moves_of(found) == ["Doing", "Done"]
    assert named(found) == {"history"}
    assert found.has_changelog


def test_an_odd_item_costs_itself() -> None:
    """The status change beside it in the same history stays."""
    found = with_histories(entry(1, "2026-03-02", item("labels", "a", 5), status_item("To Do", "Doing")))

    assert (moves_of(found), named(found)) == (["Doing"], {"history"})


@pytest.mark.parametrize("changelog", [5, "none", [], {"histories": 5}, {"histories": {"a": 1}}])
def test_a_changelog_that_is_not_one(changelog: object) -> None:
    """There is no history then, and it is the changelog that is named."""
    found = row({**issue("A-1"), "changelog": changelog})

    assert (found.has_changelog, named(found)) == (False, {"changelog"})


@pytest.mark.parametrize("total", ["62", [1], -1])
def test_an_odd_total_costs_no_history(total: object) -> None:
    """It says nothing, so it does not say that something was cut."""
    raw = issue("NEW-7", created="2026-03-01", history=GOOD)
    found = with_histories(*raw["changelog"]["histories"], total=total)

    assert (moves_of(found), found.truncated, named(found)) == (["Doing", "Done"], False, set())


@pytest.mark.parametrize(
    ("ids", "total", "truncated"),
    [
        (range(40), 62, True),
        (range(40), 40, False),
        (range(40), 39, False),
        (range(40), None, False),
        ([1, 2, 2], 3, True),  # one id twice is one history
        ([1, 2, None], 3, False),  # what has no id is one of its own
        ([], 1, True),
        ([], 0, False),
    ],
)
def test_a_history_is_truncated_where_the_total_says_more(ids: list, total: int, truncated: bool) -> None:
    histories = [{"id": each, "created": at("2026-03-02"), "items": []} for each in ids]

    assert with_histories(*histories, total=total).truncated == truncated


def test_unreadable_histories_are_not_missing_ones() -> None:
    """They are there, so the total of three is right; a fourth would be missing."""
    histories = [entry(1, "2026-03-02", status_item("To Do", "Doing")), 5, {"id": "3", "items": None}]

    assert not with_histories(*histories, total=3).truncated
    assert with_histories(*histories, total=4).truncated


def test_a_readable_copy_stands_in_for_an_unreadable_one() -> None:
    """Of one id that came twice, once without a time."""
    good = entry(1, "2026-03-02", status_item("To Do", "Doing"))

    assert moves_of(with_histories({**good, "created": None}, good, total=1)) == ["Doing"]


def test_a_move_resolves_where_its_history_sets_a_resolution() -> None:
    """By the same history, not by one of the same instant; clearing a resolution sets none."""
    resolved = item("resolution", None, "Done", fieldId="resolution", to="10000")
    custom = item("resolution", "", "Done", fieldtype="custom")
    cleared = item("resolution", "Done", None, fieldId="resolution", to=None)
    found = with_histories(
        entry(1, "2026-03-02", status_item("To Do", "Closed"), resolved),
        entry(2, "2026-03-03", cleared, status_item("Closed", "Doing")),
        entry(3, "2026-03-04", status_item("Doing", "Review")),
        entry(4, "2026-03-04", resolved),
        entry(5, "2026-03-05", custom, status_item("Review", "Done")),
    )

    assert [(move.to_name, move.resolves) for move in found.transitions] == [
        ("Closed", True),
        ("Doing", False),
        ("Review", False),
        ("Done", False),
    ]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (item("Key", "EX-5", "NEW-7"), "Key"),
        (item("resolution", None, "Done"), "resolution"),
        (item("resolution", None, "Done", fieldId="resolution"), "resolution"),
        (item("Link", None, "This issue blocks EX-9"), "Link"),
        (item("Sprint", "", "Sprint 4", fieldtype="custom", fieldId="customfield_10020"), "Sprint"),
        (item("Epic Link", "", "EX-1", fieldtype="custom"), "Epic Link"),
        (item("Parent", "", "EX-1"), "Parent"),
        (item("IssueParentAssociation", None, "EX-1"), "Parent"),  # team-managed projects of Cloud
        (item("Story Points", "3", "5", fieldtype="custom"), "Story Points"),
        (
            item("Story point estimate", "3", "5", fieldtype="custom", fieldId="customfield_7"),
            "customfield_7",
        ),
        (item("labels", "", "a"), None),
        (item("Key", "EX-5", "NEW-7", fieldtype="custom"), None),
    ],
)
def test_which_changes_are_kept(change: dict, kept: str | None) -> None:
    """By one name each, whatever Cloud and Data Center call them."""
    found = with_histories(entry(1, "2026-03-02", change))
    expected = Change(at("2026-03-02"), kept or "", "", change["fromString"] or "", "", change["toString"])

    assert found.changes == ((expected,) if kept else ())


def test_kept_changes_are_in_order() -> None:
    """By instant, number of the history, and place in it."""
    found = with_histories(
        entry(10, "2026-03-02", item("Sprint", "", "three")),
        entry(9, "2026-03-02", item("Sprint", "", "one"), item("Link", None, "two")),
    )

    assert [change.to_name for change in found.changes] == ["one", "two", "three"]


def test_a_history_of_the_future_is_unreadable() -> None:
    """A day after the reader's clock is the last that counts."""
    raw = issue("A-1", created="2026-03-01", updated="2026-03-02", history=GOOD)
    body = json.dumps(raw).encode()
    clocks = (at("2026-03-03"), at("2026-03-02"))
    read = [issue_row(*decode_issue(body), latest=latest) for latest in clocks]

    assert [(moves_of(each), named(each), each.newest) for each in read] == [
        (["Doing", "Done"], set(), at("2026-03-03")),
        (["Doing"], {"history"}, at("2026-03-02")),
    ]
