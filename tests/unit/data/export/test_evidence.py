"""The rows behind a number of deployments; numbers from the second worked example."""

from pathlib import Path

from data.export.evidence import evidence_lines, find_evidence
from data.store.database import Store
from tests.support.engine import engine_report
from tests.support.examples import example_b


def test_a_deployment_tells_which_incidents_it_caused(tmp_path: Path) -> None:
    """201, 202 and 204 one each, 203 was itself a repair; what did not count tells why."""
    example = example_b()
    report = engine_report(example.issues, **example.arguments())
    result = report.results["deployment_frequency"]
    store = Store(tmp_path / "none.sqlite")

    def told(reason: str | None = None) -> list[tuple[str, str, str]]:
        found = find_evidence(report.delivery, "deployment_frequency", result, reason)
        lines = evidence_lines(found, store=store)
        return [(line.key, line.end, line.note) for line in lines]

    assert told() == [
        ("201", "2026-03-03", "caused I-2"),
        ("202", "2026-03-10", "caused I-1"),
        ("203", "2026-03-12", "rework"),
        ("204", "2026-03-24", "caused I-3"),
    ]
    assert told("no_date") == [("205", "", "no_date")]
    assert told("after_as_of") == [("206", "2026-04-02", "after_as_of")]
