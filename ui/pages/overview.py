"""Overview: every number at a glance, what changed, and what is stuck."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria
from ui.components.card import card_skeletons
from ui.components.chart import chart_grid
from ui.components.heading import heading

# Four of DORA, four of Flow, then what explains them.
METRICS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "flow_velocity",
    "flow_time",
    "flow_load",
    "flow_efficiency",
    "time_to_restore",
    "deployment_rework_rate",
    "request_lead_time",
    "flow_distribution",
)


def layout() -> Sequence[Component]:
    """Return the page with empty panels of their final size."""
    return [
        heading("overview", "Overview"),
        html.Div(id=ids.cards("overview"), className="cards", children=card_skeletons(len(METRICS))),
        html.Div(
            className="pair",
            children=[
                _list("What changed", "changes-title", ids.CHANGES),
                _list("Stuck now: oldest items in progress", "stuck-title", ids.STUCK),
            ],
        ),
        chart_grid("overview"),
        html.Section(
            html.Details(
                className="fold",
                children=[
                    html.Summary(html.H2("What to know about these numbers")),
                    html.Div(id=ids.FINDINGS, className="findings"),
                ],
            ),
            className="panel",
            **aria(label="Data quality"),
        ),
    ]


def _list(title: str, title_id: str, body: str) -> Component:
    return html.Section(
        className="panel list",
        children=[html.H2(title, id=title_id), html.Div(id=body)],
        **aria(labelledby=title_id),
    )
