"""What a profile lists beside its settings: events of the team, and views that somebody gave a name."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from configuration.errors import ConfigurationError

LONGEST_TEXT = 120
LONGEST_ADDRESS = 2000
# The calendar also reads forms without dashes and of weeks, which are typing errors here.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A path of this dashboard and its query; two slashes would lead to another host.
_ADDRESS = re.compile(r"/(?![/\\])[!-~]*")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a team on a day, ``YYYY-MM-DD``, in its own words."""

    day: str
    text: str


@dataclass(frozen=True, slots=True)
class SavedView:
    """An address of the dashboard, ``/flow?type=Bug``, under a name."""

    name: str
    address: str


def check_date(name: str, text: str) -> None:
    """Refuse what is no date of the calendar; ``name`` says in which setting it stands.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise ConfigurationError(
            f"The setting {name} of this profile holds {text!r}, which is not a date.",
            hint=f"Write each date of {name} as YYYY-MM-DD in quotation marks, for example 2026-12-25.",
        ) from error


def check_events(events: Iterable[Event]) -> None:
    """Refuse events without a day of the calendar or without words.

    Raises:
        ConfigurationError: with the first that makes no sense.
    """
    for event in events:
        check_date("events", event.day)
        _check_words(event.text, f"The event of {event.day}", "Say in a few words what happened.")


def check_views(views: Iterable[SavedView]) -> None:
    """Refuse views without a name of their own, and addresses that lead elsewhere.

    Raises:
        ConfigurationError: with the first that makes no sense.
    """
    known: set[str] = set()
    for view in views:
        _check_words(view.name, "A saved view", "Give it a name.")
        if view.name.casefold() in known:
            raise ConfigurationError(
                f"Two saved views are called {view.name!r}.", hint="Give each view a name of its own."
            )
        known.add(view.name.casefold())
        if not _ADDRESS.fullmatch(view.address) or len(view.address) > LONGEST_ADDRESS:
            raise ConfigurationError(
                f"The saved view {view.name!r} does not lead to a page of this dashboard.",
                hint="Write its address as it stands in the browser, from the first / on: /flow?type=Bug.",
            )


def _check_words(text: str, whose: str, remedy: str) -> None:
    if not text.strip():
        raise ConfigurationError(f"{whose} has no words.", hint=remedy)
    if len(text) > LONGEST_TEXT:
        raise ConfigurationError(
            f"{whose} has {len(text)} letters.", hint=f"Use at most {LONGEST_TEXT}: it stands in charts."
        )
