"""Patched columns are those of a full build, bit for bit, whatever changed."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.tables import (
    MISSING,
    OPEN,
    Change,
    IssueRow,
    IssueTable,
    Link,
    StatusRef,
    Transition,
    TypeRef,
)
from data.store.column_chunks import chunk_of
from data.store.column_patch import build_in_chunks, patched
from data.store.columns import build_issue_table, in_key_order
from tests.support.builders import issue
from tests.support.rows import row

KEYS = [f"{project}-{number}" for project in ("A", "B", "AB") for number in (1, 2, 10)]
STATUSES = [StatusRef("1", "To Do"), StatusRef("2", "Doing"), StatusRef("3", "Done"), StatusRef("", "Lost")]
NAMES = st.sampled_from(["", "x", "y", "z"])
VALUES = st.sampled_from([1, 1.0, True, "1", ("a", "b"), 0])
MOVES = st.builds(
    lambda at, a, b, resolves: Transition(at, a.id, a.name, b.id, b.name, resolves),
    st.integers(0, 9),
    st.sampled_from(STATUSES),
    st.sampled_from(STATUSES),
    st.booleans(),
)
CHANGES = st.builds(
    lambda at, field, before, after: Change(at, field, "", before, "", after),
    st.integers(0, 9),
    st.sampled_from(["Key", "Sprint"]),
    st.sampled_from(KEYS),
    st.sampled_from(KEYS),
)


@st.composite
def issue_rows(draw: st.DrawFn, issue_id: str) -> IssueRow:
    """Any row with this id; keys may move between projects."""
    plain = row(issue("A-1"))
    fresh = {
        "id": issue_id,
        "key": draw(st.sampled_from(KEYS)),
        "project_id": draw(st.sampled_from(["10", "11"])),
        "type": draw(st.sampled_from([TypeRef("1", "Story"), TypeRef("2", "Bug")])),
        "status": draw(st.sampled_from(STATUSES)),
        "resolution": draw(st.none() | NAMES),
        "priority": draw(st.none() | NAMES),
        "labels": tuple(draw(st.lists(NAMES, max_size=2))),
        "fix_versions": tuple(draw(st.lists(NAMES, max_size=2))),
        "affected_versions": tuple(draw(st.lists(NAMES, max_size=2))),
        "created": draw(st.sampled_from([MISSING, 0, 5])),
        "links": tuple(
            draw(st.lists(st.builds(Link, NAMES, st.booleans(), st.sampled_from(KEYS)), max_size=3))
        ),
        "transitions": tuple(draw(st.lists(MOVES, max_size=3))),
        "mapped": tuple(draw(st.lists(st.tuples(NAMES, VALUES), max_size=2))),
        "truncated": draw(st.booleans()),
        "changes": tuple(draw(st.lists(CHANGES, max_size=2))),
        "parent": draw(st.sampled_from(["", *KEYS])),
        "flagged": tuple(draw(st.lists(st.sampled_from([(MISSING, 3), (4, OPEN)]), max_size=2))),
    }
    values = {name: getattr(plain, name) for name in IssueRow.__struct_fields__}
    return IssueRow(**{**values, **fresh})


@st.composite
def changes(draw: st.DrawFn) -> tuple[list[IssueRow], list[list[IssueRow]], list[list[str]]]:
    """Rows to begin with, and rounds of rows that change and ids that go."""
    ids = [str(number) for number in range(8)]
    first = [draw(issue_rows(each)) for each in draw(st.lists(st.sampled_from(ids), unique=True))]
    rounds, goings = [], []
    for _ in range(draw(st.integers(1, 3))):
        rounds.append([draw(issue_rows(each)) for each in draw(st.lists(st.sampled_from(ids), unique=True))])
        goings.append(draw(st.lists(st.sampled_from(ids), unique=True, max_size=3)))
    return first, rounds, goings


def told(before: dict[str, IssueRow], after: dict[str, IssueRow], changed: set[str]) -> list[IssueRow]:
    """Changed rows, and those that link to a key that came, went or moved."""
    keys = {
        key
        for each in before.keys() | after.keys()
        if (key_a := before[each].key if each in before else None)
        != (key_b := after[each].key if each in after else None)
        for key in (key_a, key_b)
    }
    linking = {each for each, one in after.items() if any(link.key in keys for link in one.links)}
    return [after[each] for each in (changed & after.keys()) | linking]


def same(one: IssueTable, other: IssueTable) -> None:
    for item in fields(IssueTable):
        a, b = getattr(one, item.name), getattr(other, item.name)
        if isinstance(a, np.ndarray):
            assert (item.name, a.dtype, a.tolist()) == (item.name, b.dtype, b.tolist())
        else:
            assert (item.name, a) == (item.name, b)


@pytest.mark.slow
@given(changes())
def test_any_sequence_of_changes_gives_the_table_of_a_full_build(sequence) -> None:
    first, rounds, goings = sequence
    stored = {one.id: one for one in first}
    table, ids = build_issue_table(first), [one.id for one in in_key_order(first)]
    for rows, gone in zip(rounds, goings, strict=True):
        after = {**stored, **{one.id: one for one in rows}}
        after = {each: one for each, one in after.items() if each not in gone}
        changed = {one.id for one in rows}
        table, ids = patched(table, ids, [chunk_of(told(stored, after, changed))], set(gone))
        stored = after

        assert ids == [one.id for one in in_key_order(stored.values())]
        same(table, build_issue_table(stored.values()))


@pytest.mark.slow
@given(changes(), st.integers(1, 4))
def test_pieces_give_the_table_of_a_full_build(sequence, size: int) -> None:
    """However long the pieces are."""
    first, rounds, _ = sequence
    rows = in_key_order({one.id: one for part in (first, *rounds) for one in part}.values())
    table = build_in_chunks(rows[start : start + size] for start in range(0, len(rows), size))

    same(table, build_issue_table(rows))


@pytest.mark.parametrize(("changed", "gone"), [(["A-1"], []), ([], ["A-2"]), (["A-3"], ["A-1", "A-2"])])
def test_small_changes_by_hand(changed: list[str], gone: list[str]) -> None:
    """One changed, one gone, one new while all others go."""
    rows = [row(issue(key, id=key)) for key in ("A-1", "A-2")]
    fresh = [row(issue(key, id=key, status="Done")) for key in changed]
    table, ids = patched(build_issue_table(rows), ["A-1", "A-2"], [chunk_of(fresh)], gone)

    left = sorted(({"A-1", "A-2"} | set(changed)) - set(gone))
    assert ids == left
    assert list(table.keys(np.arange(len(table)))) == left
