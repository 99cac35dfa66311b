"""What stands around every page: header, filters, banners."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria

PERIODS = (
    ("30", "Last 30 days"),
    ("90", "Last 90 days"),
    ("180", "Last 180 days"),
    ("365", "Last 365 days"),
    ("custom", "From ... to ..."),
)


def header() -> Component:
    """Return the bar on top."""
    return html.Header(
        className="top",
        children=[
            dcc.Link(
                [html.Span("", className="mark", **aria(hidden="true")), "Throughline"],
                href="/",
                className="brand",
            ),
            html.Nav(
                dcc.Link(
                    "Overview",
                    href="/",
                    className="here",
                ),
                **aria(label="Pages"),
            ),
            html.Div(id=ids.STATUS, className="status"),
            html.Button(
                "Light / dark",
                id=ids.THEME_TOGGLE,
                className="quiet-button",
                type="button",
                **aria(label="Switch between light and dark"),
            ),
        ],
    )


def filters(projects: Sequence[str], types: Sequence[str], labels: Sequence[str]) -> Component:
    """Return the filter bar; its values live in the URL."""
    return html.Div(
        className="filters",
        role="search",
        **aria(label="Filters"),
        children=[
            dmc.Select(
                id=ids.PERIOD,
                label="Period",
                data=[{"value": value, "label": label} for value, label in PERIODS],
                value="90",
                allowDeselect=False,
                w=170,
            ),
            dmc.DatePickerInput(
                id=ids.RANGE,
                type="range",
                label="From and to",
                valueFormat="YYYY-MM-DD",
                placeholder="pick two days",
                allowSingleDateInRange=True,
                w=230,
                className="range",
            ),
            _many(ids.PROJECT, "Project", projects),
            _many(ids.TYPE, "Type", types),
            _many(ids.LABEL, "Label", labels),
            html.Button("Reset", id=ids.RESET, className="quiet-button", type="button"),
        ],
    )


def banner(kind: str) -> Component | None:
    """Return the line that says that the numbers are not the reader's own, or that there are none."""
    if kind == "demo":
        return html.Div(
            className="banner",
            children=[
                html.Strong("You are looking at sample data."),
                " Three simulated teams over eighteen months. Connect your own Jira with ",
                html.Code("JIRA_URL"),
                ", ",
                html.Code("JIRA_TOKEN"),
                " and ",
                html.Code("JIRA_JQL"),
                ", or import issues from files.",
            ],
        )
    if kind == "empty":
        return html.Div(
            className="banner",
            children=[
                html.Strong("There are no issues yet."),
                " Read a Jira with ",
                html.Code("python app.py sync"),
                ", or files with ",
                html.Code("python app.py import FILE"),
                ".",
            ],
        )
    return None


def job_line(label: str, done: int, total: int | None) -> Component:
    """Return the progress of a running job."""
    amount = f"{done:,} of {total:,} issues".replace(",", "\u202f") if total else f"{done} issues"
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


def _many(component_id: str, label: str, choices: Sequence[str]) -> Any:
    return dmc.MultiSelect(
        id=component_id,
        label=label,
        data=list(choices),
        value=[],
        placeholder="all",
        searchable=True,
        clearable=True,
        hidePickedOptions=True,
        maw=320,
        miw=150,
        className="many",
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
    )
