"""The DORA and the Flow page: a family of metrics each, larger and with their history."""

from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output

from callbacks.notices import Failure, attempted
from callbacks.panels import asked, cards_of, failed_cards, family, freshness_of, heading_of, register_charts
from callbacks.workspace import Workspace
from data.dora_calculator import DORA_METRICS
from data.flow_calculator import FLOW_METRICS, OPTIONAL_FLOW_METRICS
from data.performance_utils import PerformanceTimer
from ui import ids
from ui.pages import dora, flow


def register(app: Dash, workspace: Workspace) -> None:
    """Connect both pages to the workspace."""
    _register_page(app, workspace, "dora", family(DORA_METRICS, dora.METRICS))
    _register_page(
        app, workspace, "flow", family((*FLOW_METRICS, *OPTIONAL_FLOW_METRICS.values()), flow.METRICS)
    )


def _register_page(app: Dash, workspace: Workspace, page: str, names: Sequence[str]) -> None:
    register_charts(app, workspace, page)

    def failed(failure: Failure) -> tuple[Any, ...]:
        cards = failed_cards(page, names, failure.cause, failure.remedy, failure.reference)
        return cards, failure.cause

    @app.callback(
        Output(ids.cards(page), "children"),
        Output(ids.heading(page), "children"),
        Input(ids.view(page), "data"),
        Input({"kind": ids.RETRY, "page": page, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def show_page(view: dict[str, Any] | None, _retries: list[int | None]) -> tuple[Any, ...]:
        filters = (view or {}).get("filters")
        with PerformanceTimer(f"{page}.metrics"):
            return attempted(lambda: _page(workspace, page, names, filters), failed)


def _page(
    workspace: Workspace, page: str, names: Sequence[str], filters: dict[str, Any] | None
) -> tuple[Any, ...]:
    pipeline, report = asked(workspace, filters)
    freshness = freshness_of(workspace, pipeline, report)
    return cards_of(page, names, report, freshness, detailed=True), heading_of(report)
