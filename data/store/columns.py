"""Issue rows to columns: the issue table, ordered by project, number and id. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from data.model.blocks import blocks_told
from data.model.columns import Column, Entry, columns_of, words_of
from data.model.tables import ESTIMATE, IssueRow, IssueTable, Link, pulls_of, split_or_whole
from data.store.sprint_stays import sprint_stays_of

# Issue, place of the other end, phrase, inward: how a link is laid out.
LinkEntry = tuple[int, int, str, bool]
Known = dict[str, dict[Any, int]]

COLUMNS = columns_of(IssueTable)
# Which vocabulary the codes of a column point into, in the order in which columns are laid out: that
# order decides the codes.
VOCABULARY_OF = {name: column.vocabulary for name, column in COLUMNS.items() if column.vocabulary}
VOCABULARIES = tuple(dict.fromkeys(VOCABULARY_OF.values()))
_WORDS = words_of(IssueTable)


def names_of(entry: Entry) -> tuple[str, ...]:
    """Return the names of the columns that have one entry for each of what ``entry`` names."""
    return tuple(name for name, column in COLUMNS.items() if column.of == entry)


def build_issue_table(rows: Iterable[IssueRow]) -> IssueTable:
    """Lay rows out as columns, ordered by project, number and id.

    Each distinct name gets one code, in the order of first use. No rows give a table of length 0.
    """
    ordered = in_key_order(rows)
    return _lay_out(ordered, _find_links(ordered))


def build_without_links(rows: Sequence[IssueRow]) -> IssueTable:
    """Lay rows out as columns in the order in which they come; what their links lead to is not looked up."""
    return _lay_out(rows, [])


def _lay_out(rows: Sequence[IssueRow], links: Sequence[LinkEntry]) -> IssueTable:
    entries = _collect_entries(rows) | {"link": links}
    known: Known = {name: {} for name in VOCABULARIES}
    columns: dict[str, Any] = {
        name: laid_out(column, entries[column.of], known) for name, column in COLUMNS.items()
    }
    columns["transition_start"] = offsets([len(row.transitions) for row in rows])
    columns |= {name: tuple(map(_WORDS[name], words)) for name, words in known.items()}
    return IssueTable(**columns)


def laid_out(column: Column, entries: Sequence[Any], known: Known) -> Any:
    """Return a column over entries; a word that its vocabulary does not know yet gets the next code."""
    values: Iterable[Any] = map(column.read, entries)
    if column.vocabulary:
        words = known[column.vocabulary]
        code = words.setdefault
        values = [-1 if word is None else code(word, len(words)) for word in values]
    return np.fromiter(values, column.dtype, len(entries))


def offsets(counts: Any) -> Any:
    """Return where the entries of each issue begin, and after the last one where they end."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int64)


def in_key_order(rows: Iterable[IssueRow]) -> list[IssueRow]:
    """Return rows by project, number and id: the order of the issue table."""
    return sorted(rows, key=lambda row: (split_or_whole(row.key), row.id))


def _collect_entries(rows: Sequence[IssueRow]) -> dict[Entry, Sequence[Any]]:
    """Return what columns have entries for, links aside, in the order of the issues."""
    flags = [(place, *stretch) for place, row in enumerate(rows) for stretch in row.flagged]
    values = [(place, *value) for place, row in enumerate(rows) if row.mapped for value in row.mapped]
    renamed = {place for place, row in enumerate(rows) for change in row.changes if change.field == "Key"}
    past_keys = [(place, key) for place in sorted(renamed) for key in past_keys_of(rows[place])]
    sprint_values = [(place, each) for place, row in enumerate(rows) if row.sprints for each in row.sprints]
    sprint_stays = [
        (place, *stay)
        for place, row in enumerate(rows)
        if row.sprints or row.changes
        for stay in sprint_stays_of(row)
    ]
    return {
        "issue": rows,
        "move": [move for row in rows for move in row.transitions],
        "flag": flags,
        "value": values,
        "past_key": past_keys,
        "sprint_value": sprint_values,
        "sprint_stay": sprint_stays,
        "estimate": [(place, *each) for place, row in enumerate(rows) for each in estimates_of(row)],
        "block": [(place, *told) for place, row in enumerate(rows) for told in blocks_told(row)],
        "pull": [
            (place, *told) for place, row in enumerate(rows) if row.development for told in pulls_of(row)
        ],
    }


def estimates_of(row: IssueRow) -> Iterable[tuple[str, int, float, float]]:
    """Yield the changes of estimates: field, instant, the values before and after, -1 for none."""
    for change in row.changes:
        if change.field == ESTIMATE or change.field.startswith("customfield_"):
            yield change.field, change.at, _points_of(change.from_name), _points_of(change.to_name)


def _points_of(text: str) -> float:
    """Return a number as histories write it; -1 where there is none, or none that makes sense."""
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        return -1.0
    return points if 0 <= points < math.inf else -1.0


def past_keys_of(row: IssueRow) -> tuple[str, ...]:
    """Return the keys that an issue once had and has no more, each once, the oldest first."""
    renamed = (change for change in row.changes if change.field == "Key")
    names = (name for change in renamed for name in (change.from_name, change.to_name))
    return tuple(dict.fromkeys(name for name in names if name and name != row.key))


def _find_links(rows: Sequence[IssueRow]) -> list[LinkEntry]:
    if not any(row.links for row in rows):
        return []
    places = {row.key: place for place, row in enumerate(rows)}
    linked = ((place, row.links) for place, row in enumerate(rows) if row.links)
    return links_within(linked, lambda key: places.get(key, -1))


def links_within(linked: Iterable[tuple[int, Sequence[Link]]], find: Callable[[str], int]) -> list[LinkEntry]:
    """Return those links whose other end is in the table.

    Args:
        linked: places of issues, each with its links.
        find: returns the place of a key, -1 where it is not in the table.
    """
    return [
        (place, target, link.text, link.inward)
        for place, links in linked
        for link in links
        if (target := find(link.key)) >= 0
    ]
