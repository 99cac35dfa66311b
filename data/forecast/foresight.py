"""Everything that is told of a view's future: what page, command line and notebooks show. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from configuration.errors import InputError
from data.charts.process_limits import Limits, process_limits
from data.forecast.answer import Question
from data.forecast.attention import Attention, look_first
from data.forecast.change_points import ChangePoint, change_points
from data.forecast.history import DAYS
from data.forecast.outlook import Outlook, look_ahead, open_items, read_quarter
from data.forecast.supposed import NO_WISH, Supposals, Wish, suppose
from data.metrics.events import PlacedEvent
from data.metrics.report import Report, View
from data.model.metric import MetricResult, Week
from data.model.periods import civil_day

WEEKS = 52


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as people put it; what is left out has its default.

    Attributes:
        items: how many are to be done; None, with ``by`` None as well: the open items in view.
        by: the last day of "how many".
        start: default: the civil day of T.
        growth: the scope grows as it did.
        excluded: ISO names of weeks that are not drawn.
        wish: what-ifs to try beside those that are tried anyway.
    """

    items: int | None = None
    by: dt.date | None = None
    start: dt.date | None = None
    growth: bool = False
    excluded: frozenset[str] = frozenset()
    wish: Wish = NO_WISH


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change point of a weekly metric, by the ISO names of its weeks.

    Attributes:
        week: the first of the new level.
        earliest: the first week that it may be as well.
        latest: the last such week.
        day: Monday of ``week``.
        point: the change.
        events: what the team says happened from the earliest week to the end of the latest.
    """

    week: str
    earliest: str
    latest: str
    day: dt.date
    point: ChangePoint
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foresight:
    """What is told of a view's future.

    Attributes:
        outlook: forecast, expectations, risks.
        attention: items in progress, what to look at first before the others.
        limits: natural process limits by weekly metric, None where there are none.
        changes: change points by weekly metric.
        supposals: what-ifs, and what can be tried.
    """

    outlook: Outlook
    attention: tuple[Attention, ...]
    limits: Mapping[str, Limits | None]
    changes: Mapping[str, tuple[NamedChange, ...]]
    supposals: Supposals


def year_of(view: View, last: dt.date) -> View:
    """Return the same view over the 52 whole weeks before the end of ``last``, which limits are made of."""
    sunday = last - dt.timedelta(days=(last.weekday() + 1) % DAYS)
    first = sunday - dt.timedelta(days=WEEKS * DAYS - 1)
    return replace(view, date_from=first.isoformat(), date_to=sunday.isoformat(), step="week")


def foresee(report: Report, asked: Asked) -> Foresight | None:
    """Answer a question about the items of a view, with everything else that can be said of what comes.

    Args:
        report: over the year that ``year_of`` gives.
        asked: the question.

    Returns:
        None over an empty store.

    Raises:
        InputError: the day asked for, or the start, lies before what is known, or a what-if makes no sense.
    """
    if report.delivery is None or report.context is None:
        return None
    delivery, rows = report.delivery, report.context.choice.rows
    question = _complete(asked, civil_day(delivery.as_of, delivery.zone), len(open_items(delivery, rows)))
    quarter, stages = read_quarter(delivery, rows)
    weekly = {name: result.weekly for name, result in report.results.items()}
    outlook = look_ahead(delivery, rows, question)
    return Foresight(
        outlook,
        report.context.once(look_first),
        {name: process_limits(weeks) for name, weeks in weekly.items()},
        {name: _find_changes(result, report.events) for name, result in report.results.items()},
        suppose(quarter, stages, asked.wish, tuple(delivery.workflow.names)),
    )


def _complete(asked: Asked, today: dt.date, open_now: int) -> Question:
    start = asked.start or today
    if start < today:
        raise InputError(
            f"The start {start.isoformat()} lies before {today.isoformat()}, up to which the data go.",
            hint="Give a start on or after that day, or leave it out.",
        )
    if asked.by is not None and asked.by < start:
        raise InputError(
            f"The day {asked.by.isoformat()} lies before the start, {start.isoformat()}.",
            hint="Ask for a day on or after the start.",
        )
    items = open_now if asked.items is None and asked.by is None else asked.items
    return Question(items, asked.by, start, asked.growth, asked.excluded)


def _find_changes(result: MetricResult, events: Sequence[PlacedEvent]) -> tuple[NamedChange, ...]:
    """Find the change points of the whole weeks that have a value; a stock has none.

    Weeks of a stock depend on each other, so that weeks in random order tell nothing of chance.
    """
    if result.kind == "stock":
        return ()
    whole = [week for week in result.weekly if not week.partial and week.value is not None]
    values = np.array([week.value for week in whole], np.float64)
    return tuple(_name(whole, point, events) for point in change_points(values))


def _name(whole: Sequence[Week], point: ChangePoint, events: Sequence[PlacedEvent]) -> NamedChange:
    week, earliest, latest = (whole[place] for place in (point.at, point.earliest, point.latest))
    first, last = (dt.date.fromisoformat(end.start) for end in (earliest, latest))
    until = last + dt.timedelta(days=DAYS)
    named = tuple(f"{event.day} {event.text}" for event in events if first <= event.day < until)
    return NamedChange(week.week, earliest.week, latest.week, dt.date.fromisoformat(week.start), point, named)
