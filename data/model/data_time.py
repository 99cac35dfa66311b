"""The own time of data that no server stamped. Pure."""

from collections.abc import Sequence

from data.model.changes import ChangeTable, IncidentRow
from data.model.instants import DAY_MS, EPOCH_ORDINAL
from data.model.tables import MISSING, EventTable, IssueTable

NOON = DAY_MS // 2


def time_after_newest(
    issues: IssueTable,
    deployments: EventTable,
    changes: ChangeTable | None = None,
    incidents: Sequence[IncidentRow] = (),
) -> int:
    """Return 1 ms after the newest readable instant, so that what happened last counts as happened.

    Args:
        issues: their creations, updates and histories.
        deployments: events; of one dated by day, noon UTC, when its day has begun in every zone.
        changes: their commits, reviews and merges.
        incidents: when they were seen and over.

    Returns:
        Epoch milliseconds; ``MISSING`` where nothing tells an instant.
    """
    days = deployments.day[deployments.day > 0]
    noons = (days - EPOCH_ORDINAL) * DAY_MS + NOON
    columns = [issues.created, issues.updated, issues.newest, deployments.at, noons]
    if changes is not None:
        columns += [changes.first_commit_at, changes.opened_at, changes.first_review_at, changes.merged_at]
    newest = [int(column.max()) for column in columns if len(column)]
    newest += [max(each.detected_at, each.restored_at) for each in incidents]
    last = max(newest, default=MISSING)
    return last if last == MISSING else last + 1
