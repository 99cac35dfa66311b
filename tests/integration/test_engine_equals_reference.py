"""Two programs that share no line give the same numbers, keys and reasons for any history."""

import json

import pytest
from hypothesis import given, settings

from tests.reference import assert_documents_equal, reference_metrics
from tests.reference.samples import sample_issues, sample_json
from tests.reference.worlds import Sample, worlds
from tests.support import examples
from tests.support.engine import engine_metrics

FAMILY = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "time_to_restore",
    "deployment_rework_rate",
    "flow_velocity",
    "flow_time",
    "request_lead_time",
    "flow_load",
    "flow_distribution",
    "flow_efficiency",
    "blocked_time",
    "flow_velocity_points",
)
EXAMPLES = {
    "A": examples.example_a(),
    "B": examples.example_b(),
    "C": examples.example_c(),
    "C clock change": examples.example_c_clock_change(),
    "D": examples.example_d(),
    "D resolution": examples.example_d(completion_source="resolution"),
    "D later": examples.example_d("2026-10-01"),
    "E": examples.example_e(),
    "G": examples.example_g(),
    "E newest": examples.example_newest(),
    "E 2099": examples.example_2099(),
    "D later resolution": examples.example_d("2026-10-01", "resolution"),
}


def both(issues: list[dict], arguments: dict) -> tuple[dict, dict]:
    return engine_metrics(issues, **arguments), reference_metrics(issues, **arguments, only=FAMILY)


@settings(max_examples=150)
@given(worlds())
def test_any_store_any_profile_any_instant(sample: Sample) -> None:
    """Random transitions, reopenings, unsorted and duplicate entries, odd zones, empty everything."""
    engine, reference = both(sample.issues, sample.arguments())

    assert_documents_equal(engine, reference)


@pytest.mark.soak
@settings(max_examples=5_000, derandomize=False)
@given(worlds())
def test_thousands_of_stores_drawn_anew(sample: Sample) -> None:
    """What the worlds of every run do not hold is rare, and worth an hour now and then."""
    engine, reference = both(sample.issues, sample.arguments())

    assert_documents_equal(engine, reference)


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str) -> None:
    """The worked examples of specs/metrics.md give the same document in both programs."""
    example = EXAMPLES[name]
    engine, reference = both(example.issues, example.arguments())

    assert_documents_equal(engine, reference)


@pytest.mark.parametrize(
    ("file", "versions", "statuses", "first", "last"),
    [
        ("titanium-ALOY", "titanium-ALOY-versions.json", None, "2012-05-01", "2021-11-30"),
        ("titanium-ALOY", "titanium-ALOY-versions.json", None, "2015-01-01", "2015-12-31"),
        ("titanium-AC", "titanium-AC-versions.json", None, "2015-07-01", "2015-12-31"),
        ("jirametrics-SP", None, "jirametrics-SP-status.json", "2021-06-01", "2022-05-31"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_real_data(
    *, file: str, versions: str | None, statuses: str | None, first: str, last: str, zone: str
) -> None:
    """Real issues, with every trap that is in them."""
    arguments = {
        "versions": sample_json(versions) if versions else [],
        "statuses": sample_json(statuses) if statuses else [],
        "date_from": first,
        "date_to": last,
        "timezone": zone,
    }
    engine, reference = both(sample_issues(f"{file}.ndjson.gz"), arguments)

    assert_documents_equal(engine, reference)


def test_documents_are_json() -> None:
    """A document holds no NaN and no infinity."""
    example = EXAMPLES["A"]

    assert json.dumps(engine_metrics(example.issues, **example.arguments()), allow_nan=False)
