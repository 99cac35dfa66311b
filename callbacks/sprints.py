"""The Sprints page: what became of the sprints of a view, and the issues behind each of its numbers."""

import json
from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate

from callbacks.headings import heading_of
from callbacks.notices import Failure, attempted
from callbacks.panels import asked, wait_for_first_data
from callbacks.views import query_of
from data.charts.sprints import sprint_issues, sprint_table
from data.metrics.report import Report
from data.performance_utils import PerformanceTimer
from data.pipeline import Pipeline
from data.workspace import Workspace
from ui import ids
from ui.components.sprints import no_sprints, sprint_answer, sprint_box
from ui.components.states import page_failed
from ui.design import plain_design

PAGE = "sprints"
MOST_ISSUES = 1_000  # in the drawer; all of them are in the CSV
Answer = tuple[Any, Any]


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the page to the workspace."""

    @app.callback(
        Output(ids.SPRINTS_ANSWER, "children"),
        Output(ids.heading(PAGE), "children"),
        Input(ids.view(PAGE), "data"),
        prevent_initial_call=True,
    )
    def show_sprints(view: dict[str, Any] | None) -> Answer:
        if view is None:
            raise PreventUpdate
        with PerformanceTimer(f"{PAGE}.update"):
            return attempted(lambda: _answer(workspace, view.get("filters")), _show_failure)


def _answer(workspace: Workspace, filters: Mapping[str, Any] | None) -> Answer:
    pipeline, view = asked(workspace, filters)
    wait_for_first_data(workspace, pipeline)

    def tell(report: Report) -> bytes:
        table = sprint_table(report.context)
        drawn = no_sprints(stored=bool(report.scope_issues)) if table is None else sprint_answer(table)
        heading = heading_of(pipeline, report, filters, ())
        return json.dumps([plain_design(drawn), plain_design(heading)]).encode()

    body, heading = json.loads(pipeline.answer((PAGE, query_of(filters)), view, tell, ()))
    return body, heading


def _show_failure(failure: Failure) -> Answer:
    shown = page_failed(failure.cause, failure.remedy, failure.reference, None)
    return plain_design([shown]), ""


def draw_panel(pipeline: Pipeline, report: Report, panel: str) -> tuple[str, Any] | None:
    """Return title and content of the drawer for a number of the page; None where there is no such number."""
    found = sprint_issues(report.context, panel)
    if found is None:
        return None
    keys, sprints = found.keys[:MOST_ISSUES], found.sprints[:MOST_ISSUES]
    rows = pipeline.store.rows(sorted(set(keys)))
    summaries = {key: row.summary for key, row in rows.items()}
    return found.title, sprint_box(found.title, panel.rpartition("-")[2], keys, sprints, summaries)
