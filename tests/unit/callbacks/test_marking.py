"""Above the charts: what is marked, what more can be, and the period cut at an event."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.events import with_event, without_event
from callbacks.marking import Marking, marking_of
from callbacks.views import cut_of, marks_of, view_of
from configuration.errors import InputError
from configuration.profile_lists import Event
from data.pipeline import Pipeline
from tests.support.dashboards import pipeline_over
from ui.design import plain_design

EVENTS = (Event("2026-03-04", "Second <team>"), Event("2026-04-01", "later"))
PERIOD = {"from": "2026-03-02", "to": "2026-03-08"}
NAMES = ("flow_velocity", "flow_time", "change_fail_rate")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example A, whose newest instant is 2026-03-10 00:00."""
    found = pipeline_over(tmp_path_factory.mktemp("marking"))
    found.take_over(replace(found.source, profile=replace(found.profile, events=EVENTS), store=found.store))
    return found


def marked(pipeline: Pipeline, **asked: str) -> Marking:
    filters = {**PERIOD, **asked}
    return marking_of(pipeline, pipeline.report(view_of(pipeline, filters)), filters, NAMES)


def told(found: Marking) -> str:
    return json.dumps(plain_design(list(found.components)))


def test_events_are_marked_until_somebody_says_otherwise(pipeline: Pipeline) -> None:
    assert [mark.texts for mark in marked(pipeline).marks.shown] == [("Second <team>",)]
    assert marked(pipeline, marks="none").marks.shown == ()
    assert marked(pipeline, marks="incidents,releases").marks.shown == ()


def test_a_choice_is_a_link_that_turns_it_on_or_off(pipeline: Pipeline) -> None:
    """Events alone are what an address without a word means."""
    usual, all_three = told(marked(pipeline)), told(marked(pipeline, marks="events,releases,incidents"))

    assert '"?from=2026-03-02&to=2026-03-08&marks=none"' in usual
    assert '"?from=2026-03-02&to=2026-03-08&marks=events%2Creleases"' in usual
    assert '"?from=2026-03-02&to=2026-03-08&marks=releases%2Cincidents"' in all_three
    assert '"?from=2026-03-02&to=2026-03-08&marks="' in told(marked(pipeline, marks="none"))


def test_the_period_is_cut_at_an_event(pipeline: Pipeline) -> None:
    """Two items were delivered on 5 and 6 March; five days are too few to compare."""
    page = told(marked(pipeline, cut="2026-03-04"))

    assert "Before and after 2026-03-04: Second <team>" in page
    assert "evidence and not a cause" in page
    assert "?from=2026-03-04&to=2026-03-08&cut=&panel=flow_velocity" in page
    assert "too few whole weeks to compare" in page
    assert "Change fail rate" not in page  # nothing is known of deployments here


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"marks": "holidays"}, "Charts cannot be marked with 'holidays'. Use events, releases, incidents"),
        ({"cut": "soon"}, "The day to cut at 'soon' is not a date."),
        ({"cut": "2026-03-02"}, "cannot be cut at 2026-03-02: one part would have no day."),
        ({"cut": "2026-03-09"}, "cannot be cut at 2026-03-09"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_page_goes_on(
    pipeline: Pipeline, asked: dict, words: str
) -> None:
    found = marked(pipeline, **asked)

    assert words in told(found)
    assert len(found.marks.shown) == 1


def test_files_refuse_what_makes_no_sense() -> None:
    assert marks_of(None) == marks_of({"marks": ""}) == marks_of({"marks": " events,"}) == {"event"}
    assert cut_of({"cut": None}) is None
    with pytest.raises(InputError):
        marks_of({"marks": "events,x"})
    with pytest.raises(InputError):
        cut_of({"cut": "2026-02-30"})


def test_an_empty_store_has_nothing_to_mark(tmp_path: Path) -> None:
    empty = pipeline_over(tmp_path, [])

    assert marking_of(empty, empty.report(view_of(empty, {})), {}, NAMES).components == ()


TODAY = dt.date(2026, 3, 10)


def test_an_event_is_added_by_day() -> None:
    kept = with_event(EVENTS[1:], EVENTS[0], TODAY)

    assert kept == list(EVENTS)
    assert with_event((), Event("2026-03-10", "today"), TODAY)
    assert without_event(kept, "2026-03-04 Second <team>") == [EVENTS[1]]
    assert without_event(kept, "gone") == kept


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event("2026-03-11", "x"), "2026-03-11 has not come yet."),
        (Event("2026-02-30", "x"), "The day '2026-02-30' is not a date."),
        (Event("", "x"), "The day '' is not a date."),
        (Event("2026-03-10", ""), "The event has no words."),
        (EVENTS[0], "This event is kept already."),
    ],
)
def test_an_event_that_makes_no_sense_is_a_sentence(event: Event, words: str) -> None:
    with pytest.raises(InputError) as met:
        with_event(EVENTS, event, TODAY)

    assert met.value.message == words
    assert met.value.hint
