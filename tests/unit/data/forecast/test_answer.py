"""When it will be done, and how many by a day."""

import datetime as dt
from itertools import islice

import numpy as np
import pytest

from data.forecast.answer import NEVER, RUNS, SEED, Forecast, Question, forecast
from data.forecast.history import History
from data.forecast.paths import draw_weeks

MONDAY = dt.date(2026, 6, 1)
FIRST = dt.date(2025, 6, 2)
EVERY_WORKDAY = [1, 1, 1, 1, 1, 0, 0]


def history(days: list[int] | np.ndarray, weeks: int = 30, arrived: list[int] | None = None) -> History:
    delivered = np.broadcast_to(np.array(days), (weeks, 7)).copy()
    created = np.broadcast_to(np.array(arrived or [0] * 7), (weeks, 7)).copy()
    mondays = tuple(FIRST + dt.timedelta(days=7 * week) for week in range(weeks))
    return History(mondays, delivered, created, np.zeros(weeks, np.int64))


def when(known: History, items: int, start: dt.date = MONDAY, **more: object) -> Forecast:
    return forecast(known, Question(items, None, start, **more))  # type: ignore[arg-type]


def how_many(known: History, by: dt.date, start: dt.date = MONDAY) -> Forecast:
    return forecast(known, Question(None, by, start))


@pytest.mark.parametrize(
    ("items", "days"), [(0, 0), (1, 0), (5, 4), (6, 7), (10, 11), (11, 14), (260, 52 * 7 - 3)]
)
def test_a_steady_team_is_done_on_the_very_day(items: int, days: int) -> None:
    """One a working day: the fifth on Friday, the sixth on the Monday after."""
    found = when(history(EVERY_WORKDAY), items)

    assert found.state == "ok"
    assert {answer.by for answer in found.answers} == {MONDAY + dt.timedelta(days=days)}


@pytest.mark.parametrize(
    ("weekday", "items", "days"), [(2, 3, 2), (2, 4, 5), (5, 1, 2), (6, 1, 1), (6, 6, 8)]
)
def test_a_start_within_a_week_takes_its_days(weekday: int, items: int, days: int) -> None:
    """From Wednesday on the third item is done on Friday, the fourth on Monday, five days later."""
    found = when(history(EVERY_WORKDAY), items, MONDAY + dt.timedelta(days=weekday))

    assert (found.outcomes == days).all()


@pytest.mark.parametrize(
    ("start", "by", "items"),
    [(0, 0, 1), (0, 4, 5), (0, 6, 5), (0, 7, 6), (2, 4, 3), (5, 6, 0), (5, 7, 1), (3, 2, 0)],
)
def test_how_many_a_steady_team_has_done(start: int, by: int, items: int) -> None:
    """The day asked for is included; a day before the start has nothing."""
    found = how_many(
        history(EVERY_WORKDAY), MONDAY + dt.timedelta(days=by), MONDAY + dt.timedelta(days=start)
    )

    assert {answer.items for answer in found.answers} == {items}


def test_both_questions_are_answered_from_the_same_runs() -> None:
    """As many runs have N by D as are done with N by D."""
    days = np.random.default_rng(3).poisson(1.2, (30, 7))
    by = MONDAY + dt.timedelta(days=24)
    done = when(history(days), 30).outcomes

    assert (how_many(history(days), by).outcomes >= 30).sum() == (done <= 24).sum()


def test_what_the_runs_give_is_what_counting_gives() -> None:
    """Day by day, run by run, in plain loops."""
    days = np.random.default_rng(3).poisson(0.7, (26, 7))
    start = MONDAY + dt.timedelta(days=3)
    drawn = np.array(list(islice(draw_weeks(26, RUNS, (SEED,)), 52)))

    def count(run: int) -> int:
        left = 17
        for day in range(3, 52 * 7):
            left -= days[drawn[day // 7, run], day % 7]
            if left <= 0:
                return day - 3
        raise AssertionError

    assert (
        sorted(map(count, range(RUNS)))[::500] == when(history(days, 26), 17, start).outcomes[::500].tolist()
    )


def test_a_growing_scope_takes_longer() -> None:
    """Five go and two come each week, on Mondays: three fewer a week."""
    known = history(EVERY_WORKDAY, arrived=[2, 0, 0, 0, 0, 0, 0])

    assert {answer.by for answer in when(known, 3, growth=True).answers} == {MONDAY + dt.timedelta(days=4)}
    assert {answer.by for answer in when(known, 9, growth=True).answers} == {MONDAY + dt.timedelta(days=18)}
    assert {answer.by for answer in when(known, 9).answers} == {MONDAY + dt.timedelta(days=10)}


@pytest.mark.parametrize(
    ("known", "items", "state", "words"),
    [
        (history(EVERY_WORKDAY, 7), 5, "no_data", "needs 8 whole weeks; there are 7"),
        (history(EVERY_WORKDAY, 0), 5, "no_data", "there are 0"),
        (history([0] * 7), 5, "no_data", "Nothing was delivered in the 26 weeks"),
        (history(EVERY_WORKDAY), 261, "unreliable", "more than 52 weeks ahead"),
        (history(EVERY_WORKDAY), 10_000_000, "unreliable", "more than 52 weeks ahead"),
        (history(EVERY_WORKDAY, 8), 81, "unreliable", "more than 16 weeks ahead"),
    ],
)
def test_without_an_answer_that_is_said(known: History, items: int, state: str, words: str) -> None:
    found = when(known, items)

    assert (found.state, found.answers) == (state, ())
    assert words in (found.message or "")


def test_a_day_beyond_twice_the_history_has_no_answer() -> None:
    assert how_many(history(EVERY_WORKDAY), MONDAY + dt.timedelta(days=52 * 7 - 1)).state == "ok"
    assert how_many(history(EVERY_WORKDAY), MONDAY + dt.timedelta(days=52 * 7)).state == "unreliable"


def test_excluded_weeks_are_not_drawn() -> None:
    """Twenty-five weeks of five and one of none: without it every run has five a week."""
    days = np.broadcast_to(np.array(EVERY_WORKDAY), (26, 7)).copy()
    days[10] = 0
    odd = (FIRST + dt.timedelta(days=70)).isocalendar()
    name = f"{odd.year}-W{odd.week:02d}"

    assert len(set(when(history(days, 26), 20).outcomes.tolist())) > 1
    assert set(when(history(days, 26), 20, excluded=frozenset({name})).outcomes.tolist()) == {25}


def test_a_poor_record_gives_no_answer() -> None:
    """A team that gets slower by a tenth each week breaks what it promises."""
    totals = (2_000 * 0.93 ** np.arange(90)).astype(int)
    days = np.zeros((90, 7), np.int64)
    days[:, 0] = totals
    found = how_many(history(days, 90), MONDAY + dt.timedelta(days=27))

    assert found.state == "unreliable"
    assert "4 weeks ahead" in (found.message or "")


def test_a_surer_answer_never_promises_more() -> None:
    random = np.random.default_rng(9)
    for _ in range(20):
        days = random.poisson(random.uniform(0.2, 2), (70, 7))
        later = [answer.by for answer in when(history(days, 70), 25).answers]
        fewer = [
            answer.items for answer in how_many(history(days, 70), MONDAY + dt.timedelta(days=30)).answers
        ]
        assert later == sorted(later)
        assert fewer == sorted(fewer, reverse=True)


def test_the_same_question_has_the_same_answer() -> None:
    days = np.random.default_rng(3).poisson(0.7, (30, 7))

    assert when(history(days), 17).outcomes.tobytes() == when(history(days), 17).outcomes.tobytes()


def test_what_is_not_in_sight_is_never() -> None:
    assert (when(history(EVERY_WORKDAY), 10_000).outcomes == NEVER).all()
