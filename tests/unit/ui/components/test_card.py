"""A card tells what, how much, compared with what, and never shows a good-looking value for missing data."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from configuration.profile import Profile
from data.metrics.report import View
from data.pipeline import METRICS, compute
from tests.support.drawing import REACH, card
from tests.support.engine import engine_report, stored
from tests.support.examples import example_a, example_b
from ui.components.card import card_data

BY_ID = {metric.id: metric for metric in METRICS}


def rendered(name: str, **changes: Any) -> str:
    example = example_a()
    results = engine_report(example.issues, **{**example.arguments(), **changes}).results
    return card(BY_ID[name], results[name])


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("flow_velocity", ['"1.5"', "items a week", "show 3 issues, 1 left out"]),
        ("flow_time", ['"5.5"', "days, median", "show 2 issues, 1 left out"]),
        ("flow_efficiency", ['"72.7"', "of the time active", "2 issues"]),
        ("flow_load", ['"1"', "items at the end", "1 issue"]),
    ],
)
def test_value_unit_and_evidence(name: str, parts: list[str]) -> None:
    """The numbers of worked example A, for people."""
    shown = rendered(name)

    assert [part for part in parts if part not in shown] == []


def test_a_missing_value_says_why() -> None:
    """Without a waiting status, flow efficiency is n/a with its reason, not 100 %."""
    shown = rendered("flow_efficiency", profile={})

    assert "n/a" in shown
    assert "No status is known to be one in which work waits" in shown
    assert '"href": "/settings#settings-workflow"' in shown
    assert '"100"' not in shown


def test_a_number_that_ignores_a_filter_says_so() -> None:
    """Deployments have no type; the velocity beside them heeds the filter and has no mark."""
    example = example_b()
    with tempfile.TemporaryDirectory() as folder:
        store = stored(Path(folder), example.issues, example.statuses, example.versions)
        results = compute(store.load(), Profile(), View(types=("Story",))).results
    cards = {name: card(BY_ID[name], results[name]) for name in ("deployment_frequency", "flow_velocity")}

    assert '"all types"' in cards["deployment_frequency"]
    assert "goes by project alone" in cards["deployment_frequency"]
    assert "all types" not in cards["flow_velocity"]


def test_every_metric_has_its_help() -> None:
    """The formula in words is a focus away."""
    for name, metric in BY_ID.items():
        assert metric.formula in rendered(name)


def test_a_card_travels_as_texts_and_heights() -> None:
    """What is the same in every view stays where it is: neither title nor help nor unit travels."""
    example = example_a()
    result = engine_report(example.issues, **example.arguments()).results["flow_velocity"]
    data = card_data(BY_ID["flow_velocity"], result, REACH)

    assert data["spark"] == [100, 50]
    assert (data["value"], data["counted"], data["rest"]) == ("1.5", "3 issues", ", 1 left out")
    assert {"title", "help", "unit"} & set(data) == set()
