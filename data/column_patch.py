"""Columns brought up to date by the rows that changed, at a cost that follows the change. Pure.

The result is bit for bit what ``build_issue_table`` makes of all rows: the same
order, and the same code for each name.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.column_parts import MOVES, OWNED, PER_ISSUE, finder, joined, renumbered, runs_of
from data.columns import build_issue_table, in_key_order, split_or_whole
from data.tables import IssueRow, IssueTable


def patched(
    base: IssueTable, base_ids: Sequence[str], rows: Collection[IssueRow], gone: Collection[str]
) -> tuple[IssueTable, list[str]]:
    """Return the table with ``rows`` in place of what was known of them, and its ids in their order.

    Args:
        base: the table so far.
        base_ids: id of each of its issues.
        rows: issues that are new or changed. They must include every issue that links to a key which
            came, went or moved: what a link leads to is looked up among the issues of the table.
        gone: ids that are no longer stored.
    """
    fresh_rows = in_key_order(rows)
    fresh = build_issue_table(fresh_rows)
    leaving = {row.id for row in fresh_rows} | set(gone)
    kept = np.array([issue_id not in leaving for issue_id in base_ids], np.bool_)
    order = _order(base, base_ids, kept, fresh_rows)
    columns, words = joined([base, fresh])
    columns = _taken(columns, order)
    columns |= _links(base, fresh_rows, order, columns, words)
    table = IssueTable(**renumbered(columns, words))
    return table, [*np.array([*base_ids, *(row.id for row in fresh_rows)], object)[order].tolist()]


def _order(
    base: IssueTable, base_ids: Sequence[str], kept: NDArray[np.bool_], fresh: Sequence[IssueRow]
) -> NDArray[np.intp]:
    """Return places in base and fresh rows, one after the other, in the order of the new table."""
    staying = np.flatnonzero(kept)
    names = [project.key for project in base.projects]
    # Projects lie one after the other, so their codes' first places are a sorted list to search in.
    codes = base.project[staying]
    starts = np.flatnonzero(np.diff(codes, prepend=-1)) if len(codes) else np.empty(0, np.intp)
    keys = runs_of([names[code] for code in codes[starts].tolist()], starts.tolist(), len(staying))
    numbers = base.number[staying]
    places = []
    for row in fresh:
        key, number = split_or_whole(row.key)
        first, end = keys.span(key)
        left = first + int(np.searchsorted(numbers[first:end], number, side="left"))
        right = first + int(np.searchsorted(numbers[first:end], number, side="right"))
        same = [base_ids[place] for place in staying[left:right].tolist()]
        places.append(left + bisect_left(same, row.id))
    return np.insert(staying, places, len(base) + np.arange(len(fresh)))


def _taken(columns: dict[str, Any], order: NDArray[np.intp]) -> dict[str, Any]:
    """Return the columns in their new order, links aside."""
    taken = {name: columns[name][order] for name in PER_ISSUE}
    counts, starts = columns["moves"], np.concatenate(([0], np.cumsum(columns["moves"])))
    moves = _stretches(starts[order], counts[order])
    taken |= {name: columns[name][moves] for name in MOVES}
    taken["transition_start"] = np.concatenate(([0], np.cumsum(counts[order]))).astype(np.int64)
    place = np.full(len(counts), -1, np.int64)
    place[order] = np.arange(len(order))
    for owners, *others in OWNED:
        owner = place[columns[owners]]
        entries = np.flatnonzero(owner >= 0)
        entries = entries[np.argsort(owner[entries], kind="stable")]
        taken |= {name: columns[name][entries] for name in others}
        taken[owners] = owner[entries].astype(np.int32)
    return taken


def _stretches(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of stretches, one stretch after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: NDArray[np.int64] = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return places


def _links(
    base: IssueTable,
    fresh: Sequence[IssueRow],
    order: NDArray[np.intp],
    columns: Mapping[str, Any],
    words: dict[str, list[Any]],
) -> dict[str, Any]:
    """Return the link columns: those of issues that stayed, and those that the new rows tell."""
    n = len(base)
    place = np.full(n + len(fresh), -1, np.int64)
    place[order] = np.arange(len(order))
    target = place[:n].copy()
    renewed = {row.key: int(place[n + at]) for at, row in enumerate(fresh)}
    leaving = np.flatnonzero(target < 0)
    target[leaving] = [renewed.get(key, -1) for key in base.keys(leaving)]
    stays = (place[base.link_issue] >= 0) & (target[base.link_target] >= 0)
    find = finder(columns, [project.key for project in words["projects"]])
    texts = {text: code for code, text in enumerate(words["link_texts"])}
    told = [
        (int(place[n + at]), found, texts.setdefault(link.text, len(texts)), link.inward)
        for at, row in enumerate(fresh)
        for link in row.links
        if (found := find(link.key)) >= 0
    ]
    words["link_texts"] = list(texts)
    parts = [np.array(part) for part in zip(*told, strict=True)] or [np.empty(0, np.int64)] * 4
    issue = np.concatenate([place[base.link_issue[stays]], parts[0]])
    by_issue = np.argsort(issue, kind="stable")  # the links of one issue keep their order
    return {
        "link_issue": issue[by_issue].astype(np.int32),
        "link_target": np.concatenate([target[base.link_target[stays]], parts[1]])[by_issue].astype(np.int32),
        "link_text": np.concatenate([base.link_text[stays], parts[2]])[by_issue].astype(np.int32),
        "link_inward": np.concatenate([base.link_inward[stays], parts[3]])[by_issue].astype(np.bool_),
    }
