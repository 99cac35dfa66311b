"""Every past forecast with what came of it."""

import datetime as dt

import numpy as np

from data.forecast.answer import SEED
from data.forecast.history import History
from data.forecast.past import past_forecasts
from data.forecast.record import keep_record

MONDAY = dt.date(2026, 1, 5)


def history(weekly: list[int], left_out: list[int] | None = None) -> History:
    """Return weeks with everything done on their Mondays."""
    delivered = np.zeros((len(weekly), 7), np.int64)
    delivered[:, 0] = weekly
    mondays = tuple(MONDAY + dt.timedelta(days=7 * week) for week in range(len(weekly)))
    return History(mondays, delivered, delivered * 0, np.array(left_out or [0] * len(weekly), np.int64))


def test_each_forecast_has_its_weeks_and_what_came() -> None:
    """Five a week, then a week of two: two weeks from the thirteenth on are promised ten, and seven come."""
    known = history([5] * 13 + [2], left_out=[0] * 13 + [20])
    [only] = past_forecasts(known, keep_record(known.weekly, SEED)[85, 2])

    assert (only.begins, only.ends) == (dt.date(2026, 3, 30), dt.date(2026, 4, 12))
    assert (only.nominal, only.promised, only.came, only.left_out) == (10, 10, 7, 20)
    assert not only.held


def test_they_add_up_to_the_record() -> None:
    known = history([3, 7, 5, 1, 9] * 12)
    track = keep_record(known.weekly, SEED)[85, 4]
    past = past_forecasts(known, track)

    assert len(past) == len(track) == 60 - 12 - 4 + 1
    assert sum(one.held for one in past) * 100 / len(past) == track.held
    assert [one.begins for one in past] == sorted(one.begins for one in past)


def test_what_came_as_promised_held() -> None:
    known = history([5] * 14)

    assert past_forecasts(known, keep_record(known.weekly, SEED)[85, 1])[0].held


def test_without_a_forecast_there_is_nothing() -> None:
    known = history([5] * 12)

    assert past_forecasts(known, keep_record(known.weekly, SEED)[50, 1]) == ()
