"""The Compare page: rows beside each other, each against its own past."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import ALL, ClientsideFunction, Dash, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.comparisons import (
    KINDS,
    PROFILE,
    Compared,
    Layout,
    compare_groups,
    compare_profiles,
    read_layout,
)
from callbacks.headings import heading_of
from callbacks.notices import Failure, attempted
from callbacks.panels import asked, wait_for_first_data, waiting
from callbacks.views import query_of
from data.metrics.comparison import is_small
from data.metrics.groups import GROUPINGS, Group
from data.metrics.report import Report
from data.performance_utils import PerformanceTimer
from data.workspace import Workspace
from ui import ids
from ui.components.comparison import Comparison, Row, comparison_data
from ui.components.states import page_failed
from ui.design import plain_design

PAGE = "compare"


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the page to the workspace."""
    _register_browser_side(app)

    @app.callback(
        Output(ids.answer(PAGE), "data"),
        Input(ids.view(PAGE), "data"),
        Input(ids.COMPARE_QUESTION, "data"),
        Input({"kind": ids.RETRY, "page": PAGE, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
        running=waiting(PAGE),
    )
    def show_comparison(
        view: dict[str, Any] | None, question: str | None, _retries: list[int | None]
    ) -> dict[str, Any]:
        if view is None or question is None:
            raise PreventUpdate
        filters = view.get("filters")
        with PerformanceTimer(f"{PAGE}.update"):
            return attempted(lambda: _answer(workspace, filters, question), _show_failure)


def _register_browser_side(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("compare", "ask"),
        Output(ids.COMPARE_QUESTION, "data"),
        Input(ids.URL, "search"),
        State(ids.COMPARE_QUESTION, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("compare", "draw"),
        Output(ids.COMPARE, "children"),
        Output(ids.heading(PAGE), "children"),
        Input(ids.answer(PAGE), "data"),
        prevent_initial_call=True,
    )


def _answer(workspace: Workspace, filters: Mapping[str, Any] | None, question: str) -> dict[str, Any]:
    pipeline, view = asked(workspace, filters)
    wait_for_first_data(workspace, pipeline)
    layout = read_layout(question)

    def pack(report: Report, found: Compared) -> bytes:
        heading = plain_design(heading_of(pipeline, report, filters, ()))
        return orjson.dumps({"comparison": comparison_data(shown_of(layout, found)), "heading": heading})

    if layout.by == PROFILE:
        # Of several stores: none of them could say whether an answer that is remembered still holds.
        found = compare_profiles(workspace, filters, layout)
        return _send(pack(pipeline.report(view), found))
    what = PAGE, layout, query_of(filters)
    return _send(
        pipeline.answer(what, view, lambda report: pack(report, compare_groups(pipeline, report, layout)), ())
    )


def shown_of(layout: Layout, found: Compared) -> Comparison:
    """Return what the page shows of what was found."""
    columns = [metric.id for metric in found.columns(layout)]
    by_profile = layout.by == PROFILE
    return Comparison(
        by=layout.by,
        kind=PROFILE if by_profile else GROUPINGS[layout.by].singular,
        kinds=tuple(KINDS.items()),
        offered=found.offered,
        columns=layout.columns,
        order=layout.order,
        picture=layout.picture if layout.picture in columns else next(iter(columns), ""),
        rows=[
            Row(
                name=group.name,
                items=group.flow_items,
                small=is_small(group, columns),
                results=group.results,
                profile=group.name if by_profile else "",
                work=found.work.get(group.name),
            )
            for group in found.groups
        ],
        together=None if found.together is None else _row_of_all(found.together, columns),
        notes=found.notes,
        alone=found.alone,
    )


def _row_of_all(group: Group, columns: Sequence[str]) -> Row:
    return Row(group.name, group.flow_items, is_small(group, columns), group.results, opens=False)


def _send(body: bytes) -> dict[str, Any]:
    """Return an answer as Dash passes it on: its JSON as it is."""
    return {"page": orjson.Fragment(body)}


def _show_failure(failure: Failure) -> dict[str, Any]:
    retry = None if failure.typed else {"kind": ids.RETRY, "page": PAGE, "name": PAGE}
    instead = plain_design(page_failed(failure.cause, failure.remedy, failure.reference, retry))
    return _send(orjson.dumps({"instead": instead, "heading": ""}))
