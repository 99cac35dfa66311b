"""What changed, and what to look at first."""

import datetime as dt
from dataclasses import replace

import pytest

from data.charts.blocked_work import BlockedItem
from data.charts.recent import Recent
from data.forecast.attention import Attention
from data.model.metric import Change, Metric, MetricResult, Previous
from data.pipeline import METRICS
from tests.support.engine import engine_report
from tests.support.examples import example_a
from ui.components.attention import why_words
from ui.components.overview import (
    attention_part,
    blocked_list,
    changes,
    changes_list,
    headline_words,
    unknown_list,
)
from ui.components.states import Reach
from ui.headline import Phrase, Unknown

RESULTS = engine_report(example_a().issues, **example_a().arguments()).results


def moved(**shifts: tuple[float, float]) -> dict[str, MetricResult]:
    """Return results in which some metrics went from one value to another, and the rest stayed."""
    return {
        name: replace(
            result,
            value=shifts[name][1] if name in shifts else 1.0,
            previous=Previous(shifts[name][0] if name in shifts else 1.0, 10),
            trend=("up" if shifts[name][1] > shifts[name][0] else "down") if name in shifts else "flat",
            confidence="strong" if name in shifts else None,
            change=Change("rank_sum_weeks/1", 0.001 if name in shifts else 0.4, None, (13, 13)),
        )
        for name, result in RESULTS.items()
    }


def names(found: list[Metric]) -> list[str]:
    return [metric.id for metric in found]


def test_the_largest_relative_change_is_first() -> None:
    """From 10 to 5 is a half, from 100 to 90 a tenth, from nothing to 2 everything."""
    results = moved(flow_time=(10.0, 5.0), flow_velocity=(100.0, 90.0), flow_load=(0.0, 2.0))

    assert names(changes(METRICS, results)) == ["flow_load", "flow_time", "flow_velocity"]


def test_at_most_three_changes_are_told() -> None:
    """The fourth and smallest is left out."""
    results = moved(
        flow_time=(10.0, 5.0), flow_velocity=(100.0, 90.0), flow_load=(1.0, 2.0), request_lead_time=(9.0, 3.0)
    )

    assert names(changes(METRICS, results)) == ["request_lead_time", "flow_time", "flow_load"]


def weeks(results: dict[str, MetricResult]) -> Recent:
    return Recent(dt.date(2026, 8, 24), dt.date(2026, 11, 22), results)


def test_a_likely_change_is_not_in_the_list() -> None:
    """Of twelve metrics one strays by chance now and then."""
    results = moved(request_lead_time=(10.0, 5.0), flow_velocity=(100.0, 90.0))
    results["request_lead_time"] = replace(results["request_lead_time"], confidence="likely")

    assert names(changes(METRICS, results)) == ["flow_velocity"]


def test_the_list_says_which_weeks_it_compares() -> None:
    """And leads to these weeks, where the drawer has the rows of this number."""
    listed = str(changes_list(METRICS, weeks(moved(flow_time=(10.0, 5.0)))))

    assert "The 13 whole weeks from 2026-08-24 to 2026-11-22, against the 13 before." in listed
    assert "clearly down (10 before): better" in listed
    assert "/?from=2026-08-24&to=2026-11-22&panel=flow_time" in listed


def test_what_chance_explains_is_no_change() -> None:
    """Flat and unknown trends are not told; which of the two it is decides the sentence."""
    unknown = {name: replace(result, trend="unknown", change=None) for name, result in moved().items()}

    assert "No clear change in the 13 whole weeks" in str(changes_list(METRICS, weeks(moved())))
    assert "Too few whole weeks to compare" in str(changes_list(METRICS, weeks(unknown)))
    assert "nothing to compare with" in str(changes_list(METRICS, None))


def attention(**facts: object) -> Attention:
    usual = Attention("A-1", "Feature", "Doing", False, False, 20.0, 10.0, True, 1.0)
    return replace(usual, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Doing: 2 times the 10 days expected"),
        ({"age": 10.0, "risk": 0.36}, "Doing: 36 % of such took over 10 days"),
        ({"age": 5.0, "risk": None}, "Doing: 50 % of the 10 days expected"),
        ({"limit": 0.0}, "Doing: over the 0 days expected"),
        ({"limit": None, "risk": None}, "Doing: too few were done to expect anything"),
        ({"waits": True, "flagged": True}, "Doing, waiting, flagged: 2 times"),
    ],
)
def test_each_item_says_why_to_look_at_it(facts: dict[str, object], words: str) -> None:
    """Age against what may be expected, risk where it tells, what it waits for, stage."""
    assert why_words(attention(**facts)).startswith(words)


def test_items_to_look_at_open_their_histories() -> None:
    (listed,) = attention_part([attention(), attention(key="A-2")])

    buttons = [line.children[0].to_plotly_json()["props"] for line in listed.children]
    assert [(each["data-action"], each["data-name"]) for each in buttons] == [
        ("issue", "A-1"),
        ("issue", "A-2"),
    ]
    assert "85 % of Feature items were done within 10 days" in str(listed)
    assert "85 % of all items were" in str(attention_part([attention(of_type=False)]))
    assert "Nothing is in progress" in str(attention_part([]))
    assert "whatever the period" in str(attention_part([attention()], past=True))


def test_what_is_blocked_says_why_for_whom_and_since_when() -> None:
    """Whom it waits for comes first; without a since there is no number of days."""
    links, flag = ("link",), ("flag", "waiting")
    items = [
        BlockedItem("A-1", links, "Doing", ("B-1", "B-2", "B-3"), "2026-03-01 09:00", 8.6, in_circle=True),
        BlockedItem("A-2", flag, "In Review", (), "2026-03-08 09:00", 1.2, in_circle=False),
        BlockedItem("A-3", links, "Doing", ("B-1",), None, None, in_circle=False),
    ]
    first, second, third = blocked_list(items).children

    assert [part.children for part in first.children] == [
        "A-1",
        "waits for B-1 and B-2 and 1 more",
        "circle",
        "9 d",
    ]
    assert [part.children for part in second.children] == ["A-2", "flagged, In Review", "1 d"]
    assert [part.children for part in third.children] == ["A-3", "waits for B-1"]
    assert "is blocked" in str(blocked_list([]))
    assert blocked_list(items, "Nothing tells.").children == "Nothing tells."


def test_each_number_of_the_headline_opens_its_evidence() -> None:
    """The number is a button that names its metric; without any sentence that is said."""
    sentence = (Phrase("5 items a week", "flow_velocity"), Phrase(" are delivered."))
    (first,) = headline_words([sentence])
    button = first.children[0].to_plotly_json()["props"]

    assert first.children[1] == " are delivered."
    assert button["children"] == "5 items a week"
    assert (button["data-action"], button["data-name"]) == ("open", "flow_velocity")
    assert "Nothing can be told" in str(headline_words([]))


def test_what_is_not_known_has_a_reason_and_a_way_out() -> None:
    """The first two are named, the rest is counted; where everything is known nothing stands there."""
    dora = tuple(metric for metric in METRICS[:4])
    why = "No deployment was found: no version is released, and no event was imported."
    _, lines = unknown_list([Unknown(dora, why, "not_configured")], Reach(90))
    (line,) = lines.children
    told, way = line.children

    assert told.children[0].children == "Deployment frequency, Change lead time and 2 more"
    assert told.children[1] == ": No deployment was found. "
    assert (way.children, way.href) == ("Say what a deployment is", "/settings#rule=deployments.source")
    assert unknown_list([], Reach(90)) == []


def test_an_age_that_nobody_knows_is_not_listed() -> None:
    """The sentence is that of the load, which would lie as well."""
    (shown,) = attention_part([attention(age=2569.0)], "No issue has a change history.")

    assert shown.children == "No issue has a change history."
