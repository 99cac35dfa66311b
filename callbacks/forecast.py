"""The Forecast page: the question of the address, answered for the items in view."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.notices import Failure, attempted
from callbacks.panels import asked as asked_view
from callbacks.panels import wait_for_first_data
from configuration.errors import InputError
from data.forecast.foresight import Asked, foresee
from data.forecast.record import HORIZONS
from data.forecast.supposed import Wish
from data.metrics.report import Report
from data.model.periods import parse_day
from data.performance_utils import PerformanceTimer
from data.pipeline import ALL_METRICS
from data.workspace import Workspace
from ui import ids
from ui.components.forecast import Seen, forecast_answer, no_forecast
from ui.components.states import page_failed
from ui.design import plain_design

PAGE = "forecast"
TITLES = {metric.id: metric.title for metric in ALL_METRICS}
MOST_ITEMS = 10_000_000
_WEEK = re.compile(r"\d{4}-W\d{2}")
Answer = tuple[Any, str]


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the page to the workspace."""
    app.clientside_callback(
        ClientsideFunction("forecast", "show"),
        Output(ids.FORECAST_ITEMS, "value"),
        Output(ids.FORECAST_BY, "value"),
        Output(ids.FORECAST_EXCLUDE, "value"),
        Input(ids.URL, "search"),
    )

    # The address is no input of the server's: whatever is opened on another page would take the place of a
    # forecast that is on its way, with nothing to show for it.
    app.clientside_callback(
        ClientsideFunction("forecast", "question"),
        Output(ids.FORECAST_ASKED, "data"),
        Input(ids.view(PAGE), "data"),
        Input(ids.URL, "search"),
        State(ids.FORECAST_ASKED, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.FORECAST_ANSWER, "children"),
        Output(ids.heading(PAGE), "children"),
        Input(ids.FORECAST_ASKED, "data"),
        prevent_initial_call=True,
    )
    def show_forecast(asked: dict[str, Any] | None) -> Answer:
        if asked is None:
            raise PreventUpdate
        with PerformanceTimer(f"{PAGE}.update"):
            return attempted(
                lambda: _answer(workspace, asked.get("filters"), asked.get("question")), _show_failure
            )


def _answer(workspace: Workspace, filters: Mapping[str, Any] | None, words: str | None) -> Answer:
    pipeline, view = asked_view(workspace, filters)
    wait_for_first_data(workspace, pipeline)
    question, horizon = read_question(words), read_horizon(words)
    year = pipeline.year(view)
    if not pipeline.status().stored:
        return plain_design(no_forecast("There are no issues in the store.")), "no data yet"
    body = pipeline.answer((PAGE, question, horizon), year, lambda report: _tell(report, question, horizon))
    return json.loads(body), f"from the weeks up to {year.date_to}, for the items that pass the filters"


def _tell(report: Report, question: Asked, horizon: int | None) -> bytes:
    foresight = foresee(report, question)
    if foresight is None:
        return json.dumps(plain_design(no_forecast("There are no issues in the store."))).encode()
    drawn = forecast_answer(foresight, TITLES, Seen(question.wish, horizon))
    return json.dumps(plain_design(drawn)).encode()


def _show_failure(failure: Failure) -> Answer:
    shown = page_failed(failure.cause, failure.remedy, failure.reference, None)
    return plain_design([shown]), ""


def read_question(search: str | None) -> Asked:
    """Read what an address asks: ``items``, ``by``, ``growth``, ``exclude``, ``cap``, ``halve``, ``drop``.

    Raises:
        InputError: a value makes no sense; nothing is replaced by another one.
    """
    query = parse_qs((search or "").removeprefix("?"))
    items, by = _one(query, "items"), _one(query, "by")
    if items and by:
        raise InputError(
            "The question names a number of items and a day.", hint="Leave one of the two fields empty."
        )
    if items and not (items.isascii() and items.isdigit() and int(items) <= MOST_ITEMS):
        raise InputError(f"{items!r} is not a number of items.", hint="Write a whole number, such as 40.")
    cap = _one(query, "cap")
    if cap and not (cap.isascii() and cap.isdigit() and 1 <= int(cap) <= MOST_ITEMS):
        raise InputError(
            f"{cap!r} is not a number of items that can be in progress.",
            hint="Write a whole number from 1 on, such as 8.",
        )
    weeks = [week for text in query.get("exclude", []) for week in re.split(r"[\s,]+", text) if week]
    odd = next((week for week in weeks if not _is_week(week)), None)
    if odd is not None:
        raise InputError(f"{odd!r} is not a week.", hint="Write it as 2026-W35, the week's ISO name.")
    return Asked(
        int(items) if items else None,
        parse_day(by, "The day") if by else None,
        growth=bool(_one(query, "growth")),
        excluded=frozenset(weeks),
        wish=Wish(int(cap) if cap else None, _one(query, "halve") or None, _one(query, "drop") or None),
    )


def read_horizon(search: str | None) -> int | None:
    """Read of which horizon an address shows the past forecasts; None where it does not say.

    Raises:
        InputError: no record is kept of that horizon.
    """
    weeks = _one(parse_qs((search or "").removeprefix("?")), "record")
    if weeks and weeks not in map(str, HORIZONS):
        raise InputError(
            f"No record is kept of forecasts {weeks!r} weeks ahead.",
            hint=f"There are those of {', '.join(map(str, HORIZONS))} weeks.",
        )
    return int(weeks) if weeks else None


def _one(query: Mapping[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0].strip()


def _is_week(text: str) -> bool:
    if not _WEEK.fullmatch(text):
        return False
    try:
        dt.date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
    except ValueError:
        return False
    return True
