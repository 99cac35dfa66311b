"""The page before any number is in it."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria
from ui.components.card import card_skeletons
from ui.components.drawer import drawer
from ui.components.shell import filters, header
from ui.theme import MANTINE

GRAPH_CONFIG: Any = {"displayModeBar": False, "showSendToCloud": False, "responsive": True}


def page(
    projects: Sequence[str], types: Sequence[str], labels: Sequence[str], n_cards: int, *, polling: bool
) -> Any:
    """Return the page with empty panels of their final size.

    Args:
        projects: what the project filter can be set to.
        types: what the type filter can be set to.
        labels: what the label filter can be set to.
        n_cards: how many cards the Overview will have.
        polling: a job is running, so the page asks how it goes.
    """
    return dmc.MantineProvider(
        id=ids.PROVIDER,
        theme=MANTINE,
        defaultColorScheme="auto",
        children=[
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.FILTERS),
            dcc.Store(id=ids.PANEL),
            dcc.Store(id=ids.REVISION),
            dcc.Store(id=ids.THEME, data="light"),
            dcc.Interval(id=ids.POLL, interval=1000, disabled=not polling),
            html.A("Skip to the numbers", href="#main", className="skip"),
            header(),
            html.Div(id=ids.BANNER),
            html.Div(id=ids.NOTICE),
            html.Div(id=ids.JOB, role="status", **aria(live="polite")),
            filters(projects, types, labels),
            html.Main(id="main", tabIndex="-1", children=_overview(n_cards)),
            drawer(),
        ],
    )


def _overview(n_cards: int) -> list[Component]:
    return [
        html.Div(
            className="heading",
            children=[html.H1("Overview"), html.P("\u00a0", id=ids.HEADING, className="quiet")],
        ),
        html.Div(id=ids.CARDS, className="cards", children=card_skeletons(n_cards)),
        html.Div(
            className="charts",
            children=[
                _chart(
                    ids.THROUGHPUT,
                    "Items delivered each week",
                    "Hatched weeks are not whole; the line is the mean of whole weeks.",
                ),
                _chart(
                    ids.LOAD,
                    "Items in progress at the end of each week",
                    "Open circles: the week is not whole.",
                ),
            ],
        ),
        html.Section(
            className="panel",
            children=[
                html.H2("What to know about these numbers"),
                html.Div(id=ids.FINDINGS, className="findings"),
            ],
            **aria(label="Data quality"),
        ),
    ]


def _chart(component_id: str, title: str, note: str) -> Component:
    empty = {
        "data": [],
        "layout": {
            "height": 260,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
        },
    }
    return html.Section(
        className="panel",
        **aria(label=title),
        children=[
            html.H2(title),
            dcc.Graph(id=component_id, figure=empty, config=GRAPH_CONFIG, style={"height": "260px"}),
            html.P(note, className="quiet"),
        ],
    )
