"""A report prints as what it says, without the tables it was made of."""

from tests.support.builders import issue
from tests.support.engine import engine_report


def test_a_report_prints_without_its_tables() -> None:
    """In a log line or a debugger a million rows would bury the numbers."""
    report = engine_report([issue("A-1", created="2026-03-01")])

    assert (report.delivery is None, report.context is None) == (False, False)
    assert "results=" in repr(report)
    assert "delivery=" not in repr(report)
    assert "context=" not in repr(report)
