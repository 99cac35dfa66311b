"""When each team releases, and what its versions are called."""

import datetime as dt
import random
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from data.simulator.catalogue import MOB, PAY, TEAM_OF, TEAMS, WEB, Team
from data.simulator.model import DAY, HOUR, MINUTE, Version
from data.simulator.workdays import next_weekday

_EPOCH = dt.date(1970, 1, 1)
_CUTOFF = 14 * HOUR  # what is done by two o'clock goes out
_DEPLOYED = 15 * HOUR
_HOTFIX = "-hotfix"


def iso_date(local_ms: int) -> str:
    """The civil date of a local instant."""
    return (_EPOCH + dt.timedelta(days=local_ms // DAY)).isoformat()


class Release(NamedTuple):
    """A regular release: its version, and when (UTC) it takes no more and when it is out."""

    version: Version
    cutoff: int
    deployed_at: int


@dataclass
class ReleasePlan:
    """The versions of one team; ``regular`` ascends and ends with the one still to come."""

    regular: list[Release]
    others: list[Version] = field(default_factory=list)
    sprints: list[Release] = field(default_factory=list)

    def release_of(self, completed_at: int) -> Release | None:
        """The first regular release that still took what was completed then."""
        place = bisect_left(self.regular, completed_at, key=lambda release: release.cutoff)
        return self.regular[place] if place < len(self.regular) else None

    def versions(self) -> list[Version]:
        """Every version, hotfixes included."""
        return [release.version for release in self.regular + self.sprints] + self.others


def plan_releases(team: Team, start: int, end: int, rng: random.Random) -> ReleasePlan:
    """Lay out the releases of *team* between two UTC instants, plus the next one."""
    offset = team.utc_offset_min * MINUTE
    dates = _choose_dates(team, start + offset, end + offset, rng)
    plan = ReleasePlan([_make_release(team, number, date, end) for number, date in enumerate(dates, 1)])
    plan.others = _make_oddities(team)
    if team is MOB:
        plan.sprints = _make_sprints(start + offset, end + offset, end)
    return plan


def _choose_dates(team: Team, start: int, end: int, rng: random.Random) -> list[int]:
    """Local midnights of the release days; the last one is the first after *end*."""
    pick = {WEB.key: _web_days, PAY.key: _pay_days, MOB.key: _mob_days}[team.key]
    dates: list[int] = []
    monday = next_weekday(start, 0)
    while not dates or dates[-1] + _DEPLOYED < end:
        share = min((monday - start) / (end - start), 1.0)
        for day in pick(monday, share, rng):
            if not dates or dates[-1] + _DEPLOYED < end:
                dates.append(day)
        monday += 7 * DAY
    return dates


def _web_days(monday: int, share: float, rng: random.Random) -> list[int]:
    count = 1 if share < 0.3 else 2 if share < 0.6 else rng.choice((3, 3, 3, 4))
    return [monday + day * DAY for day in sorted(rng.sample(range(5), count))]


def _pay_days(monday: int, _share: float, _rng: random.Random) -> list[int]:
    return [monday + 2 * DAY]


def _mob_days(monday: int, _share: float, _rng: random.Random) -> list[int]:
    tuesday = monday + DAY
    day_of_month = (_EPOCH + dt.timedelta(days=tuesday // DAY)).day
    return [tuesday] if day_of_month <= 7 else []


def _make_release(team: Team, number: int, midnight: int, end: int) -> Release:
    offset = team.utc_offset_min * MINUTE
    deployed_at = midnight + _DEPLOYED - offset
    version = Version(
        id="",
        project=team.key,
        name=_name_release(team, number, midnight),
        released=deployed_at < end,
        archived=deployed_at < end - 365 * DAY,
        released_on=iso_date(midnight),
        starts_on=iso_date(midnight - 7 * DAY),
    )
    return Release(version, midnight + _CUTOFF - offset, deployed_at)


def _name_release(team: Team, number: int, midnight: int) -> str:
    if team is WEB:
        return f"2.{number}.0"
    if team is PAY:
        year, week, _ = (_EPOCH + dt.timedelta(days=midnight // DAY)).isocalendar()
        return f"{year}.{week:02d}"
    return f"7.{number}"


def _make_oddities(team: Team) -> list[Version]:
    """What every real project has: a release nobody dated and a bucket for later."""
    plain = Version(id="", project=team.key, name="", released=True, archived=False, released_on=None)
    return [
        replace(plain, name="1.9-legacy", description="Before the move to this site."),
        replace(plain, name="Someday", released=False, description="Not planned yet."),
    ]


def _make_sprints(start: int, end: int, end_utc: int) -> list[Release]:
    """Five sprints that the mobile team filed as versions before it learnt better."""
    offset = MOB.utc_offset_min * MINUTE
    first = next_weekday(start + (end - start) // 3, 4)
    sprints = []
    for number in range(5):
        friday = first + number * 14 * DAY
        version = Version(
            id="",
            project=MOB.key,
            name=f"MOB Sprint {number + 31}",
            released=friday + _DEPLOYED < end,
            archived=False,
            released_on=iso_date(friday),
        )
        sprints.append(Release(version, friday + _CUTOFF - offset, min(friday + _DEPLOYED - offset, end_utc)))
    return sprints


def hotfix_name(base: Version) -> str:
    """The name of the hotfix after *base*: 2.14.0 -> 2.14.1-hotfix."""
    if base.project == WEB.key:
        return f"{base.name.rsplit('.', 1)[0]}.1{_HOTFIX}"
    return f"{base.name}.1{_HOTFIX}"


def is_regular(version: Version) -> bool:
    """Tell a release by plan from repairs, sprints and buckets."""
    return version.starts_on is not None


def is_hotfix(version: Version) -> bool:
    """Tell a repair by its name."""
    return version.name.endswith(_HOTFIX)


def deployed_at(version: Version) -> int:
    """Return when (UTC) a dated regular release is out."""
    assert version.released_on is not None
    days = (dt.date.fromisoformat(version.released_on) - _EPOCH).days
    return days * DAY + _DEPLOYED - TEAM_OF[version.project].utc_offset_min * MINUTE


def number_versions(plans: dict[str, ReleasePlan]) -> dict[Version, Version]:
    """Give every version its id, in the order in which somebody would have made them.

    Returns:
        The numbered version of each unnumbered one.
    """
    everything = [version for team in TEAMS for version in plans[team.key].versions()]
    everything.sort(key=lambda version: (version.released_on or "", version.project, version.name))
    return {version: replace(version, id=str(10700 + place)) for place, version in enumerate(everything)}
