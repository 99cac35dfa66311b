"""The events of a team, and where each lies: in the period of a view, outside it, or still to come. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from configuration.profile_lists import Event
from data.model.periods import Window, midnight

Place = Literal["in_period", "before_period", "after_period", "after_as_of", "no_data"]


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event of a profile and where it lies.

    Attributes:
        day: civil day in the zone of the period.
        text: what happened.
        place: where it lies.
    """

    day: dt.date
    text: str
    place: Place


def place_events(events: Iterable[Event], window: Window | None) -> tuple[PlacedEvent, ...]:
    """Return events by day, those of one day in the order of the profile, each with its place.

    An event is dated by day, so it has happened when its day begins before T.

    Args:
        events: of the profile.
        window: the period of a view; None over an empty store.

    Source:
        specs/metrics.md, "Events".
    """
    placed = []
    for event in events:
        day = dt.date.fromisoformat(event.day)
        placed.append(PlacedEvent(day, event.text.strip(), _find_place(day, window)))
    return tuple(sorted(placed, key=lambda event: event.day))


def _find_place(day: dt.date, window: Window | None) -> Place:
    if window is None:
        return "no_data"
    if midnight(day, window.zone) >= window.as_of:
        return "after_as_of"
    if day < window.first_day:
        return "before_period"
    return "in_period" if day <= window.last_day else "after_period"
