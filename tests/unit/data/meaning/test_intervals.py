"""Histories laid out as stays, over several issues at once: every column, row by row."""

import numpy as np
import pytest

from configuration.profile import Profile
from data.meaning.intervals import Intervals, find_history_flags, lay_intervals
from data.meaning.workflow import read_workflow
from data.model.tables import MISSING, OPEN, IssueTable
from tests.support.builders import entry, issue, status, status_item
from tests.support.rows import at, dataset


def undated(key: str, **more: object) -> dict:
    """An issue that does not say when it was created."""
    raw = issue(key, **more)
    raw["fields"]["created"] = None
    return raw


def table(*issues: dict) -> IssueTable:
    return dataset(issues).issues


def laid(issues: IssueTable, as_of: str = "2026-12-31") -> Intervals:
    """The stays, where nobody but the issues says what the statuses mean."""
    return lay_intervals(issues, read_workflow(issues, (), Profile()), at(as_of))


def listed(issues: IssueTable, intervals: Intervals) -> list[tuple[str, str, int, int]]:
    """The stays as (key, status, entered, left)."""
    keys = issues.keys(np.arange(len(issues)))
    columns = (intervals.issue, intervals.status, intervals.entered, intervals.left)
    return [
        (keys[row], issues.statuses[code].name, entered, left)
        for row, code, entered, left in zip(*(column.tolist() for column in columns), strict=True)
    ]


def flagged(issues: IssueTable, as_of: str, exists: list[bool] | None = None) -> dict[str, list[bool]]:
    flags = find_history_flags(issues, np.array(exists or [True] * len(issues)), at(as_of))
    return {name: getattr(flags, name).tolist() for name in ("clamped", "broken_chain", "mismatch")}


SEVERAL = (
    issue("A-1", created="2026-03-01", now="Review"),
    undated("A-2", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")]),
    issue("A-3", created="2026-03-02", history=[("2026-03-04", "Doing"), ("2026-03-06", "Done")]),
    undated("A-4"),
    issue("A-5", created="2026-03-03", history=[("2026-03-01", "Doing"), ("2026-03-05", "Review")]),
    issue("A-6", created="2026-03-01", history=[("2026-03-02", "Doing")], now="Done", updated="2026-03-08"),
)


def test_every_issue_has_its_own_stays() -> None:
    """Contiguous from creation, the last one open; without a creation none, with a contradiction one more."""
    issues = table(*SEVERAL)

    assert listed(issues, laid(issues)) == [
        ("A-1", "Review", at("2026-03-01"), OPEN),
        ("A-3", "To Do", at("2026-03-02"), at("2026-03-04")),
        ("A-3", "Doing", at("2026-03-04"), at("2026-03-06")),
        ("A-3", "Done", at("2026-03-06"), OPEN),
        ("A-5", "To Do", at("2026-03-03"), at("2026-03-03")),  # its first entry lies before its creation
        ("A-5", "Doing", at("2026-03-03"), at("2026-03-05")),
        ("A-5", "Review", at("2026-03-05"), OPEN),
        ("A-6", "To Do", at("2026-03-01"), at("2026-03-02")),
        ("A-6", "Doing", at("2026-03-02"), at("2026-03-08")),
        ("A-6", "Done", at("2026-03-08"), OPEN),
    ]


@pytest.mark.parametrize("issues", [table(), table(undated("A-1")), table(undated("A-1"), undated("A-2"))])
def test_without_a_creation_there_are_no_stays(issues: IssueTable) -> None:
    """All columns are empty then, not only the first."""
    stays = laid(issues)

    assert [len(column) for column in (stays.issue, stays.status, stays.entered, stays.left)] == [0, 0, 0, 0]


def test_what_had_begun_by_then_is_kept_and_what_ended_later_was_open() -> None:
    """An entry at T has happened; a stay that ends at T has ended."""
    issues = table(SEVERAL[2])

    assert [listed(issues, laid(issues, day)) for day in ("2026-03-01", "2026-03-04", "2026-03-05")] == [
        [],
        [
            ("A-3", "To Do", at("2026-03-02"), at("2026-03-04")),
            ("A-3", "Doing", at("2026-03-04"), OPEN),
        ],
        [
            ("A-3", "To Do", at("2026-03-02"), at("2026-03-04")),
            ("A-3", "Doing", at("2026-03-04"), OPEN),
        ],
    ]
    assert listed(issues, laid(issues, "2026-03-03")) == [("A-3", "To Do", at("2026-03-02"), OPEN)]


def test_stays_as_of_then_lie_issue_by_issue() -> None:
    """Of six issues two have no creation, one none yet, one contradicts its history only later."""
    stays = laid(table(*SEVERAL), "2026-03-02")

    assert stays.issue.tolist() == [0, 2, 5, 5]
    assert stays.start.tolist() == [0, 1, 1, 2, 2, 2, 4]


@pytest.mark.parametrize(
    ("as_of", "clamped", "mismatch"),
    [
        ("2026-02-28", [False] * 6, [False] * 6),
        (
            "2026-03-01",
            [False, False, False, False, True, False],
            [False] * 6,
        ),  # the entry of A-5 has happened
        ("2026-03-07", [False, False, False, False, True, False], [False] * 6),
        ("2026-03-08", [False, False, False, False, True, False], [False, False, False, False, False, True]),
    ],
)
def test_oddities_are_flagged_once_they_have_happened(
    as_of: str, clamped: list[bool], mismatch: list[bool]
) -> None:
    assert flagged(table(*SEVERAL), as_of) == {
        "clamped": clamped,
        "broken_chain": [False] * 6,
        "mismatch": mismatch,
    }


def test_an_entry_at_creation_is_in_its_place() -> None:
    at_once = issue("A-1", created="2026-03-01", history=[("2026-03-01", "Doing")])

    assert flagged(table(at_once), "2026-03-09")["clamped"] == [False]


def test_what_does_not_exist_is_not_odd() -> None:
    issues = table(*SEVERAL)

    assert flagged(issues, "2026-03-09", exists=[False] * 6) == {
        "clamped": [False] * 6,
        "broken_chain": [False] * 6,
        "mismatch": [False] * 6,
    }


BROKEN = issue(
    "A-2", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-04", "Review", "Done")]
)
LONG = issue(
    "A-1",
    created="2026-03-01",
    history=[("2026-03-02", "Doing"), ("2026-03-03", "Review"), ("2026-03-04", "Done")],
)
WHOLE = issue("A-3", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])


@pytest.mark.parametrize(
    ("issues", "as_of", "broken"),
    [
        ((BROKEN,), "2026-03-04", [True]),
        ((BROKEN,), "2026-03-03T23:59", [False]),  # the entry that does not follow lies ahead
        ((LONG,), "2026-03-09", [False]),
        ((WHOLE, BROKEN), "2026-03-09", [True, False]),  # in the order of their keys
        ((WHOLE | {"key": "A-1", "id": "1"}, BROKEN), "2026-03-09", [False, True]),
        (
            (WHOLE, WHOLE | {"key": "A-4", "id": "4"}),
            "2026-03-09",
            [False, False],
        ),  # Done of A-3, To Do of A-4
    ],
)
def test_a_chain_breaks_where_an_entry_does_not_follow(issues: tuple, as_of: str, broken: list[bool]) -> None:
    assert flagged(table(*issues), as_of)["broken_chain"] == broken


def renamed(now: dict, *items: dict) -> IssueTable:
    """The table of one issue whose entries are these, and whose status is now this."""
    raw = issue("A-1", created="2026-03-01", updated="2026-03-08", status=now)
    histories = [entry(n, f"2026-03-0{n + 2}", item) for n, item in enumerate(items)]
    raw["changelog"] = {"startAt": 0, "maxResults": 9, "total": len(items), "histories": histories}
    return table(raw)


@pytest.mark.parametrize(
    ("target", "now", "mismatch"),
    [
        (("7", "Doing"), ("7", "Working"), False),  # the id decides where both have one
        (("7", "Doing"), ("8", "Doing"), True),
        (("", "Doing"), ("8", "doing"), False),  # else the name does, however it is written
        (("7", "Doing"), ("", " DOING"), False),
        (("", "Doing"), ("", "Done"), True),
        (("", "Doing"), ("7", ""), True),
        (("7", "Doing"), ("", ""), False),  # an issue that does not say its status cannot contradict
    ],
)
def test_a_status_is_the_same_by_id_or_by_name(
    target: tuple[str, str], now: tuple[str, str], mismatch: bool
) -> None:
    said = {**status("Doing"), "id": now[0], "name": now[1]}
    issues = renamed(said, status_item(("1", "To Do"), target))

    assert flagged(issues, "2026-03-09")["mismatch"] == [mismatch]
    assert len(laid(issues).issue) == 2 + mismatch


def test_ids_of_both_sides_are_compared_in_the_first_status_too() -> None:
    """The status that the table lists first has the smallest code, and an id like any other."""
    said = {**status("To Do"), "id": "1", "name": "To Do"}
    back = renamed(
        said, status_item(("1", "To Do"), ("7", "Doing")), status_item(("7", "Doing"), ("1", "Open"))
    )

    assert flagged(back, "2026-03-09")["mismatch"] == [False]


@pytest.mark.parametrize(
    ("updated", "began"),
    [("2026-03-08", "2026-03-08"), ("2026-03-02", "2026-03-04"), ("2026-02-01", "2026-03-04")],
)
def test_a_contradiction_begins_at_the_last_update_or_change(updated: str, began: str) -> None:
    """Never before the last entry, which it contradicts."""
    history = [("2026-03-02", "Doing"), ("2026-03-04", "Review")]
    issues = table(
        issue("A-1", created="2026-03-01", history=[("2026-03-09", "Doing")]),
        issue("A-2", created="2026-03-01", history=history, now="Done", updated=updated),
    )

    assert listed(issues, laid(issues))[-2:] == [
        ("A-2", "Review", at("2026-03-04"), at(began)),
        ("A-2", "Done", at(began), OPEN),
    ]


def test_a_contradiction_may_follow_a_single_change() -> None:
    """It begins at that change if the issue was not updated later."""
    once = issue(
        "A-1", created="2026-03-01", history=[("2026-03-03", "Doing")], now="Done", updated="2026-03-02"
    )
    issues = table(once)

    assert listed(issues, laid(issues))[1:] == [
        ("A-1", "Doing", at("2026-03-03"), at("2026-03-03")),
        ("A-1", "Done", at("2026-03-03"), OPEN),
    ]


def test_a_contradiction_begins_at_creation_at_the_earliest() -> None:
    early = issue(
        "A-1", created="2026-03-05", history=[("2026-03-02", "Doing")], now="Done", updated="2026-03-01"
    )
    issues = table(early)

    assert listed(issues, laid(issues))[-1] == ("A-1", "Done", at("2026-03-05"), OPEN)


def test_an_undated_issue_contradicts_nothing() -> None:
    issues = table(undated("A-1", history=[("2026-03-02", "Doing")], now="Done"))

    assert issues.created[0] == MISSING
    assert flagged(issues, "2026-03-09")["mismatch"] == [False]
