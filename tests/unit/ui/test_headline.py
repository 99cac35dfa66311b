"""The numbers of a view as sentences."""

from dataclasses import replace

import pytest

from data.model.metric import Change, MetricResult, Previous
from data.pipeline import METRICS
from tests.support.engine import engine_report
from tests.support.examples import example_a
from ui.headline import headline, plain, unknowns

RESULTS = engine_report(example_a().issues, **example_a().arguments()).results
VALUES = {
    "deployment_frequency": 4.98,
    "change_lead_time": 7.4,
    "change_fail_rate": 10.9,
    "failed_deployment_recovery_time": 14.6,
    "flow_velocity": 21.7,
    "flow_time": 6.0,
    "flow_load": 47.0,
}


def results(**values: float | None) -> dict[str, MetricResult]:
    """Return results with these values, nothing compared."""
    known = {**VALUES, **values}
    return {
        name: replace(result, value=known.get(name), evidence="proxy", change=None, confidence=None)
        for name, result in RESULTS.items()
    }


def told(found: dict[str, MetricResult], days: int = 90) -> list[str]:
    return [plain(sentence) for sentence in headline(found, days)]


def test_what_a_team_does() -> None:
    assert told(results()) == [
        "5.0 deployments a week; half of the changes reach production within 7.4 days of their start.",
        "10.9 % of the deployments failed, and recovery took 14.6 hours at the median.",
        "21.7 items a week are delivered, half of them within 6 days; 47 are in progress.",
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"change_lead_time": None}, "5.0 deployments a week."),
        ({"deployment_frequency": 0.0}, "Nothing was deployed in this period."),
        ({"deployment_frequency": 1.0, "change_lead_time": None}, "1 deployment a week."),
    ],
)
def test_throughput(values: dict[str, float | None], sentence: str) -> None:
    assert told(results(**values))[0] == sentence


def test_measured_lead_time_is_counted_from_the_commit() -> None:
    found = results()
    found["change_lead_time"] = replace(found["change_lead_time"], evidence="measured")

    assert told(found)[0].endswith("7.4 days of their commit.")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"failed_deployment_recovery_time": None}, "10.9 % of the deployments failed."),
        (
            {"failed_deployment_recovery_time": 1.0},
            "10.9 % of the deployments failed, and recovery took 1 hour at the median.",
        ),
        ({"change_fail_rate": 0.0}, "None of the deployments failed, as far as known."),
    ],
)
def test_instability(values: dict[str, float | None], sentence: str) -> None:
    assert told(results(**values))[1] == sentence


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"flow_time": None, "flow_load": None}, "21.7 items a week are delivered."),
        (
            {"flow_velocity": 1.0, "flow_time": None, "flow_load": 1.0},
            "1 item a week is delivered; 1 is in progress.",
        ),
        ({"flow_velocity": 0.0}, "Nothing was delivered in this period; 47 are in progress."),
    ],
)
def test_flow(values: dict[str, float | None], sentence: str) -> None:
    assert told(results(**values))[2] == sentence


def test_what_is_not_known_is_left_out() -> None:
    assert told(results(**dict.fromkeys(VALUES))) == []


def test_clear_changes_are_named_with_what_was_before() -> None:
    """A likely change is not a clear one."""
    found = results()
    test = Change("rank_sum_weeks/1", 0.001, None, (12, 12))
    found["flow_velocity"] = replace(
        found["flow_velocity"], change=test, confidence="strong", trend="up", previous=Previous(12.0, 150)
    )
    found["flow_time"] = replace(
        found["flow_time"], change=test, confidence="strong", trend="down", previous=Previous(8.2, 150)
    )
    found["flow_efficiency"] = replace(found["flow_efficiency"], change=test, confidence="likely", trend="up")

    assert told(found)[-1] == (
        "Clear changes against the 90 days before: flow velocity up (12 before), flow time down (8.2 before)."
    )


def test_without_a_clear_change_that_is_said() -> None:
    found = results()
    found["flow_time"] = replace(found["flow_time"], change=Change("rank_sum_weeks/1", 0.4, None, (4, 4)))

    assert told(found, 1)[-1] == "No clear change against the 1 day before."


def test_each_number_leads_to_its_metric() -> None:
    assert [
        phrase.metric for sentence in headline(results(), 90) for phrase in sentence if phrase.metric
    ] == [
        "deployment_frequency",
        "change_lead_time",
        "change_fail_rate",
        "failed_deployment_recovery_time",
        "flow_velocity",
        "flow_time",
        "flow_load",
    ]


def test_one_reason_is_told_once_for_all_its_metrics() -> None:
    found = results(flow_time=None, flow_efficiency=None, flow_load=None)
    found = {name: replace(result, message="Why not.", state="no_data") for name, result in found.items()}
    found["flow_load"] = replace(found["flow_load"], message="Another why.", state="not_applicable")
    flow = [metric for metric in METRICS if metric.id in ("flow_time", "flow_load", "flow_efficiency")]

    assert [([m.id for m in one.metrics], one.message, one.state) for one in unknowns(flow, found)] == [
        (["flow_time", "flow_efficiency"], "Why not.", "no_data"),
        (["flow_load"], "Another why.", "not_applicable"),
    ]
