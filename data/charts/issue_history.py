"""The history of one issue: every stay in a status, as people read it. Pure."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from data.charts.wall_clock import wall_clock
from data.meaning.delivery import DeliveryTables
from data.model.instants import DAY_MS
from data.model.tables import DONE, IN_PROGRESS, OPEN, split_key

StageKind = Literal["todo", "active", "waiting", "done"]
# What a truncated history says of the time before its first entry.
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in a status.

    Attributes:
        status: its name, ``NOT_KNOWN`` before the first entry of a truncated history.
        kind: what the status means to the team.
        entered: instant on the team's clock, ``YYYY-MM-DD HH:MM``.
        left: the same, "" while it lasts.
        days: elapsed, up to T where it lasts.
    """

    status: str
    kind: StageKind
    entered: str
    left: str
    days: float


def issue_history(delivery: DeliveryTables, key: str) -> tuple[Stay, ...] | None:
    """Return the stays of an issue in the order of time, None where there is no such issue.

    Args:
        delivery: status intervals as of T; an issue that is younger than T has no stays.
        key: as in Jira.

    Source:
        specs/metrics.md: status intervals.
    """
    row = _row_of(delivery, key)
    if row is None:
        return None
    stays = delivery.intervals
    mine = np.flatnonzero(stays.issue == row)
    entered, left = stays.entered[mine], stays.left[mine]
    lasting = left == OPEN
    until = np.where(lasting, delivery.as_of, left)
    texts = zip(wall_clock(entered, delivery.zone), wall_clock(until, delivery.zone), strict=True)
    return tuple(
        Stay(
            status=delivery.issues.statuses[status].name if status >= 0 else NOT_KNOWN,
            kind=_choose_kind(delivery, mine[place]),
            entered=start,
            left="" if lasting[place] else end,
            days=float(until[place] - entered[place]) / DAY_MS,
        )
        for place, (status, (start, end)) in enumerate(zip(stays.status[mine].tolist(), texts, strict=True))
    )


def _row_of(delivery: DeliveryTables, key: str) -> int | None:
    parts = split_key(key)
    if parts is None:
        return None
    project, number = parts
    issues = delivery.issues
    places = [place for place, known in enumerate(issues.projects) if known.key == project]
    rows = np.flatnonzero(np.isin(issues.project, places) & (issues.number == number))
    return int(rows[0]) if len(rows) else None


def _choose_kind(delivery: DeliveryTables, stay: np.intp) -> StageKind:
    category = delivery.intervals.category[stay]
    if category == IN_PROGRESS:
        return "waiting" if delivery.workflow.waiting[delivery.intervals.status[stay]] else "active"
    return "done" if category == DONE else "todo"
