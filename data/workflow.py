"""What the team's statuses mean: todo, in progress (active or waiting), done (METRICS.md section 1). Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.normalize import category_of, fold
from data.tables import DONE, IN_PROGRESS, TODO, UNMAPPED, Flags, IssueTable, StatusRef


@dataclass(frozen=True, slots=True)
class Workflow:
    """The meaning of each status in the vocabulary of the issue table.

    Attributes:
        category: todo, in progress, done or unmapped, by status code.
        waiting: by status code: a started item waits there.
        waiting_known: somebody said which statuses are waiting, or their names do.
        waiting_inferred: only their names do.
    """

    category: NDArray[np.int8]
    waiting: Flags
    waiting_known: bool
    waiting_inferred: bool = False


_LOOKS_WAITING = re.compile(
    r"\b(?:blocked|waiting|on hold|pending|parked|queued?)\b"
    r"|^(?:ready for|ready to|to be)\b|\b(?:in|code|peer) review\b"
)


def looks_waiting(name: str) -> bool:
    """Tell whether a status in progress sounds like one in which work waits (METRICS.md section 7)."""
    return _LOOKS_WAITING.search(fold(name)) is not None


def read_workflow(issues: IssueTable, listed: Iterable[StatusRef], profile: Profile) -> Workflow:
    """Give every status of the vocabulary its category (METRICS.md section 1).

    The profile decides; then the server's status list; then the majority of the
    issues that are in the status today; an id unknown today goes by its name.
    """
    chosen = _chosen(profile)
    told = bool(profile.workflow.waiting)
    today = {
        key: (fold(name), chosen.get(key) or chosen.get(fold(name)) or _guessed(category, name, told=told))
        for key, (name, category) in _categories_today(issues, listed).items()
    }
    by_name: dict[str, set[_Meaning]] = {}
    for name, meaning in today.values():
        by_name.setdefault(name, set()).add(meaning)
    meanings = [_meaning(status, chosen, today, by_name) for status in issues.statuses]
    return Workflow(
        category=np.array([meaning.category for meaning in meanings], np.int8),
        waiting=np.array([meaning.waiting for meaning in meanings], np.bool_),
        waiting_known=told or any(meaning.waiting for meaning in meanings),
        waiting_inferred=not told,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one status means to the flow of work."""

    category: int
    waiting: bool = False


def _guessed(category: int, name: str, *, told: bool) -> _Meaning:
    """Return the meaning of a status that the profile does not name."""
    return _Meaning(category, waiting=not told and category == IN_PROGRESS and looks_waiting(name))


def _meaning(
    status: StatusRef,
    chosen: Mapping[str, _Meaning],
    today: Mapping[str, tuple[str, _Meaning]],
    by_name: Mapping[str, set[_Meaning]],
) -> _Meaning:
    """Return the meaning of one status: as it is known today, else by its name if that is unambiguous."""
    name = fold(status.name)
    known = today.get(status.id or name)
    if known is not None:
        return known[1]
    if status.id in chosen or name in chosen:
        return chosen.get(status.id) or chosen[name]
    namesakes = by_name.get(name, set())
    if len({meaning.category for meaning in namesakes}) == 1:
        return min(namesakes, key=lambda meaning: meaning.waiting)
    return _Meaning(UNMAPPED)


def _categories_today(issues: IssueTable, listed: Iterable[StatusRef]) -> dict[str, tuple[str, int]]:
    """Return today's name and category of each status id: as listed, else by majority of its issues."""
    votes: dict[str, Counter[int]] = {}
    names: dict[str, str] = {}
    width = UNMAPPED + 1
    cells = issues.status.astype(np.int64) * width + issues.category
    for cell, count in zip(*(part.tolist() for part in np.unique(cells, return_counts=True)), strict=True):
        status = issues.statuses[cell // width]
        # A status without an id is known by its name alone.
        key = status.id or fold(status.name)
        names.setdefault(key, status.name)
        if cell % width != UNMAPPED:
            votes.setdefault(key, Counter())[cell % width] += count
    today = {key: (name, _majority(votes.get(key))) for key, name in names.items()}
    today.update({s.id or fold(s.name): (s.name, category_of(s.category)) for s in listed})
    return today


def _majority(votes: Counter[int] | None) -> int:
    if not votes:
        return UNMAPPED
    return max((DONE, IN_PROGRESS, TODO), key=lambda category: votes[category])


def _chosen(profile: Profile) -> dict[str, _Meaning]:
    """Return what the profile's workflow says, by status id and by folded name."""
    workflow = profile.workflow
    parts = (
        (workflow.not_started, _Meaning(TODO)),
        (workflow.done, _Meaning(DONE)),
        (workflow.waiting, _Meaning(IN_PROGRESS, waiting=True)),
        (workflow.active, _Meaning(IN_PROGRESS)),
    )
    return {key: meaning for names, meaning in parts for name in names for key in (name, fold(name))}
