"""Columns brought up to date by the rows that changed, at a cost that follows the change. Pure.

The result is bit for bit what ``build_issue_table`` makes of all rows: the same
order, and the same code for each name.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.columns import build_issue_table, in_key_order, split_or_whole
from data.tables import IssueRow, IssueTable

# Which columns have one value an issue, and which name the vocabulary that a column's codes point
# into, in the order in which the builder meets them: that order decides the codes.
VOCABULARY_OF = {
    "project": "projects",
    "type": "types",
    "status": "statuses",
    "resolution": "resolutions",
    "labels": "label_sets",
    "components": "component_sets",
    "fix_versions": "version_sets",
    "affected_versions": "version_sets",
    "priority": "priorities",
    "transition_from": "statuses",
    "transition_to": "statuses",
    "link_text": "link_texts",
    "value_field": "value_fields",
    "value": "values",
}
# Columns with another number of entries than there are issues.
_MOVES = ("transition_at", "transition_from", "transition_to")
# Columns with entries that name their issue first, ordered by issue.
_OWNED = (("flag_issue", "flag_from", "flag_until"), ("value_issue", "value_field", "value"))
_OWNERS = tuple(names[0] for names in _OWNED)
_LINKS = ("link_issue", "link_target", "link_text", "link_inward")
_RAGGED = frozenset({"transition_start", *_MOVES, *_LINKS}.union(*_OWNED))
_VOCABULARIES = tuple(dict.fromkeys(VOCABULARY_OF.values()))
PER_ISSUE = tuple(
    item.name for item in fields(IssueTable) if item.name not in _RAGGED and item.name not in _VOCABULARIES
)


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
    columns, words = _joined(base, fresh)
    columns = _taken(columns, order)
    columns |= _links(base, fresh_rows, order, columns, words)
    table = IssueTable(**_renumbered(columns, words))
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
    keys = _runs([names[code] for code in codes[starts].tolist()], starts.tolist(), len(staying))
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


@dataclass(frozen=True, slots=True)
class _Runs:
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


def _runs(keys: Sequence[str], starts: Sequence[int], end: int) -> _Runs:
    """Join neighbouring runs of one key: a project may have been renumbered under the same key."""
    firsts: dict[str, int] = {}
    for key, start in zip(keys, starts, strict=True):
        firsts.setdefault(key, start)
    return _Runs(list(firsts), list(firsts.values()), end)


def _joined(base: IssueTable, fresh: IssueTable) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the columns of both, one after the other, over common vocabularies."""
    words: dict[str, list[Any]] = {}
    recode: dict[str, NDArray[np.int32]] = {}
    for name in _VOCABULARIES:
        # 1, 1.0 and True are different words.
        known = {(type(word), word): code for code, word in enumerate(getattr(base, name))}
        codes = [known.setdefault((type(word), word), len(known)) for word in getattr(fresh, name)]
        words[name] = [word for _, word in known]
        recode[name] = np.array([*codes, -1], np.int32)  # the last one is what code -1 points to
    columns: dict[str, Any] = {}
    for name in (*PER_ISSUE, *_MOVES, *(name for names in _OWNED for name in names)):
        mine, theirs = getattr(base, name), getattr(fresh, name)
        if name in VOCABULARY_OF:
            theirs = recode[VOCABULARY_OF[name]][theirs]
        elif name in _OWNERS:
            theirs = theirs + np.int32(len(base))
        columns[name] = np.concatenate([mine, theirs]).astype(mine.dtype)
    columns["moves"] = np.concatenate([np.diff(base.transition_start), np.diff(fresh.transition_start)])
    return columns, words


def _taken(columns: dict[str, Any], order: NDArray[np.intp]) -> dict[str, Any]:
    """Return the columns in their new order, links aside."""
    taken = {name: columns[name][order] for name in PER_ISSUE}
    counts, starts = columns["moves"], np.concatenate(([0], np.cumsum(columns["moves"])))
    moves = _stretches(starts[order], counts[order])
    taken |= {name: columns[name][moves] for name in _MOVES}
    taken["transition_start"] = np.concatenate(([0], np.cumsum(counts[order]))).astype(np.int64)
    place = np.full(len(counts), -1, np.int64)
    place[order] = np.arange(len(order))
    for owners, *others in _OWNED:
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
    find = _finder(columns, [project.key for project in words["projects"]])
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


def _finder(columns: Mapping[str, Any], names: Sequence[str]) -> Callable[[str], int]:
    """Return what finds the place of a key in the new table, the last one of several, -1 for none."""
    codes, numbers = columns["project"], columns["number"]
    starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
    runs = _runs([names[codes[start]] for start in starts], starts, len(codes))

    def find(key: str) -> int:
        project, number = split_or_whole(key)
        first, end = runs.span(project)
        place = first + int(np.searchsorted(numbers[first:end], number, side="right")) - 1
        return place if place >= first and numbers[place] == number else -1

    return find


def _renumbered(columns: dict[str, Any], words: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return columns and vocabularies in which each name has the code of its first use."""
    done = {name: column for name, column in columns.items() if name != "moves"}
    for vocabulary in _VOCABULARIES:
        names = [name for name, of in VOCABULARY_OF.items() if of == vocabulary]
        used = np.concatenate([done[name] for name in names])
        used = used[used >= 0]
        first = np.full(len(words[vocabulary]), len(used), np.int64)
        first[used[::-1]] = np.arange(len(used))[::-1]
        in_use = np.flatnonzero(first < len(used))
        in_use = in_use[np.argsort(first[in_use])]
        code = np.full(len(first) + 1, -1, np.int32)  # the last one is what code -1 points to
        code[in_use] = np.arange(len(in_use))
        done |= {name: code[done[name]] for name in names}
        done[vocabulary] = tuple(words[vocabulary][old] for old in in_use.tolist())
    return done
