"""What a column says of itself, in the metadata of its field: of what it has entries, and how they are read.

Whoever lays rows out, joins tables, patches them or stores them follows these
words, so that a new column is written in one place.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter, itemgetter
from typing import Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

# What a column has one entry for: of issues, and of deployments and changes that were told of.
Entry = Literal[
    "issue",
    "move",
    "flag",
    "link",
    "value",
    "past_key",
    "sprint_value",
    "sprint_stay",
    "estimate",
    "block",
    "pull",
    "event",
    "listed",
    "key",
    "carried",
    "commit",
    "reverted",
]
# How an entry is read: by its place in a tuple, by the names of its attributes (two or more make a tuple),
# or by a function.
Read = int | str | Callable[[Any], Any]
_COLUMN, _WORD = "column", "word"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is made.

    Attributes:
        of: what it has one entry for; entries of anything but an issue are in the order of their issues.
        read: takes the number, or the name, from an entry.
        dtype: of the numbers.
        vocabulary: which field has the names that the numbers are places of; "" where they are not.
    """

    of: Entry
    read: Callable[[Any], Any]
    dtype: type
    vocabulary: str = ""


def numbers(of: Entry, read: Read, dtype: type) -> dict[str, Any]:
    """Return the metadata of a column of numbers."""
    return {_COLUMN: Column(of, _make_reader(read), dtype)}


def codes(of: Entry, read: Read, vocabulary: str) -> dict[str, Any]:
    """Return the metadata of a column of places in a vocabulary; what is read as None gets -1."""
    return {_COLUMN: Column(of, _make_reader(read), np.int32, vocabulary)}


def vocabulary(word: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the metadata of a vocabulary whose words are made of what its columns read."""
    return {_WORD: word}


def columns_of(table: type) -> dict[str, Column]:
    """Return the columns of a table by name, in the order of its fields."""
    return {item.name: item.metadata[_COLUMN] for item in fields(table) if _COLUMN in item.metadata}


def words_of(table: type) -> Mapping[str, Callable[[Any], Any]]:
    """Return by vocabulary what makes a word of what is read; most words are read as they are."""
    return {item.name: item.metadata.get(_WORD, _as_it_is) for item in fields(table)}


def _as_it_is(name: Any) -> Any:
    return name


def _make_reader(read: Read) -> Callable[[Any], Any]:
    if isinstance(read, int):
        return itemgetter(read)
    return attrgetter(*read.split()) if isinstance(read, str) else read


@dataclass(frozen=True, slots=True)
class Coded(Generic[_T]):
    """A column of words, of which each distinct one stands once.

    Attributes:
        codes: by row: place in ``words``; -1 is the last one.
        words: some of them may be of no row.
    """

    codes: NDArray[np.integer[Any]]
    words: Sequence[_T]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> _T:
        return self.words[int(self.codes[row])]

    def __iter__(self) -> Iterator[_T]:
        return (self.words[code] for code in self.codes.tolist())

    def of(self, rows: NDArray[np.integer[Any]]) -> "Coded[_T]":
        """Return the column of ``rows``, in their order."""
        return Coded(self.codes[rows], self.words)

    def flags(self, test: Callable[[_T], bool]) -> NDArray[np.bool_]:
        """Flag the rows whose word passes; each word is asked once. Without words there are no rows."""
        passed = np.array([test(word) for word in self.words], np.bool_)
        found: NDArray[np.bool_] = passed[self.codes] if len(passed) else np.zeros(0, np.bool_)
        return found

    def first_used(self) -> list[_T]:
        """Return the words that rows have, in the order of their first rows."""
        used, first = np.unique(self.codes, return_index=True)
        return [self.words[code] for code in used[np.argsort(first)].tolist()]


def coded(values: Iterable[_T]) -> Coded[_T]:
    """Return values, which can be told apart as keys of a dictionary, as a column of words."""
    known: dict[Hashable, int] = {}
    words: list[_T] = []
    found = []
    for value in values:
        code = known.setdefault(value, len(words))
        if code == len(words):
            words.append(value)
        found.append(code)
    return Coded(np.array(found, np.int64), words)


def all_the_same(word: _T, n: int) -> Coded[_T]:
    """Return a column that has one word in all of its ``n`` rows."""
    return Coded(np.zeros(n, np.int64), (word,))


@dataclass(frozen=True, slots=True)
class Listed:
    """A column of lists of numbers.

    Attributes:
        start: *n* + 1 offsets: the list of row *i* lies from entry *i* up to entry *i* + 1.
        value: the entries of all lists, one list after the other.
    """

    start: NDArray[np.int64]
    value: NDArray[np.int64]

    @property
    def count(self) -> NDArray[np.int64]:
        """How long each list is."""
        return np.diff(self.start)

    @property
    def owner(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.start) - 1), self.count)

    def of(self, rows: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the entries of ``rows``, list after list, and how many each of the rows has."""
        times = self.count[rows]
        ends = np.cumsum(times)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - times, times)
        return self.value[np.repeat(self.start[:-1][rows], times) + within], times


def listed(owner: NDArray[np.integer[Any]], value: NDArray[np.integer[Any]], n: int) -> Listed:
    """Return the lists of ``n`` rows from pairs of row and entry; those of one row keep their order."""
    count = np.bincount(owner, minlength=n)
    order = np.argsort(owner, kind="stable")
    return Listed(np.concatenate(([0], np.cumsum(count))), value[order].astype(np.int64))


def nothing_listed(n: int) -> Listed:
    """Return the lists of ``n`` rows that have no entries."""
    return Listed(np.zeros(n + 1, np.int64), np.zeros(0, np.int64))
