"""Rows become columns as the fields of the issue table say, and a stored table keeps its names."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

from data.model.tables import Change, IssueTable, Link, StatusRef, Transition
from data.store import blobs
from data.store.column_parts import LINKS, MOVES, OWNED, PER_ISSUE
from data.store.columns import (
    COLUMNS,
    VOCABULARIES,
    VOCABULARY_OF,
    build_issue_table,
    laid_out,
    links_within,
    offsets,
)
from tests.support.builders import issue
from tests.support.commands import ROOT
from tests.support.rows import row


def test_every_field_is_a_column_or_a_vocabulary() -> None:
    """Each vocabulary has a column that points into it, and each of those columns is of 32 bits."""
    assert {item.name for item in fields(IssueTable)} == {*COLUMNS, *VOCABULARIES, "transition_start"}
    assert {COLUMNS[name].dtype for name in VOCABULARY_OF} == {np.int32}


def test_what_has_entries_of_its_own() -> None:
    """The first of the flag, link, value, past key, sprint, estimate and block columns names the issue."""
    assert MOVES == ("transition_at", "transition_from", "transition_to", "transition_resolves")
    assert OWNED == (
        ("flag_issue", "flag_from", "flag_until"),
        ("value_issue", "value_field", "value"),
        ("past_key_issue", "past_key"),
        ("sprint_value_issue", "sprint_value"),
        (
            "sprint_stay_issue",
            "sprint_stay",
            "sprint_stay_since",
            "sprint_stay_until",
            "sprint_stay_told",
        ),
        ("estimate_issue", "estimate_field", "estimate_at", "estimate_before", "estimate_after"),
        ("block_issue", "block_key", "block_at", "block_added"),
        ("pull_issue", "pull_count", "pull_done"),
    )
    assert LINKS == ("link_issue", "link_target", "link_text", "link_inward")
    assert len(PER_ISSUE) == 20
    assert {*PER_ISSUE, *MOVES, *(name for names in OWNED for name in names), *LINKS} == set(COLUMNS)


def test_stored_columns_keep_their_names() -> None:
    """With another name, order or number of columns each store writes its columns anew when it is opened.

    That is allowed (nothing is fetched), but it is decided, not met with.
    """
    assert blobs.COLUMNS == "4a296041359036e1"


def test_each_column_has_its_type() -> None:
    """Also where there are no rows."""
    empty = build_issue_table(())

    assert {name: getattr(empty, name).dtype for name in COLUMNS} == {
        name: np.dtype(column.dtype) for name, column in COLUMNS.items()
    }
    assert (len(empty), empty.transition_start.tolist()) == (0, [0])
    assert all(getattr(empty, name) == () for name in VOCABULARIES)


def test_one_vocabulary_of_several_columns() -> None:
    """Issues' own statuses come first, then those that transitions left, then those they entered."""
    first = row(issue("A-1"))
    moves = (Transition(1, "1", "To Do", "2", "Doing"), Transition(2, "2", "Doing", "3", "Done"))
    first.status, first.transitions = StatusRef("9", "Away", "done"), moves
    table = build_issue_table([first])

    assert [status.name for status in table.statuses] == ["Away", "To Do", "Doing", "Done"]
    assert {status.category for status in table.statuses} == {""}
    assert (table.status.tolist(), table.category.tolist()) == ([0], [2])
    assert (table.transition_from.tolist(), table.transition_to.tolist()) == ([1, 2], [2, 3])


def test_past_keys_are_those_that_an_issue_has_no_more() -> None:
    """Each once, from both sides of a change of the key; other changes name none."""
    moved, stayed = row(issue("NEW-7", id="1")), row(issue("NEW-8", id="2"))
    moved.changes = (
        Change(1, "Key", "", "EX-5", "", "TMP-1"),
        Change(2, "Sprint", "4", "EX-9", "5", "EX-10"),
        Change(3, "Key", "", "TMP-1", "", "NEW-7"),
    )
    table = build_issue_table([stayed, moved])

    assert (table.past_key_issue.tolist(), table.past_key.tolist()) == ([0, 0], [0, 1])
    assert table.past_keys == ("EX-5", "TMP-1")


def test_changes_of_estimates() -> None:
    """By the id of their field, or by name where the history tells none; no number is -1."""
    one = row(issue("A-1"))
    one.changes = (
        Change(1, "customfield_5", "", "", "", "3"),
        Change(2, "Story Points", "", "3.5", "", "none"),
        Change(3, "Sprint", "", "", "4", "Four"),
    )
    table = build_issue_table([row(issue("A-0")), one])

    assert table.estimate_issue.tolist() == [1, 1]
    assert (table.estimate_fields, table.estimate_at.tolist()) == (("customfield_5", "Story Points"), [1, 2])
    assert (table.estimate_before.tolist(), table.estimate_after.tolist()) == ([-1, 3.5], [3, -1])


def test_a_parent_by_key_and_a_truncated_history() -> None:
    """An issue without a parent has no code."""
    child, whole = row(issue("A-1")), row(issue("A-2"))
    child.parent, child.truncated = "B-7", True
    table = build_issue_table([child, whole])

    assert (table.parent.tolist(), table.parent_keys) == ([0, -1], ("B-7",))
    assert table.truncated.tolist() == [True, False]


def test_a_code_for_each_word() -> None:
    """The next one for a new word, -1 for None, and the word stays known."""
    known = {name: {} for name in VOCABULARIES}
    known["link_texts"] = {"blocks": 0}
    texts = [(0, 0, text, False) for text in ("causes", "blocks", None, "causes")]

    assert laid_out(COLUMNS["link_text"], texts, known).tolist() == [1, 0, -1, 1]
    assert known["link_texts"] == {"blocks": 0, "causes": 1}


def test_values_of_different_kinds_are_different_words() -> None:
    """To Python 1, 1.0 and True are equal."""
    one = row(issue("A-1"))
    one.mapped = (("a", 1), ("b", 1.0), ("c", True), ("d", 1))
    table = build_issue_table([one])

    assert [(type(value), value) for value in table.values] == [(int, 1), (float, 1.0), (bool, True)]
    assert (table.value.tolist(), table.value_field.tolist()) == ([0, 1, 2, 0], [0, 1, 2, 3])


def test_links_of_which_the_other_end_is_there() -> None:
    """Place 0 is a place like any other."""
    rows = [row(issue("A-1")), row(issue("A-2"))]
    linked = [(7, build_links("A-1", "B-9")), (8, build_links("A-2"))]
    places = {one.key: place for place, one in enumerate(rows)}

    assert links_within(linked, lambda key: places.get(key, -1)) == [
        (7, 0, "blocks", False),
        (8, 1, "blocks", False),
    ]


def build_links(*keys: str) -> tuple[Link, ...]:
    return tuple(Link("blocks", False, key) for key in keys)


def test_offsets() -> None:
    assert offsets([2, 0, 1]).tolist() == [0, 2, 2, 3]
    assert offsets([]).tolist() == [0]


NEW_COLUMN = """
import sys
from dataclasses import field, make_dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

import data.model.tables as tables
from data.model.columns import codes

tables.IssueTable = make_dataclass(
    "IssueTable",
    [
        ("summary", np.ndarray, field(default=None, metadata=codes("issue", "summary", "summaries"))),
        ("summaries", tuple[str, ...], ()),
    ],
    bases=(tables.IssueTable,),
    frozen=True,
)
from data.store.column_chunks import chunk_of
from data.store.column_patch import build_in_chunks, patched
from data.store.columns import build_issue_table
from data.store.references import References
from tests.support.builders import issue
from tests.support.commands import ROOT
from tests.support.rows import row
from tests.support.stores import store_at

summaries = {"A-1": "", "A-2": "Pay", "A-3": "Pay", "A-4": "Refund"}
rows = [msgspec.structs.replace(row(issue(key, id=key)), summary=text) for key, text in summaries.items()]
store = store_at(Path(sys.argv[1]))
store.add(rows, References())
tables = (
    build_issue_table(rows),
    build_in_chunks([rows[:3], rows[3:]]),
    patched(build_issue_table(rows[1:]), list(summaries)[1:], [chunk_of(rows[:1])], ())[0],
    store.load().issues,
)
for table in tables:
    print(table.summary.tolist(), *table.summaries)
"""


def test_a_new_column_is_a_field_and_nothing_else(tmp_path: Path) -> None:
    """Builder, pieces, patch and store follow the table; nothing of them is told about the column."""
    told = subprocess.run(
        [sys.executable, "-c", NEW_COLUMN, str(tmp_path / "scope.sqlite")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.splitlines() == ["[0, 1, 1, 2]  Pay Refund"] * 4
