"""What time charts are marked with: events of the team, and on request releases and incidents. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from data.charts.deployment_days import timeline
from data.meaning.incidents import name_incidents
from data.metrics.context import CalculationContext
from data.metrics.events import PlacedEvent
from data.model.periods import civil_day, day_after

MarkKind = Literal["event", "release", "incident"]
# More lines of one kind than this hide the chart that they are to explain.
MOST_DAYS = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One day of a period with what happened on it.

    Attributes:
        kind: what sort of thing happened.
        day: civil day.
        texts: events, names of releases, or keys of incidents.
        share: how far into the period the day lies, from 0 for its first to 1 for its last.
        in_step: where the day stands among the weeks, months or quarters of the view, if each is drawn around
            its first day: wall-clock time.
    """

    kind: MarkKind
    day: dt.date
    texts: tuple[str, ...]
    share: float
    in_step: dt.datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a period, by day, and how many days of each kind were too many to be marked."""

    shown: tuple[Mark, ...] = ()
    crowded: Mapping[MarkKind, int] | None = None


def find_marks(
    context: CalculationContext,
    events: Iterable[PlacedEvent],
    kinds: Collection[MarkKind],
    most_days: int = MOST_DAYS,
) -> Marks:
    """Return what happened in the period of a view, one mark a day and kind.

    Args:
        context: period, and the projects that it is limited to; other filters choose issues, and
            neither releases nor incidents.
        events: of the profile; those outside the period are passed over.
        kinds: what is asked for.
        most_days: of a kind; with more of them none is marked.
    """
    found: dict[MarkKind, dict[dt.date, list[str]]] = {
        "event": _list_events(events) if "event" in kinds else {},
        "release": _list_releases(context) if "release" in kinds else {},
        "incident": _list_incidents(context) if "incident" in kinds else {},
    }
    window = context.window
    length = max((window.last_counted_day - window.first_day).days, 1)
    shown = [
        Mark(kind, day, tuple(texts), (day - window.first_day).days / length, _place_in_step(context, day))
        for kind, days in found.items()
        if len(days) <= most_days
        for day, texts in days.items()
    ]
    crowded = {kind: len(days) for kind, days in found.items() if len(days) > most_days}
    return Marks(tuple(sorted(shown, key=lambda mark: mark.day)), crowded)


def _list_events(events: Iterable[PlacedEvent]) -> dict[dt.date, list[str]]:
    days: dict[dt.date, list[str]] = defaultdict(list)
    for event in events:
        if event.place == "in_period":
            days[event.day].append(event.text)
    return days


def _list_releases(context: CalculationContext) -> dict[dt.date, list[str]]:
    """Return the deployments that ``deployment_frequency`` counts, by day."""
    found, days = timeline(context.by_project), defaultdict(list)
    names = context.delivery.deployments.names
    for day, row in zip(found.days, found.rows.tolist(), strict=True):
        days[day].append(names[row])
    return days


def _list_incidents(context: CalculationContext) -> dict[dt.date, list[str]]:
    """Return the incidents that were seen in the period, by day."""
    delivery, window, view = context.delivery, context.window, context.by_project
    told = np.flatnonzero(view.told) + len(delivery.issues)
    rows = np.append(view.chosen(context.facts.incidents), told)
    at = np.append(delivery.detected.at, delivery.told.detected_at)[rows]
    seen = (at >= window.lo) & (at < window.end)
    days: dict[dt.date, list[str]] = defaultdict(list)
    for instant, key in sorted(zip(at[seen].tolist(), name_incidents(delivery, rows[seen]), strict=True)):
        days[civil_day(instant, window.zone)].append(key)
    return days


def _place_in_step(context: CalculationContext, day: dt.date) -> dt.datetime:
    """Return a day half a step earlier: the middle of a bar stands on the first day of its step."""
    first = [start for start in context.in_steps.window.mondays if start <= day][-1]
    length = day_after(first, context.step) - first
    return dt.datetime.combine(day, dt.time()) - length / 2
