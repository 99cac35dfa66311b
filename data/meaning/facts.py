"""Facts: what metrics and charts ask of the delivery tables whatever the view, ordered once. Pure.

Rows stand in the order of the instant at which they count, so that a period is what lies between two
binary searches. Stays stand by their beginnings and by their ends, so that how many there are at an instant
is a difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.incidents import find_incidents
from data.model.metric import INCLUDED, code_reasons
from data.model.ordering import order_of
from data.model.tables import IN_PROGRESS, MISSING, TODO, UNMAPPED, Codes, Flags, Instants

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Rows in the order of the instant at which each counts, and what becomes of each.

    Attributes:
        rows: of the issue table, or of the deployments; each once, those of one instant ascending.
        at: by place: the instant, or the ordinal of the civil day; ascending.
        code: by place: ``INCLUDED``, or 1 + the place of the reason to leave it out.
        reasons: names of reasons.
        by_day: ``at`` are civil days.
        of_deployments: the rows are those of deployments.
        with_changes: rows that come after those of all issues are changes of code.
        with_incidents: such rows are incidents that files tell of.
    """

    rows: Rows
    at: Instants
    code: NDArray[np.int8]
    reasons: tuple[str, ...] = ()
    by_day: bool = False
    of_deployments: bool = False
    with_changes: bool = False
    with_incidents: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def sort_out(self, reasons: Mapping[str, Flags]) -> "Population":
        """Return the same rows with a code each: the first reason that applies, by place, else included."""
        code = code_reasons(len(self), reasons)
        return replace(self, code=code, reasons=tuple(reasons))

    def included(self) -> "Population":
        """Return those that no reason leaves out: the same where there is none to leave out."""
        if not self.code.any():
            return self
        kept = np.flatnonzero(self.code == INCLUDED)
        return replace(self, rows=self.rows[kept], at=self.at[kept], code=self.code[kept], reasons=())


def in_order(rows: Rows, at: Instants, *, by_day: bool = False, of_deployments: bool = False) -> Population:
    """Return ascending ``rows`` ordered by ``at``, which has an entry for each of them."""
    order, ordered = order_of(at)
    code = np.full(len(rows), INCLUDED, np.int8)
    return Population(rows[order], ordered, code, by_day=by_day, of_deployments=of_deployments)


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays in a status in progress, ordered by issue and time.

    ``waiting``: work waited there. ``inferred``: only a usual name says that it
    is in progress. ``start`` has one entry more than there are issues: those of
    row *i* lie from ``start[i]`` up to ``start[i + 1]``.
    """

    issue: Codes
    entered: Instants
    left: Instants
    waiting: Flags
    inferred: Flags
    start: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Stays that come and go between two instants; one holds what follows its beginning, until its end.

    Attributes:
        since: the first instant.
        until: the last.
        there: how many stays hold the first.
        came: beginnings after the first and by the last, ascending.
        went: ends after the first and by the last, ascending.
    """

    since: int
    until: int
    there: int
    came: Instants
    went: Instants

    def count_at(self, instants: Instants) -> NDArray[np.int64]:
        """Count the stays that hold each of some instants, none before the first or after the last."""
        came, went = (ends.searchsorted(instants, side="right") for ends in (self.came, self.went))
        counts: NDArray[np.int64] = came - went + self.there
        return counts

    def time_until(self, instants: Instants) -> NDArray[np.int64]:
        """Return the milliseconds that all stays together have from ``since`` to each of some instants.

        Args:
            instants: none before the first or after the last.
        """
        came, went = (_time_since(ends, instants) for ends in (self.came, self.went))
        time: NDArray[np.int64] = self.there * (instants - self.since) + came - went
        return time

    @property
    def time(self) -> int:
        """How many milliseconds all stays together have between the two instants."""
        still, gone = (int((self.until - ends).sum()) for ends in (self.came, self.went))
        return self.there * (self.until - self.since) + still - gone


def _time_since(ends: Instants, instants: Instants) -> NDArray[np.int64]:
    """Return the sum of the times that have passed at each instant since those of ``ends`` before it."""
    passed = ends.searchsorted(instants, side="right")
    time: NDArray[np.int64] = passed * (instants - (ends[0] if len(ends) else 0))
    # Counted from the first of them, so that the sums of many stay far from the largest number.
    before = np.zeros(len(ends) + 1, np.int64)
    np.subtract(ends, ends[:1], out=before[1:])
    np.cumsum(before, out=before)
    return time - before[passed]


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Stays by when they begin and by when they end.

    Attributes:
        issue: by stay, in the order of their beginnings: row of the issue table.
        entered: by stay: its first instant, ascending.
        left: by stay: the first instant after it, ``OPEN`` for none.
        inferred: by stay: only a usual name says what it is.
        exits: the same as ``left``, ascending.
        by_exit: the stay behind each of ``exits``.
        exit_issue: its row of the issue table.
    """

    issue: Codes
    entered: Instants
    left: Instants
    inferred: Flags
    exits: Instants
    by_exit: Codes
    exit_issue: Codes

    @classmethod
    def of(cls, issue: Codes, entered: Instants, left: Instants, inferred: Flags) -> "Presence":
        """Order stays, which come in any order."""
        order, entered = order_of(entered)
        issue, left = issue[order], left[order]
        by_exit, exits = order_of(left)
        return cls(
            issue=issue,
            entered=entered,
            left=left,
            inferred=inferred[order],
            exits=exits,
            by_exit=by_exit.astype(np.int32),
            exit_issue=issue[by_exit],
        )

    def at(self, instant: int, chosen: Flags | None = None) -> Rows:
        """Return the stays that hold an instant, in no particular order.

        Looks at what began by then, or at what ended after it: whichever is less.

        Args:
            instant: epoch milliseconds.
            chosen: by row of the issue table: whose stays; None: all.
        """
        began = int(self.entered.searchsorted(instant, side="right"))
        ended = int(self.exits.searchsorted(instant, side="right"))
        if began <= len(self.exits) - ended:
            found = np.flatnonzero(self.left[:began] > instant)
        else:
            later = self.by_exit[ended:]
            found = later[later < began].astype(np.intp)
        return found if chosen is None else found[chosen[self.issue[found]]]

    def stays_between(self, since: int, until: int, chosen: Flags | None = None) -> Rows:
        """Return the stays that have any time between two instants, in no particular order.

        Args:
            since: first instant.
            until: after the last one.
            chosen: by row of the issue table: whose stays; None: all.
        """
        if not len(self.issue):
            return np.zeros(0, np.intp)
        # What begins with the first instant is there at it.
        came = np.arange(*self.entered.searchsorted([since + 1, max(until, since + 1)]))
        found = np.concatenate((self.at(since), came))
        return found if chosen is None else found[chosen[self.issue[found]]]

    def between(self, since: int, until: int, chosen: Flags | None = None) -> Traffic:
        """Return who comes and goes from ``since`` to ``until``, among those of ``chosen`` items if given."""
        ends = np.array([since, until])
        began, ended = (each.searchsorted(ends, side="right").tolist() for each in (self.entered, self.exits))
        came, went = slice(*began), slice(*ended)
        if chosen is None:
            return Traffic(since, until, began[0] - ended[0], self.entered[came], self.exits[went])
        return Traffic(
            since,
            until,
            len(self.at(since, chosen)),
            self.entered[came][chosen[self.issue[came]]],
            self.exits[went][chosen[self.exit_issue[went]]],
        )

    def time_between(self, since: int, until: int, chosen: Flags | None = None) -> int:
        """Return the milliseconds that all stays together have between two instants, likewise."""
        return self.between(since, until, chosen).time


@dataclass(frozen=True, slots=True, eq=False)
class LoosePresence(Presence):
    """The same of stays that nobody put in order: each question looks at all, and nothing is kept beside."""

    @classmethod
    def holding(cls, issue: Codes, entered: Instants, left: Instants, inferred: Flags) -> "LoosePresence":
        """Keep stays as they are, in any order."""
        none, nobody = np.zeros(0, np.int64), np.zeros(0, np.int32)
        return cls(issue, entered, left, inferred, none, nobody, nobody)

    def at(self, instant: int, chosen: Flags | None = None) -> Rows:
        """Return the stays that hold an instant, as ``Presence.at``."""
        return self._those((self.entered <= instant) & (self.left > instant), chosen)

    def stays_between(self, since: int, until: int, chosen: Flags | None = None) -> Rows:
        """Return the stays that have any time between two instants, as ``Presence.stays_between``."""
        begun = (self.entered <= since) | (self.entered < until)
        there = begun & ((self.left > since) | (self.entered > since))
        return self._those(there, chosen)

    def between(self, since: int, until: int, chosen: Flags | None = None) -> Traffic:
        """Return who comes and goes, as ``Presence.between``."""
        came, went = self._come_and_gone(since, until, chosen)
        came.sort()
        went.sort()
        return Traffic(since, until, len(self.at(since, chosen)), came, went)

    def time_between(self, since: int, until: int, chosen: Flags | None = None) -> int:
        """Return the milliseconds of all stays, as ``Presence.time_between``: that takes no order."""
        return Traffic(
            since, until, len(self.at(since, chosen)), *self._come_and_gone(since, until, chosen)
        ).time

    def _come_and_gone(self, since: int, until: int, chosen: Flags | None) -> Iterator[Instants]:
        for instants in (self.entered, self.left):
            there = (instants > since) & (instants <= until)
            yield instants[there if chosen is None else self._those(there, chosen)]

    def _those(self, flags: Flags, chosen: Flags | None) -> Rows:
        found = np.flatnonzero(flags)
        return found if chosen is None else found[chosen[self.issue[found]]]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What no view decides, of all flow items as of T.

    Attributes:
        completed: flow items by completion; those not delivered are left out.
        delivered: those that are not.
        restored: incidents, those of files too, and what turned out to be none, by their end.
        recovered: the same, and deployments that a later one mended.
        incidents: rows of incidents that are issues.
        stays: in a status in progress, by issue.
        load: the same stays by time; what follows each other without a gap is one.
        started_load: those of them whose items have a start.
        parked: stays in todo or an unmapped status after work had begun.
        left_out_by_status: of ``completed``: only the usual name of the status leaves it out.
        ends_inferred: some completion is inferred; elsewhere nobody has to look for one.
        starts_inferred: the same of starts.
    """

    completed: Population
    delivered: Population
    restored: Population
    recovered: Population
    incidents: Rows
    stays: Stays
    load: Presence
    started_load: Presence
    parked: Presence
    left_out_by_status: Flags
    ends_inferred: bool
    starts_inferred: bool


def find_facts(delivery: DeliveryTables) -> Facts:
    """Order what metrics ask for; without issues all of it is empty. ``once(find_facts)`` keeps it."""
    items = delivery.in_scope & delivery.exists
    completed = find_completed(delivery, items)
    operations = delivery.operations
    restored, recovered = find_restored(delivery, items)
    stays = _find_stays(delivery, items)
    load = _find_load(stays)
    known = delivery.started_at[load.issue] != MISSING
    return Facts(
        completed=completed,
        delivered=completed.included(),
        restored=restored,
        recovered=recovered,
        incidents=np.flatnonzero(operations.incident & items),
        stays=stays,
        load=load,
        started_load=load
        if known.all()
        else Presence.of(load.issue[known], load.entered[known], load.left[known], load.inferred[known]),
        parked=_find_parked(delivery, items, stays),
        left_out_by_status=delivery.outcome.by_status[completed.rows],
        ends_inferred=bool(delivery.lives.end_inferred.any()),
        starts_inferred=bool(delivery.lives.start_inferred.any()),
    )


def find_completed(delivery: DeliveryTables, items: Flags) -> Population:
    """Return which of ``items`` are completed, by completion; those not delivered are left out."""
    rows = np.flatnonzero(items & (delivery.completed_at != MISSING))
    completed = in_order(rows, delivery.completed_at[rows])
    return completed.sort_out({"not_delivered": delivery.not_delivered[completed.rows]})


def find_restored(delivery: DeliveryTables, items: Flags) -> tuple[Population, Population]:
    """Return the incidents that are over, in scope or of files; and those with what was mended.

    Without anything mended these are one population, so that their parts are looked up once.
    """
    incidents, told = delivery.once(find_incidents), len(delivery.told)
    mine = np.append(items, np.ones(told, np.bool_))
    ended = np.flatnonzero(
        (incidents.incident | incidents.false_alarm) & mine & (incidents.ended_at != MISSING)
    )
    recovered = replace(in_order(ended, incidents.ended_at[ended]), with_incidents=told > 0)
    if not delivery.told.repairs:
        return recovered, recovered
    seen = ended[ended < len(mine) - delivery.told.repairs]
    return replace(in_order(seen, incidents.ended_at[seen]), with_incidents=True), recovered


def _find_stays(delivery: DeliveryTables, items: Flags) -> Stays:
    """Return the stays of flow items in a status in progress."""
    stays = delivery.intervals
    mine = stays.category == IN_PROGRESS
    if not items.all():
        mine &= items[stays.issue]
    issue = stays.issue[mine]
    counts = np.bincount(issue, minlength=len(items))
    return Stays(
        issue,
        stays.entered[mine],
        stays.left[mine],
        delivery.workflow.waiting[stays.status[mine]],
        stays.inferred[mine],
        np.concatenate(([0], np.cumsum(counts))),
    )


def _find_load(stays: Stays) -> Presence:
    """Return the stays by time, with what follows each other in an issue without a gap as one."""
    issue, entered, left, inferred = stays.issue, stays.entered, stays.left, stays.inferred
    apart = np.ones(len(issue) + 1, np.bool_)
    apart[1:-1] = (issue[1:] != issue[:-1]) | (entered[1:] != left[:-1]) | (inferred[1:] != inferred[:-1])
    edges = np.flatnonzero(apart)
    first, last = edges[:-1], edges[1:] - 1
    return Presence.of(issue[first], entered[first], left[last], inferred[first])


def _find_parked(delivery: DeliveryTables, items: Flags, begun: Stays) -> Presence:
    """Return the stays in todo, or in an unmapped status, that began after the first one in progress."""
    stays = delivery.intervals
    back = np.flatnonzero((stays.category == TODO) | (stays.category == UNMAPPED))
    back = back[items[stays.issue[back]]]
    issue = stays.issue[back]
    some = begun.start[issue] < begun.start[issue + 1]
    back, issue = back[some], issue[some]
    back = back[stays.left[back] > begun.entered[begun.start[issue]]]
    return Presence.of(stays.issue[back], stays.entered[back], stays.left[back], stays.inferred[back])
