"""Columns built piece by piece: memory holds the columns and one piece of rows, never all rows. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from data.column_parts import finder, joined, renumbered
from data.columns import build_issue_table
from data.tables import IssueRow, IssueTable

_Link = tuple[int, str, str, bool]


def build_in_chunks(chunks: Iterable[Sequence[IssueRow]]) -> IssueTable:
    """Return what ``build_issue_table`` makes of all rows, bit for bit.

    Args:
        chunks: the rows in key order, piece by piece; no piece gives a table of length 0.
    """
    tables: list[IssueTable] = []
    links: list[_Link] = []
    first = 0
    for rows in chunks:
        tables.append(build_issue_table(rows))
        links += [
            (first + place, link.key, link.text, link.inward)
            for place, row in enumerate(rows)
            for link in row.links
        ]
        first += len(rows)
    if not tables:
        return build_issue_table(())
    columns, words = joined(tables)
    del tables
    columns["transition_start"] = np.concatenate(([0], np.cumsum(columns["moves"]))).astype(np.int64)
    columns |= _resolved(links, columns, words)
    return IssueTable(**renumbered(columns, words))


def _resolved(
    links: Sequence[_Link], columns: Mapping[str, Any], words: dict[str, list[Any]]
) -> dict[str, Any]:
    """Return the columns of those links whose other end is in the table."""
    find = finder(columns, [project.key for project in words["projects"]])
    known = [
        (place, target, text, inward) for place, key, text, inward in links if (target := find(key)) >= 0
    ]
    texts = {text: code for code, text in enumerate(dict.fromkeys(text for _, _, text, _ in known))}
    words["link_texts"] = list(texts)
    return {
        "link_issue": np.array([place for place, _, _, _ in known], np.int32),
        "link_target": np.array([target for _, target, _, _ in known], np.int32),
        "link_text": np.array([texts[text] for _, _, text, _ in known], np.int32),
        "link_inward": np.array([inward for _, _, _, inward in known], np.bool_),
    }
