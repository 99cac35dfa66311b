"""What lies ahead of a view: forecast, expectations, risks and the quarter that was, off its tables. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.charts.stages import find_passages
from data.forecast.answer import Forecast, Question, forecast
from data.forecast.expectation import Expectation, Finished, expect
from data.forecast.history import DAYS, list_whole_weeks, read_history
from data.forecast.risk import Lives, Risks, find_risks, place_stays
from data.forecast.what_if import DAYS as QUARTER_DAYS
from data.forecast.what_if import Quarter
from data.meaning.delivery import DeliveryTables
from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.context import CalculationContext
from data.model.instants import DAY_MS, EPOCH_ORDINAL
from data.model.local_time import wall_time
from data.model.tables import DONE, IN_PROGRESS, MISSING, Flags

EVERY_TYPE = "all"
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the items in view, whatever is asked.

    Attributes:
        expectations: by flow item type, and over all.
        risks: by flow item type: of the items in progress.
    """

    expectations: Mapping[str, Expectation]
    risks: Mapping[str, Risks]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of the items in view.

    Attributes:
        forecast: the answer to the question.
        open_rows: items in view that are not done.
        standing: what may be expected of an item, and which are at risk.
    """

    forecast: Forecast
    open_rows: Rows
    standing: Standing


def items_in_view(delivery: DeliveryTables, rows: Flags | None) -> Flags:
    """Flag the flow items that exist at T and that the filters let through."""
    items = delivery.in_scope & delivery.exists
    return items if rows is None else items & rows


def open_items(delivery: DeliveryTables, rows: Flags | None = None) -> Rows:
    """Return the flow items in view that are not done at T."""
    items = items_in_view(delivery, rows)
    return np.flatnonzero(items & (delivery.completed_at == MISSING) & (delivery.category_at != DONE))


def look_ahead(delivery: DeliveryTables, rows: Flags | None, question: Question) -> Outlook:
    """Answer a question about the items in view, with what else can be said of what is open.

    Args:
        delivery: tables as of T.
        rows: those that the filters let through; None: all.
        question: ``items`` or ``by``.
    """
    answer = forecast(read_history(delivery, rows), question)
    return Outlook(answer, open_items(delivery, rows), standing_of(delivery, rows))


def standing_of(delivery: DeliveryTables, rows: Flags | None) -> Standing:
    """Return expectations and risks of the items in view; of all items they are found once."""
    return delivery.once(_find_standing) if rows is None else _find_standing(delivery, rows)


def _find_standing(delivery: DeliveryTables, rows: Flags | None = None) -> Standing:
    expectations = _expect_of(delivery, rows)
    risks = {}
    for code, name in enumerate(FLOW_ITEMS):
        limit = expectations[name].days if name in expectations else None
        lives, lived = read_lives(delivery, items_in_view(delivery, rows) & (delivery.flow_item == code))
        if len(lives):
            found = find_risks(lives, delivery.as_of / DAY_MS, limit)
            risks[name] = Risks(
                found.limit, lived[found.rows], found.risk, found.judged, found.brier, found.base
            )
    return Standing(expectations, risks)


def expectations_of(context: CalculationContext) -> Mapping[str, Expectation]:
    """Return the expectations of the items that a view lets through, as of T and whatever its period."""
    return _expect_of(context.delivery, context.choice.rows)


def _expect_of(delivery: DeliveryTables, rows: Flags | None) -> Mapping[str, Expectation]:
    return delivery.once(read_expectations) if rows is None else read_expectations(delivery, rows)


def read_expectations(delivery: DeliveryTables, rows: Flags | None = None) -> dict[str, Expectation]:
    """Return the expectation of all items in view, and of each type that has an item with a flow time."""
    mondays = list_whole_weeks(delivery)
    finished, kind = read_finished(delivery, rows, mondays)
    found = {EVERY_TYPE: expect(finished, len(mondays))}
    for code, name in enumerate(FLOW_ITEMS):
        if (kind == code).any():
            found[name] = expect(finished.of(kind == code), len(mondays))
    return found


def read_finished(
    delivery: DeliveryTables, rows: Flags | None, mondays: Sequence[dt.date]
) -> tuple[Finished, NDArray[np.int8]]:
    """Return the delivered items in view with a flow time, by whole week, and the type of each."""
    done = np.flatnonzero(items_in_view(delivery, rows) & _has_flow_time(delivery))
    completed = delivery.completed_at[done]
    first = mondays[0].toordinal() - EPOCH_ORDINAL if mondays else 0
    week = (wall_time(completed, delivery.zone) // DAY_MS - first) // DAYS
    days = (completed - delivery.started_at[done]) / DAY_MS
    return Finished(week, days), delivery.flow_item[done]


def _has_flow_time(delivery: DeliveryTables) -> Flags:
    started, completed = delivery.started_at, delivery.completed_at
    known = (started != MISSING) & (completed != MISSING) & (started <= completed)
    flags: Flags = known & ~delivery.not_delivered & ~delivery.lives.start_unknown
    return flags


def read_lives(delivery: DeliveryTables, items: Flags) -> tuple[Lives, Rows]:
    """Return the items that were started, open or delivered, with their stages, and the row of each."""
    going = (delivery.started_at != MISSING) & (delivery.completed_at == MISSING)
    going &= (delivery.category_at == IN_PROGRESS) & ~delivery.lives.start_unknown
    rows = np.flatnonzero(items & (going | _has_flow_time(delivery)))
    started = delivery.started_at[rows] / DAY_MS
    ended = np.where(going[rows], np.inf, delivery.completed_at[rows] / DAY_MS)
    place = np.full(len(items), -1, np.intp)
    place[rows] = np.arange(len(rows))
    stays = delivery.intervals
    mine = np.flatnonzero((stays.category == IN_PROGRESS) & (place[stays.issue] >= 0))
    item = place[stays.issue[mine]]
    stay_place = place_stays(item, stays.entered[mine] / DAY_MS - started[item])
    return Lives(started, ended, stay_place, stays.status[mine].astype(np.int64)), rows


def read_quarter(delivery: DeliveryTables, rows: Flags | None) -> tuple[Quarter, tuple[str, ...]]:
    """Return the 91 days before T as a replay needs them, and the names of its stages.

    A stage is a status in progress; what an item spent elsewhere between its start and its end is a last,
    waiting stage without a name.
    """
    since = delivery.as_of - int(QUARTER_DAYS * DAY_MS)
    items = items_in_view(delivery, rows)
    finished = items & _has_flow_time(delivery) & (delivery.completed_at > since)
    lives, names, waiting = _stage_days(delivery, np.flatnonzero(finished))
    going = items & (delivery.started_at != MISSING) & (delivery.completed_at == MISSING)
    going &= (delivery.category_at == IN_PROGRESS) & ~delivery.lives.start_unknown
    begun = np.flatnonzero(finished | going)
    done = np.flatnonzero(finished)
    quarter = Quarter(
        (delivery.started_at[begun] - since) / DAY_MS,
        delivery.flow_item[begun].astype(np.int64),
        lives,
        delivery.flow_item[done].astype(np.int64),
        waiting,
        len(done),
        (delivery.completed_at[done] - delivery.started_at[done]) / DAY_MS,
    )
    return quarter, names


def _stage_days(
    delivery: DeliveryTables, rows: Rows
) -> tuple[NDArray[np.float64], tuple[str, ...], NDArray[np.bool_]]:
    """Return how many days each of ``rows`` spent in each stage between start and completion.

    Statuses of one name are one stage.
    """
    passages = delivery.once(find_passages)
    stays = passages.stays
    place = np.full(len(delivery.issues), -1, np.intp)
    place[rows] = np.arange(len(rows))
    mine = np.flatnonzero(place[stays.issue] >= 0)
    item = place[stays.issue[mine]]
    codes, stage = np.unique(passages.stage[mine], return_inverse=True)
    since, until = delivery.started_at[rows], delivery.completed_at[rows]
    spent = np.minimum(stays.left[mine], until[item]) - np.maximum(stays.entered[mine], since[item])
    width = len(codes) + 1
    cells = np.bincount(item * width + stage, spent.clip(0), minlength=len(rows) * width)
    days = cells.reshape(len(rows), width) / DAY_MS
    days[:, -1] = ((until - since) / DAY_MS - days[:, :-1].sum(axis=1)).clip(0)
    names = tuple(passages.names[code] for code in codes.tolist())
    return days, (*names, ""), np.append(passages.waiting[codes], True)
