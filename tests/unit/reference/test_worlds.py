"""The random stores hold every case that the definitions decide, often enough to matter."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.reference import reference_metrics
from tests.reference.flow_worlds import flow_worlds
from tests.reference.sample import Sample

EXAMPLES, OFTEN = 150, 2
CASES = {
    "flow_time history_truncated",
    "flow_time never_started",
    "flow_efficiency zero_flow_time",
    "flow_velocity not_delivered",
    "flow_velocity_points no_estimate",
    "flow_velocity inferred",
    "flow_time inferred",
    "flow_time proxy",
    "request_lead_time inferred",
    "history_truncated",
    "history_mismatch",
    "inferred_status",
    "unmapped_status",
    "status_category_conflict",
    "unclassified_types",
    "malformed_history",
    "malformed_updated",
    "malformed_resolutiondate",
    "malformed_story_points",
    "done_without_date",
    "resolution_without_done",
    "resolution Withdrawn False",
    "resolution Duplikat False",
    "resolution Gelöst True",
    "status Cancelled False",
    "status Duplikat False",
    "status Closed True",
    "status Closed False",
    "as of itself",
}


def cases_of(sample: Sample) -> set[str]:
    document = reference_metrics(sample.issues, **sample.arguments())
    metrics = document["metrics"]
    found = {f"{name} {reason}" for name, metric in metrics.items() for reason in metric["excluded"]}
    found |= {f"{name} {metric['evidence']}" for name, metric in metrics.items()}
    found |= {row["code"] for row in document["data_quality"]}
    for kind, listed in (("resolution", "resolutions"), ("status", "done_statuses")):
        ends = document["scope"][listed]
        found |= {f"{kind} {name} {entry['delivered']}" for name, entry in ends.items()}
    return found | ({"as of itself"} if sample.as_of is None else set())


@pytest.mark.slow
def test_every_case_is_drawn_often_enough() -> None:
    """Of 150 stores at least 2 hold each case; the draws are the same in every run."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(flow_worlds())
    def draw(sample: Sample) -> None:
        seen.update(cases_of(sample))

    draw()

    assert {case: seen[case] for case in CASES if seen[case] < OFTEN} == {}
