"""What CONTRIBUTING says of a new metric is true: its two blocks are run as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest

from data.export.document import document
from data.flow_calculator import FLOW_METRICS
from data.metrics.report import Period, Report
from data.model.metric import Metric
from data.performance_utils import log_performance
from data.plain_issues import results_of
from tests.support.builders import issue
from tests.support.rows import context

ROOT = Path(__file__).resolve().parents[2]


def block(name: str) -> str:
    """The code that follows a mark of this name."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def metric() -> Metric:
    """The metric that the file and the line make."""
    module: dict[str, Any] = {}
    exec(compile(block("the file"), "defect_lead_time.py", "exec"), module)
    names = {**module, "Metric": Metric, "log_performance": log_performance}
    made = eval(block("the line"), names)
    assert isinstance(made, Metric)
    return made


def test_one_file_and_one_line_add_a_metric(metric: Metric) -> None:
    """Two defects of 4 and 8 days, one story; it is in the JSON with everything that others have."""
    issues = [
        issue("A-1", "Bug", created="2026-03-01", history=[("2026-03-05", "Done")]),
        issue("A-2", "Bug", created="2026-03-03", history=[("2026-03-11", "Done")]),
        issue("A-3", created="2026-03-03", history=[("2026-03-11", "Done")]),
    ]
    results = results_of((*FLOW_METRICS, metric), context(issues, "2026-03-02", "2026-03-15", "2026-04-01"))
    report = Report(0, "", True, Period("2026-03-02", "2026-03-15", 14, "UTC"), 3, 3, results)
    shown = document(report, "test")["metrics"]["defect_lead_time"]

    assert (shown["definition"], shown["value"], shown["n"]) == ("defect_lead_time/2", 6.0, 2)
    assert list(shown) == list(document(report, "test")["metrics"]["request_lead_time"])
    assert (shown["included"], shown["excluded"]) == (("A-1", "A-2"), {"not_a_defect": ("A-3",)})
    assert [week["value"] for week in shown["weekly"]] == [4.0, 8.0]
    assert (shown["previous"], shown["trend"]) == ({"value": None, "n": 0}, "unknown")
