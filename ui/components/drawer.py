"""The drawer: the formula of a number, what was left out of it, and the rows it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from data.model.metric import Metric, MetricResult
from data.model.verdict import change_words
from ui import ids
from ui.components.aria import action, aria, data
from ui.format import (
    GOES_BY_PROJECT,
    change_stage_words,
    comparison,
    counted,
    ignored_words,
    interval_words,
    level_words,
    noun_of,
    number,
    percentile_words,
    reason,
    start_words,
    target_words,
    unit_words,
)

# What a table offers; which of them are shown is the reader's choice and the screen's (ui/assets/drawer.js).
_NUMBER = {"type": "rightAligned", "width": 104, "sortingOrder": ["desc", "asc"]}
_INSTANT = {"width": 164, "sortingOrder": ["desc", "asc"], "hide": True}
_COLUMNS: list[dict[str, Any]] = [
    {"field": "key", "headerName": "Key", "minWidth": 92, "pinned": "left", "cellRenderer": "IssueLink"},
    {"field": "summary", "headerName": "Summary", "minWidth": 110, "flex": 1, "tooltipField": "summary"},
    {"field": "days", "headerName": "Days", **_NUMBER},
    {
        "field": "share",
        "headerName": "Share %",
        "headerTooltip": "What this row has of the days of all rows, in percent",
        "hide": True,
        **_NUMBER,
    },
    {"field": "type", "headerName": "Type", "width": 116, "tooltipField": "type", "hide": True},
    {"field": "status", "headerName": "Status now", "width": 132, "tooltipField": "status", "hide": True},
    {"field": "priority", "headerName": "Priority", "width": 104, "tooltipField": "priority", "hide": True},
    {"field": "labels", "headerName": "Labels", "width": 140, "tooltipField": "labels", "hide": True},
    {"field": "start", "headerName": "Start", **_INSTANT},
    {"field": "end", "headerName": "End", **_INSTANT},
    {"field": "service", "headerName": "Service", "width": 116, "tooltipField": "service", "hide": True},
    {"field": "note", "headerName": "Note", "width": 170, "tooltipField": "note", "hide": True},
]
_BROKEN_DOWN_BY = ("project", "type", "label", "priority")


@dataclass(frozen=True, slots=True)
class Bench:
    """What somebody works on in the drawer.

    Attributes:
        reason: what the rows were left out for; None: the included ones.
        found: how many they are.
        all: how many rows are behind the number, for this reason.
        csv: address of the same rows as a file.
        jql: a query for as many of them as a Jira takes; "" where they are not issues.
        named: how many it names.
        jira: address of the page of Jira that lists them; "" where there is none.
        linked: how many it lists.
        half: a sentence on the few that weigh most; "" without one.
        group: the group that number and rows are of, ``label shop``; "" for all.
        beside: how many of the rows are no issues, such as changes of code that name none.
    """

    reason: str | None
    found: int
    all: int
    csv: str
    jql: str = ""
    named: int = 0
    jira: str = ""
    linked: int = 0
    half: str = ""
    group: str = ""
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Groups:
    """A number broken down.

    Attributes:
        by: what its rows are grouped by; None: nothing was chosen.
        members: the same metric for each group, by name.
        others: how many smaller groups are left out.
        chosen: the group whose rows are shown; None: those of all.
    """

    by: str | None
    members: Sequence[tuple[str, MetricResult]] = ()
    others: int = 0
    chosen: str | None = None


def drawer() -> Any:
    """Return the closed drawer, without its table."""
    return dmc.Drawer(
        id=ids.DRAWER,
        position="right",
        size="min(1280px, 100vw)",
        keepMounted=True,
        padding="lg",
        closeButtonProps={"aria-label": "Close"},
        title="Details",
        children=[
            html.Div(id=ids.DRAWER_ISSUE),
            html.Div(
                id=ids.DRAWER_METRIC,
                children=[
                    _drawer_head(),
                    html.Div(id=ids.DRAWER_GROUPS),
                    html.Div(
                        [_find_box(), html.Div(id=ids.DRAWER_TOOLS, className="bench-part"), _column_menu()],
                        className="bench",
                    ),
                    html.Div(id=ids.DRAWER_TABLE, className="drawer-table"),
                    dcc.Store(id=ids.DRAWER_FILLED),
                ],
            ),
        ],
    )


def _drawer_head() -> Component:
    """Return what stands above the rows; on a phone the facts are folded, so that the rows are in sight."""
    facts = html.Details(
        [html.Summary("How this number is made"), html.Dl(id=ids.DRAWER_FACTS)], className="fold"
    )
    chips = html.Div(id=ids.DRAWER_CHIPS, className="chips", role="group", **aria(label="Rows to show"))
    return html.Div(
        [html.P(id=ids.DRAWER_VALUE, className="drawer-value"), facts, chips], className="drawer-head"
    )


def _find_box() -> Any:
    return dmc.TextInput(
        id=ids.DRAWER_FIND,
        placeholder="Search these rows",
        debounce=300,
        className="find",
        **aria(label="Search these rows"),
    )


def _column_menu() -> Component:
    """Return the list of columns; what is chosen is kept by the browser."""
    entries = [(column["field"], column["headerName"]) for column in _COLUMNS if column["field"] != "key"]
    return html.Details(
        className="menu columns",
        children=[
            html.Summary("Columns", className="quiet-button"),
            html.Ul([html.Li(_column_button(name, words)) for name, words in entries]),
        ],
    )


def _column_button(name: str, words: str) -> Component:
    pressed = aria(pressed="false")
    return html.Button(
        words, type="button", className="choice", **action("column"), **data(name=name), **pressed
    )


def panel_unknown(name: str) -> Component:
    """Return what the drawer says where an address opens something that does not exist in this profile."""
    return html.Div(
        [
            html.P(html.Strong(f"There is nothing called {name!r} to open.")),
            html.P("Close this and choose a number on the page; the numbers themselves are not affected."),
        ],
        className="state-box",
    )


def issue_table(order: str) -> Any:
    """Return the table of rows; it is mounted once and filled page by page from the server.

    Args:
        order: the column that it is sorted by, with a minus before it for the largest first.
    """
    rule = {order.removeprefix("-"): "desc" if order.startswith("-") else "asc"}
    columns = [
        column | ({"sort": rule[column["field"]]} if column["field"] in rule else {}) for column in _COLUMNS
    ]
    return dag.AgGrid(
        id=ids.DRAWER_ROWS,
        rowModelType="infinite",
        columnDefs=columns,
        getRowId="params.data.key",
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "sortingOrder": ["asc", "desc"],
        },
        dashGridOptions={
            "cacheBlockSize": 50,
            "rowBuffer": 10,
            "rowHeight": 38,
            "maxBlocksInCache": 8,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": "There are no such rows."},
            "suppressCellFocus": False,
        },
        style={"height": "min(62vh, 560px)", "width": "100%"},
    )


def drawer_facts(metric: Metric, result: MetricResult, bench: Bench) -> list[Component]:
    """Return how a number is made, as terms and what is said of them.

    Args:
        metric: the line of its family.
        result: its result in this view, or in the group of it that was chosen.
        bench: which of its rows are worked on.
    """
    ignored = ignored_words(result)
    facts = {
        "Only": bench.group,
        "Formula": metric.formula,
        "Made of": f"{counted(result.n, noun_of(metric))}, {result.evidence}",
        "Read from": ", ".join(metric.fields),
        "Compared": _word_comparison(metric, result),
        "Target": target_words(result),
        "Level": level_words(result),
        "Percentiles": percentile_words(result),
        "By start": start_words(result),
        "Code": change_stage_words(result),
        "Weight": bench.half,
        "Filters": f"{ignored}: {GOES_BY_PROJECT}" if ignored else "",
        "Note": result.message or "",
    }
    return [part for name, said in facts.items() if said for part in (html.Dt(name), html.Dd(said))]


def drawer_value(metric: Metric, result: MetricResult) -> str:
    """Return the number itself, with its interval where there is one."""
    if result.value is None:
        return "n/a"
    interval = interval_words(result)
    beside = f" (95 % interval {interval})" if interval else ""
    return f"{number(result.value)} {unit_words(metric)}{beside}"


def _word_comparison(metric: Metric, result: MetricResult) -> str:
    """Return what a comparison says, and how it was held against chance."""
    return "; ".join(text for text in (comparison(metric, result)[0], change_words(result.change)) if text)


def drawer_chips(metric: Metric, result: MetricResult, chosen: str | None) -> list[Component]:
    """Return a button for the rows that count, and one for each reason to leave rows out."""
    entries = [("", f"{counted(result.n, noun_of(metric))} counted")]
    entries += [
        (code, f"{number(n)} left out: {reason(code)}") for code, n in result.candidates.counts().items()
    ]
    return [
        html.Button(
            text,
            type="button",
            className="chip chosen" if code == (chosen or "") else "chip",
            **action("reason"),
            **data(name=code),
            **aria(pressed="true" if code == (chosen or "") else "false"),
        )
        for code, text in entries
    ]


def drawer_tools(bench: Bench) -> list[Component]:
    """Return what can be done with the rows that are shown, and what a Jira does not take of them."""
    n = number(bench.found)
    count = f"{counted(bench.all, 'row')}" if bench.found == bench.all else f"{n} of {number(bench.all)} rows"
    return [
        html.Span(count, className="bench-count", role="status"),
        html.A("CSV", href=bench.csv, download="", className="quiet-button"),
        *_jira_tools(bench),
        html.P(_left_out(bench), className="bench-note"),
    ]


def _jira_tools(bench: Bench) -> list[Component]:
    tools: list[Component] = []
    if bench.jql:
        said = f"The query for {counted(bench.named, 'issue')} is copied."
        copied = data(text=bench.jql, said=said)
        button = html.Button(
            "Copy as JQL", type="button", className="quiet-button", **action("copy"), **copied
        )
        tools.append(button)
    if bench.jira:
        words = "Open in Jira \u2197"
        link = html.A(
            words, href=bench.jira, target="_blank", rel="noopener noreferrer", className="quiet-button"
        )
        tools.append(link)
    return tools


def _left_out(bench: Bench) -> str:
    """Say how many of the rows a query or the address of one names, where it is not all of them."""
    parts = []
    issues = bench.found - bench.beside
    if bench.jql and bench.named < issues:
        parts.append(f"the query names the first {number(bench.named)}")
    if bench.jira and bench.linked < issues:
        parts.append(f"the link lists the first {number(bench.linked)}")
    of = f"Of {number(bench.found)} rows"
    told = f"{of} {' and '.join(parts)}: Jira takes no more." if parts else ""
    known = (
        f"{of} {number(bench.beside)} are no issues, and in no query." if bench.beside and bench.jql else ""
    )
    return " ".join(filter(None, (told, known)))


def breakdown(metric: Metric, groups: Groups) -> list[Component]:
    """Return what a number can be broken down by, and the groups of what was chosen, the largest first.

    Args:
        metric: the line of its family.
        groups: of the number in this view.
    """
    offered = ("project",) if metric.of_deployments else _BROKEN_DOWN_BY
    chips = [_choice("by", name, "chip", chosen=name == groups.by) for name in offered]
    row = html.Div(
        [html.Span("Break down by", className="chips-name"), *chips],
        className="chips",
        role="group",
        **aria(label="Break down by"),
    )
    return [row, _group_table(metric, groups)] if groups.by else [row]


def _choice(what: str, name: str, look: str, *, chosen: bool) -> Component:
    """Return a button that chooses something in the address, and gives it back."""
    pressed = aria(pressed="true" if chosen else "false")
    look = f"{look} chosen" if chosen else look
    return html.Button(name, type="button", className=look, **action(what), **data(name=name), **pressed)


def _group_table(metric: Metric, groups: Groups) -> Component:
    members = sorted(groups.members, key=lambda member: -member[1].n)
    most = max((result.n for _, result in members), default=0) or 1
    heads = [html.Th(text, scope="col") for text in (groups.by, unit_words(metric), f"{noun_of(metric)}s")]
    more = f"{counted(groups.others, 'smaller group')} not shown. " if groups.others else ""
    several = "An issue counts in each of its labels. " if groups.by == "label" else ""
    table = html.Table(
        [
            html.Caption(f"{more}{several}Choose a group to see its rows alone."),
            html.Thead(html.Tr([*heads, html.Td()])),
            html.Tbody([_group_row(name, result, most, groups.chosen) for name, result in members]),
        ],
        className="twin group-table",
    )
    return html.Div(table, className="table-box group-box")


def _group_row(name: str, result: MetricResult, most: int, chosen: str | None) -> Component:
    value = "n/a" if result.value is None else number(result.value)
    # A bar without a number: the count stands beside it.
    bar = html.Meter(value=str(result.n), max=str(most), **aria(hidden="true"))
    cells = [
        html.Th(_choice("group", name, "key", chosen=name == chosen), scope="row"),
        html.Td(value, title=result.message or ""),
        html.Td(number(result.n)),
        html.Td(bar),
    ]
    return html.Tr(cells, className="chosen" if name == chosen else "")


@dataclass(frozen=True, slots=True)
class Heavy:
    """The few rows that are half of the time above P85.

    Attributes:
        keys: of the first of them, the longest first.
        few: how many they are.
        above: how many rows are above P85.
        share: what the few make of the time beyond it, 0 to 1.
    """

    keys: Sequence[str]
    few: int
    above: int
    share: float


def half_words(metric: Metric, result: MetricResult, heavy: Heavy) -> str:
    """Return which few rows are half of the time above P85; "" where no P85 is given."""
    p85 = (result.percentiles or {}).get("p85")
    if p85 is None:
        return ""
    above = counted(heavy.above, noun_of(metric))
    verb = "is" if heavy.few == 1 else "are"
    beyond = f"{verb} {heavy.share * 100:.0f} % of the time beyond it"
    named = ", ".join(heavy.keys) + (", ..." if len(heavy.keys) < heavy.few else "")
    return f"{number(heavy.few)} of the {above} above P85 ({number(p85)} {metric.unit}) {beyond}: {named}"
