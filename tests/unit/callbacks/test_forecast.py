"""The Forecast page: what its address asks, and what it is told."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from callbacks.forecast import read_horizon, read_question
from configuration.errors import InputError
from configuration.profile import profile_from
from data.forecast.foresight import Asked, foresee
from data.forecast.supposed import Wish
from data.metrics.events import PlacedEvent
from data.metrics.report import Report, View
from data.pipeline import compute
from tests.support.dashboards import pipeline_over
from tests.support.synthetic import PROFILE, synthetic_dataset
from ui.components.forecast import Seen, forecast_answer
from ui.design import plain_design


@pytest.mark.parametrize(
    ("search", "asked"),
    [
        (None, Asked()),
        ("", Asked()),
        ("?src=demo&note=1", Asked()),
        ("?items=43", Asked(items=43)),
        ("?items=0", Asked(items=0)),
        ("?by=2026-12-24&growth=1", Asked(by=dt.date(2026, 12, 24), growth=True)),
        (
            "?exclude=2026-W01,2026-W02&exclude=2026-W03",
            Asked(excluded=frozenset({"2026-W01", "2026-W02", "2026-W03"})),
        ),
        ("?cap=8&halve=Review&drop=Risk", Asked(wish=Wish(8, "Review", "Risk"))),
        ("?cap=&halve=&drop=", Asked()),
    ],
)
def test_an_address_asks(search: str | None, asked: Asked) -> None:
    assert read_question(search) == asked


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("?items=abc", "'abc' is not a number of items."),
        ("?items=-3", "'-3' is not a number of items."),
        ("?items=10000001", "is not a number of items."),
        ("?items=\u0664", "is not a number of items."),
        ("?items=3&by=2026-12-24", "names a number of items and a day"),
        ("?by=2026-02-30", "The day '2026-02-30' is not a date."),
        ("?exclude=2026-W60", "'2026-W60' is not a week."),
        ("?exclude=soon", "'soon' is not a week."),
        ("?cap=0", "'0' is not a number of items that can be in progress."),
        ("?cap=-2", "'-2' is not a number of items that can be in progress."),
        ("?cap=1.5", "'1.5' is not a number of items that can be in progress."),
        ("?cap=10000001", "is not a number of items that can be in progress."),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_replaced(search: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read_question(search)

    assert words in refused.value.message
    assert refused.value.hint.endswith(".")


@pytest.mark.parametrize(("search", "weeks"), [("", None), ("?record=8", 8), (None, None)])
def test_an_address_opens_a_record(search: str | None, weeks: int | None) -> None:
    assert read_horizon(search) == weeks


@pytest.mark.parametrize("search", ["?record=3", "?record=x", "?record=-1"])
def test_a_record_that_is_not_kept_is_refused(search: str) -> None:
    with pytest.raises(InputError, match="No record is kept of forecasts"):
        read_horizon(search)


def told(question: Asked, horizon: int | None = None) -> str:
    """Everything that the page says of a synthetic team, as text."""
    dataset = synthetic_dataset(3_000)
    report = compute(dataset, profile_from(PROFILE), View(date_from="2024-12-30", date_to="2025-12-28"))
    foresight = foresee(report, question)
    assert foresight is not None
    seen = Seen(question.wish, horizon)
    return json.dumps(plain_design(forecast_answer(foresight, {}, seen)))


def props_of(drawn: object) -> Iterator[dict]:
    """The properties of every component of a page."""
    if isinstance(drawn, list):
        for part in drawn:
            yield from props_of(part)
    elif isinstance(drawn, dict):
        yield drawn["props"]
        yield from props_of(drawn["props"].get("children"))


def test_the_answer_comes_with_its_record() -> None:
    page = told(Asked(items=40))

    assert "40 items: by " in page
    assert "This team's 85 % forecasts" in page
    assert "What may be expected of one item" in page
    assert "?from=" in page


def test_a_week_left_out_is_named_beside_the_answer() -> None:
    page = told(Asked(items=40, excluded=frozenset({"2025-W40", "2020-W10"})))

    assert "Without 2025-W40, which somebody left out." in page
    assert "2020-W10 is not among the weeks that it is drawn from." in page
    assert "25 whole weeks with" in page
    drawn = {
        props["data-week"]: props["aria-pressed"]
        for props in props_of(json.loads(page))
        if "data-week" in props
    }
    assert len(drawn) == 26
    assert [week for week, pressed in drawn.items() if pressed == "false"] == ["2025-W40"]


def test_past_forecasts_lead_to_the_items_that_came() -> None:
    """Of 155 whole weeks the first twelve have no forecast, and the last seven are too young for one."""
    page = told(Asked(items=40), horizon=8)

    assert "Forecasts 8 weeks ahead, one by one" in page
    assert page.count("&panel=flow_velocity") == 26 + 2 * (155 - 12 - 8 + 1)
    assert "/export/forecasts.csv" in page


def test_a_what_if_of_ones_own_is_told_with_what_it_rests_on() -> None:
    page = told(Asked(items=40, wish=Wish(cap=20)))

    assert "no more than 20 items in progress at once" in page
    assert '"value": "20"' in page


def test_without_an_answer_the_page_says_why() -> None:
    page = told(Asked(items=9_000_000))

    assert "No answer" in page
    assert "weeks ahead" in page
    assert "How such forecasts fared" in page


def test_what_to_look_at_first_says_why_and_opens_its_history() -> None:
    page = told(Asked(items=40))

    assert page.count('"data-action": "issue"') == 5
    assert page.count("days expected") == 5


def test_a_small_store_has_no_forecast_and_says_so(tmp_path: Path) -> None:
    """Example A has two weeks."""
    report = pipeline_over(tmp_path).report(View())
    foresight = foresee(report, Asked(items=3))

    assert foresight is not None
    assert foresight.outlook.forecast.state == "no_data"
    assert "No answer" in json.dumps(plain_design(forecast_answer(foresight, {})))


def year() -> Report:
    """52 whole weeks of a synthetic team whose velocity has another level from its twelfth week on."""
    dataset = synthetic_dataset(3_000)
    report = compute(dataset, profile_from(PROFILE), View(date_from="2024-12-30", date_to="2025-12-28"))
    result = report.results["flow_velocity"]
    weeks = tuple(
        msgspec.structs.replace(week, value=5.0 if place < 11 else 9.0, partial=False)
        for place, week in enumerate(result.weekly[:22])
    )
    return replace(report, results={"flow_velocity": replace(result, weekly=weeks)})


@pytest.mark.parametrize(
    ("day", "named"),
    [
        ("2025-03-09", False),
        ("2025-03-10", True),
        ("2025-03-30", True),
        ("2025-03-31", False),
    ],
)
def test_a_change_is_named_by_an_event_of_its_weeks(day: str, named: bool) -> None:
    """Eleven weeks of 5 and eleven of 9: from 17 March, or a week before or after."""
    found = year()
    event = PlacedEvent(dt.date.fromisoformat(day), "New colleague", "in_period")
    foresight = foresee(replace(found, events=(event,)), Asked(items=3))
    assert foresight is not None
    (change,) = foresight.changes["flow_velocity"]
    page = json.dumps(plain_design(forecast_answer(foresight, {})))

    assert (change.week, str(change.day)) == ("2025-W12", "2025-03-17")
    assert change.events == ((f"{day} New colleague",) if named else ())
    assert (f"{day} New colleague" in page) == named
    assert ('"data-day": "2025-03-17"' in page) != named


def test_a_stock_has_no_change_points() -> None:
    """Its weeks depend on each other: any slow wave would look like another level."""
    dataset = synthetic_dataset(3_000)
    report = compute(dataset, profile_from(PROFILE), View(date_from="2024-12-30", date_to="2025-12-28"))
    rising = tuple(
        msgspec.structs.replace(week, value=float(place // 10), partial=False)
        for place, week in enumerate(report.results["flow_load"].weekly)
    )
    results = {name: replace(result, weekly=rising) for name, result in report.results.items()}
    foresight = foresee(replace(report, results=results), Asked(items=3))

    assert foresight is not None
    assert foresight.changes["flow_load"] == ()
    assert foresight.changes["flow_velocity"]
