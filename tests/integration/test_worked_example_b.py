"""Worked example B of specs/metrics.md, DORA from versions, to the digit."""

import pytest

from tests.support.engine import engine_metrics
from tests.support.examples import example_b


@pytest.fixture(scope="module")
def metrics() -> dict:
    """Every metric of the example."""
    example = example_b()
    return engine_metrics(example.issues, **example.arguments())["metrics"]


def weekly(metric: dict) -> list:
    return [week["value"] for week in metric["weekly"]]


def test_deployment_frequency(metrics: dict) -> None:
    """Four releases in four weeks, on four days; daily to weekly is High in 2024."""
    metric = metrics["deployment_frequency"]

    assert (metric["value"], metric["n"], metric["deployment_days"]) == (1.0, 4, 4)
    assert metric["included"] == ["201", "202", "203", "204"]
    assert metric["excluded"] == {"no_date": ["205"], "after_as_of": ["206"]}
    assert weekly(metric) == [1, 2, 0, 1]
    assert metric["band"] == {"edition": "2024", "level": "High", "greyed": False}


def test_change_lead_time(metrics: dict) -> None:
    """3, 5.5, 0.6667 and 16 days."""
    metric = metrics["change_lead_time"]

    assert (metric["value"], metric["n"], metric["evidence"]) == (4.25, 4, "proxy")
    assert metric["included"] == ["B-1", "B-2", "B-3", "B-4"]
    assert metric["excluded"] == {
        "not_deployed": ["B-5", "I-1", "I-2", "I-4"],
        "never_started": ["B-6"],
    }
    assert weekly(metric) == [3, pytest.approx((5.5 + 2 / 3) / 2), None, 16]


def test_change_fail_rate(metrics: dict) -> None:
    """By affected version, by link, by window; one incident that nobody explains, one false alarm."""
    metric = metrics["change_fail_rate"]

    assert (metric["value"], metric["n"], metric["evidence"]) == (75, 4, "inferred")
    assert metric["interval"] == [pytest.approx(30.06, abs=0.005), pytest.approx(95.44, abs=0.005)]
    assert metric["failed"] == ["201", "202", "204"]
    assert metric["unattributed"] == ["I-4"]
    assert metric["provisional"] == []
    assert weekly(metric) == [100, 50, None, 100]
    assert metric["band"]["greyed"] is True


def test_time_to_restore(metrics: dict) -> None:
    """45, 2 and 6 hours; one incident has been open for 110."""
    metric = metrics["time_to_restore"]

    assert (metric["value"], metric["included"]) == (6, ["I-1", "I-2", "I-4"])
    assert metric["excluded"] == {"not_an_incident": ["I-5"]}
    assert (metric["open"], metric["oldest_open_hours"]) == (1, 110)


def test_failed_deployment_recovery_time(metrics: dict) -> None:
    """36 and 8 hours from the midnight after the release."""
    metric = metrics["failed_deployment_recovery_time"]

    assert (metric["value"], metric["included"]) == (22, ["I-1", "I-2"])
    assert metric["excluded"] == {"unattributed": ["I-4"], "not_an_incident": ["I-5"]}


def test_deployment_rework_rate(metrics: dict) -> None:
    """One hotfix by name among four."""
    metric = metrics["deployment_rework_rate"]

    assert (metric["value"], metric["n"], metric["evidence"]) == (25, 4, "proxy")
    assert metric["interval"] == [pytest.approx(4.56, abs=0.005), pytest.approx(69.94, abs=0.005)]


def test_flow(metrics: dict) -> None:
    """The flow of the same issues."""
    assert metrics["flow_velocity"]["value"] == 2.25
    assert (metrics["flow_time"]["value"], metrics["flow_time"]["n"]) == (5.875, 5)
    assert metrics["flow_time"]["percentiles"]["p85"] is None
    assert list(metrics["flow_time"]["percentiles_withheld"]) == ["p85", "p95"]
    assert metrics["flow_load"]["mean"] == pytest.approx(1.0342, abs=5e-5)


def test_the_page_says_what_is_more_than_chance(metrics: dict) -> None:
    """Of the four weeks before nothing is known: their rates have no deployment, their counts are 0."""
    rates = (metrics[name] for name in ("change_fail_rate", "deployment_rework_rate"))

    assert [(rate["trend"], rate["change"]) for rate in rates] == [("unknown", None)] * 2
    assert metrics["deployment_frequency"]["previous"] == {"value": 0, "n": 0}


def test_without_any_incident_there_is_no_fail_rate() -> None:
    """Nobody recorded an incident: that is not 0 %."""
    example = example_b()
    stories = [issue for issue in example.issues if issue["key"].startswith("B-")]

    metric = engine_metrics(stories, **example.arguments())["metrics"]["change_fail_rate"]

    assert (metric["value"], metric["state"]) == (None, "not_configured")
    assert "incidents" in metric["message"]
