"""The own time of data that no server stamped. Pure."""

from data.model.tables import MISSING, EventTable, IssueTable


def time_after_newest(issues: IssueTable, deployments: EventTable) -> int:
    """Return 1 ms after the newest readable instant, so that what happened last counts as happened.

    Args:
        issues: their creations, updates and histories.
        deployments: events; one of which only the day is known tells no instant.

    Returns:
        Epoch milliseconds; ``MISSING`` where nothing tells an instant.
    """
    columns = (issues.created, issues.updated, issues.newest, deployments.at)
    newest = max((int(column.max()) for column in columns if len(column)), default=MISSING)
    return newest if newest == MISSING else newest + 1
