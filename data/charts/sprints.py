"""Sprints as a page shows them: a line for each, what all come to, and the issues behind a number. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.subject import clock_of, keys_of
from data.meaning.sprints import CLOSED, find_sprints
from data.metrics.context import CalculationContext
from data.metrics.sprints import COUNTS, SprintLine, SprintReport, has_sprints, message_of, report_sprints
from data.model.tables import MISSING

ALL = "all"
KEPT = "kept"
_PREFIX = "sprints-"


@dataclass(frozen=True, slots=True)
class Number:
    """How many issues, and how many points where an estimate is mapped."""

    n: int
    points: float | None = None
    unestimated: int = 0


@dataclass(frozen=True, slots=True)
class SprintRow:
    """One sprint.

    Attributes:
        id: of the sprint.
        name: as it is told from others.
        board: id of its board, "" where Jira says none.
        running: it is not closed at T.
        opens: ``YYYY-MM-DD HH:MM`` on the team's clock.
        closes: its completion; of a running one the planned end, "" where there is none.
        inferred: a date, or the place of an issue, had to be assumed.
        numbers: by count; ``kept`` are those committed that are done.
        left_out: how many issues each reason leaves out.
    """

    id: str
    name: str
    board: str
    running: bool
    opens: str
    closes: str
    inferred: bool
    numbers: Mapping[str, Number]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SprintTable:
    """All sprints of a view, the newest first.

    Attributes:
        closed: completed in the period.
        running: not closed at T.
        total: of the closed ones, by count.
        kept_percent: of what was committed to; None where nothing was.
        done_median: issues done in a sprint; None without any.
        points: ``measured`` or ``inferred``; None where no estimate is mapped.
        undated: names of those that cannot be judged.
        future: how many have not begun.
        message: what to know before the numbers, None for nothing.
        last_closed: day of the newest completed before a period without any, ``YYYY-MM-DD``; "" for none.
    """

    closed: tuple[SprintRow, ...]
    running: tuple[SprintRow, ...]
    total: Mapping[str, Number]
    kept_percent: float | None
    done_median: float | None
    points: str | None
    undated: tuple[str, ...]
    future: int
    message: str | None
    last_closed: str = ""


@dataclass(frozen=True, slots=True)
class SprintIssues:
    """The issues behind a number: ``rows`` of the issue table, ``sprints`` the name of the sprint of each."""

    title: str
    keys: tuple[str, ...]
    sprints: tuple[str, ...]


def sprint_table(context: CalculationContext | None) -> SprintTable | None:
    """Return the sprints of a view; None where the store has none."""
    if context is None or not has_sprints(context.delivery.issues):
        return None
    report = report_sprints(context)
    total = {name: Number(report.total(name), report.total_points(name)) for name in COUNTS[:-1]}
    total[KEPT] = Number(sum(len(line.kept) for line in report.closed))
    return SprintTable(
        closed=tuple(_row(context, line) for line in reversed(report.closed)),
        running=tuple(_row(context, line) for line in reversed(report.active)),
        total=total,
        kept_percent=report.kept_percent,
        done_median=report.done_median,
        points=report.points_evidence,
        undated=report.undated,
        future=report.future,
        message=message_of(report),
        last_closed="" if report.closed else _find_last(context),
    )


def _find_last(context: CalculationContext) -> str:
    """Return the day on which the newest sprint before a period was completed, "" for none."""
    timed = context.delivery.once(find_sprints).timed
    closes = [each.closes for each in timed if each.phase == CLOSED and each.closes < context.window.lo]
    return clock_of(context, np.array([max(closes)], np.int64))[0][:10] if closes else ""


def _row(context: CalculationContext, line: SprintLine) -> SprintRow:
    timed = line.timed
    running = timed.phase != CLOSED
    ends = timed.sprint.ends_at if running else timed.closes
    opens, *closes = clock_of(
        context, np.array([timed.opens, *([] if ends == MISSING else [ends])], np.int64)
    )
    numbers = {name: Number(len(each), each.points, each.unestimated) for name, each in line.counts.items()}
    return SprintRow(
        id=timed.sprint.id,
        name=line.label,
        board=timed.sprint.board,
        running=running,
        opens=opens,
        closes=closes[0] if closes else "",
        inferred=line.evidence == "inferred",
        numbers=numbers | {KEPT: Number(len(line.kept))},
        left_out={reason: len(rows) for reason, rows in line.excluded.items()},
    )


def panel_of(sprint_id: str, count: str) -> str:
    """Return the word of an address that opens the issues behind a number."""
    return f"{_PREFIX}{sprint_id}-{count}"


def is_panel(panel: str | None) -> bool:
    """Tell whether the word of an address is one of these."""
    return panel is not None and panel.startswith(_PREFIX)


def sprint_issues(context: CalculationContext | None, panel: str) -> SprintIssues | None:
    """Return the issues behind a number of a sprint, or of all closed ones; None where it is unknown."""
    sprint_id, _, count = panel.removeprefix(_PREFIX).rpartition("-")
    if context is None or not has_sprints(context.delivery.issues):
        return None
    report = report_sprints(context)
    lines = _lines_of(report, sprint_id)
    found = [(line, _rows_of(line, count)) for line in lines]
    known = [(line, rows) for line, rows in found if rows is not None]
    if not known:
        return None
    names = tuple(line.label for line, rows in known for _ in range(len(rows)))
    whose = lines[0].label if sprint_id != ALL else f"{len(lines)} closed sprints"
    keys = tuple(key for _, rows in known for key in keys_of(context, rows))
    return SprintIssues(whose, keys, names)


def _lines_of(report: SprintReport, sprint_id: str) -> list[SprintLine]:
    if sprint_id == ALL:
        return list(report.closed)
    return [line for line in report.lines if line.timed.sprint.id == sprint_id]


def _rows_of(line: SprintLine, count: str) -> NDArray[np.intp] | None:
    if count == KEPT:
        return line.kept
    return line.counts[count].rows if count in line.counts else line.excluded.get(count)
