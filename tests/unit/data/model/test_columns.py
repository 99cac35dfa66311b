"""A column says in its field's metadata how it is made."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.model.columns import (
    Coded,
    Listed,
    all_the_same,
    coded,
    codes,
    columns_of,
    listed,
    nothing_listed,
    numbers,
    vocabulary,
    words_of,
)


@dataclass(frozen=True)
class Table:
    plain: Any
    size: Any = field(metadata=numbers("issue", "size", np.int8))
    name: Any = field(metadata=codes("move", "to.id to.name", "names"))
    place: Any = field(default=None, metadata=numbers("flag", 1, np.int64))
    twice: Any = field(default=None, metadata=numbers("link", lambda entry: entry * 2, np.int32))
    names: Any = field(default=(), metadata=vocabulary("/".join))


def test_columns_are_those_with_metadata_in_the_order_of_the_fields() -> None:
    found = columns_of(Table)

    assert {name: (column.of, column.dtype, column.vocabulary) for name, column in found.items()} == {
        "size": ("issue", np.int8, ""),
        "name": ("move", np.int32, "names"),
        "place": ("flag", np.int64, ""),
        "twice": ("link", np.int32, ""),
    }
    assert list(found) == ["size", "name", "place", "twice"]


@pytest.mark.parametrize(
    ("name", "entry", "read"),
    [
        ("size", SimpleNamespace(size=7), 7),
        ("name", SimpleNamespace(to=SimpleNamespace(id="3", name="Done")), ("3", "Done")),
        ("place", ("A", "B"), "B"),
        ("twice", 21, 42),
    ],
)
def test_entries_are_read_by_name_place_or_function(name: str, entry: Any, read: Any) -> None:
    """Two names make a tuple."""
    assert columns_of(Table)[name].read(entry) == read


def test_words_are_made_or_taken_as_they_are() -> None:
    assert words_of(Table)["names"](("a", "b")) == "a/b"
    assert words_of(Table)["plain"]("a") == "a"


def test_a_coded_column_has_a_word_in_each_row() -> None:
    column = Coded(np.array([2, 0, 2, -1]), ("a", "b", "c", "none"))

    assert (len(column), list(column), column[2]) == (4, ["c", "a", "c", "none"], "c")
    assert list(coded(["x", "y", "x"])) == ["x", "y", "x"]
    assert coded(["x", "y", "x"]).words == ["x", "y"]
    assert list(all_the_same("x", 3)) == ["x", "x", "x"]
    assert list(column.of(np.array([3, 0]))) == ["none", "c"]


def test_each_word_is_asked_once() -> None:
    asked = []
    column = Coded(np.array([2, 0, 2, -1]), ("a", "b", "c", "none"))
    found = column.flags(lambda word: asked.append(word) or word > "b")

    assert (found.tolist(), asked) == ([True, False, True, True], ["a", "b", "c", "none"])
    assert coded([]).flags(bool).tolist() == []


def test_words_in_the_order_of_their_first_rows() -> None:
    """One that no row has is not among them."""
    assert Coded(np.array([2, 0, 2, -1]), ("a", "b", "c", "none")).first_used() == ["c", "a", "none"]


def test_lists_keep_the_order_of_their_entries() -> None:
    lists = listed(np.array([2, 0, 2, 0]), np.array([7, 5, 3, 5]), 4)

    assert (lists.start.tolist(), lists.value.tolist()) == ([0, 2, 2, 4, 4], [5, 5, 7, 3])
    assert (lists.count.tolist(), lists.owner.tolist()) == ([2, 0, 2, 0], [0, 0, 2, 2])


@pytest.mark.parametrize(
    ("rows", "values", "times"),
    [
        ([2, 0, 2], [7, 3, 5, 5, 7, 3], [2, 2, 2]),
        ([1, 3], [], [0, 0]),
        ([], [], []),
        ([3, 2, 1], [7, 3], [0, 2, 0]),
    ],
)
def test_the_lists_of_some_rows_one_after_the_other(rows: list, values: list, times: list) -> None:
    found = Listed(np.array([0, 2, 2, 4, 4]), np.array([5, 5, 7, 3])).of(np.array(rows, np.int64))

    assert (found[0].tolist(), found[1].tolist()) == (values, times)


def test_nothing_listed() -> None:
    assert nothing_listed(2).count.tolist() == [0, 0]
    assert nothing_listed(0).of(np.zeros(0, np.int64))[0].tolist() == []
