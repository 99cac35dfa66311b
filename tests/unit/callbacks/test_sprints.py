"""The Sprints page: what it says of the worked example, what each number opens, and where there is none."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callbacks.cli.tables import sprints_table
from callbacks.sprints import draw_panel
from data.charts.sprints import ALL, KEPT, is_panel, panel_of, sprint_issues, sprint_table
from data.export.document import sprints_answer
from data.export.frames import SPRINT_COLUMNS, sprints_frame, to_csv
from data.export.sprints_document import sprints_document
from data.metrics.report import Report, View
from data.metrics.sprints import COUNTS
from data.pipeline import Pipeline
from tests.support.dashboards import dashboard_over, pipeline_over
from tests.support.examples import example_a, example_f
from tests.support.hostile import HOSTILE
from tests.support.sprints import sprint, sprint_issue
from ui.components.sprints import HEADS, no_sprints, sprint_answer
from ui.design import plain_design
from ui.report.page import sprints_part
from ui.report.standalone import NOTHING

VIEW = View(date_from="2026-03-02", date_to="2026-03-29", as_of="2026-03-30T00:00:00Z")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return pipeline_over(tmp_path, example_f().issues)


@pytest.fixture
def report(pipeline: Pipeline) -> Report:
    return pipeline.report(VIEW)


def words(drawn: Any) -> str:
    """All the text of components, in their order."""
    return "".join(_texts(json.loads(json.dumps(plain_design(drawn)))))


def _texts(drawn: Any) -> Iterator[str]:
    if isinstance(drawn, list):
        for each in drawn:
            yield from _texts(each)
    elif isinstance(drawn, dict):
        yield from _texts(drawn.get("props", {}).get("children"))
    elif drawn is not None:
        yield str(drawn)


def panels_in(drawn: Any) -> set[str]:
    """The panels that the numbers of components open."""
    return set(re.findall(r'"name": "(sprints-[^"]+)"', json.dumps(plain_design(drawn))))


def test_the_sentence_over_all_sprints(report: Report) -> None:
    """7 committed, 4 of them done in their sprint; 3 and 2 done."""
    table = sprint_table(report.context)
    assert table is not None

    assert words(sprint_answer(table)).startswith(
        "In 2 completed sprints 7 issues were committed to, and 57 % of them were done in their sprint. "
        "Half of the sprints ended with at least 2.5 done; 2 were added, 1 removed and 3 carried over."
    )
    assert [row.name for row in table.closed] == ["Web 42", "Web 41"]
    assert (table.closed[1].opens, table.closed[1].closes) == ("2026-03-02 09:00", "2026-03-13 17:00")


def test_every_number_opens_as_many_issues_as_it_says(pipeline: Pipeline, report: Report) -> None:
    """Of each sprint and of all of them; what is left out too."""
    table = sprint_table(report.context)
    assert table is not None
    told = {panel_of(ALL, name): number.n for name, number in table.total.items()}
    for row in table.closed:
        told |= {panel_of(row.id, name): number.n for name, number in row.numbers.items()}
        told |= {panel_of(row.id, name): n for name, n in row.left_out.items()}

    assert panels_in(sprint_answer(table)) <= told.keys()
    for panel, n in told.items():
        found = sprint_issues(report.context, panel)
        assert found is not None
        assert (is_panel(panel), len(found.keys)) == (True, n)
        assert draw_panel(pipeline, report, panel) is not None
    both = sprint_issues(report.context, panel_of(ALL, "committed"))
    assert both is not None
    assert both.keys[-2:] == ("F-2", "F-8")
    assert both.sprints[-3:] == ("Web 41", "Web 42", "Web 42")


@pytest.mark.parametrize(
    "panel", ["sprints-", "sprints-9-done", "sprints-41-open", "sprints-41-gone", "sprints-x"]
)
def test_a_number_that_does_not_exist_opens_nothing(pipeline: Pipeline, report: Report, panel: str) -> None:
    assert draw_panel(pipeline, report, panel) is None


def test_every_count_has_its_head() -> None:
    assert set(HEADS) == {*COUNTS, KEPT}


def test_without_sprints(tmp_path: Path) -> None:
    """The page says so, and neither JSON nor report nor CSV has more than the heads."""
    pipeline = pipeline_over(tmp_path, example_a().issues)
    report = pipeline.report(VIEW)

    assert (sprint_table(report.context), sprints_document(report.context)) == (None, None)
    assert (sprints_part(report), pipeline.choices().sprints) == (None, False)
    assert to_csv(sprints_frame(None)) == ",".join(SPRINT_COLUMNS) + "\n"
    assert words(no_sprints(stored=True)).startswith("No issue of this profile has a sprint.")
    assert draw_panel(pipeline, report, "sprints-41-done") is None


def test_the_link_stands_where_there_are_sprints(tmp_path: Path) -> None:
    """From the first page on; a profile without sprints has none."""
    for name, issues, hidden in (("a", example_a().issues, True), ("f", example_f().issues, False)):
        folder = tmp_path / name
        folder.mkdir()
        app = dashboard_over(folder, issues)
        links = re.findall(r'{[^{}]*"id": "link-sprints".*?}', json.dumps(plain_design([app.layout()])))

        assert len(links) == 1
        assert f'"hidden": {str(hidden).lower()}' in links[0]


def test_a_line_for_each_sprint_in_the_file(report: Report) -> None:
    """Without a mapped estimate points are empty; ``open`` is known of running ones only."""
    lines = to_csv(sprints_frame(sprints_document(report.context))).splitlines()

    assert lines[1] == (
        "41,Web 41,1,closed,2026-03-02T09:00:00.000Z,2026-03-13T17:00:00.000Z,2026-03-13T17:00:00.000Z,"
        "measured,5,,2,,1,,3,,3,,,,2"
    )


def test_the_command_says_the_same(report: Report) -> None:
    """As a table for people and as a document."""
    table = sprint_table(report.context)
    assert table is not None
    lines = [" ".join(line.split()) for line in sprints_table(table).splitlines()]

    assert "Web 41 2026-03-02 2026-03-13 5 2 1 3 3 -" in lines
    assert "All closed 7 2 1 5 3 -" in lines
    assert lines[-1] == "57.14 % of what was committed to was done in its sprint."
    told = sprints_answer(report, "default")
    assert list(told) == [
        "schema",
        "profile",
        "revision",
        "complete",
        "as_of",
        "period",
        "filters",
        "sprints",
    ]
    assert told["sprints"] == sprints_document(report.context)


def test_the_report_has_the_same(report: Report) -> None:
    part = sprints_part(report)
    assert part is not None

    assert part.rows[1] == ("Web 41", "2026-03-02", "2026-03-13", "5", "2", "1", "3", "3", NOTHING)
    assert "57.1 % of 7 issues committed to were done in their sprint." in part.notes[0]


def test_a_running_sprint_and_what_is_not_judged(tmp_path: Path) -> None:
    """Said as of now, in no total; names of any kind stay texts."""
    running = sprint(42, HOSTILE[0], "2026-03-16T09:00", "2026-03-31T17:00")
    odd, later = sprint(5, "No start", completed="2026-03-13"), sprint(50, "Next")
    issues = [sprint_issue(f"A-{n}", held=[each]) for n, each in enumerate((running, odd, later), start=1)]
    report = pipeline_over(tmp_path, issues).report(VIEW)
    table = sprint_table(report.context)
    assert table is not None
    told = words(sprint_answer(table))

    assert told.startswith("No sprint was completed in this period.")
    assert f"{HOSTILE[0]} until 2026-03-31 17:00: 1 committed, 0 added, 0 removed, 0 done, 1 open" in told
    assert "contradicts another one: No start." in told
    assert "1 sprint not begun yet." in told


def test_where_no_sprint_was_completed_the_last_one_before_is_told(pipeline: Pipeline) -> None:
    """Web 41 was completed on 13 March: the way leads to the 90 days up to it."""
    april = sprint_table(pipeline.report(View(date_from="2026-04-01", date_to="2026-04-30")).context)
    january = sprint_table(pipeline.report(View(date_from="2026-01-01", date_to="2026-01-31")).context)
    march = sprint_table(pipeline.report(VIEW).context)
    assert april is not None
    assert january is not None
    assert march is not None
    drawn = sprint_answer(april)

    assert "The last one before ended on 13 Mar 2026. Show the 90 days before" in words(drawn)
    assert "?from=2025-12-14&to=2026-03-13" in json.dumps(plain_design(drawn))
    assert (january.last_closed, march.last_closed) == ("", "")
