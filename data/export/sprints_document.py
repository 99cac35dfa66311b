"""Sprints as JSON: what ``metrics --json`` and the exports say of them."""

from typing import Any

from data.meaning.sprints import PHASE_NAMES
from data.metrics.context import CalculationContext
from data.metrics.sprints import (
    COUNTS,
    DEFINITION,
    Count,
    SprintLine,
    has_sprints,
    message_of,
    report_sprints,
)
from data.model.instants import iso_instant
from data.model.tables import MISSING


def sprints_document(context: CalculationContext | None) -> dict[str, Any] | None:
    """Return what is known of the sprints of a view; None where the store has none."""
    if context is None or not has_sprints(context.delivery.issues):
        return None
    report = report_sprints(context)
    inferred = any(line.evidence == "inferred" for line in report.lines)
    return {
        "definition": DEFINITION,
        "state": "ok" if report.closed else "no_data",
        "message": message_of(report),
        "evidence": "inferred" if inferred else "measured",
        "points": report.points_evidence,
        "total": {
            name: {"n": report.total(name), "points": report.total_points(name)} for name in COUNTS[:-1]
        },
        "kept_percent": report.kept_percent,
        "done_median": report.done_median,
        "sprints": [_line_document(context, line) for line in report.lines],
        "undated": list(report.undated),
        "future": report.future,
    }


def _line_document(context: CalculationContext, line: SprintLine) -> dict[str, Any]:
    timed, keys = line.timed, context.delivery.issues.keys
    closed = PHASE_NAMES[timed.phase] == "closed"
    points = "measured" if line.points_told else "inferred"
    return {
        "id": timed.sprint.id,
        "name": line.label,
        "board": timed.sprint.board,
        "state": PHASE_NAMES[timed.phase],
        "start": iso_instant(timed.opens),
        "end": iso_instant(timed.sprint.ends_at),
        "completed": iso_instant(timed.closes if closed else MISSING),
        "evidence": line.evidence,
        "points": None if line.points_told is None else points,
        **{name: _count_document(context, line.counts.get(name)) for name in COUNTS},
        "kept": list(keys(line.kept)),
        "excluded": {reason: list(keys(rows)) for reason, rows in line.excluded.items()},
    }


def _count_document(context: CalculationContext, count: Count | None) -> dict[str, Any] | None:
    if count is None:
        return None
    return {
        "n": len(count),
        "points": count.points,
        "unestimated": count.unestimated,
        "keys": list(context.delivery.issues.keys(count.rows)),
    }
