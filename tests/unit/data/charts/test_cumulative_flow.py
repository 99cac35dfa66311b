"""How many items stand where at the end of every day or week."""

import datetime as dt

import pytest

from data.charts.cumulative_flow import STAGES, cumulative_flow
from tests.support.builders import issue, status
from tests.support.rows import ZoneInfo, context

DAYS = ("2026-03-02", "2026-03-05", "2026-04-01")


def moved(*history: tuple[str, str], key: str = "A-1", created: str = "2026-02-01", **more: object) -> dict:
    return issue(key, created=created, history=list(history), **more)


def counts(*issues: dict, period: tuple[str, str, str] = DAYS, **more: object) -> dict[str, list[int]]:
    found = cumulative_flow(context(issues, *period, **more))
    return dict(zip(STAGES, found.counts.tolist(), strict=True))


def test_an_item_passes_the_stages() -> None:
    """To Do on Monday, Doing from Tuesday, In Review from Wednesday, Done on Thursday."""
    item = moved(
        ("2026-03-03T09:00", "Doing"), ("2026-03-04T09:00", "In Review"), ("2026-03-05T09:00", "Done")
    )
    listed = [status(name) for name in ("To Do", "Doing", "In Review", "Done")]

    assert counts(item, statuses=listed) == {
        "not started": [1, 0, 0, 0],
        "active": [0, 1, 0, 0],
        "waiting": [0, 0, 1, 0],
        "done": [0, 0, 0, 1],
    }


@pytest.mark.parametrize(
    ("moved_at", "active"),
    [
        ("2026-03-03T23:59", [0, 1, 1, 1]),
        ("2026-03-04T00:00", [0, 1, 1, 1]),  # the end of a day belongs to whoever enters at it
        ("2026-03-04T00:01", [0, 0, 1, 1]),
    ],
)
def test_the_end_of_a_day(moved_at: str, active: list[int]) -> None:
    assert counts(moved((moved_at, "Doing")))["active"] == active


def test_an_item_that_is_not_yet_created_is_nowhere() -> None:
    born = moved(created="2026-03-04T12:00")

    assert counts(born)["not started"] == [0, 0, 1, 1]


def test_what_was_done_before_and_stays_so_is_left_out() -> None:
    """A-1 stays done; A-2 is reopened within the period and so is part of the picture."""
    before = ("2026-02-10", "Done")
    issues = [moved(before), moved(before, ("2026-03-03T12:00", "Doing"), key="A-2")]
    found = cumulative_flow(context(issues, *DAYS))

    assert found.settled == 1
    assert found.counts[STAGES.index("done")].tolist() == [1, 0, 0, 0]
    assert found.in_progress.tolist() == [0, 1, 1, 1]


def test_an_unmapped_status_is_not_started() -> None:
    gone = status("Gone", "99", "undefined")
    lost = moved(("2026-03-03", ("99", "Gone")), status=gone)

    assert counts(lost)["not started"] == [1, 1, 1, 1]


def test_t_cuts_the_last_day() -> None:
    """As of noon on the second day there are two points, the later one at noon."""
    item = moved(("2026-03-03T11:00", "Doing"), ("2026-03-03T13:00", "Done"))
    found = cumulative_flow(context([item], *DAYS[:2], "2026-03-03T12:00"))

    assert found.days == (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
    assert found.in_progress.tolist() == [0, 1]


def test_days_end_on_the_clock_of_the_team() -> None:
    """In Berlin 28 March 2026 ends at 23:00 UTC, and 29 March, an hour short, at 22:00 UTC."""
    items = [moved(("2026-03-28T23:00", "Doing")), moved(("2026-03-29T22:01", "Doing"), key="A-2")]
    berlin = ZoneInfo("Europe/Berlin")

    assert counts(*items, period=("2026-03-27", "2026-03-30", "2026-04-05"), zone=berlin)["active"] == [
        0,
        1,
        1,
        2,
    ]


@pytest.mark.parametrize(("last", "every", "points"), [("2026-06-01", "day", 92), ("2026-06-02", "week", 14)])
def test_a_long_period_goes_by_weeks(last: str, every: str, points: int) -> None:
    """92 days are days; 93 are weeks, of which the last ends with the period."""
    found = cumulative_flow(context([moved()], "2026-03-02", last, "2026-12-01"))

    assert (found.every, len(found.days), found.days[-1].isoformat()) == (every, points, last)


def test_without_histories_it_would_lie() -> None:
    bare = issue("A-1", created="2026-03-01", now="Doing", has_changelog=False)
    found = cumulative_flow(context([bare], *DAYS))

    assert found.days == ()
    assert "current status" in found.message


def test_before_the_period_there_is_nothing() -> None:
    found = cumulative_flow(context([moved()], *DAYS[:2], "2026-03-01"))

    assert found.counts.shape == (4, 0)
    assert found.message
