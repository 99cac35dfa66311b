"""The Overview: every number at a glance, what changed, what is stuck, what to know about the data."""

from typing import Any

from dash import ALL, Dash, Input, Output
from dash.development.base_component import Component

from callbacks.notices import Failure, attempted
from callbacks.panels import (
    Panels,
    answer_of,
    asked,
    failed_page,
    reach_of,
    register_drawing,
    wait_for_first_data,
    waiting,
)
from callbacks.repairs import finding_lines
from configuration.profile import Profile
from data.charts.blocked_work import BlockedItem, blocked_items
from data.charts.recent import recent
from data.forecast.attention import look_first
from data.metrics.report import Report
from data.performance_utils import PerformanceTimer
from data.pipeline import METRICS
from data.workspace import Workspace
from ui import ids
from ui.components.findings import findings_list
from ui.components.overview import (
    BLOCKED_ITEMS,
    attention_part,
    blocked_list,
    changes_list,
    headline_words,
    still_reading,
    unknown_list,
)
from ui.headline import headline, unknowns
from ui.pages import overview

PAGE = "overview"
PANELS = Panels(PAGE, overview.METRICS, lists_unknown=True)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the Overview to the workspace."""
    register_drawing(app, PAGE)

    @app.callback(
        Output(ids.answer(PAGE), "data"),
        Output(ids.HEADLINE, "children"),
        Output(ids.UNKNOWN, "children"),
        Output(ids.CHANGES, "children"),
        Output(ids.STUCK, "children"),
        Output(ids.BLOCKED, "children"),
        Output(ids.FINDINGS, "children"),
        Input(ids.view(PAGE), "data"),
        Input({"kind": ids.RETRY, "page": PAGE, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
        running=waiting(PAGE),
    )
    def show_overview(view: dict[str, Any] | None, _retries: list[int | None]) -> tuple[Any, ...]:
        filters = (view or {}).get("filters")
        with PerformanceTimer("dashboard.update"):
            return attempted(lambda: _fill_overview(workspace, filters), _show_failure)


def _fill_overview(workspace: Workspace, filters: dict[str, Any] | None) -> tuple[Any, ...]:
    pipeline, view = asked(workspace, filters)
    wait_for_first_data(workspace, pipeline)
    said = say(pipeline.report(view), pipeline.profile)
    return answer_of(workspace, pipeline, view, PANELS, filters), *said


def say(report: Report, profile: Profile) -> tuple[Any, ...]:
    """Return what the Overview says beside its numbers: headline, unknown, changes, stuck, blocked, findings.

    While a first sync reads, the oldest issues are there and the newest are not: nothing is made of them.
    """
    if not report.complete:
        return still_reading()
    return (
        headline_words(headline(report.results, report.period.days)),
        unknown_list(unknowns(METRICS, report.results), reach_of(report)),
        changes_list(METRICS, None if report.context is None else report.context.once(recent)),
        _draw_attention(report),
        blocked_list(list_blocked(report), explain_unknown(report, "blocked_time")),
        findings_list(finding_lines(report, profile), report.scope_issues, PAGE),
    )


def explain_unknown(report: Report, name: str = "flow_load") -> str:
    """Return why no age can be told: the reason for which a metric is not known either, "" where it is."""
    result = report.results[name]
    return result.message or "" if report.context is not None and result.value is None else ""


def list_blocked(report: Report) -> tuple[BlockedItem, ...]:
    """Return what has waited longest at the end of the period; nothing where nothing tells."""
    known = report.context is not None and report.results["blocked_time"].value is not None
    return blocked_items(report.context, BLOCKED_ITEMS) if report.context is not None and known else ()


def _draw_attention(report: Report) -> list[Component]:
    """Return what to look at first; over an empty store nothing is in progress."""
    context = report.context
    if context is None:
        return attention_part(())
    past = context.window.hi < context.delivery.as_of
    return attention_part(context.once(look_first), explain_unknown(report), past=past)


def _show_failure(failure: Failure) -> tuple[Any, ...]:
    return failed_page(PAGE, failure), None, None, None, None, None, None
