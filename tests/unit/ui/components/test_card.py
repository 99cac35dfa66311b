"""A card tells what, how much, compared with what, and never shows a good-looking value for missing data."""

import json
from typing import Any

import plotly.utils
import pytest

from data.pipeline import METRICS
from tests.engine import engine_report
from tests.examples import example_a
from ui.components.card import metric_card
from ui.components.states import Freshness

BY_ID = {metric.id: metric for metric in METRICS}

FRESH = Freshness(as_of=1_772_000_000_000, synced_at=None, now=1_772_000_000_000)


def rendered(name: str, **changes: Any) -> str:
    example = example_a()
    results = engine_report(example.issues, **{**example.arguments(), **changes}).results
    return json.dumps(
        metric_card(BY_ID[name], results[name], FRESH, page="flow"), cls=plotly.utils.PlotlyJSONEncoder
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("flow_velocity", ['"1.5"', "items a week", "3 issues, 1 left out"]),
        ("flow_time", ['"5.5"', "days, median", "2 issues, 1 left out"]),
        ("flow_efficiency", ['"72.7"', "of the time active", "2 issues"]),
        ("flow_load", ['"1"', "items now", "1 issue"]),
    ],
)
def test_value_unit_and_evidence(name: str, parts: list[str]) -> None:
    """The numbers of worked example A, for people."""
    card = rendered(name)

    assert [part for part in parts if part not in card] == []


def test_a_missing_value_says_why() -> None:
    """Without a waiting status, flow efficiency is n/a with its reason, not 100 %."""
    card = rendered("flow_efficiency", profile={})

    assert "n/a" in card
    assert "No status is known to be one in which work waits" in card
    assert '"100"' not in card


def test_every_metric_has_its_help() -> None:
    """The formula in words is a focus away."""
    for name, metric in BY_ID.items():
        assert metric.formula in rendered(name)
