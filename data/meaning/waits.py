"""Who waits for whom: links to issues that block, when they held, and when what blocked was open. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.model.ordering import places_of
from data.model.places import NOWHERE, find_keys
from data.model.tables import DONE, MISSING, OPEN, Codes, Flags, Instants

# Who is blocked; who blocks: its row, else 1 less than minus its code; since when; until when.
_Spell = tuple[int, int, int, int]
# Who is blocked and who blocks, likewise; when the link came or went; whether it came.
_Event = tuple[int, int, int, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Links from issues to those that block them, as of T, in the order of the issues.

    Attributes:
        issue: by link: row of what is blocked.
        blocker: by link: row of what blocks, ``NOWHERE`` where it is not stored.
        key: by link: which of ``IssueTable.block_keys`` the blocker was last called.
        since: by link: when it came, ``MISSING`` where no history tells.
        until: by link: when it went, ``OPEN`` where it holds at T, ``MISSING`` where it went without a word.
        undated: by link: it is there today, no history tells since when, its blocker is not done.
        link: by stretch: the link. A stretch is a time in which a dated link held and its blocker was open.
        entered: by stretch: its first instant.
        left: by stretch: the first instant after it, ``OPEN`` for none.
        any_told: the store has a link from one issue to another, whether or not it is one as of T.
    """

    issue: Codes
    blocker: Codes
    key: Codes
    since: Instants
    until: Instants
    undated: Flags
    link: NDArray[np.intp]
    entered: Instants
    left: Instants
    any_told: bool

    @property
    def unseen(self) -> Flags:
        """Dated links to an issue that is not stored, or that went without a word: nobody knows how long."""
        flags: Flags = (self.since != MISSING) & ((self.blocker == NOWHERE) | (self.until == MISSING))
        return flags

    def at(self, instant: int) -> NDArray[np.intp]:
        """Return the links that hold back an issue at an instant, each once, ascending."""
        if not len(self.link):
            return self.link
        return np.unique(self.link[(self.entered <= instant) & (self.left > instant)])


def find_waits(delivery: DeliveryTables) -> Waits:
    """Put together when each issue was linked as blocked, and lay that over the open time of the blocker.

    A blocker is open from its creation on while its status is not done. Links that came after T are
    none, and what went after T still held at T. ``once(find_waits)`` keeps it.
    """
    issues = delivery.issues
    found = find_keys(issues, issues.block_keys)
    spells = np.array(list(_find_spells(_events_of(delivery, found))), np.int64).reshape(-1, 4)
    issue, other, since, until = spells.T
    kept = delivery.exists[issue] & ((since == MISSING) | (since <= delivery.as_of)) & (issue != other)
    issue, other, since, until = issue[kept], other[kept], since[kept], until[kept]
    until[(until != MISSING) & (until > delivery.as_of)] = OPEN
    blocker = np.where(other >= 0, other, NOWHERE)
    link, entered, left = _lay_over(delivery, blocker, since, until)
    return Waits(
        issue.astype(np.int32),
        blocker.astype(np.int32),
        _name_blockers(other, found).astype(np.int32),
        since,
        until,
        (since == MISSING) & (until == OPEN) & ~_flag_done(delivery, blocker),
        link,
        entered,
        left,
        bool(np.any(found[issues.block_key] != issues.block_issue)),
    )


def _events_of(delivery: DeliveryTables, found: NDArray[np.int64]) -> Iterator[_Event]:
    """Yield what is told of each issue; a blocker is its row, whatever it was called."""
    issues = delivery.issues
    named = np.where(found == NOWHERE, -2 - np.arange(len(found)), found)
    columns = issues.block_issue, named[issues.block_key], issues.block_at, issues.block_added
    yield from zip(*(column.tolist() for column in columns), strict=True)


def _find_spells(events: Iterable[_Event]) -> Iterator[_Spell]:
    """Yield the spells of each link; the events of an issue are in the order of time, today's links last."""
    for issue, told in groupby(events, key=itemgetter(0)):
        of_link: dict[int, list[_Event]] = {}
        for event in told:
            of_link.setdefault(event[1], []).append(event)
        for other, mine in of_link.items():
            yield from ((issue, other, since, until) for since, until in _pair(mine))


def _pair(events: Iterable[_Event]) -> Iterator[tuple[int, int]]:
    since: int | None = None
    today = False
    for _, _, at, added in events:
        if at == MISSING:
            today = True
        elif added and since is None:
            since = at
        elif not added and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, OPEN if today else MISSING
    elif today:
        yield MISSING, OPEN


def _name_blockers(other: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the code of the key of each blocker: for a stored one any that means it."""
    code_of_row = {row: code for code, row in enumerate(found.tolist())}
    codes = [code_of_row[each] if each >= 0 else -2 - each for each in other.tolist()]
    return np.array(codes, np.int64)


def _flag_done(delivery: DeliveryTables, blocker: NDArray[np.int64]) -> Flags:
    """Flag the links whose stored blocker is done at T, or does not exist yet."""
    done = ~delivery.exists | (delivery.category_at == DONE)
    flags: Flags = np.append(done, False)[blocker]  # the extra place is what ``NOWHERE`` points to
    return flags


def _lay_over(
    delivery: DeliveryTables, blocker: NDArray[np.int64], since: Instants, until: Instants
) -> tuple[NDArray[np.intp], Instants, Instants]:
    """Return the stretches in which a dated link held while its stored blocker was open."""
    stays = delivery.intervals
    known = np.flatnonzero((blocker != NOWHERE) & (since != MISSING) & (until != MISSING))
    counts = stays.start[blocker[known] + 1] - stays.start[blocker[known]]
    stay = places_of(blocker[known], stays.start)
    link = np.repeat(known, counts)
    entered = np.maximum(stays.entered[stay], since[link])
    left = np.minimum(stays.left[stay], until[link])
    real = (stays.category[stay] != DONE) & (left > entered)
    return link[real], entered[real], left[real]


def find_circles(waits: Waits, instant: int) -> NDArray[np.intp]:
    """Return the rows that wait for themselves at an instant, through whomever they wait for; ascending."""
    held = waits.at(instant)
    waits_for: dict[int, set[int]] = {}
    for issue, blocker in zip(waits.issue[held].tolist(), waits.blocker[held].tolist(), strict=True):
        waits_for.setdefault(issue, set()).add(blocker)
    _drop_ends(waits_for)
    return np.array(sorted(row for row in waits_for if _comes_back(row, waits_for)), np.intp)


def _drop_ends(waits_for: dict[int, set[int]]) -> None:
    """Drop whoever waits for nobody who waits, again and again: what is left leads into some circle."""
    behind: dict[int, list[int]] = {}
    for row, others in waits_for.items():
        for other in others:
            behind.setdefault(other, []).append(row)
    free = [other for other in behind if other not in waits_for]
    while free:
        gone = free.pop()
        for row in behind.get(gone, ()):
            waits_for[row].discard(gone)
            if not waits_for[row]:
                del waits_for[row]
                free.append(row)


def _comes_back(row: int, waits_for: dict[int, set[int]]) -> bool:
    seen: set[int] = set()
    ahead = list(waits_for[row])
    while ahead:
        other = ahead.pop()
        if other == row:
            return True
        if other not in seen:
            seen.add(other)
            ahead += waits_for[other]
    return False
