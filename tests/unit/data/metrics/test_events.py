"""Where an event lies: in the period, outside it, or still to come."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from configuration.profile_lists import Event
from data.metrics.events import place_events
from data.model.periods import lay_out
from tests.support.rows import at

FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 15)


@pytest.mark.parametrize(
    ("day", "as_of", "place"),
    [
        ("2026-03-01", "2026-03-20", "before_period"),
        ("2026-03-02", "2026-03-20", "in_period"),  # the first day
        ("2026-03-15", "2026-03-20", "in_period"),  # the last day
        ("2026-03-16", "2026-03-20", "after_period"),
        ("2026-03-20", "2026-03-20", "after_as_of"),  # begins at T itself
        ("2026-03-10", "2026-03-10T00:00:00.001", "in_period"),  # begun, by a millisecond
        ("2026-03-11", "2026-03-10T12:00", "after_as_of"),
    ],
)
def test_a_day_has_come_once_it_begins(day: str, as_of: str, place: str) -> None:
    window = lay_out(FIRST, LAST, ZoneInfo("UTC"), at(as_of))

    assert place_events([Event(day, "x")], window)[0].place == place


def test_the_day_begins_where_the_team_is() -> None:
    """At 23:30 in London on 9 March the 10th has begun in Berlin."""
    berlin = lay_out(FIRST, LAST, ZoneInfo("Europe/Berlin"), at("2026-03-09T23:30"))
    london = lay_out(FIRST, LAST, ZoneInfo("Europe/London"), at("2026-03-09T23:30"))
    event = [Event("2026-03-10", "x")]

    assert place_events(event, berlin)[0].place == "in_period"
    assert place_events(event, london)[0].place == "after_as_of"


def test_they_come_by_day_and_of_one_day_as_the_profile_has_them() -> None:
    events = [Event("2026-03-10", "b"), Event("2026-03-03", " a "), Event("2026-03-10", "a")]
    placed = place_events(events, None)

    assert [(event.day.day, event.text) for event in placed] == [(3, "a"), (10, "b"), (10, "a")]
    assert {event.place for event in placed} == {"no_data"}
