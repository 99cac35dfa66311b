"""What a forecast is drawn from."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from configuration.profile import Profile
from data.forecast.history import History, read_history
from data.meaning.delivery import DeliveryTables, derive
from tests.support.builders import issue
from tests.support.rows import at, dataset

UTC = ZoneInfo("UTC")


def tables(*issues: dict, as_of: str = "2026-03-30", zone: str = "UTC") -> DeliveryTables:
    return derive(dataset(list(issues)), Profile(), ZoneInfo(zone), at(as_of))


def done(key: str, when: str, *, created: str = "2026-03-02", resolution: str = "Done") -> dict:
    history = [(created, "Doing"), (when, "Done")]
    return issue(key, created=created, history=history, resolution=resolution)


def test_items_stand_on_the_day_of_their_completion() -> None:
    """From Monday 2 March on; two on Tuesday of the first week, one on Sunday of the third."""
    found = read_history(
        tables(
            done("A-1", "2026-03-03T09:00"), done("A-2", "2026-03-03T23:59"), done("A-3", "2026-03-22T12:00")
        )
    )

    assert found.mondays == tuple(dt.date(2026, 3, day) for day in (2, 9, 16, 23))
    assert found.delivered.tolist() == [
        [0, 2, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    assert found.arrived[:, 0].tolist() == [3, 0, 0, 0]


@pytest.mark.parametrize(
    ("created", "as_of", "mondays"),
    [
        ("2026-03-02", "2026-03-09", [2]),
        ("2026-03-02", "2026-03-08T23:59", []),
        ("2026-03-02T00:01", "2026-03-16", [9]),
        ("2026-03-08", "2026-03-16", [9]),
    ],
)
def test_only_whole_weeks_count(created: str, as_of: str, mondays: list[int]) -> None:
    found = read_history(tables(issue("A-1", created=created), as_of=as_of))

    assert [monday.day for monday in found.mondays] == mondays


def test_a_day_is_a_day_of_the_zone() -> None:
    """On a Sunday at 22:00 in New York it is Monday in Greenwich."""
    sunday = done("A-1", "2026-03-16T02:00", created="2026-03-01T06:00")
    west = read_history(tables(sunday, zone="America/New_York"))
    east = read_history(tables(sunday))

    assert (west.mondays[1], west.delivered[1].tolist()) == (dt.date(2026, 3, 9), [0, 0, 0, 0, 0, 0, 1])
    assert (east.mondays[2], east.delivered[2].tolist()) == (dt.date(2026, 3, 16), [1, 0, 0, 0, 0, 0, 0])


def test_what_is_not_delivered_or_not_in_view_does_not_count() -> None:
    known = tables(
        done("A-1", "2026-03-03"),
        done("A-2", "2026-03-03", resolution="Won't Do"),
        done("A-3", "2026-03-04"),
    )

    assert read_history(known).weekly.sum() == 2
    assert read_history(known, np.array([True, True, False])).weekly.sum() == 1


def test_a_bulk_move_is_left_out_and_counted() -> None:
    """Twenty at once are a clean-up; nineteen are work."""
    nineteen = [done(f"A-{number}", "2026-03-10T10:00") for number in range(19)]
    twenty = [done(f"B-{number}", "2026-03-10T10:00") for number in range(20)]
    apart = [done(f"C-{number}", f"2026-03-05T{number:02d}:00") for number in range(3)]
    few, many = read_history(tables(*nineteen)), read_history(tables(*twenty, *apart))

    assert (few.weekly.tolist(), few.left_out.tolist()) == ([0, 19, 0, 0], [0, 0, 0, 0])
    assert (int(many.weekly.sum() + many.left_out.sum()), int(many.left_out[1])) == (23, 20)


def test_the_newest_weeks_without_those_excluded() -> None:
    weeks = tuple(dt.date(2026, 3, 2) + dt.timedelta(days=7 * n) for n in range(5))
    known = History(weeks, np.arange(35).reshape(5, 7), np.zeros((5, 7), np.int64), np.array([1, 2, 3, 4, 5]))
    found = known.newest(3, frozenset({"2026-W13", "2026-W10"}))

    assert [monday.isocalendar().week for monday in found.mondays] == [12, 14]
    assert found.delivered[:, 0].tolist() == [14, 28]
    assert found.left_out.tolist() == [3, 5]
    assert len(known.newest(9)) == 5


def test_an_empty_store_has_no_weeks() -> None:
    assert len(read_history(tables())) == 0
