"""Rows to columns: ordered by project and number, one code per distinct name."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.model.tables import IssueTable
from data.store.columns import build_issue_table, in_key_order
from tests.support.builders import issue
from tests.support.rows import dataset, row

KEYS = st.lists(
    st.tuples(st.sampled_from(["A", "AB", "B"]), st.integers(1, 30)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    unique=True,
    max_size=12,
)


def test_numbers_are_numbers() -> None:
    rows = [row(issue(key)) for key in ("A-10", "B-1", "A-9", "AB-2")]

    assert [each.key for each in in_key_order(rows)] == ["A-9", "A-10", "AB-2", "B-1"]


@given(KEYS, st.randoms())
def test_the_table_does_not_depend_on_the_order_of_its_rows(keys: list[str], chance) -> None:
    rows = [row(issue(key, history=[("2026-03-02", "Doing")])) for key in keys]
    shuffled = chance.sample(rows, len(rows))
    one, other = build_issue_table(rows), build_issue_table(shuffled)

    assert len(one) == len(keys)
    for item in dataclasses.fields(IssueTable):
        assert np.array_equal(getattr(one, item.name), getattr(other, item.name)), item.name


@given(KEYS)
def test_keys_survive_the_way_into_columns(keys: list[str]) -> None:
    table = dataset([issue(key) for key in keys]).issues

    assert sorted(table.keys(np.arange(len(table)))) == sorted(keys)


def test_an_empty_table_has_every_column() -> None:
    table = build_issue_table([])

    assert len(table) == 0
    assert table.transition_start.tolist() == [0]
    assert table.keys(np.arange(0)) == ()


def test_transitions_stand_beside_their_issue() -> None:
    steps = [("2026-03-02", "Doing"), ("2026-03-03", "Done")]
    table = dataset([issue("A-2", history=steps), issue("A-1"), issue("A-3", history=steps[:1])]).issues

    assert table.transition_start.tolist() == [0, 0, 2, 3]
    assert [table.statuses[code].name for code in table.transition_to.tolist()] == ["Doing", "Done", "Doing"]
