"""The rows of several partials under each other, each issue, deployment, change and incident once. Pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metrics.merging.partial import (
    CHANGES,
    CIRCLES,
    DEPLOYMENT_FLAGS,
    DEPLOYMENTS,
    TOLD,
    TOLD_FLAGS,
    Partial,
    bit,
    unpack_numbers,
)
from data.model.tables import Project

NONE = -1
Columns = Mapping[str, NDArray[Any]]
# By place in a partial, and at last for -1, the row of the whole; -1 for none.
Places = NDArray[np.int32]
# Sources of deployments whose ids are those of one Jira.
_OF_SITE = frozenset({"version", "issue", "status"})


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of the whole.

    Attributes:
        ids: of its rows, () where they have none.
        columns: by name, rows pointing to those of the whole.
    """

    ids: tuple[str, ...]
    columns: Columns


@dataclass(frozen=True, slots=True)
class Shared:
    """What several partials hold.

    Attributes:
        lost: by partial and project key, the numbers of issues that one before it holds, ascending.
        issues: how many issues there are in all, each once.
        items: how many of them are flow items in view.
        counts: by name of two partials, the one before first, how many issues they have in common.
    """

    lost: Sequence[Mapping[str, NDArray[np.int64]]]
    issues: int
    items: int
    counts: Mapping[tuple[str, str], int]


def find_shared(partials: Sequence[Partial]) -> Shared:
    """Return which issues are in several scopes: those of one site that have one key.

    Args:
        partials: those first whose word counts.
    """
    holders: dict[tuple[str, str], list[int]] = {}
    for place, partial in enumerate(partials):
        for key in partial.held:
            holders.setdefault((partial.site, key), []).append(place)
    lost: list[dict[str, NDArray[np.int64]]] = [{} for _ in partials]
    gone, items, counts = 0, 0, dict[tuple[str, str], int]()
    for (_, key), places in holders.items():
        known: list[tuple[int, NDArray[np.int64]]] = []
        for place in places if len(places) > 1 else ():
            coded = unpack_numbers(partials[place].held[key])
            numbers = coded >> 1
            mine = np.zeros(len(numbers), np.bool_)
            for other, theirs in known:
                both = np.isin(numbers, theirs)
                mine |= both
                pair = partials[other].name, partials[place].name
                counts[pair] = counts.get(pair, 0) + int(both.sum())
            known.append((place, numbers))
            lost[place][key] = numbers[mine]
            gone, items = gone + int(mine.sum()), items + int((coded[mine] & 1).sum())
    return Shared(
        lost,
        sum(partial.n_issues for partial in partials) - gone,
        sum(partial.n_items for partial in partials) - items,
        {pair: n for pair, n in counts.items() if n},
    )


class Whole:
    """Partials as one.

    Args:
        partials: at least one; of what is in several, the first one's word counts.
    """

    def __init__(self, partials: Sequence[Partial]) -> None:
        self.partials = partials
        self.shared = find_shared(partials)

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The projects of all sites, by key."""
        named: dict[tuple[str, str], str] = {}
        for partial in self.partials:
            for number, key in partial.projects:
                named.setdefault((key, partial.site), number)
        return tuple(Project(named[name], name[0]) for name in sorted(named))

    @cached_property
    def _project_codes(self) -> dict[tuple[str, str], int]:
        names = {(key, partial.site) for partial in self.partials for _, key in partial.projects}
        return {name: code for code, name in enumerate(sorted(names))}

    @cached_property
    def _groups(self) -> dict[tuple[str, str], int]:
        numbers: dict[tuple[str, str], int] = {}
        for partial in self.partials:
            for name in partial.groups:
                numbers.setdefault((partial.site, name), len(numbers))
        return numbers

    @cached_property
    def group_of_project(self) -> NDArray[np.int64]:
        """By project, the number that deployments and incidents have for it."""
        groups = np.full(len(self.projects), NONE, np.int64)
        for partial in self.partials:
            for number, key in partial.projects:
                name = f"id {number}" if number else f"key {key}"
                code = self._project_codes[key, partial.site]
                groups[code] = self._groups.get((partial.site, name), NONE)
        return groups

    def _renumbered_groups(self, table: str) -> Iterable[NDArray[np.int64]]:
        for partial in self.partials:
            numbers = [self._groups[partial.site, name] for name in partial.groups]
            yield np.array([*numbers, NONE], np.int64)[partial.column(table, "group")]

    @cached_property
    def _codes(self) -> list[NDArray[np.int32]]:
        """By partial, the project of each of its issue rows."""
        found = []
        for partial in self.partials:
            codes = [self._project_codes[key, partial.site] for _, key in partial.projects]
            found.append(np.array([*codes, NONE], np.int32)[partial.column("issues", "project")])
        return found

    @cached_property
    def _kept(self) -> list[NDArray[np.bool_]]:
        """By partial, which of its issue rows count."""
        found = []
        for partial, lost in zip(self.partials, self.shared.lost, strict=True):
            project, number = partial.column("issues", "project"), partial.column("issues", "number")
            kept = np.ones(len(project), np.bool_)
            for code, (_, key) in enumerate(partial.projects):
                if len(lost.get(key, ())):
                    mine = np.flatnonzero(project == code)
                    kept[mine] = ~np.isin(number[mine], lost[key])
            found.append(kept)
        return found

    @cached_property
    def _order(self) -> NDArray[np.int32]:
        """The rows that count, one partial after the other, in the order of their keys."""
        keys = {name: rank for rank, name in enumerate(sorted({project.key for project in self.projects}))}
        ranks = np.array([keys[project.key] for project in self.projects], np.int64)
        codes = np.concatenate([codes[kept] for codes, kept in zip(self._codes, self._kept, strict=True)])
        return np.lexsort((self._under_each_other("number"), ranks[codes])).astype(np.int32)

    def _under_each_other(self, name: str) -> NDArray[Any]:
        pairs = zip(self.partials, self._kept, strict=True)
        return np.concatenate([partial.column("issues", name)[kept] for partial, kept in pairs])

    @cached_property
    def _rows(self) -> list[Places]:
        """By partial, the row of each of its issue rows that counts."""
        row = np.empty(len(self._order), np.int32)
        row[self._order] = np.arange(len(self._order))
        found, begin = [], 0
        for kept in self._kept:
            places = np.full(len(kept) + 1, NONE, np.int32)
            places[:-1][kept] = row[begin : begin + int(kept.sum())]
            begin += int(kept.sum())
            found.append(places)
        return found

    @cached_property
    def _rows_of_all(self) -> list[Places]:
        """The same, and of those that do not count the row of the issue that does."""
        if all(kept.all() for kept in self._kept):
            return self._rows
        named = _pairs(self.column("project"), self.column("number"))
        known = {pair: row for row, pair in enumerate(named)}
        found = []
        for partial, codes, kept, places in zip(
            self.partials, self._codes, self._kept, self._rows, strict=True
        ):
            others = np.flatnonzero(~kept)
            pairs = _pairs(codes[others], partial.column("issues", "number")[others])
            everybody = places.copy()
            everybody[others] = [known.get(pair, NONE) for pair in pairs]
            found.append(everybody)
        return found

    def __len__(self) -> int:
        return len(self._order)

    def column(self, name: str) -> NDArray[Any]:
        """Return one column of the issues, by key; it is put together whenever somebody asks."""
        if name in ("deployment", "cause"):
            parts = zip(self.partials, self._kept, self._deployment_rows, strict=True)
            pointed = [rows[partial.column("issues", name)[kept]] for partial, kept, rows in parts]
            return np.concatenate(pointed)[self._order].astype(np.int32)
        if name == "project":
            pairs = zip(self._codes, self._kept, strict=True)
            return np.concatenate([codes[kept] for codes, kept in pairs])[self._order]
        return self._under_each_other(name)[self._order]

    def spans(self, kind: str) -> Columns:
        """Return the stretches of time of one kind of the issues that count, those of an issue in order."""
        pairs = list(zip(self.partials, self._rows, strict=True))
        issue = [rows[partial.column(kind, "issue")].astype(np.int32) for partial, rows in pairs]
        kept = [rows != NONE for rows in issue]
        columns = {"issue": np.concatenate([rows[mine] for rows, mine in zip(issue, kept, strict=True)])}
        for name in ("entered", "left", "inferred"):
            parts = zip(self.partials, kept, strict=True)
            columns[name] = np.concatenate([partial.column(kind, name)[mine] for partial, mine in parts])
        return columns

    @cached_property
    def circles(self) -> Columns:
        """Who waits for whom in a circle."""
        parts = []
        for partial, rows in zip(self.partials, self._rows_of_all, strict=True):
            parts.append({name: rows[partial.column("circles", name)] for name in CIRCLES})
        joined = _joined(parts)
        known = (joined["issue"] != NONE) & (joined["blocker"] != NONE)
        return {name: column[known] for name, column in joined.items()}

    @cached_property
    def _deployments(self) -> "_Once":
        return _Once([list(_identify_deployments(partial)) for partial in self.partials])

    @cached_property
    def _deployment_rows(self) -> list[Places]:
        return self._deployments.rows

    @cached_property
    def deployments(self) -> Rows:
        """The deployments: one failed if any scope says so, and was rework if all do."""
        columns = self._columns_of("deployments", DEPLOYMENTS)
        first = self._deployments.first
        every = np.concatenate(self._deployments.entries) if self.partials else np.zeros(0, np.int64)
        flags = columns["flags"]
        joined = flags[first]
        for name in ("failed", "certain", "chosen"):
            place = DEPLOYMENT_FLAGS.index(name)
            some = np.zeros(len(first), np.bool_)
            some[every[bit(DEPLOYMENT_FLAGS, flags, name)]] = True
            joined = (joined & ~(1 << place)) | (some.astype(np.int32) << place)
        place = DEPLOYMENT_FLAGS.index("rework")
        none = np.zeros(len(first), np.bool_)
        none[every[~bit(DEPLOYMENT_FLAGS, flags, "rework")]] = True
        joined &= ~(none.astype(np.int32) << place)
        found = {name: column[first] for name, column in columns.items()} | {"flags": joined}
        return Rows(self._ids_of("deployments", first), found)

    @cached_property
    def changes(self) -> Rows:
        """The changes of code."""
        columns = self._columns_of("changes", CHANGES)
        named = [
            list(zip(partial.ids["changes"], partial.column("changes", "merged_at").tolist(), strict=True))
            for partial in self.partials
        ]
        parts = zip(self.partials, self._rows_of_all, strict=True)
        columns["issue"] = np.concatenate([rows[p.column("changes", "issue")] for p, rows in parts])
        columns["deployment"] = self._pointing_to_deployments("changes", "deployment")
        # One that came into view in one scope and not in another is in view.
        landed = columns["flags"] & 1
        first = _Once(named, prefer=landed).first
        return Rows(self._ids_of("changes", first), {name: c[first] for name, c in columns.items()})

    @cached_property
    def told(self) -> Rows:
        """The incidents that files tell of, and at last the deployments that were mended."""
        columns = self._columns_of("told", TOLD)
        columns["cause"] = self._pointing_to_deployments("told", "cause")
        named = [
            list(
                zip(partial.ids["told"], *(partial.column("told", n).tolist() for n in _TOLD_AS), strict=True)
            )
            for partial in self.partials
        ]
        first = _Once(named).first
        repair = bit(TOLD_FLAGS, columns["flags"][first], "repair")
        first = first[np.argsort(repair, kind="stable")]
        return Rows(self._ids_of("told", first), {name: c[first] for name, c in columns.items()})

    def _columns_of(self, table: str, names: Mapping[str, type]) -> dict[str, NDArray[Any]]:
        columns = {
            name: np.concatenate([partial.column(table, name) for partial in self.partials]) for name in names
        }
        if "group" in columns:
            columns["group"] = np.concatenate(list(self._renumbered_groups(table)))
        return columns

    def _pointing_to_deployments(self, table: str, name: str) -> NDArray[np.int32]:
        pairs = zip(self.partials, self._deployment_rows, strict=True)
        return np.concatenate([rows[partial.column(table, name)] for partial, rows in pairs])

    def _ids_of(self, table: str, entries: NDArray[np.intp]) -> tuple[str, ...]:
        ids = [name for partial in self.partials for name in partial.ids[table]]
        return tuple(ids[entry] for entry in entries.tolist())


_TOLD_AS = ("detected_at", "restored_at")


class _Once:
    """Entries of several partials, of which each counts once.

    Args:
        named: by partial what tells its entries from others.
        prefer: by entry, one partial after the other: of two that are one the larger counts; None: the first.
    """

    def __init__(self, named: Sequence[Sequence[Hashable]], prefer: NDArray[Any] | None = None) -> None:
        known: dict[Hashable, int] = {}
        first: list[int] = []
        self.entries: list[NDArray[np.int64]] = []
        self.rows: list[Places] = []
        place = 0
        for names in named:
            found = []
            for name in names:
                row = known.setdefault(name, len(first))
                if row == len(first):
                    first.append(place)
                elif prefer is not None and prefer[place] > prefer[first[row]]:
                    first[row] = place
                found.append(row)
                place += 1
            self.entries.append(np.array(found, np.int64))
            self.rows.append(np.array([*found, NONE], np.int32))
        self.first = np.array(first, np.intp)


def _identify_deployments(partial: Partial) -> Iterable[Hashable]:
    site = partial.site if partial.source in _OF_SITE else ""
    days, instants = (partial.column("deployments", name).tolist() for name in ("day", "at"))
    for name, day, at in zip(partial.ids["deployments"], days, instants, strict=True):
        yield partial.source, site, name, day, at


def _pairs(codes: NDArray[Any], numbers: NDArray[Any]) -> Iterable[tuple[int, int]]:
    return zip(codes.tolist(), numbers.tolist(), strict=True)


def _joined(parts: Sequence[Columns]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
