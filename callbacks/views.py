"""What the page asks for: filters of the URL as a view of the data, and back as an address."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from callbacks.workspace import Workspace
from data.periods import parse_day
from data.pipeline import Pipeline, View

PERIOD_DAYS = {"30": 30, "90": 90, "180": 180, "365": 365}
_LISTS = ("project", "type", "label")
_WORDS = ("src", "days", "from", "to")


class Query(Protocol):
    """The parsed query of an address, such as ``flask.request.args``."""

    def get(self, key: str) -> str | None:
        """Return the first value of a name, None without one."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a name."""


def view_of(pipeline: Pipeline, filters: Mapping[str, Any] | None) -> View:
    """Return the view that the filters of the URL ask for; what they leave out has its default."""
    chosen = filters or {}
    first, last = chosen.get("from"), chosen.get("to")
    if not (first and last):
        first, last = _last_days(pipeline, PERIOD_DAYS.get(str(chosen.get("days")), 90))
    return View(
        date_from=first,
        date_to=last,
        projects=tuple(chosen.get("project") or ()),
        types=tuple(chosen.get("type") or ()),
        labels=tuple(chosen.get("label") or ()),
    )


def filters_of(query: Query) -> dict[str, Any]:
    """Return the filters that an address names, as ``view_of`` reads them.

    Unknown names are passed over; an empty value is no value.
    """
    words: dict[str, Any] = {name: query.get(name) or None for name in _WORDS}
    return words | {name: [value for value in query.getlist(name) if value] for name in _LISTS}


def query_of(filters: Mapping[str, Any] | None, **more: str | None) -> str:
    """Return filters as the query of an address, ``?...`` or "", in the order in which the page writes it."""
    chosen = filters or {}
    pairs = [("src", chosen.get("src"))]
    pairs += [(name, value) for name in _LISTS for value in chosen.get(name) or ()]
    if chosen.get("from") and chosen.get("to"):
        pairs += [("from", chosen["from"]), ("to", chosen["to"])]
    elif str(chosen.get("days")) in PERIOD_DAYS and str(chosen["days"]) != "90":
        pairs.append(("days", str(chosen["days"])))
    text = urlencode([(name, value) for name, value in [*pairs, *more.items()] if value])
    return f"?{text}" if text else ""


def profile_names(workspace: Workspace) -> list[str]:
    """Return the profiles that can be chosen: those with a file, and the one that is shown anyway."""
    files = {path.stem for path in workspace.home.profiles.glob("*.toml")}
    return sorted(files | {workspace.shown})


def _last_days(pipeline: Pipeline, days: int) -> tuple[str | None, str | None]:
    last = pipeline.report(View()).period.date_to
    if last is None:
        return None, None
    first = parse_day(last, "to") - dt.timedelta(days=days - 1)
    return first.isoformat(), last
