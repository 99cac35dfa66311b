"""The rows of several partials under each other, each issue, deployment, change and incident once. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metrics.merging.packing import unpack_numbers
from data.metrics.merging.partial import (
    CHANGES,
    CIRCLES,
    DEPLOYMENT_FLAGS,
    DEPLOYMENTS,
    SPANS,
    TOLD,
    TOLD_FLAGS,
    Partial,
    bit,
)
from data.metrics.merging.stack import NONE, Stack
from data.model.periods import Window
from data.model.tables import OPEN, Flags, Project

Columns = Mapping[str, NDArray[Any]]
Rows = NDArray[np.intp]
# Which issue rows of a stack somebody looks at who asks for a period.
Chooser = Callable[[Stack, Window], Flags]
# By row of a stack, and at last for -1, the row of the whole; -1 for none.
Places = NDArray[np.int32]
# Sources of deployments whose ids are those of one Jira.
_OF_SITE = frozenset({"version", "issue", "status"})


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
        stack: of at least one; of what is in several, the first one's word counts.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.partials = stack.partials
        self.shared = find_shared(stack.partials)

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

    @property
    def codes(self) -> NDArray[np.int32]:
        """By issue row of the stack its project."""
        codes = [
            [self._project_codes[key, partial.site] for _, key in partial.projects]
            for partial in self.partials
        ]
        return self._renumbered("issues", "project", codes)

    def _renumbered(self, table: str, name: str, numbers: Sequence[Sequence[int]]) -> NDArray[np.int32]:
        """Return a column with other numbers, which are told by partial; -1 stays."""
        begin = np.cumsum([0, *map(len, numbers)], dtype=np.int32)
        told = np.array([number for mine in numbers for number in mine] + [NONE], np.int32)
        own, place = self.stack.column(table, name), np.repeat(begin[:-1], self.stack.sizes[table])
        place += own
        place[own < 0] = NONE
        renumbered: NDArray[np.int32] = told[place]
        return renumbered

    @cached_property
    def counted(self) -> Flags:
        """Flag the issue rows of the stack that no other scope has the better word of."""
        counted = np.ones(self.stack.n("issues"), np.bool_)
        begin = self.stack.begin["issues"]
        for place, (partial, lost) in enumerate(zip(self.partials, self.shared.lost, strict=True)):
            if any(map(len, lost.values())):
                counted[begin[place] : begin[place + 1]] = _keep(partial, lost)
        return counted

    def in_order(self, rows: Rows) -> NDArray[np.int32]:
        """Return issue rows of the stack, which are ascending, in the order of their keys."""
        ranks = {key: rank for rank, key in enumerate(sorted({project.key for project in self.projects}))}
        rank = np.array([ranks[project.key] for project in self.projects], np.int64)
        order = order_by_key(rank[self.codes[rows]], self.stack.column("issues", "number")[rows])
        return rows[order].astype(np.int32)

    @property
    def deployment_rows(self) -> Places:
        """By deployment of the stack the row of the whole."""
        return self._deployments[1]

    @property
    def deployments(self) -> Columns:
        """The deployments: one failed if any scope says so, and was rework if all do."""
        return self._deployments[0]

    @cached_property
    def _deployments(self) -> tuple[Columns, Places]:
        """The deployments, and by deployment of the stack its row among them."""
        columns = self._columns_of("deployments", DEPLOYMENTS)
        sources = [(one.source, one.site if one.source in _OF_SITE else "") for one in self.partials]
        numbers = {source: number for number, source in enumerate(dict.fromkeys(sources))}
        source = np.repeat([numbers[source] for source in sources], self.stack.sizes["deployments"])
        once = _Once([source, columns.pop("id"), columns["day"], columns["at"]])
        flags = _join_flags(columns.pop("flags"), once)
        joined = {name: column[once.first] for name, column in columns.items()}
        return joined | {"flags": flags}, np.append(once.entries, np.int32(NONE))

    def changes(self, issues: "ChosenIssues") -> Columns:
        """Return the changes of code, which name rows of ``issues``."""
        columns = self._columns_of("changes", CHANGES)
        columns["deployment"] = self._deployment_of("changes", "deployment")
        if self.stack.n("changes"):
            columns["issue"] = issues.rows_of_all[self.stack.pointing("changes", "issue", "issues")]
        # One that came into view in one scope and not in another is in view.
        first = _Once([columns["id"], columns["merged_at"]], prefer=columns["flags"] & 1).first
        return {name: column[first] for name, column in columns.items()}

    @cached_property
    def told(self) -> Columns:
        """The incidents that files tell of, and at last the deployments that were mended."""
        columns = self._columns_of("told", TOLD)
        columns["cause"] = self._deployment_of("told", "cause")
        first = _Once([columns[name] for name in ("id", "detected_at", "restored_at")]).first
        repair = bit(TOLD_FLAGS, columns["flags"][first], "repair")
        first = first[np.argsort(repair, kind="stable")]
        return {name: column[first] for name, column in columns.items()}

    def _columns_of(self, table: str, names: Mapping[str, type]) -> dict[str, NDArray[Any]]:
        columns = {name: self.stack.column(table, name) for name in names}
        if "group" in columns:
            numbers = [[self._groups[one.site, name] for name in one.groups] for one in self.partials]
            columns["group"] = self._renumbered(table, "group", numbers)
        return columns

    def _deployment_of(self, table: str, name: str) -> NDArray[np.int32]:
        return self.deployment_rows[self.stack.pointing(table, name, "deployments")]


class ChosenIssues:
    """The issues of the whole that some metrics look at, each once, in the order of their keys.

    Args:
        whole: partials as one.
        window: the period that is asked for.
        choose: which of their rows. Where it finds none there is one all the same: without any row nothing
            would be stored.
    """

    def __init__(self, whole: Whole, window: Window, choose: Chooser) -> None:
        self.whole = whole
        self._window = window
        # By issue its row of the stack.
        chosen = np.flatnonzero(choose(whole.stack, window) & whole.counted)
        self._from = whole.in_order(chosen if len(chosen) else np.flatnonzero(whole.counted)[:1])

    def __len__(self) -> int:
        return len(self._from)

    @property
    def _rows(self) -> Places:
        """By issue row of the stack the row here; -1 for those that nobody looks at.

        Put together whenever somebody asks: it is as long as all rows are many.
        """
        rows = np.full(self.whole.stack.n("issues") + 1, NONE, np.int32)
        rows[self._from] = np.arange(len(self), dtype=np.int32)
        return rows

    @cached_property
    def rows_of_all(self) -> Places:
        """The same, and of an issue that another scope has the better word of the row of that one."""
        others = np.flatnonzero(~self.whole.counted)
        if not len(others) or not len(self):
            return self._rows
        codes, numbers = self.whole.codes.astype(np.int64), self.whole.stack.column("issues", "number")
        # Project and number as one: whole numbers are looked up without an object for each row.
        named = codes * (int(numbers.max()) + 1) + numbers
        order = np.argsort(named[self._from], kind="stable")
        known = named[self._from][order]
        at = np.minimum(known.searchsorted(named[others]), len(known) - 1)
        rows = self._rows
        rows[others] = np.where(known[at] == named[others], order[at], NONE)
        return rows

    def column(self, name: str) -> NDArray[Any]:
        """Return one column, by key; it is put together whenever somebody asks."""
        stack = self.whole.stack
        if name in ("deployment", "cause"):
            pointed = stack.pointing("issues", name, "deployments")[self._from]
            return self.whole.deployment_rows[pointed]
        values = self.whole.codes if name == "project" else stack.column("issues", name)
        return values[self._from]

    def spans(self, kind: str) -> Columns:
        """Return the stretches of time of one kind that reach into the period, by issue and time."""
        stack = self.whole.stack
        if not stack.n(kind):
            return {name: np.zeros(0, of) for name, of in SPANS.items()}
        issue = self._rows[stack.pointing(kind, "issue", "issues")]
        there = np.flatnonzero(issue != NONE).astype(np.int32)
        # One column after the other, in place of what it is taken from: of many stretches each takes room.
        issue = issue[there]
        entered = stack.column(kind, "entered")[there]
        left = stack.column(kind, "left")[there]
        mine = np.flatnonzero((entered <= self._window.hi) & (left > self._window.lo)).astype(np.int32)
        issue = issue[mine]
        if not (issue[1:] >= issue[:-1]).all():
            order = np.argsort(issue, kind="stable").astype(np.int32)
            issue, mine = issue[order], mine[order]
            del order
        entered = entered[mine]
        left = left[mine]
        inferred = stack.column(kind, "inferred")[there[mine]]
        return {"issue": issue, "entered": entered, "left": left, "inferred": inferred}

    @cached_property
    def circles(self) -> Columns:
        """Who waits for whom in a circle."""
        stack = self.whole.stack
        if not stack.n("circles"):
            return {name: np.zeros(0, of) for name, of in CIRCLES.items()}
        joined = {name: self.rows_of_all[stack.pointing("circles", name, "issues")] for name in CIRCLES}
        known = (joined["issue"] != NONE) & (joined["blocker"] != NONE)
        return {name: column[known] for name, column in joined.items()}


def order_by_key(rank: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the places of issues by the rank of their project, then by their number."""
    most = int(number.max(initial=0)) + 1
    if (int(rank.max(initial=0)) + 1) * most > OPEN:
        return np.lexsort((number, rank))
    # One number is sorted faster than two; a stable sort merges what is in order: each project of a scope.
    return np.argsort(rank * most + number, kind="stable")


def _join_flags(flags: NDArray[np.int32], once: "_Once") -> NDArray[np.int32]:
    """Return the flags of deployments, each once, of which several scopes may say different things."""
    joined, n = flags[once.first], len(once.first)
    for name in ("failed", "certain", "chosen", "rework"):
        # What some say holds; of rework what nobody denies.
        denied = name == "rework"
        some = np.zeros(n, np.bool_)
        some[once.entries[bit(DEPLOYMENT_FLAGS, flags, name) != denied]] = True
        place = DEPLOYMENT_FLAGS.index(name)
        joined = (joined & ~(1 << place)) | ((some != denied).astype(np.int32) << place)
    return joined


def _keep(partial: Partial, lost: Mapping[str, NDArray[np.int64]]) -> Flags:
    """Flag the issue rows of a partial that are not lost to another one."""
    project, number = partial.column("issues", "project"), partial.column("issues", "number")
    kept = np.ones(len(project), np.bool_)
    for code, (_, key) in enumerate(partial.projects):
        if len(lost.get(key, ())):
            mine = np.flatnonzero(project == code)
            kept[mine] = ~np.isin(number[mine], lost[key])
    return kept


class _Once:
    """Entries of a stack, of which each counts once.

    Args:
        named: numbers that tell an entry from others.
        prefer: by entry: of two that are one the larger counts, else the first; None: the first.

    Attributes:
        first: by row the entry that counts; rows are in the order in which something is told of first.
        entries: by entry its row.
    """

    def __init__(self, named: Sequence[NDArray[Any]], prefer: NDArray[Any] | None = None) -> None:
        n = len(named[0])
        order = np.lexsort(named[::-1])
        another = np.ones(n, np.bool_)
        another[1:] = np.logical_or.reduce([names[order[1:]] != names[order[:-1]] for names in named])
        begin = np.flatnonzero(another)
        told = order[begin]  # the first of each: the sort leaves entries that are one in their order
        by_first = np.argsort(told)
        row = np.empty(len(told), np.int32)
        row[by_first] = np.arange(len(told), dtype=np.int32)
        self.entries = np.empty(n, np.int32)
        self.entries[order] = np.repeat(row, np.diff(begin, append=n))
        self.first = told[by_first]
        if prefer is not None:
            best = np.lexsort((-prefer, self.entries))
            self.first = best[np.searchsorted(self.entries[best], np.arange(len(told)))]
