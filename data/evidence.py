"""The rows behind a number, as people read them: looked up only when somebody opens the evidence."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data.cache_manager import Store
from data.delivery import DeliveryTables
from data.metric import MetricResult
from data.periods import iso_instant
from data.tables import MISSING, Instants

DAY_MS = 86_400_000
# Their rows are deployments; those of all others are issues.
DEPLOYMENT_METRICS = frozenset({"deployment_frequency", "change_fail_rate", "deployment_rework_rate"})

BUSINESS_DAY_METRICS = frozenset({"flow_time", "request_lead_time"})


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One row of the drawer; texts are "" and ``days`` is None where there is nothing to show."""

    key: str
    summary: str
    type: str
    status: str
    start: str
    end: str
    days: float | None
    note: str
    url: str


def evidence_lines(
    delivery: DeliveryTables,
    metric_id: str,
    result: MetricResult,
    *,
    store: Store,
    site: str = "",
    reason: str | None = None,
) -> list[IssueLine]:
    """Return the rows behind a result: the included ones, or those left out for ``reason``.

    Args:
        delivery: the tables it was computed from.
        metric_id: which metric it is; decides what the days of a row run from and to.
        result: whose rows they are.
        store: has the summaries.
        site: address that keys are looked up at, "" where there is none.
        reason: an unknown one gives no rows.
    """
    if reason is not None and reason not in result.candidates.reasons:
        return []
    rows = result.candidates.rows(reason)
    if metric_id in DEPLOYMENT_METRICS:
        return [_deployment_line(delivery, int(row), reason) for row in rows]
    keys = delivery.issues.keys(rows)
    stored = store.rows(keys)
    since, until = _span(delivery, metric_id)
    days = _days_of(delivery, metric_id, since[rows], until[rows])
    return [
        IssueLine(
            key=key,
            summary=stored[key].summary if key in stored else "",
            type=delivery.issues.types[delivery.issues.type[row]].name,
            status=delivery.issues.statuses[delivery.issues.status[row]].name,
            start=iso_instant(int(since[row])) or "",
            end=iso_instant(int(until[row])) or "",
            days=days[place],
            note=reason or _note_of(delivery, metric_id, row),
            url=f"{site}/browse/{key}" if site else "",
        )
        for place, (row, key) in enumerate(zip(rows.tolist(), keys, strict=True))
    ]


def _span(delivery: DeliveryTables, metric_id: str) -> tuple[Instants, Instants]:
    """Return from when to when a row of this metric is measured, by issue row."""
    created, started, completed = delivery.issues.created, delivery.started_at, delivery.completed_at
    detected, restored = delivery.detected.reckoned_at, delivery.restored.reckoned_at
    deployed = np.append(delivery.deployments.reckoned_at, MISSING)  # -1 points to the extra place
    spans: dict[str, Callable[[], tuple[Instants, Instants]]] = {
        "request_lead_time": lambda: (created, completed),
        "time_to_restore": lambda: (detected, restored),
        "change_lead_time": lambda: (
            delivery.change.reckoned_at,
            deployed[delivery.operations.deployment_of],
        ),
        "failed_deployment_recovery_time": lambda: (deployed[delivery.operations.cause], restored),
    }
    return spans.get(metric_id, lambda: (started, completed))()


def _days_of(
    delivery: DeliveryTables, metric_id: str, since: Instants, until: Instants
) -> list[float | None]:
    """Return the days between pairs of instants as the metric counts them."""
    days = [_days(a, b, delivery.as_of) for a, b in zip(since.tolist(), until.tolist(), strict=True)]
    if delivery.calendar is not None and metric_id in BUSINESS_DAY_METRICS:
        counted = np.flatnonzero((since != MISSING) & (until >= since))
        worked = delivery.calendar.days_between(since[counted], until[counted]).tolist()
        for place, number in zip(counted.tolist(), worked, strict=True):
            days[place] = number
    return days


def _days(since: int, until: int, as_of: int) -> float | None:
    """Return the days between two instants; what has not ended is as old as T makes it."""
    if since == MISSING:
        return None
    return ((as_of if until == MISSING else until) - since) / DAY_MS


def _note_of(delivery: DeliveryTables, metric_id: str, row: int) -> str:
    """Return what a reader should know of one row's history, and of a start that stands in for a commit."""
    history = delivery.history
    mixed = metric_id == "change_lead_time" and delivery.mapped.commit is not None
    stands_in = (
        ["no commit: from the start of the work"] if mixed and not delivery.change_measured[row] else []
    )
    notes = (
        ("history mismatch", history.mismatch),
        ("history clamped", history.clamped),
        ("broken history", history.broken_chain),
    )
    return ", ".join([*stands_in, *(text for text, flags in notes if flags[row])])


def _deployment_line(delivery: DeliveryTables, row: int, reason: str | None) -> IssueLine:
    deployments = delivery.deployments
    day = int(deployments.day[row])
    return IssueLine(
        key=deployments.ids[row],
        summary=deployments.names[row],
        type=deployments.source,
        status="released",
        start="",
        end=dt.date.fromordinal(day).isoformat() if day else "",
        days=None,
        note=reason or _caused(delivery, row),
        url="",
    )


def _caused(delivery: DeliveryTables, row: int) -> str:
    """Return the incidents that are put down to a deployment, and whether it was itself a repair."""
    operations = delivery.operations
    keys = delivery.issues.keys(np.flatnonzero(operations.incident & (operations.cause == row)))
    notes = ([f"caused {', '.join(keys)}"] if keys else []) + (["rework"] if operations.rework[row] else [])
    return "; ".join(notes)
