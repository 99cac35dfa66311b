"""What is drawn holds every case of releases that the definitions tell apart."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.reference import reference_metrics
from tests.reference.sample import Sample
from tests.reference.worlds import comparable_worlds, mapped_worlds, released_worlds

DORA = ("deployment_frequency", "change_lead_time", "change_fail_rate", "time_to_restore")
DORA += ("failed_deployment_recovery_time", "deployment_rework_rate", "flow_velocity")
CASES = {
    "change_fail_rate is not_configured",
    "change_fail_rate is inferred",
    "change_fail_rate is flat",
    "change_lead_time leaves out not_deployed",
    "change_lead_time leaves out deployed_before_start",
    "closed_after_release",
    "deployment_frequency is inferred",
    "deployment_frequency is not_configured",
    "deployment_frequency leaves out after_as_of",
    "deployment_frequency leaves out not_production",
    "deployment_frequency leaves out not_successful",
    "deployment_unknown_issue",
    "deployment_unknown_project",
    "failed_deployment_recovery_time leaves out latent",
    "failed_deployment_recovery_time leaves out unattributed",
    "flow_velocity is flat",
    "flow_velocity is likely",
    "moved key",
    "recovery within the day of the release",
    "source event by day",
    "source event by instant",
    "source issue by instant",
    "source status by day",
    "source version by day",
    "two kinds of start",
}


def cases(sample: Sample) -> set[str]:
    """What of the list above a sample holds."""
    document = reference_metrics(sample.issues, **sample.arguments(), only=DORA)
    metrics = document["metrics"]
    found = {f"{name} leaves out {reason}" for name, m in metrics.items() for reason in m["excluded"]}
    for name, metric in metrics.items():
        found |= {f"{name} is {metric[part]}" for part in ("state", "evidence", "trend", "confidence")}
    for row in metrics["deployment_frequency"]["deployments"]:
        found.add(f"source {row['source']} by {'day' if len(row['at']) == 10 else 'instant'}")
    found |= {entry["code"] for entry in document["data_quality"]}
    if metrics["change_lead_time"]["by_start"]:
        found.add("two kinds of start")
    weekly = metrics["failed_deployment_recovery_time"]["weekly"]
    if any(week["value"] == 0 for week in weekly):
        found.add("recovery within the day of the release")
    if any(str(key).startswith("OLD-") for row in sample.deployments for key in row["issues"]):
        found.add("moved key")
    return found


@pytest.mark.slow
def test_every_case_is_drawn() -> None:
    """Within a few hundred stores nearly always.

    What a seed draws depends on the modules that other tests have loaded, for Hypothesis
    draws constants out of them; so 120 are drawn at a time until all cases are there, up to 2 880.
    """
    found: set[str] = set()
    look = settings(
        max_examples=40,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for turn in range(24):
        for worlds in (released_worlds(), comparable_worlds(), mapped_worlds()):
            look(seed(turn)(given(worlds)(lambda sample: found.update(cases(sample)))))()
        if found >= CASES:
            break

    assert sorted(CASES - found) == []
