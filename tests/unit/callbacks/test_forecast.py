"""The Forecast page: what its address asks, and what it is told."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from callbacks.forecast import list_risky, read_question
from configuration.errors import InputError
from configuration.profile import profile_from
from data.forecast.foresight import Asked, foresee
from data.metrics.report import View
from data.pipeline import compute
from tests.support.dashboards import pipeline_over
from tests.support.synthetic import PROFILE, synthetic_dataset
from ui.components.forecast import forecast_answer
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
    ],
)
def test_what_makes_no_sense_is_refused_and_not_replaced(search: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read_question(search)

    assert words in refused.value.message
    assert refused.value.hint.endswith(".")


def told(question: Asked) -> str:
    """Everything that the page says of a synthetic team, as text."""
    dataset = synthetic_dataset(3_000)
    report = compute(dataset, profile_from(PROFILE), View(date_from="2024-12-30", date_to="2025-12-28"))
    foresight = foresee(report, question)
    assert foresight is not None
    return json.dumps(plain_design(forecast_answer(foresight, *list_risky(report, foresight), {})))


def test_the_answer_comes_with_its_record() -> None:
    page = told(Asked(items=40))

    assert "40 items: by " in page
    assert "This team's 85 % forecasts" in page
    assert "What may be expected of one item" in page
    assert "?from=" in page


def test_without_an_answer_the_page_says_why() -> None:
    page = told(Asked(items=9_000_000))

    assert "No answer" in page
    assert "weeks ahead" in page
    assert "How such forecasts fared" in page


def test_the_riskiest_come_first() -> None:
    dataset = synthetic_dataset(5_000)
    report = compute(dataset, profile_from(PROFILE), View(date_from="2024-12-30", date_to="2025-12-28"))
    foresight = foresee(report, Asked())
    assert foresight is not None
    risky, quiet = list_risky(report, foresight)

    assert risky
    assert [item.risk for item in risky] == sorted((item.risk for item in risky), reverse=True)
    assert {item.kind for item in risky} & set(quiet) == set()
    missed = [item for item in risky if item.age > item.limit]
    assert {item.risk for item in missed} == {1.0}


def test_a_small_store_has_no_forecast_and_says_so(tmp_path: Path) -> None:
    """Example A has two weeks."""
    report = pipeline_over(tmp_path).report(View())
    foresight = foresee(report, Asked(items=3))

    assert foresight is not None
    assert foresight.outlook.forecast.state == "no_data"
    assert "No answer" in json.dumps(plain_design(forecast_answer(foresight, [], [], {})))


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
