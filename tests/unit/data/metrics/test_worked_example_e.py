"""The DORA half of worked example E of specs/metrics.md, to the digit, on the engine's own path."""

import pytest

from data.dora_calculator import calculate_all_dora_metrics
from data.model.metric import MetricResult
from tests.support.builders import issue, status_list, version

V299, V301, V302, V303 = (
    version(n, name, release_date=day)
    for n, name, day in (
        (299, "2.0", "2026-04-01"),
        (301, "3.0", "2026-06-03"),
        (302, "3.1", "2026-06-10"),
        (303, "3.2", "2026-06-17"),
    )
)


def work(key: str, created: str, doing: str, done: str, fixed_in: dict) -> dict:
    history = [(doing, "Doing"), (done, "Done")]
    return issue(key, created=created, history=history, resolution="Done", fix_versions=[fixed_in])


def incident(key: str, created: str, done: str, *affected: dict) -> dict:
    return issue(
        key, "Incident", created=created, history=[(done, "Done")], resolution="Done", versions=list(affected)
    )


@pytest.fixture(scope="module")
def metrics() -> dict[str, MetricResult]:
    """What the example says of deployments."""
    issues = [
        work("E-1", "2026-06-01", "2026-06-01T12:00", "2026-06-08T12:00", V301),
        work("E-2", "2026-06-05", "2026-06-08", "2026-06-10T06:00", V302),
        work("E-3", "2026-06-01", "2026-06-12", "2026-06-15", V301),
        incident("E-6", "2026-06-10T10:00", "2026-06-10T16:00", V302),
        incident("E-7", "2026-06-20", "2026-06-21", V299),
        incident("E-8", "2026-06-17T20:00", "2026-06-19"),
    ]
    return dict(
        calculate_all_dora_metrics(
            issues,
            statuses=status_list(),
            versions=[V299, V301, V302, V303],
            date_from="2026-06-01",
            date_to="2026-06-28",
            as_of="2026-06-30T00:00:00Z",
        )
    )


def test_lead_times(metrics: dict[str, MetricResult]) -> None:
    """E-1 was closed after its release, which ends it: 2.5 days; E-2 took 3; E-3 began after its release."""
    found = metrics["change_lead_time"]

    assert (found.value, found.n, found.included) == (2.75, 2, ("E-1", "E-2"))
    assert found.excluded == {
        "not_deployed": ("E-6", "E-7", "E-8"),
        "deployed_before_start": ("E-3",),
    }


def test_fail_rate(metrics: dict[str, MetricResult]) -> None:
    """302 by the affected version, 303 by its window; E-7 belongs to 299, outside the period."""
    found = metrics["change_fail_rate"]

    assert (found.value, found.n) == (pytest.approx(200 / 3), 3)
    assert found.interval == (pytest.approx(20.77, abs=0.005), pytest.approx(93.85, abs=0.005))
    assert (found.extra["failed"], found.extra["unattributed"]) == (["302", "303"], [])


def test_recovery(metrics: dict[str, MetricResult]) -> None:
    """E-6 was over on the day of its release: 0; E-8 took 24 h; E-7 was seen 79 days after its release."""
    found = metrics["failed_deployment_recovery_time"]

    assert (found.value, found.n, found.included) == (12, 2, ("E-6", "E-8"))
    assert found.excluded == {"latent": ("E-7",)}


def test_time_to_restore(metrics: dict[str, MetricResult]) -> None:
    """6, 24 and 28 hours."""
    found = metrics["time_to_restore"]

    assert (found.value, found.n, found.extra["open"]) == (24, 3, 0)
