"""The Overview: every number at a glance, what changed, what is stuck, what to know about the data."""

from typing import Any

from dash import ALL, Dash, Input, Output

from callbacks.notices import Failure, attempted
from callbacks.panels import (
    asked,
    cards_of,
    failed_cards,
    freshness_of,
    heading_of,
    register_charts,
    wait_for_first_data,
)
from callbacks.workspace import Workspace
from data.charts.ageing import ageing_work
from data.charts.subject import keys_of
from data.performance_utils import PerformanceTimer
from data.pipeline import METRICS, Report
from ui import ids
from ui.components.findings import findings_list
from ui.components.overview import STUCK_ITEMS, changes_list, stuck_list
from ui.pages import overview

PAGE = "overview"
NAMES = overview.METRICS


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the Overview to the workspace."""
    register_charts(app, workspace, PAGE)

    @app.callback(
        Output(ids.cards(PAGE), "children"),
        Output(ids.CHANGES, "children"),
        Output(ids.STUCK, "children"),
        Output(ids.FINDINGS, "children"),
        Output(ids.heading(PAGE), "children"),
        Input(ids.view(PAGE), "data"),
        Input({"kind": ids.RETRY, "page": PAGE, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def show_overview(view: dict[str, Any] | None, _retries: list[int | None]) -> tuple[Any, ...]:
        filters = (view or {}).get("filters")
        with PerformanceTimer("dashboard.update"):
            return attempted(lambda: _overview(workspace, filters), _failed)


def _overview(workspace: Workspace, filters: dict[str, Any] | None) -> tuple[Any, ...]:
    pipeline, report = asked(workspace, filters)
    wait_for_first_data(workspace, report)
    freshness = freshness_of(workspace, pipeline, report)
    return (
        cards_of(PAGE, NAMES, report, freshness),
        changes_list(METRICS, report.results),
        stuck_list(_stuck(report)),
        findings_list(report.findings, report.scope_issues),
        heading_of(report),
    )


def _stuck(report: Report) -> list[tuple[str, str, float, bool]]:
    """Return key, status, age and whether it is out of the ordinary, of the oldest items in progress."""
    if report.context is None:
        return []
    work = ageing_work(report.context)
    keys = keys_of(report.context, work.rows[:STUCK_ITEMS])
    return [
        (key, work.names[work.stage[place]], float(work.days[place]), bool(work.old[place]))
        for place, key in enumerate(keys)
    ]


def _failed(failure: Failure) -> tuple[Any, ...]:
    cards = failed_cards(PAGE, NAMES, failure.cause, failure.remedy, failure.reference)
    return cards, None, None, None, failure.cause
