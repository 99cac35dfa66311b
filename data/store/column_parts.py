"""Issue tables taken apart and put together: common vocabularies, one code for each name. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.model.columns import Entry
from data.model.tables import IssueTable, split_or_whole
from data.store.columns import COLUMNS, VOCABULARIES, VOCABULARY_OF, LinkEntry, laid_out, names_of

PER_ISSUE = names_of("issue")
MOVES = names_of("move")
LINKS = names_of("link")
# Columns with entries that name their issue first, ordered by issue.
_OWNED: tuple[Entry, ...] = (
    "flag",
    "value",
    "past_key",
    "sprint_value",
    "sprint_stay",
    "estimate",
    "block",
    "pull",
)
OWNED = tuple(map(names_of, _OWNED))
OWNERS = tuple(names[0] for names in OWNED)
ENTRIES = tuple(name for names in OWNED for name in names)


def joined(tables: Iterable[IssueTable]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the columns of tables one after the other, links aside, over common vocabularies.

    Instead of ``transition_start`` there is ``moves``: how many transitions each issue has.
    """
    known: dict[str, dict[Any, int]] = {name: {} for name in VOCABULARIES}
    parts: dict[str, list[Any]] = {name: [] for name in (*PER_ISSUE, *MOVES, *ENTRIES, "moves")}
    first = 0
    for table in tables:
        recode = {name: _recode(known[name], getattr(table, name)) for name in VOCABULARIES}
        for name in (*PER_ISSUE, *MOVES, *ENTRIES):
            column = getattr(table, name)
            if name in VOCABULARY_OF:
                column = recode[VOCABULARY_OF[name]][column]
            elif name in OWNERS:
                column = column + np.int32(first)
            parts[name].append(column)
        parts["moves"].append(np.diff(table.transition_start))
        first += len(table)
    columns = {name: np.concatenate(parts.pop(name)) for name in list(parts)}
    return columns, {name: [word for _, word in words] for name, words in known.items()}


def _recode(known: dict[Any, int], words: Sequence[Any]) -> Any:
    """Return the common code of each of a table's own codes; the last one is what code -1 points to."""
    # 1, 1.0 and True are different words.
    codes = [known.setdefault((type(word), word), len(known)) for word in words]
    return np.array([*codes, -1], np.int32)


@dataclass(frozen=True, slots=True)
class Runs:
    """Which stretch of a table belongs to which project, by key."""

    keys: list[str]
    starts: list[int]
    end: int

    def span(self, key: str) -> tuple[int, int]:
        """Return the stretch of a project; where it has none, the empty one at its place."""
        place = bisect_left(self.keys, key)
        first = self.starts[place] if place < len(self.starts) else self.end
        if place == len(self.keys) or self.keys[place] != key:
            return first, first
        return first, self.starts[place + 1] if place + 1 < len(self.starts) else self.end


def runs_of(keys: Sequence[str], starts: Sequence[int], end: int) -> Runs:
    """Join neighbouring runs of one key: a project may have been renumbered under the same key."""
    firsts: dict[str, int] = {}
    for key, start in zip(keys, starts, strict=True):
        firsts.setdefault(key, start)
    return Runs(list(firsts), list(firsts.values()), end)


def finder(columns: Mapping[str, Any], names: Sequence[str]) -> Callable[[str], int]:
    """Return what finds the place of a key in the new table, the last one of several, -1 for none."""
    codes, numbers = columns["project"], columns["number"]
    starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
    runs = runs_of([names[codes[start]] for start in starts], starts, len(codes))

    def find(key: str) -> int:
        project, number = split_or_whole(key)
        first, end = runs.span(project)
        place = first + int(np.searchsorted(numbers[first:end], number, side="right")) - 1
        return place if place >= first and numbers[place] == number else -1

    return find


def laid_out_links(entries: Sequence[LinkEntry], words: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the link columns over entries; phrases that are new are added to ``words``."""
    known = {"link_texts": {text: code for code, text in enumerate(words["link_texts"])}}
    columns = {name: laid_out(COLUMNS[name], entries, known) for name in LINKS}
    words["link_texts"] = list(known["link_texts"])
    return columns


def renumbered(columns: dict[str, Any], words: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return columns and vocabularies in which each name has the code of its first use."""
    done = {name: column for name, column in columns.items() if name != "moves"}
    for vocabulary in VOCABULARIES:
        names = [name for name, of in VOCABULARY_OF.items() if of == vocabulary]
        recoded, done[vocabulary] = by_first_use([done[name] for name in names], words[vocabulary])
        done |= zip(names, recoded, strict=True)
    return done


def by_first_use(columns: Sequence[Any], words: Sequence[Any]) -> tuple[list[Any], tuple[Any, ...]]:
    """Return columns of codes with the words that they use, in the order of their first use in them."""
    used = np.concatenate(columns)
    used = used[used >= 0]
    first = np.full(len(words), len(used), np.int64)
    first[used[::-1]] = np.arange(len(used))[::-1]
    in_use = np.flatnonzero(first < len(used))
    in_use = in_use[np.argsort(first[in_use])]
    code = np.full(len(first) + 1, -1, np.int32)  # the last one is what code -1 points to
    code[in_use] = np.arange(len(in_use))
    return [code[column] for column in columns], tuple(words[old] for old in in_use.tolist())
