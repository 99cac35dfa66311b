"""What was updated since an instant, whatever zone the account is in."""

import datetime as dt
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

import pytest

from configuration.errors import QueryError
from data.intake.watermark import ids_since, pages_since, zoned_clause

SINCE = 1_775_000_000_000  # 2026-03-31T23:33:20Z


class OldJira:
    """A client of a Jira that takes quoted dates only, or no query at all."""

    def __init__(self, *, quoted: bool = True, zone: str = "Pacific/Auckland") -> None:
        self.asked: list[str] = []
        self._quoted = quoted
        self._zone = zone

    def pages(self, jql: str, *, may_be_empty: bool = False) -> Iterator[list[str]]:
        assert may_be_empty
        yield from self.ids(jql)

    def ids(self, jql: str) -> Iterator[list[str]]:
        self.asked.append(jql)
        if not self._quoted or '"' not in jql:
            raise QueryError("Date value is invalid.", hint="Correct it.")
        yield from (["one"], ["two"])

    def myself(self) -> "OldJira":
        return self

    @property
    def time_zone(self) -> str:
        return self._zone


@pytest.mark.parametrize(
    ("zone", "clause"),
    [
        ("UTC", 'updated >= "2026/03/31 21:33"'),
        ("Pacific/Honolulu", 'updated >= "2026/03/31 11:33"'),
        ("Pacific/Auckland", 'updated >= "2026/04/01 10:33"'),
        ("Asia/Kolkata", 'updated >= "2026/04/01 03:03"'),
        ("", 'updated >= "2026/03/30 23:33"'),
        ("Mars/Olympus", 'updated >= "2026/03/30 23:33"'),
        ("../etc/passwd", 'updated >= "2026/03/30 23:33"'),
    ],
)
def test_the_clause_is_a_wall_clock_two_hours_back(zone: str, clause: str) -> None:
    """Where the zone is not known a day back, because no zone is further away."""
    assert zoned_clause(SINCE, zone) == clause


@pytest.mark.parametrize("asks", [pages_since, ids_since])
def test_a_jira_that_takes_no_milliseconds_is_asked_again(asks: object) -> None:
    jira = OldJira()
    found = list(asks(jira, "project = A ORDER BY key", SINCE))

    assert found == [["one"], ["two"]]
    assert jira.asked == [
        f"(project = A) AND updated >= {SINCE}",
        '(project = A) AND updated >= "2026/04/01 10:33"',
    ]


def test_a_query_that_is_wrong_says_so() -> None:
    with pytest.raises(QueryError, match="Date value"):
        list(pages_since(OldJira(quoted=False), "nonsense", SINCE))


def instants_near_changes(zone: ZoneInfo) -> Iterator[dt.datetime]:
    """Every quarter of an hour around each change of a zone's offset in 2026."""
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    before = moment.astimezone(zone).utcoffset()
    while moment.year == 2026:
        moment += dt.timedelta(hours=3)
        after = moment.astimezone(zone).utcoffset()
        if after != before:
            yield from (moment + dt.timedelta(minutes=15 * quarter) for quarter in range(-28, 29))
        before = after


@pytest.mark.slow
def test_no_zone_makes_the_clause_later_than_the_instant() -> None:
    """Read either way where a clock was set back, and as of before where it was set forward."""
    late = []
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for moment in instants_near_changes(zone):
            (text,) = re.findall('"(.*)"', zoned_clause(int(moment.timestamp() * 1000), name))
            wall = dt.datetime.strptime(text, "%Y/%m/%d %H:%M").replace(tzinfo=zone)
            late += [name for fold in (0, 1) if wall.replace(fold=fold).timestamp() > moment.timestamp()]

    assert late == []
