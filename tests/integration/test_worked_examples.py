"""The worked examples of specs/metrics.md, to the digit, from Jira's JSON to the document."""

import pytest

from tests.support import examples
from tests.support.engine import engine_metrics


def weekly(document: dict, metric: str) -> list[float | None]:
    return [week["value"] for week in document["metrics"][metric]["weekly"]]


def test_a_flow() -> None:
    """Flow: two finished, one never started, one not delivered, one in progress."""
    example = examples.example_a()
    document = engine_metrics(example.issues, **example.arguments())
    metrics = document["metrics"]

    assert metrics["flow_velocity"]["value"] == 1.5
    assert metrics["flow_velocity"]["included"] == ["A-1", "A-2", "A-3"]
    assert metrics["flow_velocity"]["excluded"] == {"not_delivered": ["A-4"]}
    assert metrics["flow_velocity"]["previous"] == {"value": 0.0, "n": 0}
    assert [(week["week"], week["value"]) for week in metrics["flow_velocity"]["weekly"]] == [
        ("2026-W10", 2),
        ("2026-W11", 1),
    ]
    assert metrics["flow_time"]["value"] == 5.5
    assert metrics["flow_time"]["n"] == 2
    assert metrics["flow_time"]["excluded"] == {"never_started": ["A-3"]}
    assert metrics["flow_time"]["percentiles"] == {"p50": 5.5, "p85": None, "p95": None}
    assert list(metrics["flow_time"]["percentiles_withheld"]) == ["p85", "p95"]
    assert weekly(document, "flow_time") == [5.5, None]
    assert metrics["request_lead_time"]["value"] == 9
    assert metrics["flow_efficiency"]["value"] == pytest.approx(72.727, abs=5e-4)
    assert metrics["flow_load"]["value"] == 1
    assert metrics["flow_load"]["included"] == ["A-5"]
    assert weekly(document, "flow_load") == [1, 1]
    assert metrics["flow_load"]["mean"] == 1.0
    assert metrics["flow_distribution"]["shares"]["Feature"] == pytest.approx(66.667, abs=5e-4)
    assert metrics["flow_distribution"]["shares"]["Defect"] == pytest.approx(33.333, abs=5e-4)


def test_b_what_concerns_flow_and_deployments() -> None:
    """DORA from versions: the frequency, and the Flow numbers of the same store."""
    example = examples.example_b()
    document = engine_metrics(example.issues, **example.arguments())
    metrics = document["metrics"]
    frequency = metrics["deployment_frequency"]

    assert frequency["value"] == 1.0
    assert frequency["included"] == ["201", "202", "203", "204"]
    assert frequency["excluded"] == {"no_date": ["205"], "after_as_of": ["206"]}
    assert weekly(document, "deployment_frequency") == [1, 2, 0, 1]
    assert metrics["flow_velocity"]["value"] == 2.25
    assert metrics["flow_time"]["value"] == 5.875
    assert metrics["flow_time"]["percentiles"]["p85"] is None
    assert metrics["flow_time"]["n"] == 5
    assert metrics["flow_load"]["mean"] == pytest.approx(1.0342, abs=5e-5)


def test_c_zones() -> None:
    """Days and weeks begin at midnight in Berlin; the last week is cut by T."""
    example = examples.example_c()
    document = engine_metrics(example.issues, **example.arguments())
    velocity = document["metrics"]["flow_velocity"]

    assert document["period"]["days"] == 17
    assert velocity["value"] == pytest.approx(1.6471, abs=5e-5)
    assert [(week["week"], week["value"], week["partial"]) for week in velocity["weekly"]] == [
        ("2020-W52", 1, False),
        ("2020-W53", 2, False),
        ("2021-W01", 1, True),
    ]
    assert weekly(document, "flow_load") == [1, 0, 1]
    assert weekly(document, "flow_time") == pytest.approx([1.5, 6.0104, 4.5], abs=5e-5)


def test_c_the_clocks_change() -> None:
    """From 11:00Z to 10:00Z the day after is 23 hours, whatever the wall clock shows."""
    example = examples.example_c_clock_change()
    document = engine_metrics(example.issues, **example.arguments())

    assert document["metrics"]["flow_time"]["value"] == pytest.approx(0.9583, abs=5e-5)


@pytest.mark.parametrize(
    ("as_of", "source", "items", "flow_time"),
    [
        ("2026-05-15", "status", ["D-1", "D-2", "D-3"], 3),
        ("2026-05-15", "resolution", ["D-1", "D-3"], 2),
        ("2026-10-01", "status", [], None),
        ("2026-10-01", "resolution", ["D-1", "D-3"], 2),
    ],
)
def test_d_histories_that_lie(as_of: str, source: str, items: list[str], flow_time: float | None) -> None:
    """Renamed workflows and bulk moves, as of two instants and by both sources of completion."""
    example = examples.example_d(as_of, source)
    metrics = engine_metrics(example.issues, **example.arguments())["metrics"]

    assert metrics["flow_velocity"]["included"] == items
    assert metrics["flow_time"]["value"] == flow_time


def test_d_findings_and_load() -> None:
    """What was odd is listed; an unmapped status is not load."""
    example = examples.example_d()
    document = engine_metrics(example.issues, **example.arguments())
    findings = {finding["code"]: finding["keys"] for finding in document["data_quality"]}

    assert findings["history_broken_chain"] == ["D-1"]
    assert findings["history_clamped"] == ["D-3"]
    assert findings["unmapped_status"] == ["D-1"]
    assert document["metrics"]["flow_load"]["value"] == 0
    assert document["metrics"]["flow_load"]["mean"] == pytest.approx(0.8571, abs=5e-5)


def test_e_what_version_2_decides() -> None:
    """Cancelled work, tickets closed after their release, incidents seen late or mended on the day."""
    example = examples.example_e()
    document = engine_metrics(example.issues, **example.arguments())
    metrics = document["metrics"]
    recovery = metrics["failed_deployment_recovery_time"]

    assert metrics["flow_velocity"]["value"] == 1.5
    assert metrics["flow_velocity"]["excluded"] == {"not_delivered": ["E-4", "E-5"]}
    assert (metrics["flow_time"]["value"], metrics["flow_time"]["n"]) == (3, 3)
    assert metrics["flow_time"]["excluded"] == {"never_started": ["E-6", "E-7", "E-8"]}
    assert (metrics["change_lead_time"]["value"], metrics["change_lead_time"]["n"]) == (2.75, 2)
    assert metrics["change_lead_time"]["excluded"] == {
        "not_deployed": ["E-6", "E-7", "E-8"],
        "deployed_before_start": ["E-3"],
    }
    assert metrics["change_fail_rate"]["value"] == pytest.approx(66.667, abs=5e-4)
    assert metrics["change_fail_rate"]["interval"] == pytest.approx([20.77, 93.85], abs=5e-3)
    assert metrics["time_to_restore"]["value"] == 24
    assert (recovery["value"], recovery["n"], recovery["excluded"]) == (12, 2, {"latent": ["E-7"]})
    assert document["scope"]["done_statuses"]["Cancelled"] == {"n": 1, "delivered": False}
    assert document["scope"]["resolutions"]["Canceled"] == {"n": 1, "delivered": False}


def test_e_the_newest_instant_of_a_file_counts() -> None:
    """Three stories done on three days, the last of them as the newest stamp."""
    example = examples.example_newest()
    document = engine_metrics(example.issues, **example.arguments())

    assert document["as_of"] == "2026-03-13T00:00:00.001Z"
    assert document["metrics"]["flow_velocity"]["n"] == 3


def test_e_a_stamp_of_2099_moves_nothing() -> None:
    """The file is as of its newest readable stamp, and names the issue."""
    example = examples.example_2099()
    document = engine_metrics(example.issues, **example.arguments())
    findings = {finding["code"]: finding["keys"] for finding in document["data_quality"]}

    assert document["as_of"] == "2026-03-13T00:00:00.001Z"
    assert findings["malformed_updated"] == ["N-99"]


def test_f_sprints() -> None:
    """Two sprints, from Jira's JSON to the document, with keys and points."""
    example = examples.example_f()
    found = engine_metrics(example.issues, **example.arguments())["sprints"]
    first, second = found["sprints"]

    assert {name: count["n"] for name, count in found["total"].items()} == {
        "committed": 7,
        "added": 2,
        "removed": 1,
        "done": 5,
        "carried_over": 3,
    }
    assert found["kept_percent"] == pytest.approx(57.143, abs=5e-4)
    assert (found["done_median"], found["evidence"], found["points"]) == (2.5, "measured", "measured")
    assert first["done"] == {"n": 3, "points": 13, "unestimated": 0, "keys": ["F-1", "F-3", "F-6"]}
    assert first["carried_over"]["keys"] == ["F-2", "F-7", "F-8"]
    assert (first["open"], first["excluded"]) == (None, {"done_outside": ["F-5"]})
    assert (second["name"], second["kept"]) == ("Web 42", ["F-2", "F-8"])
