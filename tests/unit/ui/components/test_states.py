"""The states of a panel that are not its numbers, in words that say what to do."""

import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from data.metrics import (
    change_fail_rate,
    deployment_frequency,
    flow_efficiency,
    flow_load,
    flow_velocity_points,
)
from ui.components.states import (
    Freshness,
    Reach,
    age_line,
    error_state,
    explanation_of,
    freshness_data,
    page_failed,
    silence_of,
)

MINUTE_MS = 60_000
AS_OF = 1_772_409_600_000  # 2026-03-02


def text(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder)


@pytest.mark.parametrize(
    ("synced_ago_min", "line"),
    [
        (None, "Data as of 2 Mar 2026"),
        (0, "Data as of 2 Mar 2026, read just now"),
        (5, "Data as of 2 Mar 2026, read 5 min ago"),
    ],
)
def test_the_age_of_the_data(synced_ago_min: int | None, line: str) -> None:
    now = AS_OF + 100 * MINUTE_MS
    synced_at = None if synced_ago_min is None else now - synced_ago_min * MINUTE_MS

    assert age_line(Freshness(AS_OF, synced_at, now)) == line


def test_an_empty_store_has_no_age() -> None:
    assert age_line(Freshness(None, None, 0)) == ""


def test_what_panels_say_of_their_data_apart_from_numbers() -> None:
    """It changes by the minute, and travels beside what is remembered."""
    whole = freshness_data(Freshness(AS_OF, None, AS_OF))
    partial = freshness_data(Freshness(None, None, AS_OF, complete=False, failed=True))

    of = "Data as of 2 Mar 2026"
    assert whole == {"age": of, "as_of": of, "partial_data": False, "stale": False, "nothing": False}
    assert partial == {"age": "", "as_of": "", "partial_data": True, "stale": True, "nothing": True}


@pytest.mark.parametrize(
    ("days", "href"), [(90, "?days=365"), (364, "?days=365"), (365, "?days=3650"), (3650, "/settings")]
)
def test_a_longer_period_is_offered_where_there_is_one(days: int, href: str) -> None:
    """A year is not offered to somebody who looks at a year."""
    silence = silence_of("Nothing was delivered in this period.", Reach(days))

    assert (silence.short, silence.href) == ("Nothing was delivered in this period.", href)


@pytest.mark.parametrize(
    ("why", "short", "href"),
    [
        (deployment_frequency.NOT_CONFIGURED, "No deployment was found.", "#rule=deployments.source"),
        (
            deployment_frequency.NONE_SOUNDS_LIKE_IT.format(names="qa"),
            "None of the environments that the deployments name sounds like production.",
            "#rule=deployments.environments",
        ),
        (flow_load.NO_HISTORY, "No issue has a change history.", "/#finding-history_missing"),
        (
            flow_efficiency.NO_WAITING,
            "No status is known to be one in which work waits.",
            "/settings#settings-workflow",
        ),
        (
            change_fail_rate.NO_INCIDENTS,
            "No incident of these projects was seen in the 365 days before the end of the period.",
            "#rule=incidents.types",
        ),
        (
            flow_velocity_points.NOT_MAPPED,
            "No field is mapped to story_points.",
            "/settings#field=story_points",
        ),
    ],
)
def test_each_reason_has_a_remedy_of_its_own(why: str, short: str, href: str) -> None:
    """The card says the first clause, and the link lands on the very control."""
    silence = silence_of(why, Reach(90))

    assert silence.short == short
    assert silence.href.endswith(href)
    assert silence.words == why


def test_filters_that_let_nothing_through_are_the_first_thing_to_change() -> None:
    """No period and no setting would bring a number."""
    silence = silence_of(deployment_frequency.NOT_CONFIGURED, Reach(90, filtered_out=True))

    assert (silence.short, silence.action) == ("No issue passes the filters.", "Show all issues")


def test_a_period_without_anything_has_no_explanation() -> None:
    assert explanation_of("Nothing was deployed in this period.") is None


def test_a_page_that_fails_says_so_once() -> None:
    """What somebody typed is not tried again: the usual period is offered instead."""
    failed = str(page_failed("It broke.", "Mend it.", "ab12", retry="again"))
    typed = str(page_failed("The first day 'x' is not a date.", "Write it.", "ab12", retry=None))

    assert [failed.count(words) for words in ("It broke.", "Mend it.", "ab12", "Try again: the page")] == [
        1
    ] * 4
    assert "Try again" not in typed
    assert "?days=90" in typed


@pytest.mark.parametrize(("retry", "label"), [(None, "Try again: Flow time"), ("again", "Try again")])
def test_a_failed_panel_tells_cause_remedy_reference_and_a_way_on(retry: str | None, label: str) -> None:
    """The server answers the button where it has an id, the browser where it has none."""
    shown = error_state("It broke.", "Mend it.", "ab12", retry=retry, label=label)
    button = shown.children[-1].to_plotly_json()["props"]

    assert [word in text(shown) for word in ("It broke.", "Mend it.", "ab12")] == [True, True, True]
    assert button["aria-label"] == label
    assert button.get("id") == retry
