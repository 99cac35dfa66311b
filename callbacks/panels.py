"""Cards and charts of one page: numbers in, panels out, and a failure stays in the panels it concerns."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.notices import Failure, attempted
from callbacks.views import view_of
from callbacks.workspace import Workspace
from data.flow_calculator import OPTIONAL_FLOW_METRICS
from data.metric import Metric
from data.performance_utils import PerformanceTimer
from data.pipeline import METRICS, Pipeline, Report
from data.tables import MISSING
from ui import ids
from ui.components.card import failed_card, metric_card
from ui.components.chart import chart_body, chart_failed
from ui.components.states import Freshness
from ui.figures.charts import chart
from ui.format import counted

BY_ID = {metric.id: metric for metric in (*METRICS, *OPTIONAL_FLOW_METRICS.values())}
NO_DATA_YET = "no data yet"


def asked(workspace: Workspace, filters: Mapping[str, Any] | None) -> tuple[Pipeline, Report]:
    """Return what the filters of the page ask for.

    Raises:
        DashboardError: the profile, its store or the view make no sense.
    """
    pipeline = workspace.pipeline((filters or {}).get("src"))
    return pipeline, pipeline.report(view_of(pipeline, filters))


def freshness_of(workspace: Workspace, pipeline: Pipeline, report: Report) -> Freshness:
    """Return how far the panels of a report show things as they are now."""
    status = pipeline.status()
    return Freshness(
        as_of=None if report.as_of == MISSING else report.as_of,
        synced_at=status.synced_at,
        now=int(time.time() * 1000),
        complete=report.complete,
        failed=_failed_last(workspace, pipeline),
    )


def _failed_last(workspace: Workspace, pipeline: Pipeline) -> bool:
    """Tell whether the last attempt to refresh this profile failed; that of another one does not count."""
    state = workspace.jobs.state()
    return state.error is not None and state.subject in ("", pipeline.name)


def wait_for_first_data(workspace: Workspace, report: Report) -> None:
    """Leave the skeletons where they are while the very first data are on their way.

    Raises:
        PreventUpdate: nothing is stored yet, and a job is running.
    """
    if not report.scope_issues and workspace.jobs.state().running:
        raise PreventUpdate


def heading_of(report: Report) -> str:
    """Return what the numbers of a page are about: period, zone, how many issues."""
    period = report.period
    if period.date_from is None or period.date_to is None:
        return NO_DATA_YET
    items = f"{counted(report.flow_items, 'flow item')} of {counted(report.scope_issues, 'issue')}"
    span = f"{period.date_from} to {period.date_to}, {counted(period.days, 'day')}, {period.timezone}"
    return f"{span}; {items} in scope"


def cards_of(
    page: str, names: Sequence[str], report: Report, freshness: Freshness, *, detailed: bool = False
) -> list[Component]:
    """Return the cards of those of ``names`` that the report has."""
    return [
        metric_card(BY_ID[name], report.results[name], freshness, page=page, detailed=detailed)
        for name in names
        if name in report.results
    ]


def failed_cards(page: str, names: Sequence[str], cause: str, remedy: str, reference: str) -> list[Component]:
    """Return the cards of a page whose numbers could not be computed."""
    return [
        failed_card(BY_ID[name], cause, remedy, reference, page=page)
        for name in names
        if BY_ID[name] in METRICS
    ]


def family(metrics: Sequence[Metric], first: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of a family of metrics, those named in ``first`` before the others."""
    known = [metric.id for metric in metrics]
    return (*(name for name in first if name in known), *(name for name in known if name not in first))


def plain_answer(shown: Any) -> Any:
    """Return components as the dicts that the page gets; everything else stays as it is.

    Dash would do it too, but looks for components within every value of every figure.
    """
    if isinstance(shown, list | tuple):
        return [plain_answer(one) for one in shown]
    if not isinstance(shown, Component):
        return shown
    told: dict[str, Any] = shown.to_plotly_json()
    if "children" in told["props"]:
        told["props"]["children"] = plain_answer(told["props"]["children"])
    return told


def register_charts(app: Dash, workspace: Workspace, page: str) -> None:
    """Draw the charts of a page as they come into sight."""
    app.clientside_callback(
        ClientsideFunction("throughline", "follow"),
        Input(ids.view(page), "data"),
        Input(ids.THEME, "data"),
    )

    @app.callback(
        Output({"kind": ids.CHART, "page": page, "name": ALL}, "children"),
        Input(ids.wanted(page), "data"),
        prevent_initial_call=True,
    )
    def show_charts(wanted: dict[str, Any]) -> list[Any]:
        with PerformanceTimer(f"{page}.charts"):
            subject = attempted(lambda: _subject(workspace, wanted), lambda failure: failure)
            named = [output["id"]["name"] for output in ctx.outputs_list]
            return [plain_answer(_drawn(subject, name, wanted)) for name in named]


def _subject(workspace: Workspace, wanted: Mapping[str, Any]) -> tuple[Report, Freshness] | Failure:
    pipeline, report = asked(workspace, wanted["view"]["filters"])
    wait_for_first_data(workspace, report)
    return report, freshness_of(workspace, pipeline, report)


def _drawn(subject: tuple[Report, Freshness] | Failure, name: str, wanted: Mapping[str, Any]) -> Any:
    entry = wanted["charts"].get(name)
    if entry is None:
        return no_update
    spec, stamp = chart(name), entry["stamp"]

    def failed(failure: Failure) -> Component:
        return chart_failed(spec, failure.cause, failure.remedy, failure.reference, stamp=stamp)

    def drawn(report: Report, freshness: Freshness) -> Component:
        drawing = spec.build(report, wanted["scheme"])
        return chart_body(spec, drawing, freshness, stamp=stamp, table=entry["table"])

    if isinstance(subject, Failure):
        return failed(subject)
    return attempted(lambda: drawn(*subject), failed)
