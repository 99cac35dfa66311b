"""Which of the rows behind a number somebody works on, and in which order: places, not words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.cache_manager import Store
from data.export.evidence import Evidence, IssueLine, evidence_lines, has_notes, has_services
from data.metrics.context import CalculationContext
from data.metrics.groups import GROUPED_BY, NO_VALUE, By, rows_in_group
from data.model.columns import Coded
from data.model.tables import MISSING, Flags
from data.model.words import fold

LONGEST_FIRST = "-days"
# Columns of words that many rows share.
_SHARED = ("type", "status", "priority", "labels")
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of the rows behind a number, as the address has it.

    Attributes:
        reason: what the rows were left out for; None: the included ones.
        find: words that a row has to hold, each somewhere in key, summary, type, status, priority or labels.
        order: a column of ``data.export.evidence.IssueLine``, with a minus before it for the largest first;
            what is not a column gives the usual order.
        by: what the number is broken down by, None: not at all.
        group: the rows of this group only.
    """

    reason: str | None = None
    find: str = ""
    order: str = LONGEST_FIRST
    by: By | None = None
    group: str | None = None


def selection_of(words: Mapping[str, str | None]) -> Selection:
    """Return what the words of an address ask for.

    Args:
        words: ``reason``, ``find``, ``sort``, ``by``, ``group``; those that are missing or None ask nothing.
    """
    by = words.get("by") if words.get("by") in GROUPED_BY else None
    return Selection(
        reason=words.get("reason") or None,
        find=(words.get("find") or "").strip(),
        order=words.get("sort") or LONGEST_FIRST,
        by=by,
        group=words.get("group") or None if by else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The rows that a selection asks for; only those that somebody looks at are put into words.

    Attributes:
        evidence: all rows behind the number, for the reason of the selection.
        places: which of them, in which order.
        store: has the summaries.
        site: address that keys are looked up at, "" where there is none.
    """

    evidence: Evidence
    places: Places
    store: Store
    site: str

    def __len__(self) -> int:
        return len(self.places)

    def lines(self, first: int = 0, last: int | None = None) -> list[IssueLine]:
        """Return the rows from place ``first`` to before ``last``."""
        part = self.places[first:last]
        return evidence_lines(self.evidence, store=self.store, site=self.site, places=part)

    def keys(self, most: int) -> tuple[str, ...]:
        """Return the keys of the first rows."""
        return self.evidence.part(self.places[:most]).keys()

    def issue_keys(self, most: int) -> tuple[str, ...]:
        """Return the keys of the first rows that are issues: of others a Jira knows nothing."""
        return self.evidence.part(self._of_issues()[:most]).keys()

    def beside_issues(self) -> int:
        """Return how many of the rows are no issues."""
        return len(self.places) - len(self._of_issues())

    def _of_issues(self) -> Places:
        return self.places[self.evidence.rows[self.places] < len(self.evidence.delivery.issues)]

    def filled(self) -> list[str]:
        """Return the columns in which any row behind the number has something, beside key and summary."""
        evidence = self.evidence
        measured = bool((~np.isnan(evidence.days)).any())
        columns = {
            "start": bool((evidence.since != MISSING).any()),
            "end": bool((evidence.until != MISSING).any()),
            "days": measured,
            "share": measured and evidence.reason is None,
        }
        columns |= {name: any(_words_of(evidence, name).first_used()) for name in _SHARED}
        columns |= {"note": has_notes(evidence), "service": has_services(evidence)}
        return [name for name, some in columns.items() if some]


def select(
    evidence: Evidence, selection: Selection, context: CalculationContext | None, store: Store
) -> Places:
    """Return the places of the rows that a selection asks for, in its order; rows that are equal go by key.

    Args:
        evidence: all rows, of the reason that the selection names.
        selection: what is asked.
        context: of the view, for its groups; None over an empty store.
        store: has the summaries, which are read only where they are searched or sorted by.
    """
    places = np.arange(len(evidence.rows), dtype=np.intp)
    if selection.by and selection.group is not None:
        places = places[_in_group(evidence, context, selection.by, selection.group)]
    for word in fold(selection.find).split():
        places = places[_holds(evidence.part(places), word, store)]
    return places[_arrange(evidence.part(places), selection.order, store)]


def _in_group(evidence: Evidence, context: CalculationContext | None, by: By, name: str) -> Flags:
    if evidence.of_deployments:
        projects = evidence.delivery.deployments.projects
        in_it = projects.flags(lambda key: by == "project" and (key or NO_VALUE) == name)
        return in_it[evidence.rows]
    if context is None:
        return np.zeros(len(evidence.rows), np.bool_)
    inside = rows_in_group(context, by, name)
    if evidence.of_incidents:
        told = [by == "project" and (key or NO_VALUE) == name for key in evidence.delivery.told.projects]
        return np.append(inside, np.array(told, np.bool_))[evidence.rows]
    # A change that names no issue is in no group.
    return np.append(inside, False)[np.minimum(evidence.rows, len(evidence.delivery.issues))]


def _holds(evidence: Evidence, word: str, store: Store) -> Flags:
    """Flag the rows that hold a word; words that many rows share are looked into once."""
    texts = zip(evidence.keys(), _summaries(evidence, store), strict=True)
    hits = np.array([word in fold(f"{key} {summary}") for key, summary in texts], np.bool_)
    for column in _SHARED:
        coded = _words_of(evidence, column)
        hits |= np.array([word in fold(text) for text in coded.words], np.bool_)[coded.codes]
    return hits


def _summaries(evidence: Evidence, store: Store) -> list[str]:
    if evidence.of_deployments:
        return list(evidence.delivery.deployments.names.of(evidence.rows))
    keys, told = evidence.keys(), evidence.delivery.told
    stored, beside = store.rows(keys), keys[evidence.of_issues :]
    changes = {} if evidence.of_incidents else store.changes(beside)
    named = {key: row.summary for key, row in stored.items()} | {
        key: row.name for key, row in changes.items()
    }
    if evidence.of_incidents and beside:
        named |= dict(zip(told.ids, told.names, strict=True))
    return [named.get(key, "") for key in keys]


def _words_of(evidence: Evidence, column: str) -> Coded[str]:
    """Return a column of words that many rows share, by place; the last word is "", for rows without one."""
    issues = evidence.delivery.issues
    if evidence.of_deployments:
        return Coded(np.zeros(len(evidence.rows), np.intp), [""])
    found: dict[str, tuple[NDArray[Any], Sequence[str]]] = {
        "type": (issues.type, [kind.name for kind in issues.types]),
        "status": (issues.status, [status.name for status in issues.statuses]),
        "priority": (issues.priority, list(issues.priorities)),
        "labels": (issues.labels, [", ".join(labels) for labels in issues.label_sets]),
    }
    codes, words = found[column]
    rows = np.minimum(evidence.rows, len(issues))
    return Coded(np.append(codes, -1)[rows], [*words, ""])


def _arrange(evidence: Evidence, order: str, store: Store) -> Places:
    """Return the order of rows; those without a value stand at the end in either direction."""
    column, down = order.removeprefix("-"), order.startswith("-")
    ranks = _ranks(evidence, column, store)
    if column == "days" and np.isnan(ranks).all():
        ranks = _known(evidence.until)  # deployments have no days: the newest first
    arranged: Places = np.argsort(-ranks if down else ranks, kind="stable")
    return arranged


def _ranks(evidence: Evidence, column: str, store: Store) -> NDArray[np.float64]:
    """Return a number for each row that sorts as its column does; NaN where there is nothing."""
    ranks: dict[str, Callable[[], NDArray[np.float64]]] = {
        "key": lambda: np.arange(len(evidence.rows), dtype=np.float64),
        "start": lambda: _known(evidence.since),
        "end": lambda: _known(evidence.until),
        "summary": lambda: _rank_texts(_summaries(evidence, store)),
        "note": lambda: _rank_texts([line.note for line in evidence_lines(evidence, store=store)]),
        "service": lambda: _rank_texts([line.service for line in evidence_lines(evidence, store=store)]),
    }
    for name in _SHARED:
        ranks[name] = partial(_rank_column, evidence, name)
    return ranks.get(column, lambda: evidence.days)()


def _known(instants: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(instants == MISSING, np.nan, instants.astype(np.float64))


def _rank_texts(texts: Sequence[str]) -> NDArray[np.float64]:
    places = {text: float(place) for place, text in enumerate(sorted({fold(text) for text in texts}))}
    return np.array([places[fold(text)] if text else np.nan for text in texts], np.float64)


def _rank_column(evidence: Evidence, name: str) -> NDArray[np.float64]:
    column = _words_of(evidence, name)
    ranked: NDArray[np.float64] = _rank_texts(column.words)[column.codes]
    return ranked
