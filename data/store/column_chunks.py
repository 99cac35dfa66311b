"""Chunks: issues as columns in any order, such as those of a page, ready to be joined with others. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.model.tables import IssueRow, IssueTable, Link
from data.store.columns import build_without_links

Linked = list[tuple[int, tuple[Link, ...]]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Issues as columns, in any order.

    Attributes:
        table: the columns; its links are not looked up.
        ids: id of each issue.
        linked: places of the issues that have links, each with them.
        places: of the issues that count; the others are outdated.
    """

    table: IssueTable
    ids: list[str]
    linked: Linked
    places: NDArray[np.intp]


def chunk_of(rows: Sequence[IssueRow]) -> Chunk:
    """Return rows as a chunk in which all of them count."""
    ids = [row.id for row in rows]
    return Chunk(build_without_links(rows), ids, linked_in(rows), np.arange(len(ids)))


def linked_in(rows: Sequence[IssueRow]) -> Linked:
    """Return places of the rows that have links, each with them."""
    return [(place, row.links) for place, row in enumerate(rows) if row.links]
