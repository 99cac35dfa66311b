"""Values of the custom fields that nothing else in the simulator depends on.

Each is a function of the issue alone, so that a world of the same seed stays
the same whatever fields its Jira has.
"""

import datetime as dt

from data.simulator.catalogue import TEAM_OF
from data.simulator.model import DAY, HOUR, MINUTE, Issue, Version

_OUT = 15 * HOUR  # by then a release is out; it takes no more from two o'clock on
_EPOCH = dt.date(1970, 1, 1)


def deployed_at(issue: Issue) -> int | None:
    """Return when the first release with a finished issue went out (epoch ms), None while none has.

    A robot fills this in, which now and then fails: one issue in twelve has no value.
    """
    if issue.resolved_at is None or issue.id % 12 == 0:
        return None
    dates = (_went_out(issue, version) for version in issue.fix_versions if _is_release(version))
    return min((at for at in dates if at >= issue.resolved_at), default=None)


def planned_for(issue: Issue) -> str | None:
    """Return the day for which a story was once promised: a round guess, rarely near the truth."""
    if issue.points is None or issue.id % 3:
        return None
    weeks = 6 + issue.id % 9
    return (_EPOCH + dt.timedelta(days=(issue.created + weeks * 7 * DAY) // DAY)).isoformat()


def deployment_note(issue: Issue) -> str | None:
    """Return a remark about the deployment, as people write it down."""
    return "Run the migration first" if issue.fix_versions and issue.id % 5 == 0 else None


def _is_release(version: Version) -> bool:
    return bool(version.released and version.released_on and "sprint" not in version.name.casefold())


def _went_out(issue: Issue, version: Version) -> int:
    day = (dt.date.fromisoformat(version.released_on or "") - _EPOCH).days
    local = day * DAY + _OUT - issue.id % 40 * MINUTE
    return local - TEAM_OF[issue.project].utc_offset_min * MINUTE
