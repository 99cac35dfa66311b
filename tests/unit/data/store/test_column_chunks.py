"""Columns built piece by piece are those of all rows at once, bit for bit."""

from dataclasses import fields

import numpy as np
import pytest

from data.model.tables import IssueTable
from data.store.column_patch import build_in_chunks
from data.store.columns import build_issue_table, in_key_order
from tests.support.builders import issue, link
from tests.support.rows import row

ROWS = in_key_order(
    map(
        row,
        [
            issue("A-1", created="2026-03-01", labels=["x"], links=[link("is caused by", "B-2")]),
            issue("A-2", "Bug", created="2026-03-02", history=[("2026-03-03", "Doing")], components=["core"]),
            issue("A-10", created="2026-03-02", flags=[("2026-03-03", True)], resolution="Fixed"),
            issue(
                "B-1", "Incident", created="2026-03-04", links=[link("causes", "A-1"), link("causes", "Z-9")]
            ),
            issue("B-2", created="2026-03-05", history=[("2026-03-06", "Doing"), ("2026-03-07", "Done")]),
        ],
    )
)


def assert_same(one: IssueTable, other: IssueTable) -> None:
    for item in fields(IssueTable):
        here, there = getattr(one, item.name), getattr(other, item.name)
        if isinstance(here, np.ndarray):
            assert (here.dtype, here.tolist()) == (there.dtype, there.tolist()), item.name
        else:
            assert here == there, item.name


@pytest.mark.parametrize("size", [1, 2, 3, 5, 99])
def test_pieces_of_any_size(size: int) -> None:
    """Also links from one piece into another, and one to an issue that is nowhere."""
    pieces = (ROWS[start : start + size] for start in range(0, len(ROWS), size))
    built = build_in_chunks(pieces)

    assert built.keys(np.arange(len(built))) == ("A-1", "A-2", "A-10", "B-1", "B-2")
    assert len(built.link_issue) == 2
    assert_same(built, build_issue_table(ROWS))


@pytest.mark.parametrize("pieces", [[], [[]], [[], ROWS, []]])
def test_pieces_of_nothing(pieces: list) -> None:
    assert_same(build_in_chunks(pieces), build_issue_table([one for piece in pieces for one in piece]))
