"""When work under way was blocked, and by what: a flag, a waiting status, a link to an open issue. Pure.

Facts of all flow items as of T, whatever the view; a metric takes the part of a period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Presence, Rows, find_facts
from data.meaning.waits import Waits, find_waits
from data.model.ordering import order_of
from data.model.tables import MISSING, OPEN, Codes, Flags, Instants

# What work waits for, in the order in which it is told.
REASONS = ("flag", "waiting", "link")


class Spans(NamedTuple):
    """Stretches of time of issues, in any order: row, first instant, first instant after it or ``OPEN``."""

    issue: Codes
    since: Instants
    until: Instants

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Spans":
        """Return some of them."""
        return Spans(self.issue[chosen], self.since[chosen], self.until[chosen])

    def within(self, first: Instants, last: Instants) -> "Spans":
        """Return what lies between two instants of each row; nothing where the first is ``MISSING``."""
        since = np.maximum(self.since, first[self.issue])
        until = np.minimum(self.until, last[self.issue])
        return Spans(self.issue, since, until).of((first[self.issue] != MISSING) & (until > since))


@dataclass(frozen=True, slots=True, eq=False)
class BlockedWork:
    """What no view decides of blocked work.

    Attributes:
        total: time in which an item under way was blocked by anything, each instant once.
        gaps: between two stretches of ``total`` of one item, by when they begin.
        by_reason: the same by each of ``REASONS``, which may overlap.
        unknown_start: blocked time of items of which nobody knows when work began.
        before: blocked time before the work began, or of items on which it never did.
        after: blocked time after the completion.
        unseen: time under way in which an item was linked to something that nobody can see.
        undated: by reason, rows under way at T that it blocks since nobody knows when; ascending.
        known: something in the store tells when work is blocked.
    """

    total: Presence
    gaps: Spans
    by_reason: Mapping[str, Presence]
    unknown_start: Presence
    before: Presence
    after: Presence
    unseen: Presence
    undated: Mapping[str, Rows]
    known: bool


def find_blocked(delivery: DeliveryTables) -> BlockedWork:
    """Collect the blocked time of flow items, as ``once(find_blocked)`` keeps it; of no issues nothing."""
    waits = delivery.once(find_waits)
    started, ended = _find_work(delivery)
    told = {"flag": _flagged(delivery), "waiting": _waiting(delivery), "link": _linked(waits)}
    inside = {reason: _merged(spans.within(started, ended)) for reason, spans in told.items()}
    by_reason = {reason: _present(spans) for reason, spans in inside.items()}
    return gather_blocked(
        inside,
        by_reason,
        unseen=_present(_merged(_unseen(waits).within(started, ended))),
        undated=_find_undated(delivery, waits, by_reason["flag"], (started != MISSING) & (ended == OPEN)),
        known=_is_known(delivery, waits),
        **_find_outside(delivery, told),
    )


class _Outside(TypedDict):
    """Blocked time that is not under way, as ``BlockedWork`` has it."""

    unknown_start: Presence
    before: Presence
    after: Presence


class Beside(_Outside):
    """What is told of blocked time beside its reasons, likewise."""

    unseen: Presence
    undated: Mapping[str, Rows]
    known: bool


def gather_blocked(
    inside: Mapping[str, Spans], by_reason: Mapping[str, Presence], **beside: Unpack[Beside]
) -> BlockedWork:
    """Return blocked work of which every reason is known.

    Args:
        inside: by each of ``REASONS``, the time under way that it takes, by issue and time.
        by_reason: the same by time.
        beside: what else is told.
    """
    met = [reason for reason, spans in inside.items() if len(spans.issue)]
    total = _merged(_joined(list(inside.values()))) if len(met) > 1 else inside[met[0] if met else "flag"]
    return BlockedWork(
        total=_present(total) if len(met) > 1 else by_reason[met[0] if met else "flag"],
        gaps=_gaps_of(total),
        by_reason=by_reason,
        **beside,
    )


def _find_work(delivery: DeliveryTables) -> tuple[Instants, Instants]:
    """Return by row when work on flow items began, ``MISSING`` for never, and ended, ``OPEN`` for not yet."""
    started = np.where(delivery.in_scope & delivery.exists, delivery.started_at, MISSING)
    return started, np.where(delivery.completed_at == MISSING, OPEN, delivery.completed_at)


def find_under_way(delivery: DeliveryTables) -> Presence:
    """Return when flow items were under way: from their start to their completion."""
    started, ended = _find_work(delivery)
    rows = np.flatnonzero((started != MISSING) & (ended > started))
    return _present(Spans(rows.astype(np.int32), started[rows], ended[rows]))


def _find_outside(delivery: DeliveryTables, told: Mapping[str, Spans]) -> _Outside:
    """Return the blocked time that is not under way: why, and when."""
    items, completed = delivery.in_scope & delivery.exists, delivery.completed_at
    unknown = items & delivery.lives.start_unknown
    known = items & ~unknown
    # Who waits in a status in progress has begun, so that nearly all of these stretches lie inside.
    waiting = told["waiting"]
    done = np.where(completed == MISSING, OPEN, completed)[waiting.issue]
    late = waiting.of(unknown[waiting.issue] | (done < waiting.until))
    spans = _joined([told["flag"], late, told["link"]])
    since = np.where(known, delivery.issues.created, MISSING)
    begun = np.where(delivery.started_at == MISSING, OPEN, delivery.started_at)
    after = np.where(known, completed, MISSING)
    return {
        "unknown_start": _present(_merged(spans.of(unknown[spans.issue]))),
        "before": _present(_merged(spans.within(since, begun))),
        "after": _present(_merged(spans.within(after, np.full(len(items), OPEN)))),
    }


def _flagged(delivery: DeliveryTables) -> Spans:
    """Return the flagged stretches as of T; one that nobody raised holds since the creation."""
    issues = delivery.issues
    since = np.where(issues.flag_from == MISSING, issues.created[issues.flag_issue], issues.flag_from)
    until = np.where(issues.flag_until > delivery.as_of, OPEN, issues.flag_until)
    spans = Spans(issues.flag_issue, since, until)
    return spans.of((since <= delivery.as_of) & delivery.exists[issues.flag_issue] & (until > since))


def _waiting(delivery: DeliveryTables) -> Spans:
    stays = delivery.once(find_facts).stays
    return Spans(stays.issue, stays.entered, stays.left).of(stays.waiting & (stays.left > stays.entered))


def _linked(waits: Waits) -> Spans:
    return Spans(waits.issue[waits.link], waits.entered, waits.left)


def _unseen(waits: Waits) -> Spans:
    until = np.where(waits.until == MISSING, OPEN, waits.until)
    return Spans(waits.issue, waits.since, until).of(waits.unseen)


def _find_undated(
    delivery: DeliveryTables, waits: Waits, flagged: Presence, under_way: Flags
) -> dict[str, Rows]:
    """Return the items that a link, or the value of the mapped field, blocks without a history."""
    linked = np.zeros(len(under_way), np.bool_)
    linked[waits.issue[waits.undated]] = True
    raised = np.zeros(len(under_way), np.bool_)
    if delivery.mapped.impediment is not None:
        raised = delivery.mapped.impediment.copy()
        raised[flagged.issue[flagged.at(delivery.as_of)]] = False
    return {"flag": np.flatnonzero(raised & under_way), "link": np.flatnonzero(linked & under_way)}


def _is_known(delivery: DeliveryTables, waits: Waits) -> bool:
    mapped = delivery.mapped.impediment is not None
    return bool(
        delivery.workflow.waiting_known or mapped or len(delivery.issues.flag_issue) or waits.any_told
    )


def _joined(parts: Sequence[Spans]) -> Spans:
    return Spans(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _present(spans: Spans) -> Presence:
    return Presence.of(*spans, np.zeros(len(spans.issue), np.bool_))


def _gaps_of(spans: Spans) -> Spans:
    """Return what lies between two stretches of one issue, which are in order, by when that begins."""
    follows = np.flatnonzero(spans.issue[1:] == spans.issue[:-1])
    order, since = order_of(spans.until[follows])
    follows = follows[order]
    return Spans(spans.issue[follows], since, spans.since[follows + 1])


def _merged(spans: Spans) -> Spans:
    """Return stretches by issue and time, those of one issue that touch or overlap as one."""
    issue, since, until = spans
    same = issue[1:] == issue[:-1]
    if not ((issue[1:] > issue[:-1]) | (same & (since[1:] >= since[:-1]))).all():
        issue, since, until = spans.of(np.lexsort((since, issue)))
    elif not (same & (since[1:] <= until[:-1])).any():
        return spans
    # An issue's stretches lie in a range of their own, so that the latest end so far is one running maximum.
    low = int(since.min())
    last = int(max(since.max(), until.max(where=until != OPEN, initial=low))) + 1
    moved = issue.astype(np.int64) * (last - low + 2)
    ends = np.maximum.accumulate(np.where(until == OPEN, last, until) - low + moved)
    first = np.flatnonzero(np.append(True, since[1:] - low + moved[1:] > ends[:-1]))
    final = np.append(first[1:], len(issue)) - 1
    merged = ends[final] - moved[final] + low
    merged[merged == last] = OPEN
    return Spans(issue[first], since[first], merged)
