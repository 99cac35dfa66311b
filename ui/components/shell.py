"""What stands around every page: header, filters, banners."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.format import counted, number

PERIODS = (
    ("30", "Last 30 days"),
    ("90", "Last 90 days"),
    ("180", "Last 180 days"),
    ("365", "Last 365 days"),
    ("custom", "From ... to ..."),
)


def header(links: Sequence[tuple[str, str]]) -> Component:
    """Return the bar on top; on a phone its navigation stands at the bottom.

    Args:
        links: path and title of each page, in order.
    """
    return html.Header(
        className="top",
        children=[
            html.A(
                [html.Span("", className="mark", **aria(hidden="true")), html.Span("Throughline")],
                href="/",
                className="brand",
            ),
            html.Nav(
                [html.A(title, href=path) for path, title in links], className="pages", **aria(label="Pages")
            ),
            html.Div(id=ids.STATUS, className="status"),
            html.Button("Sync now", id=ids.SYNC, className="quiet-button", type="button", hidden=True),
            html.Button(
                html.Span("", className="half-moon", **aria(hidden="true")),
                id=ids.THEME_TOGGLE,
                className="quiet-button icon",
                type="button",
                title="Switch between light and dark",
                **aria(label="Switch between light and dark"),
            ),
        ],
    )


def filters(profiles: Sequence[str], shown: str) -> Component:
    """Return the filter bar; its values live in the URL. On a phone it is a sheet behind one button.

    Args:
        profiles: names to choose from; a single one needs no choice.
        shown: the profile that is shown where the URL names none.
    """
    return html.Div(
        className="filter-row",
        children=[
            html.Button(
                [html.Span("Filters: ", className="quiet"), html.Span("last 90 days", id=ids.FILTER_SUMMARY)],
                id="filters-button",
                type="button",
                className="quiet-button",
                **action("sheet"),
                **aria(expanded="false", controls=ids.FILTER_BAR),
            ),
            html.Div(
                id=ids.FILTER_BAR,
                className="filters",
                role="search",
                **aria(label="Filters"),
                **data(shown=shown),
                children=[
                    _profile(profiles, shown),
                    *_period(),
                    _many(ids.PROJECT, "Project"),
                    _many(ids.TYPE, "Type"),
                    _many(ids.LABEL, "Label"),
                    html.Button("Reset", id=ids.RESET, className="quiet-button", type="button"),
                    html.Button("Done", type="button", className="quiet-button done", **action("sheet")),
                ],
            ),
            html.Div(
                className="page-tools",
                children=[
                    html.Button("Share", type="button", className="quiet-button", **action("share")),
                    _export_menu(),
                ],
            ),
        ],
    )


def profile_choice(profiles: Sequence[str]) -> dict[str, Any]:
    """Return what hides the choice of a profile where there is only one."""
    return {"hidden": len(profiles) < 2}


def _profile(profiles: Sequence[str], shown: str) -> Any:
    return dmc.Select(
        id=ids.PROFILE,
        label="Profile",
        data=list(profiles),
        value=shown,
        allowDeselect=False,
        w=150,
        className="profile",
        wrapperProps=profile_choice(profiles),
    )


def _period() -> list[Any]:
    return [
        dmc.Select(
            id=ids.PERIOD,
            label="Period",
            data=[{"value": value, "label": label} for value, label in PERIODS],
            value="90",
            allowDeselect=False,
            w=150,
        ),
        dmc.DatePickerInput(
            id=ids.RANGE,
            type="range",
            label="From and to",
            valueFormat="YYYY-MM-DD",
            placeholder="pick two days",
            allowSingleDateInRange=True,
            w=222,
            className="range",
        ),
    ]


def _export_menu() -> Component:
    """Return the exports of the whole page; their addresses get the filters when they are used."""
    entries = (
        ("/export/report.html", "Report, standalone HTML"),
        ("/export/metrics.csv", "All numbers, CSV"),
        ("/export/metrics.json", "All numbers, JSON"),
    )
    return html.Details(
        className="menu",
        children=[
            html.Summary("Export", className="quiet-button"),
            html.Ul([html.Li(export_link(text, path)) for path, text in entries]),
        ],
    )


def banner(kind: str) -> Component | None:
    """Return the line that says that the numbers are not the reader's own, or that there are none."""
    if kind == "demo":
        return html.Div(
            className="banner",
            children=[
                html.Strong("You are looking at sample data."),
                html.Span(" Three simulated teams over eighteen months.", className="wide"),
                " ",
                html.A("Connect your Jira", href="/settings"),
            ],
        )
    if kind == "empty":
        return html.Div(
            className="banner",
            children=[
                html.Strong("There are no issues yet."),
                " ",
                html.A("Connect your Jira", href="/settings"),
                ", or read files with ",
                html.Code("python app.py import FILE"),
                ".",
            ],
        )
    return None


def job_line(
    label: str, done: int, total: int | None, left_s: float | None = None, pages: int = 0
) -> Component:
    """Return the progress of a running job in issues and pages, and about how many seconds are left."""
    amount = f"{number(done)} of {counted(total, 'issue')}" if total else counted(done, "issue")
    if pages:
        amount += f", {counted(pages, 'page')}"
    if left_s is not None:
        amount += f", about {max(1, round(left_s))} s left"
    share = min(100, round(100 * done / total)) if total else 0
    return html.Div(
        className="job",
        children=[
            html.Span(f"{label}: {amount}"),
            dmc.Progress(value=share, size="sm", className="job-bar", **aria(label=f"{label}: {amount}")),
            html.Button(
                "Cancel", id={"kind": ids.CANCEL, "name": "job"}, className="quiet-button", type="button"
            ),
        ],
    )


def notice(cause: str, remedy: str, reference: str) -> Component:
    """Return what went wrong, what to do, and where the log tells more."""
    return html.Div(
        className="banner error",
        role="alert",
        children=[
            html.Strong(cause),
            f" {remedy} ",
            html.Span(f"Log reference: {reference}", className="reference"),
        ],
    )


def _many(component_id: str, label: str) -> Any:
    return dmc.MultiSelect(
        id=component_id,
        label=label,
        data=[],
        value=[],
        placeholder="all",
        searchable=True,
        clearable=True,
        hidePickedOptions=True,
        maw=300,
        miw=140,
        className="many",
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
    )
