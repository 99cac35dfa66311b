"""Overview: every number at a glance, what changed, and what is stuck."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria
from ui.components.card import card_skeletons
from ui.components.chart import chart_grid
from ui.components.heading import heading

# What leads the eye: throughput and instability, as DORA has them, and flow.
KEY_METRICS = (
    "deployment_frequency",
    "change_lead_time",
    "failed_deployment_recovery_time",
    "change_fail_rate",
    "flow_time",
)
# One glance away, in a row of small cards.
METRICS = (
    *KEY_METRICS,
    "flow_velocity",
    "flow_load",
    "flow_efficiency",
    "blocked_time",
    "request_lead_time",
    "flow_distribution",
    "time_to_restore",
    "deployment_rework_rate",
)


def layout() -> Sequence[Component]:
    """Return the page with empty panels of their final size."""
    return [
        heading("overview", "Overview"),
        html.Section(html.Div(id=ids.HEADLINE), className="headline", **aria(label="How are we doing")),
        html.Div(id=ids.cards("overview"), className="cards keys", children=card_skeletons(len(METRICS))),
        html.Section(
            [
                html.H2("What needs attention", id="attention-title", className="part"),
                html.Div(
                    [
                        _draw_list("Look at these first", "stuck-title", ids.STUCK),
                        _draw_list("Blocked: waiting longest", "blocked-title", ids.BLOCKED),
                        _draw_list("Clearly changed", "changes-title", ids.CHANGES),
                        html.Div(id=ids.UNKNOWN, className="list"),
                    ],
                    className="panel attention",
                ),
            ],
            **aria(labelledby="attention-title"),
        ),
        html.H2("How did it develop", className="part"),
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


def _draw_list(title: str, title_id: str, body: str) -> Component:
    return html.Section(
        className="list",
        children=[html.H3(title, id=title_id), html.Div(id=body)],
        **aria(labelledby=title_id),
    )
