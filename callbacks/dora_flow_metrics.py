"""The DORA and the Flow page: a family of metrics each, larger and with their history."""

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output

from callbacks.notices import Failure, attempted
from callbacks.panels import (
    asked,
    cards_of,
    failed_cards,
    family,
    freshness_of,
    heading_of,
    plain_answer,
    register_charts,
    wait_for_first_data,
)
from callbacks.workspace import Workspace
from data.cache_manager import CacheConfiguration, CacheInvalidationTrigger
from data.dora_calculator import DORA_METRICS
from data.flow_calculator import FLOW_METRICS, OPTIONAL_FLOW_METRICS
from data.performance_utils import PerformanceTimer
from data.pipeline import Pipeline, Report
from data.tables import MISSING
from ui import ids
from ui.pages import dora, flow

logger = logging.getLogger(__name__)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect both pages to the workspace."""
    watch = PeriodWatch()
    _register_page(app, workspace, watch, "dora", family(DORA_METRICS, dora.METRICS))
    _register_page(
        app, workspace, watch, "flow", family((*FLOW_METRICS, *OPTIONAL_FLOW_METRICS.values()), flow.METRICS)
    )


class PeriodWatch:
    """Notices that a profile is looked at over another period than before; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: dict[str, tuple[str, str]] = {}

    def look(self, pipeline: Pipeline, report: Report) -> CacheInvalidationTrigger:
        """Return what the period of ``report`` changes against the one before; at first nothing.

        Results of another period do not hold and are computed again; days that are
        not stored yet have to be fetched.
        """
        period = (report.period.date_from or "", report.period.date_to or "")
        with self._lock:
            before = self._before.get(pipeline.name, period)
            self._before[pipeline.name] = period
        last = "" if report.as_of == MISSING else _day_of(report)
        stored = CacheConfiguration(period=before), CacheConfiguration(period=period)
        return CacheInvalidationTrigger(*stored, stored=("", last))


def _day_of(report: Report) -> str:
    """Return the civil day of the data's own time."""
    at = dt.datetime.fromtimestamp(report.as_of / 1000, dt.UTC)
    return at.date().isoformat()


def _register_page(
    app: Dash, workspace: Workspace, watch: PeriodWatch, page: str, names: Sequence[str]
) -> None:
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
    def show_page(view: dict[str, Any] | None, _retries: list[int | None]) -> Any:
        filters = (view or {}).get("filters")
        with PerformanceTimer(f"{page}.metrics"):
            return plain_answer(attempted(lambda: _page(workspace, watch, page, names, filters), failed))


def _page(
    workspace: Workspace,
    watch: PeriodWatch,
    page: str,
    names: Sequence[str],
    filters: dict[str, Any] | None,
) -> tuple[Any, ...]:
    pipeline, report = asked(workspace, filters)
    wait_for_first_data(workspace, report)
    trigger = watch.look(pipeline, report)
    if trigger.reasons:
        logger.info("results.invalidated", extra={"reason": trigger.reason, "costs": trigger.costs})
    if trigger.needs_requests:
        workspace.refresh(pipeline.name)
    freshness = freshness_of(workspace, pipeline, report)
    return cards_of(page, names, report, freshness, detailed=True), heading_of(report)
