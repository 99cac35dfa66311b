"""What the page asks for: filters of the URL as a view of the data, and back as an address.

An address that makes no sense is refused with a sentence and never read as another
one: whoever follows a link must not get numbers that the link did not ask for.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from configuration.errors import InputError
from data import persistence
from data.charts.marks import MarkKind
from data.metrics.filters import FILTERS
from data.metrics.report import View
from data.model.named_periods import Span, last_days, named_period
from data.model.periods import DEFAULT_DAYS, STEPS, Step, parse_day
from data.persistence import DEMO_PROFILE
from data.pipeline import Pipeline
from data.workspace import Workspace

USUAL_DAYS = str(DEFAULT_DAYS)
AUTOMATIC = "auto"
_WORDS = ("src", "days", "period", "from", "to", "step", "marks", "cut")
MARKS: Mapping[str, MarkKind] = {"events": "event", "releases": "release", "incidents": "incident"}
NO_MARKS = "none"


class Query(Protocol):
    """The parsed query of an address, such as ``flask.request.args``."""

    def get(self, key: str) -> str | None:
        """Return the first value of a name, None without one."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a name."""


def view_of(pipeline: Pipeline, filters: Mapping[str, Any] | None) -> View:
    """Return the view that the filters of the URL ask for; what they leave out has its default.

    Raises:
        InputError: a day is not in the calendar, a period has one end or ends before it
            begins, or there is no period or step of that name.
    """
    chosen = filters or {}
    span = days_of(pipeline, chosen)
    return View(
        date_from=span[0].isoformat() if span else None,
        date_to=span[1].isoformat() if span else None,
        step=_step_of(chosen.get("step")),
        projects=tuple(chosen.get("project") or ()),
        types=tuple(chosen.get("type") or ()),
        labels=tuple(chosen.get("label") or ()),
        components=tuple(chosen.get("component") or ()),
        epics=tuple(chosen.get("epic") or ()),
        fix_versions=tuple(chosen.get("fix_version") or ()),
    )


def days_of(pipeline: Pipeline, chosen: Mapping[str, Any], as_of: str | None = None) -> Span | None:
    """Return the first and the last day that filters ask for, None where an empty store has no newest day.

    Args:
        pipeline: whose newest day the periods are counted back from.
        chosen: two days win over the name of a period, and that over a number of days.
        as_of: count back from this instant instead.

    Raises:
        InputError: as ``view_of``.
    """
    if chosen.get("from") or chosen.get("to"):
        return _two_days(chosen.get("from"), chosen.get("to"))
    newest = _newest_day(pipeline, as_of)
    today = newest or dt.date(2000, 1, 1)  # what makes no sense is refused over an empty store too
    name = chosen.get("period")
    span = named_period(str(name), today) if name else last_days(str(chosen.get("days") or USUAL_DAYS), today)
    return span if newest else None


def marks_of(filters: Mapping[str, Any] | None) -> frozenset[MarkKind]:
    """Return what an address asks to be marked in charts: ``marks=events,releases``; by default events.

    Raises:
        InputError: nothing is called that.
    """
    word = (filters or {}).get("marks")
    names = [name.strip() for name in str(word).split(",") if name.strip()] if word else ["events"]
    for name in names:
        if name not in (*MARKS, NO_MARKS):
            raise InputError(
                f"Charts cannot be marked with {name!r}.",
                hint=f"Use {', '.join(MARKS)}, some of them with commas between, or {NO_MARKS}.",
            )
    return frozenset(MARKS[name] for name in names if name != NO_MARKS)


def cut_of(filters: Mapping[str, Any] | None) -> dt.date | None:
    """Return the day at which an address cuts its period, None without one.

    Raises:
        InputError: it is no day of the calendar.
    """
    word = (filters or {}).get("cut")
    return parse_day(str(word), "The day to cut at") if word else None


def filters_of(query: Query) -> dict[str, Any]:
    """Return the filters that an address names, as ``view_of`` reads them.

    Unknown names are passed over; an empty value is not a value.
    """
    words: dict[str, Any] = {name: query.get(name) or None for name in _WORDS}
    return words | {name: [value for value in query.getlist(name) if value] for name in FILTERS}


def query_of(filters: Mapping[str, Any] | None, **more: str | None) -> str:
    """Return filters as the query of an address, ``?...`` or "", in the order in which the page writes it."""
    chosen = filters or {}
    pairs = [("src", chosen.get("src"))]
    pairs += [(name, value) for name in FILTERS for value in chosen.get(name) or ()]
    pairs += [*_period_pairs(chosen), *((name, chosen.get(name)) for name in ("step", "marks", "cut"))]
    text = urlencode([(name, value) for name, value in [*pairs, *more.items()] if value])
    return f"?{text}" if text else ""


def profile_names(workspace: Workspace) -> list[str]:
    """Return the profiles to choose from: those with a file, the one shown anyway, the sample data."""
    names = {*persistence.profile_names(workspace.home), workspace.shown}
    return [*sorted(names - {DEMO_PROFILE}), DEMO_PROFILE]


def _period_pairs(chosen: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if chosen.get("from") or chosen.get("to"):
        return [("from", chosen.get("from")), ("to", chosen.get("to"))]
    if chosen.get("period"):
        return [("period", chosen["period"])]
    days = chosen.get("days")
    return [] if days is None or str(days) == USUAL_DAYS else [("days", str(days))]


def _two_days(first: str | None, last: str | None) -> Span:
    if not (first and last):
        missing = "last" if first else "first"
        raise InputError(
            "The period has one end only.",
            hint=f"Give its {missing} day too, or choose one of the periods in the list.",
        )
    span = parse_day(first, "The first day"), parse_day(last, "The last day")
    if span[0] > span[1]:
        raise InputError(
            f"The period ends on {last}, before it begins on {first}.",
            hint="Choose a last day that is not before the first one.",
        )
    return span


def _step_of(word: str | None) -> Step | Literal["auto"]:
    for step in STEPS:
        if word == step:
            return step
    if word and word != AUTOMATIC:
        raise InputError(
            f"There are no steps of a {word!r}.", hint=f"Use {', '.join(STEPS)}, or leave the step out."
        )
    return "auto"


def _newest_day(pipeline: Pipeline, as_of: str | None) -> dt.date | None:
    newest = pipeline.period(View(as_of=as_of)).date_to
    return None if newest is None else parse_day(newest, "The newest day")
