"""Cards and charts of one page: numbers in, panels out, and a failure stays in the panels it concerns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from dash import ALL, ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.headings import heading_of
from callbacks.marking import Marking, marking_of
from callbacks.notices import Failure, attempted
from callbacks.views import query_of, view_of
from data.charts.subject import ChartSubject, in_steps
from data.flow_calculator import OPTIONAL_FLOW_METRICS
from data.metrics.filters import filters_in_use
from data.metrics.report import Report, View
from data.model.clock import clock_of
from data.model.metric import Metric
from data.model.tables import MISSING
from data.performance_utils import PerformanceTimer
from data.pipeline import METRICS, Pipeline
from data.workspace import Workspace
from ui import ids
from ui.components.card import card_data
from ui.components.chart import chart_data
from ui.components.sparkline import sparkline_steps
from ui.components.states import Freshness, Reach, freshness_data, page_failed
from ui.design import plain_design
from ui.figures.chart import ChartSpec, packed
from ui.figures.charts import CHARTS
from ui.figures.marks import mark_data
from ui.figures.parts import week_data

# What Dash's way out would rewrite in every answer anew, remembered or not, and the signs of our own words
# that make a text one of wide letters, through which it looks several times as long.
_REWRITTEN = "<>/\u2028\u2029" + "\xa0\u202f▲▼"
# By their first byte, which is found several times as quickly as all of them: what follows it, of one length,
# and what stands for both.
_ESCAPES = {
    sign.encode()[:1]: {
        one.encode()[1:]: f"\\u{ord(one):04x}".encode()
        for one in _REWRITTEN
        if one.encode()[:1] == sign.encode()[:1]
    }
    for sign in _REWRITTEN
}
BY_ID = {metric.id: metric for metric in (*METRICS, *OPTIONAL_FLOW_METRICS.values())}


class _PartlyFailedError(Exception):
    """Some charts could not be drawn: the answer is given, and not remembered.

    Args:
        body: the answer.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__("a chart failed")
        self.body = body


def asked(workspace: Workspace, filters: Mapping[str, Any] | None) -> tuple[Pipeline, View]:
    """Return what the filters of the page ask for, and whom.

    Raises:
        DashboardError: the profile or the view make no sense, or the store cannot be read.
    """
    pipeline = workspace.pipeline((filters or {}).get("src"))
    return pipeline, view_of(pipeline, filters)


def wait_for_first_data(workspace: Workspace, pipeline: Pipeline) -> None:
    """Leave the skeletons where they are while the very first data are on their way.

    Raises:
        PreventUpdate: nothing is stored yet, and a job of the profile is running.
    """
    state = workspace.jobs.state(pipeline.name)
    if state.running and state.error is None and not pipeline.status().stored:
        raise PreventUpdate


@dataclass(frozen=True, slots=True)
class Panels:
    """What a page shows beside its charts.

    Attributes:
        page: its id.
        names: of the metrics that have a card, if the profile has them.
        detailed: the cards have room for range and percentiles.
        lists_unknown: the page has a list of what is not known, so that its heading need not tell.
    """

    page: str
    names: tuple[str, ...]
    detailed: bool = False
    lists_unknown: bool = False


def answer_of(
    workspace: Workspace, pipeline: Pipeline, view: View, panels: Panels, filters: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what a page is drawn from: numbers, which are remembered, and how fresh they are.

    Args:
        workspace: knows whether the last sync failed.
        pipeline: of the profile.
        view: what is looked at.
        panels: of the page.
        filters: as the address has them, for the links that change one of them.
    """

    def tell(report: Report) -> bytes:
        data = page_data(
            panels,
            report,
            heading_of(pipeline, report, filters, () if panels.lists_unknown else panels.names),
            marking_of(pipeline, report, filters, panels.names),
        )
        if any("cause" in chart for chart in data["charts"].values()):
            raise _PartlyFailedError(_sendable(data))
        return _sendable(data)

    try:
        body = pipeline.answer((panels, query_of(filters)), view, tell, panels.names)
    except _PartlyFailedError as failed:
        body = failed.body
    return _send(body, freshness_data(freshness_of(workspace, pipeline)))


def _sendable(data: Mapping[str, Any]) -> bytes:
    """Return data as JSON in which Dash finds nothing to rewrite; it means the same."""
    body = packed(data)
    pieces: list[bytes] = []
    kept = 0
    # One copy of it all, for copies are what this takes.
    for place, stop, escape in sorted(_find_rewritten(body)):
        pieces += (body[kept:place], escape)
        kept = stop
    return b"".join((*pieces, body[kept:])) if kept else body


def _find_rewritten(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield where each sign begins and ends that is escaped, and what stands for it."""
    for lead, escapes in _ESCAPES.items():
        rest = len(next(iter(escapes)))
        place = body.find(lead)
        while place >= 0:
            stop = place + 1 + rest
            escape = escapes.get(body[place + 1 : stop])
            if escape is not None:
                yield place, stop, escape
            place = body.find(lead, place + 1)


def _send(body: bytes, freshness: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as Dash passes it on: its JSON as it is, in which nobody looks for components."""
    return {"page": orjson.Fragment(body), "freshness": freshness}


def freshness_of(workspace: Workspace, pipeline: Pipeline) -> Freshness:
    """Return how far the numbers of a profile show things as they are now."""
    status = pipeline.status()
    return Freshness(
        as_of=None if status.as_of == MISSING else status.as_of,
        synced_at=status.synced_at,
        now=clock_of(workspace.home).now_ms(),
        complete=status.complete,
        failed=_failed_last(workspace, pipeline),
    )


def _failed_last(workspace: Workspace, pipeline: Pipeline) -> bool:
    """Tell whether the last attempt to refresh this profile failed."""
    return workspace.jobs.state(pipeline.name).error is not None


def page_data(
    panels: Panels, report: Report, heading: Sequence[Component], marking: Marking
) -> dict[str, Any]:
    """Return what the cards and charts of a page are drawn from.

    A chart that fails is told of in its panel, and the rest of the page goes on.
    """
    reach, unread = reach_of(report), _tell_unread(report)
    cards = [
        card_data(BY_ID[name], report.results[name], reach, detailed=panels.detailed, unread=unread)
        for name in panels.names
        if name in report.results
    ]
    with PerformanceTimer(f"{panels.page}.charts"):
        subject = in_steps(report)
        charts = {spec.id: _draw(spec, subject, reach) for spec in CHARTS if spec.page == panels.page}
    return {
        "cards": cards,
        "charts": charts,
        "weeks": week_data(subject)
        | sparkline_steps(report.results["flow_velocity"].weekly)
        | mark_data(marking.marks.shown),
        "heading": plain_design(list(heading)),
        "marks": plain_design(list(marking.components)),
    }


def _tell_unread(report: Report) -> dict[str, str]:
    """Return which source could not be read, and since when; nothing where all were."""
    if not report.unread:
        return {}
    first, *others = report.unread
    more = f" So it is with {len(others)} more." if others else ""
    return {"unread": f"{first.words}{more}", "unread_title": f"{first.cause} {first.remedy}"}


def reach_of(report: Report) -> Reach:
    """Return how far a view reaches: its days, and whether its filters let anything through."""
    nothing = report.scope_issues and not report.flow_items and filters_in_use(report.view)
    return Reach(report.period.days, filtered_out=bool(nothing))


def _draw(spec: ChartSpec, subject: ChartSubject, reach: Reach) -> dict[str, Any]:
    return attempted(lambda: chart_data(spec.build(subject), reach), told)


def failed_page(page: str, failure: Failure) -> dict[str, Any]:
    """Return the answer of a page whose numbers cannot be computed: one sentence in place of panels."""
    retry = None if failure.typed else {"kind": ids.RETRY, "page": page, "name": page}
    instead = plain_design(page_failed(failure.cause, failure.remedy, failure.reference, retry))
    charts = {spec.id: told(failure) for spec in CHARTS if spec.page == page}
    answer = {"cards": [], "charts": charts, "weeks": {}, "heading": "", "marks": "", "instead": instead}
    return _send(_sendable(answer), {})


def told(failure: Failure) -> dict[str, Any]:
    """Return a failure as the panels name it."""
    return {"cause": failure.cause, "remedy": failure.remedy, "reference": failure.reference}


def family(metrics: Sequence[Metric], first: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of a family of metrics, those named in ``first`` before the others."""
    known = [metric.id for metric in metrics]
    return (*(name for name in first if name in known), *(name for name in known if name not in first))


def register_drawing(app: Dash, page: str) -> None:
    """Let the browser draw the cards of a page when their data come, and charts when they come into sight."""
    app.clientside_callback(
        ClientsideFunction("panels", "receive"),
        Output(ids.cards(page), "children"),
        Output(ids.heading(page), "children"),
        Output(ids.marks(page), "children"),
        Input(ids.answer(page), "data"),
        Input(ids.THEME, "data"),
        State(ids.view(page), "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("charts", "draw"),
        Output({"kind": ids.CHART, "page": page, "name": ALL}, "children"),
        Input(ids.wanted(page), "data"),
        prevent_initial_call=True,
    )


def waiting(page: str) -> list[tuple[Output, str, str]]:
    """Return what marks a page while its answer is on the way."""
    return [(Output(ids.page_box(page), "className"), "waiting", "")]
