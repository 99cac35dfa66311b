"""Sprints of a view: committed, added, removed, done and carried over, and over the last ones. Pure.

By the rules of Jira's own sprint report, as ``specs/metrics.md`` writes them down.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.estimates import Estimates, estimates_at
from data.meaning.sprints import (
    ACTIVE,
    CLOSED,
    FUTURE,
    REASONS,
    UNDATED,
    Members,
    Timed,
    find_sprints,
)
from data.metrics.context import CalculationContext
from data.model.metric import INCLUDED
from data.model.tables import IssueTable

Rows = NDArray[np.intp]
DEFINITION = "sprints/1"
# What an issue of a sprint is counted as: how it came in, and what became of it. ``carried_over`` is known
# of closed sprints, ``open`` of active ones.
COUNTS = ("committed", "added", "removed", "done", "carried_over", "open")
NONE_CLOSED = "No sprint was completed in this period."


@dataclass(frozen=True, slots=True)
class Count:
    """Issues of a sprint that count alike.

    Attributes:
        rows: of the issue table, ascending.
        points: the sum of their estimates then; None where no estimate is mapped.
        unestimated: how many had none then.
    """

    rows: Rows
    points: float | None = None
    unestimated: int = 0

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class SprintLine:
    """What became of the issues in view that were in one sprint.

    Attributes:
        timed: the sprint, its state as of T, its start and its completion.
        label: its name, told apart from others of that name.
        counts: issues and points by count; a count that is not known yet is absent.
        kept: those committed that are done.
        excluded: rows by reason; reasons without rows are absent.
        inferred: rows of which less than histories tells.
        points_told: histories tell the estimates; None where none is mapped.
    """

    timed: Timed
    label: str
    counts: Mapping[str, Count]
    kept: Rows
    excluded: Mapping[str, Rows]
    inferred: Rows
    points_told: bool | None = None

    @property
    def evidence(self) -> str:
        """``inferred`` where a date or the place of an issue had to be assumed."""
        return "inferred" if self.timed.assumed or len(self.inferred) else "measured"


@dataclass(frozen=True, slots=True)
class SprintReport:
    """The sprints of a view.

    Attributes:
        closed: completed in the period, by start.
        active: begun before the end of the period and running at T, by start.
        undated: names of sprints that cannot be judged, because a date is missing or contradicts another.
        future: how many have not begun at T.
    """

    closed: tuple[SprintLine, ...]
    active: tuple[SprintLine, ...]
    undated: tuple[str, ...]
    future: int

    @property
    def lines(self) -> tuple[SprintLine, ...]:
        """All of them that are shown, the closed ones first."""
        return self.closed + self.active

    def total(self, count: str) -> int:
        """How many issues the closed sprints have of a count; one in two sprints counts in each."""
        return sum(len(line.counts[count]) for line in self.closed)

    def total_points(self, count: str) -> float | None:
        """How many points they have of it; None where no estimate is mapped, or nothing was closed."""
        points = [line.counts[count].points for line in self.closed]
        known = [each for each in points if each is not None]
        return sum(known) if known else None

    @property
    def points_evidence(self) -> str | None:
        """``measured`` where histories tell every estimate, else ``inferred``; None where none is mapped."""
        told = [line.points_told for line in self.lines if line.points_told is not None]
        return None if not told else "measured" if all(told) else "inferred"

    @property
    def kept_percent(self) -> float | None:
        """How much of what the closed sprints committed to was done; None where they did not commit."""
        committed = self.total("committed")
        return 100 * sum(len(line.kept) for line in self.closed) / committed if committed else None

    @property
    def done_median(self) -> float | None:
        """P50 of the issues done in a closed sprint; None without any."""
        done = [len(line.counts["done"]) for line in self.closed]
        return float(np.median(done)) if done else None


def has_sprints(issues: IssueTable) -> bool:
    """Tell whether an issue of a table is in a sprint, or ever was."""
    return bool(issues.sprints or issues.sprint_ids)


def report_sprints(context: CalculationContext) -> SprintReport:
    """Return the sprints of a view.

    Args:
        context: reads histories of Sprint and status; a sprint counts in the period in which it was
            completed, and is shown if an issue in view was in it.
    """
    facts = context.delivery.once(find_sprints)
    members, window = facts.members, context.window
    seen = (
        np.ones(len(members), np.bool_) if context.choice.rows is None else context.choice.rows[members.row]
    )
    bounds = members.sprint.searchsorted(np.arange(len(facts.timed) + 1))
    labels = label_sprints(facts.timed)
    closed: list[SprintLine] = []
    active: list[SprintLine] = []
    for place, timed in enumerate(facts.timed):
        if timed.phase == CLOSED and not window.lo <= timed.closes < window.end:
            continue
        if timed.phase not in (CLOSED, ACTIVE) or timed.opens >= window.end:
            continue
        mine = np.arange(bounds[place], bounds[place + 1])
        mine = mine[seen[mine]]
        if len(mine):
            line = _line(context, timed, labels[place], mine)
            (closed if timed.phase == CLOSED else active).append(line)
    undated = tuple(labels[n] for n, timed in enumerate(facts.timed) if timed.phase == UNDATED)
    future = sum(timed.phase == FUTURE for timed in facts.timed)
    return SprintReport(tuple(closed), tuple(active), undated, future)


def message_of(report: SprintReport) -> str | None:
    """Return what somebody should know before the numbers: nothing was closed, or sprints are not judged."""
    told = [] if report.closed else [NONE_CLOSED]
    if report.undated:
        n = len(report.undated)
        told.append(
            f"{n} {'sprint is' if n == 1 else 'sprints are'} not judged, because a date is missing or "
            "contradicts another one; set start and completion in Jira."
        )
    return " ".join(told) or None


def label_sprints(timed: tuple[Timed, ...]) -> list[str]:
    """Return the names of sprints, with their number where there is no name or several have it."""
    names = [each.sprint.name for each in timed]
    met = Counter(names)
    return [
        each.sprint.name if each.sprint.name and met[each.sprint.name] == 1 else _numbered(each)
        for each in timed
    ]


def _numbered(timed: Timed) -> str:
    return f"{timed.sprint.name or 'Sprint'} (no. {timed.sprint.id})"


def _line(context: CalculationContext, timed: Timed, label: str, mine: Rows) -> SprintLine:
    members = context.delivery.once(find_sprints).members
    row, code = members.row[mine], members.code[mine]
    counted, committed = code == INCLUDED, members.committed[mine]
    removed = counted & members.removed[mine]
    stayed, done = counted & ~removed, members.done[mine]
    came, gone = context.delivery.once(_estimate)
    flags = {
        "committed": (counted & committed, came),
        "added": (counted & ~committed, came),
        "removed": (removed, gone),
        "done": (stayed & done, gone),
        "carried_over" if timed.phase == CLOSED else "open": (stayed & ~done, gone),
    }
    out = {reason: row[code == place] for place, reason in enumerate(REASONS, start=1)}
    told = None if came is None or gone is None else bool((came.told & gone.told)[mine[counted]].all())
    return SprintLine(
        timed,
        label,
        {name: _count(members, mine[which], estimates) for name, (which, estimates) in flags.items()},
        kept=row[stayed & done & committed],
        excluded={reason: rows for reason, rows in out.items() if len(rows)},
        inferred=row[counted & members.inferred[mine]],
        points_told=told,
    )


def _count(members: Members, mine: Rows, estimates: Estimates | None) -> Count:
    if estimates is None:
        return Count(members.row[mine])
    points = estimates.points[mine]
    return Count(members.row[mine], float(np.nansum(points)), int(np.isnan(points).sum()))


def _estimate(delivery: DeliveryTables) -> tuple[Estimates | None, Estimates | None]:
    """Return the estimates of all members when they came in, and when they left or their sprint ended."""
    members = delivery.once(find_sprints).members
    came, gone = (estimates_at(delivery, members.row, at) for at in (members.came, members.gone))
    return came, gone
