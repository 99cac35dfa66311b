"""The lines of what may be expected, and what they are called."""

import datetime as dt

import pytest

from data.forecast.expectation import Expectation
from tests.support.builders import issue
from tests.support.drawing import figure_of
from tests.support.engine import engine_report
from ui.figures.charts import CHARTS
from ui.figures.expectation import expect_lines

ENDS = (0, 0.5, 1)


def test_each_type_with_an_expectation_has_a_line() -> None:
    """A type without one has none, and the line of all together is there where no type has one."""
    found = {
        "all": Expectation(14.0, 60, 100, 84.0),
        "Feature": Expectation(14.54, 40, 80, 85.0),
        "Defect": Expectation(9.0, 20, 0, None),
        "Debt": Expectation(None, 19, 0, None),
    }
    expected = expect_lines(found, ENDS)

    assert [(line["label"], line["limit"]) for line in expected.lines] == [
        ("85 % within 9 to 14.5 d, by type", 14.54),
        ("", 9.0),
    ]
    assert expected.note == "85 % expected within: Feature 14.5 days (held by 85 %), Defect 9 days."
    assert [line["words"] for line in expected.lines] == [
        "Feature within 14.5 days, held by 85 % of 80",
        "Defect within 9 days",
    ]
    alone = expect_lines({"all": found["all"], "Debt": found["Debt"]}, ENDS)
    assert [line["label"] for line in alone.lines] == ["85 % within 14 d, all together"]


def test_below_twenty_items_there_is_no_line() -> None:
    expected = expect_lines({"all": Expectation(None, 19, 0, None)}, ENDS)

    assert (len(expected), expected.note) == (0, "")


def items(n: int) -> list[dict]:
    """So many stories, begun at one midnight, done after as many days as their numbers; one is open."""
    done = [
        issue(
            f"A-{days}",
            created="2026-01-05",
            history=[("2026-02-02", "Doing"), (f"{dt.date(2026, 2, 2) + dt.timedelta(days=days)}", "Done")],
            resolution="Done",
        )
        for days in range(1, n + 1)
    ]
    return [*done, issue("A-99", created="2026-01-05", history=[("2026-03-01", "Doing")])]


@pytest.mark.parametrize(("n", "lines"), [(19, []), (20, [17.85])])
@pytest.mark.parametrize("name", ["scatter", "ageing"])
def test_the_charts_have_the_line(name: str, n: int, lines: list[float]) -> None:
    """Of 1 to 20 days position 21 x 0.85 = 17.85; nineteen are too few."""
    report = engine_report(items(n), date_from="2026-01-05", date_to="2026-03-15", as_of="2026-03-16")
    spec = next(spec for spec in CHARTS if spec.id == name)
    traces = figure_of(spec, report, "light")["data"]
    drawn = [trace for trace in traces if str(trace.get("name", "")).startswith("Feature within")]

    assert [trace["y"][0] for trace in drawn] == lines
    assert ("Feature 17.8 days" in spec.build(report).note) == bool(lines)


def test_no_line_over_working_days() -> None:
    """The expectation is in elapsed days."""
    report = engine_report(
        items(20),
        date_from="2026-01-05",
        date_to="2026-03-15",
        as_of="2026-03-16",
        profile={"business_days": True},
    )
    scatter, ageing = (
        next(s for s in CHARTS if s.id == name).build(report) for name in ("scatter", "ageing")
    )

    assert not scatter.data["expected"]
    assert ageing.data["expected"]
