"""Flow: what moves through the team, how long it takes, and where it waits."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.card import card_skeletons
from ui.components.chart import chart_grid
from ui.components.heading import heading

METRICS = (
    "flow_velocity",
    "flow_time",
    "flow_load",
    "flow_efficiency",
    "blocked_time",
    "request_lead_time",
    "flow_distribution",
)


def layout() -> Sequence[Component]:
    """Return the page with empty panels of their final size."""
    return [
        heading("flow", "Flow"),
        html.Div(id=ids.cards("flow"), className="cards large", children=card_skeletons(len(METRICS))),
        chart_grid("flow"),
    ]
