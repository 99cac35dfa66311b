"""Columns brought up to date by the chunks of what changed. Pure.

The result is bit for bit what ``build_issue_table`` makes of all rows: the same
order, and the same code for each name.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.tables import IssueRow, IssueTable
from data.store.column_chunks import Chunk, Linked, chunk_of
from data.store.column_parts import (
    LINKS,
    MOVES,
    OWNED,
    PER_ISSUE,
    finder,
    joined,
    laid_out_links,
    renumbered,
)
from data.store.columns import build_issue_table, links_within, offsets

_Places = NDArray[np.intp]


def patched(
    base: IssueTable, base_ids: Sequence[str], chunks: list[Chunk], gone: Collection[str]
) -> tuple[IssueTable, list[str]]:
    """Return the table with the issues of ``chunks`` in place of what was known of them, and its ids.

    Args:
        base: the table so far.
        base_ids: id of each of its issues.
        chunks: issues that are new or changed, each id once. They must include every issue that links to
            a key which came, went or moved: what a link leads to is looked up among the issues of the table.
            The list is empty afterwards.
        gone: ids that are no longer stored.
    """
    ids = [*base_ids, *chain.from_iterable(chunk.ids for chunk in chunks)]
    fresh, linked = _find_fresh(len(base), chunks), _find_linked(len(base), chunks)
    columns, words = joined(chain([base], _drained(chunks)))
    leaving = {ids[place] for place in fresh.tolist()}.union(gone) if base_ids else set()
    kept = np.array([place for place, name in enumerate(base_ids) if name not in leaving], np.intp)
    order = _in_key_order(np.concatenate([kept, fresh]), columns, words, ids)
    place = np.full(len(ids), -1, np.int64)
    place[order] = np.arange(len(order))
    taken = _take_columns(columns, order, place)
    del columns
    told = [(int(place[each]), links) for each, links in linked if place[each] >= 0]
    taken |= _patch_links(base, told, place, taken, words)
    return IssueTable(**renumbered(taken, words)), [ids[each] for each in order.tolist()]


def build_in_chunks(pieces: Iterable[Sequence[IssueRow]]) -> IssueTable:
    """Return what ``build_issue_table`` makes of all rows, bit for bit.

    Memory holds the columns and one piece of rows, never all rows.

    Args:
        pieces: the rows in any order, piece by piece, each id once; no piece gives a table of length 0.
    """
    return patched(build_issue_table(()), [], list(map(chunk_of, pieces)), ())[0]


def _drained(chunks: list[Chunk]) -> Iterator[IssueTable]:
    """Yield the tables of chunks and forget them: of a million issues they take as much as the columns do."""
    chunks.reverse()
    while chunks:
        yield chunks.pop().table


def _find_fresh(first: int, chunks: Sequence[Chunk]) -> _Places:
    """Return the places of what counts in chunks that are laid one after the other from ``first`` on."""
    places = [np.zeros(0, np.intp)]
    for chunk in chunks:
        places.append(first + chunk.places)
        first += len(chunk.ids)
    return np.concatenate(places)


def _in_key_order(
    places: _Places, columns: Mapping[str, Any], words: Mapping[str, list[Any]], ids: Sequence[str]
) -> _Places:
    """Return places of issues by project, number and id."""
    keys = [project.key for project in words["projects"]]
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    rank = np.array([ranks[key] for key in keys], np.int32)[columns["project"][places]]
    number = columns["number"][places]
    by_key = np.lexsort((number, rank))
    order, rank, number = places[by_key], rank[by_key], number[by_key]
    # Two ids may have one key.
    same = np.flatnonzero((rank[1:] == rank[:-1]) & (number[1:] == number[:-1]))
    for run in np.split(same, np.flatnonzero(np.diff(same) > 1) + 1) if len(same) else ():
        alike = slice(int(run[0]), int(run[-1]) + 2)
        order[alike] = sorted(order[alike].tolist(), key=ids.__getitem__)
    return order


def _take_columns(columns: dict[str, Any], order: _Places, place: NDArray[np.int64]) -> dict[str, Any]:
    """Return the columns in their new order, links aside; ``place`` tells the new place of each old one."""
    taken = {name: columns[name][order] for name in PER_ISSUE}
    counts, starts = columns["moves"], np.concatenate(([0], np.cumsum(columns["moves"])))
    moves = _find_stretches(starts[order], counts[order])
    taken |= {name: columns[name][moves] for name in MOVES}
    taken["transition_start"] = offsets(counts[order])
    for owners, *others in OWNED:
        owner = place[columns[owners]]
        entries = np.flatnonzero(owner >= 0)
        entries = entries[np.argsort(owner[entries], kind="stable")]
        taken |= {name: columns[name][entries] for name in others}
        taken[owners] = owner[entries].astype(np.int32)
    return taken


def _find_stretches(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of stretches, one stretch after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: NDArray[np.int64] = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return places


def _find_linked(first: int, chunks: Sequence[Chunk]) -> Linked:
    """Return the places of issues that have links, each with them, likewise."""
    linked: Linked = []
    for chunk in chunks:
        linked += [(first + at, links) for at, links in chunk.linked]
        first += len(chunk.ids)
    return linked


def _patch_links(
    base: IssueTable,
    linked: Linked,
    place: NDArray[np.int64],
    columns: Mapping[str, Any],
    words: dict[str, list[Any]],
) -> dict[str, Any]:
    """Return the link columns: those of issues that stayed, and those that the fresh ones tell."""
    find = finder(columns, [project.key for project in words["projects"]])
    target = place[: len(base)].copy()
    # Also those that were changed: they lie elsewhere.
    left = np.flatnonzero(np.bincount(base.link_target[target[base.link_target] < 0], minlength=0))
    target[left] = [find(key) for key in base.keys(left)]
    stays = (place[base.link_issue] >= 0) & (target[base.link_target] >= 0)
    told = laid_out_links(links_within(linked, find), words)
    kept = {name: getattr(base, name)[stays] for name in LINKS}
    kept["link_issue"], kept["link_target"] = place[kept["link_issue"]], target[kept["link_target"]]
    both = {name: np.concatenate([kept[name], told[name]]).astype(told[name].dtype) for name in LINKS}
    by_issue = np.argsort(both["link_issue"], kind="stable")  # the links of one issue keep their order
    return {name: column[by_issue] for name, column in both.items()}
