"""The DORA and the Flow page: a family of metrics each, larger and with their history."""

import logging
from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output

from callbacks.notices import attempted
from callbacks.panels import (
    Panels,
    answer_of,
    asked,
    failed_page,
    family,
    register_drawing,
    wait_for_first_data,
    waiting,
)
from callbacks.views import view_of
from configuration.errors import InputError
from data.cache_manager import CacheConfiguration, CacheInvalidationTrigger
from data.dora_calculator import DORA_METRICS
from data.flow_calculator import FLOW_METRICS, OPTIONAL_FLOW_METRICS
from data.metrics.report import View
from data.model.instants import from_ms
from data.model.tables import MISSING
from data.performance_utils import PerformanceTimer
from data.pipeline import Pipeline
from data.workspace import Workspace
from ui import ids
from ui.pages import dora, flow

logger = logging.getLogger(__name__)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect both pages to the workspace."""
    flows = (*FLOW_METRICS, *OPTIONAL_FLOW_METRICS.values())
    for panels in (
        Panels("dora", family(DORA_METRICS, dora.METRICS), detailed=True),
        Panels("flow", family(flows, flow.METRICS), detailed=True),
    ):
        _register_page(app, workspace, panels)


def earlier_view(
    pipeline: Pipeline, filters: Mapping[str, Any] | None, before: Mapping[str, Any] | None
) -> View | None:
    """Return what a page looked at before, None where that was nothing or the data of another profile."""
    if before is None or before.get("src") != (filters or {}).get("src"):
        return None
    try:
        return view_of(pipeline, before)
    except InputError:
        return None


def invalidated(pipeline: Pipeline, view: View, before: View | None) -> CacheInvalidationTrigger | None:
    """Return what the period of a view changes against the one before, None where it is the same one.

    Results of another period do not hold and are computed again; days that are
    not stored yet have to be fetched.
    """
    periods = [(one.date_from or "", one.date_to or "") for one in (before or view, view)]
    if periods[0] == periods[1]:
        return None
    then, now = (CacheConfiguration(period=period) for period in periods)
    return CacheInvalidationTrigger(then, now, stored=("", _last_day(pipeline)))


def _last_day(pipeline: Pipeline) -> str:
    """Return the civil day of the data's own time, "" over an empty store."""
    as_of = pipeline.dataset().as_of
    return "" if as_of == MISSING else from_ms(as_of).date().isoformat()


def _register_page(app: Dash, workspace: Workspace, panels: Panels) -> None:
    page = panels.page
    register_drawing(app, page)

    @app.callback(
        Output(ids.answer(page), "data"),
        Input(ids.view(page), "data"),
        Input({"kind": ids.RETRY, "page": page, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
        running=waiting(page),
    )
    def answer(view: dict[str, Any] | None, _retries: list[int | None]) -> Any:
        filters, before = (view or {}).get("filters"), (view or {}).get("before")
        with PerformanceTimer(f"{page}.metrics"):
            return attempted(
                lambda: _answer_page(workspace, panels, filters, before),
                lambda failure: failed_page(page, failure),
            )


def _answer_page(
    workspace: Workspace, panels: Panels, filters: dict[str, Any] | None, before: dict[str, Any] | None
) -> dict[str, Any]:
    pipeline, view = asked(workspace, filters)
    wait_for_first_data(workspace, pipeline)
    answer = answer_of(workspace, pipeline, view, panels, filters)
    trigger = invalidated(pipeline, view, earlier_view(pipeline, filters, before))
    if trigger is not None:
        logger.info("results.invalidated", extra={"reason": trigger.reason, "costs": trigger.costs})
    if trigger is not None and trigger.needs_requests:
        workspace.refresh(pipeline.name)
    return answer
