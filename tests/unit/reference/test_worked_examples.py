"""The plain program gives the numbers that specs/metrics.md prints."""

import pytest

from tests.reference import reference_metrics, stats
from tests.support.builders import issue, version
from tests.support.examples import (
    Example,
    example_2099,
    example_a,
    example_b,
    example_c,
    example_c_clock_change,
    example_d,
    example_e,
    example_f,
    example_newest,
)


def metrics_of(example: Example, **changes: object) -> dict:
    return reference_metrics(example.issues, **example.arguments(**changes))["metrics"]


def weekly(metric: dict) -> list:
    return [week["value"] for week in metric["weekly"]]


def test_a_velocity():
    metric = metrics_of(example_a())["flow_velocity"]

    assert metric["value"] == 1.5
    assert metric["included"] == ["A-1", "A-2", "A-3"]
    assert metric["excluded"] == {"not_delivered": ["A-4"]}
    assert [(week["week"], week["value"]) for week in metric["weekly"]] == [("2026-W10", 2), ("2026-W11", 1)]
    assert metric["previous"] == {"value": 0, "n": 0}


def test_a_flow_time():
    metric = metrics_of(example_a())["flow_time"]

    assert (metric["value"], metric["n"]) == (5.5, 2)
    assert metric["percentiles"] == {"p50": 5.5, "p85": None, "p95": None}
    assert list(metric["percentiles_withheld"]) == ["p85", "p95"]
    assert metric["excluded"] == {"never_started": ["A-3"]}
    assert weekly(metric) == [5.5, None]


def test_a_request_lead_time():
    metric = metrics_of(example_a())["request_lead_time"]

    assert (metric["value"], metric["n"]) == (9, 3)
    assert weekly(metric) == [11, 9]


def test_a_efficiency():
    metric = metrics_of(example_a())["flow_efficiency"]

    assert metric["value"] == pytest.approx(100 * 8 / 11, rel=1e-12)
    assert metric["included"] == ["A-1", "A-2"]


def test_a_load():
    metric = metrics_of(example_a())["flow_load"]

    assert (metric["value"], metric["n"], metric["included"]) == (1, 1, ["A-5"])
    assert weekly(metric) == [1, 1]
    assert metric["mean"] == 1.0
    assert metric["parked"] == []


def test_a_distribution():
    metric = metrics_of(example_a())["flow_distribution"]

    assert metric["shares"] == {
        "Feature": pytest.approx(200 / 3),
        "Defect": pytest.approx(100 / 3),
        "Debt": 0,
        "Risk": 0,
        "Unclassified": 0,
    }
    assert metric["counts"] == {"Feature": 2, "Defect": 1, "Debt": 0, "Risk": 0, "Unclassified": 0}


def test_b_frequency():
    metric = metrics_of(example_b())["deployment_frequency"]

    assert metric["value"] == 1.0
    assert metric["included"] == ["201", "202", "203", "204"]
    assert weekly(metric) == [1, 2, 0, 1]
    assert metric["excluded"] == {"no_date": ["205"], "after_as_of": ["206"]}
    assert metric["deployment_days"] == 4
    assert metric["deployments"][0] == {"id": "201", "name": "1.0", "at": "2026-03-03", "source": "version"}


def test_b_frequency_band():
    metric = metrics_of(example_b())["deployment_frequency"]

    assert metric["band"] == {"edition": "2024", "level": "High", "greyed": False}


def test_b_change_lead_time():
    metric = metrics_of(example_b())["change_lead_time"]

    assert (metric["value"], metric["n"], metric["evidence"]) == (4.25, 4, "proxy")
    assert metric["included"] == ["B-1", "B-2", "B-3", "B-4"]
    assert metric["excluded"] == {
        "not_deployed": ["B-5", "I-1", "I-2", "I-4"],
        "never_started": ["B-6"],
    }
    assert weekly(metric) == [3, pytest.approx((5.5 + 2 / 3) / 2), None, 16]


def test_b_change_fail_rate():
    metric = metrics_of(example_b())["change_fail_rate"]

    assert (metric["value"], metric["n"]) == (75, 4)
    assert metric["interval"] == [pytest.approx(30.06, abs=0.005), pytest.approx(95.44, abs=0.005)]
    assert (metric["failed"], metric["unattributed"]) == (["201", "202", "204"], ["I-4"])
    assert metric["provisional"] == []
    assert weekly(metric) == [100, 50, None, 100]
    assert metric["band"]["greyed"] is True


def test_b_incident_times():
    metrics = metrics_of(example_b())
    restore = metrics["time_to_restore"]
    recovery = metrics["failed_deployment_recovery_time"]

    assert (restore["value"], restore["included"]) == (6, ["I-1", "I-2", "I-4"])
    assert restore["excluded"] == {"not_an_incident": ["I-5"]}
    assert (restore["open"], restore["oldest_open_hours"]) == (1, 110)
    assert (recovery["value"], recovery["included"]) == (22, ["I-1", "I-2"])
    assert recovery["excluded"] == {"unattributed": ["I-4"], "not_an_incident": ["I-5"]}


def test_b_rework():
    metric = metrics_of(example_b())["deployment_rework_rate"]

    assert metric["value"] == 25
    assert metric["interval"] == [pytest.approx(4.56, abs=0.005), pytest.approx(69.94, abs=0.005)]


def test_b_flow():
    metrics = metrics_of(example_b())

    assert metrics["flow_velocity"]["value"] == 2.25
    assert metrics["flow_time"]["n"] == 5
    assert metrics["flow_time"]["value"] == 5.875
    assert metrics["flow_time"]["percentiles"]["p85"] is None
    assert metrics["flow_load"]["mean"] == pytest.approx(1.0342, abs=5e-5)


def test_c_velocity():
    example = example_c()
    document = reference_metrics(example.issues, **example.arguments())
    metric = document["metrics"]["flow_velocity"]

    assert document["period"]["days"] == 17
    assert metric["value"] == 4 * 7 / 17
    assert [(w["week"], w["value"], w["partial"]) for w in metric["weekly"]] == [
        ("2020-W52", 1, False),
        ("2020-W53", 2, False),
        ("2021-W01", 1, True),
    ]


def test_c_load_and_flow_time():
    metrics = metrics_of(example_c())

    assert weekly(metrics["flow_load"]) == [1, 0, 1]
    assert weekly(metrics["flow_time"]) == [1.5, pytest.approx(6.0104, abs=5e-5), 4.5]


def test_c_clock_change():
    metric = metrics_of(example_c_clock_change())["flow_time"]

    assert metric["value"] == pytest.approx(23 / 24, rel=1e-12)


@pytest.mark.parametrize(
    ("as_of", "source", "delivered", "flow_time"),
    [
        ("2026-05-15", "status", ["D-1", "D-2", "D-3"], 3),
        ("2026-05-15", "resolution", ["D-1", "D-3"], 2),
        ("2026-10-01", "status", [], None),
        ("2026-10-01", "resolution", ["D-1", "D-3"], 2),
    ],
)
def test_d_velocity_and_flow_time(as_of, source, delivered, flow_time):
    metrics = metrics_of(example_d(as_of, source))

    assert metrics["flow_velocity"]["included"] == delivered
    assert metrics["flow_velocity"]["value"] == len(delivered)
    assert metrics["flow_time"]["value"] == flow_time


@pytest.mark.parametrize("as_of", ["2026-05-15", "2026-10-01"])
def test_d_load_and_flags(as_of):
    example = example_d(as_of)
    document = reference_metrics(example.issues, **example.arguments())
    load = document["metrics"]["flow_load"]
    history = {"history_clamped", "history_broken_chain", "history_mismatch", "unmapped_status"}
    history |= {"inferred_status", "history_truncated", "malformed_history"}
    found = {row["code"]: row["keys"] for row in document["data_quality"] if row["code"] in history}

    assert load["value"] == 0
    assert load["mean"] == pytest.approx(6 / 7, rel=1e-12)
    assert found == {
        "history_clamped": ["D-3"],
        "history_broken_chain": ["D-1"],
        "unmapped_status": ["D-1"],
    }


def test_e_velocity():
    """A status and a resolution that stand for not delivered each leave one out."""
    example = example_e()
    document = reference_metrics(example.issues, **example.arguments())
    metric = document["metrics"]["flow_velocity"]

    assert metric["value"] == 1.5
    assert metric["included"] == ["E-1", "E-2", "E-3", "E-6", "E-7", "E-8"]
    assert metric["excluded"] == {"not_delivered": ["E-4", "E-5"]}
    assert metric["evidence"] == "inferred"
    assert document["scope"]["resolutions"] == {
        "Canceled": {"n": 1, "delivered": False},
        "Done": {"n": 7, "delivered": True},
    }
    assert document["scope"]["done_statuses"] == {
        "Cancelled": {"n": 1, "delivered": False},
        "Done": {"n": 7, "delivered": True},
    }


def test_e_flow_time():
    metric = metrics_of(example_e())["flow_time"]

    assert (metric["value"], metric["n"]) == (3, 3)
    assert metric["excluded"] == {"never_started": ["E-6", "E-7", "E-8"]}


def test_e_a_version_of_a_later_day_has_not_happened():
    """Seen on 17 March a release of the 18th is still to come, and so it is at its own midnight."""
    release = version(1, "1.0", release_date="2026-03-18")
    period = {"date_from": "2026-03-02", "date_to": "2026-03-29"}
    for as_of, excluded in (("2026-03-17", {"after_as_of": ["1"]}), ("2026-03-18", {})):
        found = reference_metrics([issue("P-1")], versions=[release], as_of=as_of, **period)
        assert found["metrics"]["deployment_frequency"]["excluded"] == excluded


def test_e_percentiles():
    """Of 1, 2, ..., 7: the ranks 4, 6.8 and, beyond the last, none."""
    numbers = [float(n) for n in range(1, 8)]
    shown, withheld = stats.percentiles(numbers)

    assert shown == {"p50": 4, "p85": pytest.approx(6.8, rel=1e-12), "p95": None}
    assert list(withheld) == ["p95"]
    assert stats.median_interval(numbers) == [1, 7]


def test_e_what_happened_last_counts():
    document = reference_metrics(example_newest().issues, **example_newest().arguments())

    assert document["as_of"] == "2026-03-13T00:00:00.001Z"
    assert document["metrics"]["flow_velocity"]["n"] == 3


def test_e_a_stamp_of_2099_is_unreadable():
    document = reference_metrics(example_2099().issues, **example_2099().arguments())
    findings = {entry["code"]: entry["keys"] for entry in document["data_quality"]}

    assert document["as_of"] == "2026-03-13T00:00:00.001Z"
    assert document["metrics"]["flow_load"]["included"] == ["N-99"]
    assert findings["malformed_updated"] == ["N-99"]


def test_e_change_lead_time():
    """A ticket closed after its release ends there; one begun after its release is left out."""
    example = example_e()
    document = reference_metrics(example.issues, **example.arguments())
    metric = document["metrics"]["change_lead_time"]
    findings = {entry["code"]: entry["keys"] for entry in document["data_quality"]}

    assert (metric["value"], metric["n"], metric["included"]) == (2.75, 2, ["E-1", "E-2"])
    assert metric["excluded"] == {
        "not_deployed": ["E-6", "E-7", "E-8"],
        "deployed_before_start": ["E-3"],
    }
    assert findings["closed_after_release"] == ["E-1", "E-3"]


def test_e_change_fail_rate():
    """By affected version and by window; E-7 belongs to a release before the period."""
    metric = metrics_of(example_e())["change_fail_rate"]

    assert metric["value"] == pytest.approx(66.667, abs=5e-4)
    assert metric["interval"] == [pytest.approx(20.77, abs=0.005), pytest.approx(93.85, abs=0.005)]
    assert (metric["failed"], metric["unattributed"]) == (["302", "303"], [])


def test_e_incident_times():
    """Mended on the day of the release took nothing; seen 80 days after it is latent."""
    metrics = metrics_of(example_e())
    restore = metrics["time_to_restore"]
    recovery = metrics["failed_deployment_recovery_time"]

    assert (restore["value"], restore["included"]) == (24, ["E-6", "E-7", "E-8"])
    assert (recovery["value"], recovery["included"]) == (12, ["E-6", "E-8"])
    assert recovery["excluded"] == {"latent": ["E-7"]}


def test_e_a_release_dated_after_t_has_not_happened():
    releases = [version(1, "1.0", release_date="2026-03-17"), version(2, "1.1", release_date="2026-03-18")]
    story = issue("N-1", created="2026-03-01")
    period = {"date_from": "2026-03-02", "date_to": "2026-03-22", "as_of": "2026-03-17"}
    metric = reference_metrics([story], versions=releases, **period)["metrics"]["deployment_frequency"]

    assert (metric["included"], metric["excluded"]) == (["1"], {"after_as_of": ["2"]})


def test_f_sprints():
    found = reference_metrics(example_f().issues, **example_f().arguments())["sprints"]
    first, second = found["sprints"]

    assert [count["n"] for count in found["total"].values()] == [7, 2, 1, 5, 3]
    assert (found["kept_percent"], found["done_median"]) == (pytest.approx(400 / 7), 2.5)
    assert first["committed"]["keys"] == ["F-1", "F-2", "F-4", "F-6", "F-7"]
    assert [first[name]["points"] for name in ("committed", "added", "removed", "done")] == [20, 2, 8, 13]
    assert first["excluded"] == {"done_outside": ["F-5"]}
    assert second["done"] == {"n": 2, "points": 5, "unestimated": 1, "keys": ["F-2", "F-8"]}
