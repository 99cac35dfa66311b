"""When it will be done, and how many by a day: a question, its runs, the answer with its record. Pure."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.forecast.history import DAYS, LEAST_WEEKS, SAMPLED_WEEKS, History
from data.forecast.paths import at_least, draw_weeks, within
from data.forecast.record import LEAST_FORECASTS, LEVELS, Track, keep_record, nearest_track

SEED = 20200101
RUNS = 10_000
LEAST_HELD = 70.0
FAR = 2  # times the sampled weeks: nobody knows what lies beyond
NEVER = np.iinfo(np.int64).max
State = Literal["ok", "no_data", "unreliable"]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know.

    Attributes:
        items: how many are to be done; None: how many will be, by ``by``.
        by: the day asked for, included; None: when.
        start: the day on which the work on them begins.
        growth: the scope grows as it did.
        excluded: ISO names of weeks that are not to be drawn.
    """

    items: int | None
    by: dt.date | None
    start: dt.date
    growth: bool = False
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """One level of an answer.

    Attributes:
        level: nominal, percent.
        working: the level at which the runs were read, percent.
        by: the day by which the items are done; None for "how many".
        items: how many are done by the day; None for "when".
    """

    level: int
    working: float
    by: dt.date | None
    items: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """An answer and what it rests on.

    Attributes:
        question: as asked.
        state: ``no_data``: too little history; ``unreliable``: too far, or the record is poor.
        message: why there is no answer; None where there is one.
        history: all whole weeks before T, which the record is kept of.
        sampled: the weeks that were drawn from.
        answers: one per level; empty without an answer.
        record: by level and horizon.
        outcomes: what every run gave, ascending: days after the start, or items; ``NEVER`` = not in sight.
        unknown_weeks: excluded weeks that would not have been drawn anyway.
    """

    question: Question
    state: State
    message: str | None
    history: History
    sampled: History
    answers: tuple[Answer, ...]
    record: dict[tuple[int, int], Track]
    outcomes: NDArray[np.int64]
    unknown_weeks: tuple[str, ...] = ()


def find_unknown_weeks(history: History, question: Question) -> list[str]:
    """Return the excluded weeks that are not among those drawn from anyway, sorted."""
    return sorted(question.excluded - set(history.names[-SAMPLED_WEEKS:]))


def forecast(history: History, question: Question) -> Forecast:
    """Answer a question by 10 000 seeded runs over the last 26 whole weeks.

    Args:
        history: all whole weeks before T.
        question: ``items`` or ``by``.

    Returns:
        The same for the same history and question, to the bit.

    Source:
        specs/metrics.md, "Forecasts".
    """
    sampled = history.newest(SAMPLED_WEEKS, question.excluded)
    nobody = Forecast(
        question,
        "no_data",
        None,
        history,
        sampled,
        (),
        keep_record(history.weekly, SEED),
        np.zeros(0, np.int64),
        tuple(find_unknown_weeks(history, question)),
    )
    if len(sampled) < LEAST_WEEKS:
        return replace(
            nobody, message=f"A forecast needs {LEAST_WEEKS} whole weeks; there are {len(sampled)}."
        )
    if not sampled.delivered.any():
        why = f"Nothing was delivered in the {len(sampled)} weeks that a forecast would be made of."
        return replace(nobody, message=why)
    return _answer(nobody)


def _answer(asked: Forecast) -> Forecast:
    """Run a question that there is history enough for."""
    question, sampled, record = asked.question, asked.sampled, asked.record
    outcomes = _run(sampled, question)
    answers = _in_order(tuple(_read(outcomes, question, level, record) for level in LEVELS))
    doubt = _doubt(answers, question, sampled, record)
    state: State = "unreliable" if doubt else "ok"
    return replace(asked, state=state, message=doubt, answers=() if doubt else answers, outcomes=outcomes)


def has_record(track: Track) -> bool:
    """Tell whether there are forecasts enough to speak of a record."""
    return len(track) >= LEAST_FORECASTS


def _run(sampled: History, question: Question) -> NDArray[np.int64]:
    return _find_days(sampled, question) if question.by is None else _count_items(sampled, question)


def _find_days(sampled: History, question: Question) -> NDArray[np.int64]:
    """Return for each run how many days after the start its last item is done, ascending."""
    assert question.items is not None
    net = sampled.delivered - sampled.arrived if question.growth else sampled.delivered
    within_week = np.cumsum(net, axis=1)
    best, total = within_week.max(axis=1), within_week[:, -1]
    missing = question.start.weekday()
    days = np.full(RUNS, NEVER)
    if question.items <= 0:
        return np.zeros(RUNS, np.int64)
    going, left = np.arange(RUNS), np.full(RUNS, question.items)
    horizon = FAR * len(sampled)
    for week, drawn in zip(range(horizon), draw_weeks(len(sampled), RUNS, (SEED,)), strict=False):
        places = drawn[going]
        if week:
            reached = best[places] >= left
        else:
            skipped = within_week[places, missing - 1] if missing else np.zeros(RUNS, np.int64)
            left = left + skipped
            reached = within_week[places, missing:].max(axis=1) >= left
        first = missing if not week else 0
        done = within_week[places[reached], first:] >= left[reached, None]
        days[going[reached]] = week * DAYS - missing + first + done.argmax(axis=1)
        going, left = going[~reached], (left - total[places])[~reached]
        if not len(going):
            break
    return np.sort(days)


def _count_items(sampled: History, question: Question) -> NDArray[np.int64]:
    """Return how many items each run has done by the end of the day asked for, ascending."""
    assert question.by is not None
    missing = question.start.weekday()
    days = (question.by - question.start).days + 1 + missing
    within_week = np.concatenate(
        (np.zeros((len(sampled), 1), np.int64), np.cumsum(sampled.delivered, axis=1)), axis=1
    )
    done = np.zeros(RUNS, np.int64)
    weeks = -(-max(days, 0) // DAYS)
    if weeks > FAR * len(sampled):
        return done
    for week, drawn in zip(range(weeks), draw_weeks(len(sampled), RUNS, (SEED,)), strict=False):
        until = min(days - week * DAYS, DAYS)
        done += within_week[drawn, until] - (within_week[drawn, missing] if not week else 0)
    return np.sort(done)


def _read(
    outcomes: NDArray[np.int64], question: Question, level: int, record: dict[tuple[int, int], Track]
) -> Answer:
    """Read the runs at the working level of the horizon that the nominal answer has."""
    weeks = _weeks_of(outcomes, question, level / 100)
    working = nearest_track(record, level, weeks).working
    if question.by is not None:
        return Answer(level, working * 100, None, at_least(outcomes, working))
    days = within(outcomes, working)
    by = None if days == NEVER else question.start + dt.timedelta(days=days)
    return Answer(level, working * 100, by, None)


def _in_order(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Return answers of which a surer one never promises more: each level has a record of its own."""
    kept: list[Answer] = []
    for answer in answers:
        kept.append(_not_beyond(kept[-1], answer) if kept else answer)
    return tuple(kept)


def _not_beyond(less_sure: Answer, answer: Answer) -> Answer:
    if answer.items is not None and less_sure.items is not None:
        return replace(answer, items=min(answer.items, less_sure.items))
    if answer.by is None or less_sure.by is None:
        return replace(answer, by=None)
    return replace(answer, by=max(answer.by, less_sure.by))


def _weeks_of(outcomes: NDArray[np.int64], question: Question, level: float) -> float:
    """Return how many weeks ahead an answer lies."""
    if question.by is not None:
        return ((question.by - question.start).days + 1) / DAYS
    days = within(outcomes, level)
    return float(NEVER if days == NEVER else (days + 1) / DAYS)


def _doubt(
    answers: tuple[Answer, ...],
    question: Question,
    sampled: History,
    record: dict[tuple[int, int], Track],
) -> str | None:
    """Return why no answer is given although there are data."""
    far = FAR * len(sampled)
    days = None if question.by is None else (question.by - question.start).days + 1
    too_far = any(answer.by is None for answer in answers) if days is None else days > far * DAYS
    if too_far:
        grows = "With a scope that grows as it did that" if question.growth and days is None else "That"
        return f"{grows} lies more than {far} weeks ahead, twice the history that it would be drawn from."
    weeks = days / DAYS if days is not None else _ahead(answers, question) / DAYS
    track = nearest_track(record, 85, weeks)
    held = track.held_of_latest()
    if has_record(track) and held is not None and held < LEAST_HELD:
        return (
            f"Of this team's latest forecasts at 85 %, {track.horizon} weeks ahead, {held:.0f} % held: "
            "its weeks do not tell what the next ones bring."
        )
    return None


def _ahead(answers: tuple[Answer, ...], question: Question) -> int:
    by = next(answer.by for answer in answers if answer.level == 85)
    assert by is not None
    return (by - question.start).days + 1


def track_of(found: Forecast, level: int) -> Track:
    """Return the track that an answer is held against: of the nearest horizon that is not below its own."""
    question = found.question
    day = question.by or next((one.by for one in found.answers if one.level == level), None)
    ahead = float(NEVER) if day is None else ((day - question.start).days + 1) / DAYS
    return nearest_track(found.record, level, ahead)
