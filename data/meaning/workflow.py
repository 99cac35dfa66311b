"""What the team's statuses mean: todo, in progress (active or waiting), done (specs/metrics.md). Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.usual_names import usual_names
from data.model.tables import DONE, IN_PROGRESS, TODO, UNMAPPED, Flags, IssueTable, StatusRef
from data.model.words import category_of, fold

# The statuses that every Jira is born with.
_BUILT_IN = {"1": TODO, "4": TODO, "3": IN_PROGRESS, "5": DONE, "6": DONE}


@dataclass(frozen=True, slots=True)
class Workflow:
    """The meaning of each status in the vocabulary of the issue table; arrays are by status code.

    Attributes:
        category: todo, in progress, done or unmapped.
        waiting: a started item waits there.
        waiting_known: somebody said which statuses are waiting, or their names do.
        waiting_inferred: only their names do.
        inferred: nobody says what it is today; its usual name or its built-in number does.
        unknown: nobody and nothing says what it is, so that a move may tell.
        not_delivered: work that ends there was not delivered.
        not_delivered_inferred: only its usual name says so.
        names: what people call it today, else what histories do.
    """

    category: NDArray[np.int8]
    waiting: Flags
    waiting_known: bool
    waiting_inferred: bool
    inferred: Flags
    unknown: Flags
    not_delivered: Flags
    not_delivered_inferred: bool
    names: tuple[str, ...]


_LOOKS_WAITING = re.compile(
    r"\b(?:blocked|waiting|on hold|pending|parked|queued?)\b"
    r"|^(?:ready for|ready to|to be)\b|\b(?:in|code|peer) review\b"
)


def looks_waiting(name: str) -> bool:
    """Tell whether a status in progress sounds like one in which work waits (specs/metrics.md, Defaults)."""
    return _LOOKS_WAITING.search(fold(name)) is not None


def read_workflow(issues: IssueTable, listed: Iterable[StatusRef], profile: Profile) -> Workflow:
    """Give every status of the vocabulary its meaning (specs/metrics.md, "From a history to an item").

    The profile decides; then the server's status list; then the majority of the
    issues that are in the status today. An id unknown today goes by its name among
    today's statuses; then, inferred, by the usual names and the built-in numbers.
    """
    chosen = _read_chosen(profile)
    told = bool(profile.workflow.waiting)
    names, categories = _read_today(issues, listed)
    today = {
        key: chosen.get(key) or chosen.get(fold(name)) or _guess_meaning(categories[key], name, told=told)
        for key, name in names.items()
    }
    by_name: dict[str, set[_Meaning]] = {}
    for key, meaning in today.items():
        by_name.setdefault(fold(names[key]), set()).add(meaning)
    meanings = [_find_meaning(status, chosen, today, by_name, told=told) for status in issues.statuses]
    called = tuple(names.get(_make_key(status), status.name) for status in issues.statuses)
    category = np.array([meaning.category for meaning in meanings], np.int8)
    unknown = np.array([meaning.unknown for meaning in meanings], np.bool_)
    # Of a status that nobody knows a move may tell that it is done.
    may_end = (category == DONE) | unknown
    return Workflow(
        category=category,
        waiting=np.array([meaning.waiting for meaning in meanings], np.bool_),
        waiting_known=told or any(meaning.waiting for meaning in meanings),
        waiting_inferred=not told,
        inferred=np.array([meaning.inferred for meaning in meanings], np.bool_),
        unknown=unknown,
        not_delivered=_flag_not_delivered(issues.statuses, called, may_end, profile),
        not_delivered_inferred=not profile.workflow.not_delivered,
        names=called,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one status means to the flow of work, and how that is known."""

    category: int
    waiting: bool = False
    inferred: bool = False
    unknown: bool = False


def _guess_meaning(category: int, name: str, *, told: bool, inferred: bool = False) -> _Meaning:
    """Return the meaning of a status that the profile does not name."""
    waiting = not told and category == IN_PROGRESS and looks_waiting(name)
    return _Meaning(category, waiting=waiting, inferred=inferred)


def _find_meaning(
    status: StatusRef,
    chosen: Mapping[str, _Meaning],
    today: Mapping[str, _Meaning],
    by_name: Mapping[str, set[_Meaning]],
    *,
    told: bool,
) -> _Meaning:
    """Return the meaning of one status: as it is known today, else by its name, else by what is usual."""
    name = fold(status.name)
    known = today.get(status.id or name)
    if known is not None:
        return known
    if status.id in chosen or name in chosen:
        return chosen.get(status.id) or chosen[name]
    namesakes = by_name.get(name, set())
    if len({meaning.category for meaning in namesakes}) == 1:
        return min(namesakes, key=lambda meaning: meaning.waiting)
    usual = _find_usual(status)
    if usual is None:
        return _Meaning(UNMAPPED, unknown=True)
    return _guess_meaning(usual, status.name, told=told, inferred=True)


def _find_usual(status: StatusRef) -> int | None:
    """Return the category that a status usually has by its name, else by its built-in number."""
    name, usual = fold(status.name), usual_names()
    for category, names in ((TODO, usual.todo), (IN_PROGRESS, usual.in_progress), (DONE, usual.done)):
        if name in names:
            return category
    return _BUILT_IN.get(status.id)


def _flag_not_delivered(
    statuses: Iterable[StatusRef], names: Iterable[str], may_end: Flags, profile: Profile
) -> Flags:
    """Flag the statuses that end work undelivered: as listed, else those that may end it of a usual name."""
    written = profile.workflow.not_delivered
    wanted = frozenset(map(fold, written)) if written else usual_names().not_delivered_statuses
    pairs = zip(statuses, names, strict=True)
    named = np.array([fold(name) in wanted or status.id in written for status, name in pairs], np.bool_)
    flags: Flags = named if written else named & may_end
    return flags


def _make_key(status: StatusRef) -> str:
    """Return what a status is known by: its id, and without one its name."""
    return status.id or fold(status.name)


def _read_today(issues: IssueTable, listed: Iterable[StatusRef]) -> tuple[dict[str, str], dict[str, int]]:
    """Return today's name of each status, and its category: as listed, else by majority of its issues.

    One of which neither says a category is unmapped: it is known, and not what it means.
    """
    votes: dict[str, Counter[int]] = {}
    names: dict[str, str] = {}
    width = UNMAPPED + 1
    cells = issues.status.astype(np.int64) * width + issues.category
    for cell, count in zip(*(part.tolist() for part in np.unique(cells, return_counts=True)), strict=True):
        status = issues.statuses[cell // width]
        key = _make_key(status)
        names.setdefault(key, status.name)
        if cell % width != UNMAPPED:
            votes.setdefault(key, Counter())[cell % width] += count
    categories = {key: _count_majority(votes.get(key)) for key in names}
    for status in listed:
        key = _make_key(status)
        names[key] = status.name
        if status.category or key not in categories:
            categories[key] = category_of(status.category)
    return names, categories


def _count_majority(votes: Counter[int] | None) -> int:
    if not votes:
        return UNMAPPED
    return max((DONE, IN_PROGRESS, TODO), key=lambda category: votes[category])


def _read_chosen(profile: Profile) -> dict[str, _Meaning]:
    """Return what the profile's workflow says, by status id and by folded name."""
    workflow = profile.workflow
    parts = (
        (workflow.not_started, _Meaning(TODO)),
        (workflow.done, _Meaning(DONE)),
        (workflow.waiting, _Meaning(IN_PROGRESS, waiting=True)),
        (workflow.active, _Meaning(IN_PROGRESS)),
    )
    return {key: meaning for names, meaning in parts for name in names for key in (name, fold(name))}
