"""The drawer: the formula of a number, the rows it is made of page by page, the history of one of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from callbacks.notices import Failure, attempted
from callbacks.panels import BY_ID, asked
from callbacks.sprints import draw_panel
from callbacks.views import query_of
from data.charts.issue_history import issue_history
from data.charts.sprints import is_panel
from data.export.code_evidence import code_lines, word_pulls
from data.export.contribution import find_contribution
from data.export.evidence import IssueLine
from data.export.jql import MOST_KEYS, key_query, query_address
from data.export.selection import Found, Selection, selection_of
from data.metrics.groups import GROUPINGS
from data.metrics.report import Report
from data.model.metric import Metric
from data.pipeline import Pipeline
from data.workspace import Workspace
from ui import ids
from ui.components.drawer import (
    Bench,
    Groups,
    Heavy,
    breakdown,
    drawer_chips,
    drawer_facts,
    drawer_tools,
    drawer_value,
    half_words,
    issue_table,
    panel_unknown,
)
from ui.components.issue import issue_box, issue_unknown
from ui.components.states import error_state
from ui.format import reason as reason_words

# Value, facts, chips, groups, tools: nothing in any of them, and their part of the drawer hidden.
NO_METRIC = (None, None, None, None, None, True)
# So many keys are named where a few rows weigh most.
NAMED = 5


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the drawer to the workspace."""
    _register_browser_side(app)
    _register_head(app, workspace)
    _register_rows(app, workspace)


def _register_browser_side(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("drawer", "show"),
        Output(ids.DRAWER_FIND, "value"),
        Input(ids.PANEL, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        State(ids.DRAWER_FIND, "value"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("drawer", "find"),
        Input(ids.DRAWER_FIND, "value"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("drawer", "keepOrder"),
        Input(ids.DRAWER_ROWS, "getRowsRequest"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("drawer", "fit"),
        Input(ids.DRAWER_FILLED, "data"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("drawer", "chooseRow"),
        Input(ids.DRAWER_ROWS, "cellClicked"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.DRAWER_TABLE, "children"),
        Input(ids.TABLE_READY, "data"),
        State(ids.PANEL, "data"),
        prevent_initial_call=True,
    )
    def mount_table(_ready: bool | None, panel: dict[str, Any] | None) -> Any:
        return issue_table(Opened.of(panel).selection.order)


def _register_head(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.DRAWER, "title"),
        Output(ids.DRAWER_VALUE, "children"),
        Output(ids.DRAWER_FACTS, "children"),
        Output(ids.DRAWER_CHIPS, "children"),
        Output(ids.DRAWER_GROUPS, "children"),
        Output(ids.DRAWER_TOOLS, "children"),
        Output(ids.DRAWER_METRIC, "hidden"),
        Output(ids.DRAWER_ISSUE, "children"),
        Input(ids.PANEL, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        prevent_initial_call=True,
    )
    def show_drawer(
        panel: dict[str, Any] | None, filters: dict[str, Any] | None, _revision: str | None
    ) -> tuple[Any, ...]:
        opened = Opened.of(panel)
        if not (opened.panel or opened.issue):
            return (no_update,) * 8
        return attempted(
            lambda: _fill_drawer(workspace, opened, filters), lambda failure: _show_failure(opened, failure)
        )


def _register_rows(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.DRAWER_ROWS, "getRowsResponse"),
        Output(ids.DRAWER_FILLED, "data"),
        Input(ids.DRAWER_ROWS, "getRowsRequest"),
        State(ids.PANEL, "data"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def send_rows(
        request: dict[str, Any] | None, panel: dict[str, Any] | None, filters: dict[str, Any] | None
    ) -> tuple[dict[str, Any], Any]:
        opened = Opened.of(panel)
        nothing = {"rowData": [], "rowCount": 0}, no_update
        if request is None or opened.metric is None:
            return nothing
        pipeline, view = asked(workspace, filters)
        report = pipeline.report(view)
        selection = opened.selection
        found = pipeline.found(report, opened.metric.id, _in_order(selection, request.get("sortModel")))
        if found is None:
            return nothing
        part = found.lines(int(request["startRow"]), int(request["endRow"]))
        rows = {"rowData": [_make_row(line) for line in part], "rowCount": len(found)}
        return rows, found.filled()


def _in_order(selection: Selection, order: list[dict[str, str]] | None) -> Selection:
    """Return a selection in the order that the table asks for."""
    if not order:
        return selection
    rule = order[0]
    return replace(selection, order=f"{'-' if rule['sort'] == 'desc' else ''}{rule['colId']}")


def _fill_drawer(workspace: Workspace, opened: "Opened", filters: dict[str, Any] | None) -> tuple[Any, ...]:
    pipeline, view = asked(workspace, filters)
    report = pipeline.report(view)
    metric = opened.metric
    issue = None if opened.issue is None else _draw_issue(pipeline, report, opened.issue)
    if is_panel(opened.panel):
        return _fill_with_sprint(pipeline, report, opened, issue)
    if metric is None or metric.id not in report.results:
        unknown = opened.panel if metric is None else None
        return opened.issue or unknown, *NO_METRIC, issue or panel_unknown(opened.panel or "")
    selection = opened.selection
    result = report.results[metric.id]
    if selection.by is not None and selection.group is not None:
        result = pipeline.group_result(report, metric, selection.by, selection.group)
    bench = _lay_out(pipeline, report, metric, selection, filters)
    head = (
        drawer_value(metric, result),
        drawer_facts(metric, result, bench),
        drawer_chips(metric, result, bench.reason),
    )
    parts = breakdown(metric, _break_down(pipeline, report, metric, opened.selection)), drawer_tools(bench)
    return metric.title, *head, *parts, False, issue


def _fill_with_sprint(
    pipeline: Pipeline, report: Report, opened: "Opened", issue: Component | None
) -> tuple[Any, ...]:
    """Return the drawer of a number of the Sprints page; an issue of it stands above the others."""
    panel = opened.panel or ""
    drawn = draw_panel(pipeline, report, panel)
    title, box = drawn or (panel, panel_unknown(panel))
    return title, *NO_METRIC, [box] if issue is None else [issue, box]


def _break_down(pipeline: Pipeline, report: Report, metric: Metric, selection: Selection) -> Groups:
    if selection.by is None:
        return Groups(None)
    found = pipeline.breakdown(report, metric, selection.by)
    members = [(group.name, group.results[metric.id]) for group in found.groups]
    return Groups(selection.by, members, found.others, selection.group)


def _lay_out(
    pipeline: Pipeline,
    report: Report,
    metric: Metric,
    selection: Selection,
    filters: Mapping[str, Any] | None,
) -> Bench:
    """Return what can be done with the rows of a number."""
    more = {
        "reason": selection.reason,
        "find": selection.find,
        "sort": selection.order,
        "by": selection.by if selection.group else None,
        "group": selection.group,
    }
    csv = f"/export/metric/{metric.id}.csv{query_of(filters, **more)}"
    found = pipeline.found(report, metric.id, selection)
    if found is None:
        return Bench(selection.reason, 0, 0, csv)
    if found.evidence.of_deployments:
        group = _name_group(selection)
        return Bench(selection.reason, len(found), len(found.evidence.rows), csv, group=group)
    keys = found.issue_keys(MOST_KEYS)
    jira, linked = query_address(found.site, keys)
    return Bench(
        reason=selection.reason,
        found=len(found),
        all=len(found.evidence.rows),
        csv=csv,
        jql=key_query(keys),
        named=len(keys),
        jira=jira,
        linked=linked,
        beside=found.beside_issues(),
        # What weighs most among all rows is nothing that a group would show.
        half="" if selection.group else _weigh(metric, report, found),
        group=_name_group(selection),
    )


def _name_group(selection: Selection) -> str:
    """Return the group whose rows are shown, ``label shop``; "" where all are."""
    if selection.by is None or selection.group is None:
        return ""
    return f"{GROUPINGS[selection.by].singular} {selection.group}"


def _weigh(metric: Metric, report: Report, found: Found) -> str:
    if metric.kind != "duration" or found.evidence.reason is not None:
        return ""
    half = find_contribution(found.evidence.days)
    if half is None:
        return ""
    keys = found.evidence.part(half.half[:NAMED]).keys()
    heavy = Heavy(keys, len(half.half), half.above, half.share)
    return half_words(metric, report.results[metric.id], heavy)


def _draw_issue(pipeline: Pipeline, report: Report, key: str) -> Component:
    stays = None if report.delivery is None else issue_history(report.delivery, key)
    if stays is None:
        return issue_unknown(key)
    row = pipeline.store.rows([key]).get(key)
    site = "" if pipeline.source.kind == "demo" else pipeline.status().site
    url = f"{site}/browse/{quote(key)}" if site else ""
    changes = () if report.delivery is None else code_lines(report.delivery, key, pipeline.store)
    summary, inferred = ("", "") if row is None else (row.summary, word_pulls(row))
    return issue_box(key, summary, url, stays, changes, inferred=inferred)


def _show_failure(opened: "Opened", failure: Failure) -> tuple[Any, ...]:
    title = opened.metric.title if opened.metric else opened.issue
    return title, *NO_METRIC, error_state(failure.cause, failure.remedy, failure.reference)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the URL says is open: a metric with some of its rows, an issue, or both.

    ``panel`` is the word of the address for the metric, which may be one that does not exist.
    """

    panel: str | None
    metric: Metric | None
    selection: Selection
    issue: str | None

    @classmethod
    def of(cls, panel: Mapping[str, Any] | None) -> "Opened":
        """Read the browser's store."""
        given = panel or {}
        name = given.get("panel")
        return cls(name, BY_ID.get(name or ""), selection_of(given), given.get("issue"))


def _make_row(line: IssueLine) -> dict[str, Any]:
    row = asdict(line)
    row["note"] = reason_words(line.note)
    row["days"], row["share"] = (None if each is None else f"{each:.2f}" for each in (line.days, line.share))
    row["start"], row["end"] = (text[:16].replace("T", " ") for text in (line.start, line.end))
    return row
