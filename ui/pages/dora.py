"""DORA: how software is delivered, and how well that goes."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.card import card_skeletons
from ui.components.chart import chart_grid
from ui.components.heading import heading

METRICS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "time_to_restore",
    "deployment_rework_rate",
)


def layout() -> Sequence[Component]:
    """Return the page with empty panels of their final size."""
    return [
        heading("dora", "DORA"),
        html.Div(id=ids.cards("dora"), className="cards large", children=card_skeletons(len(METRICS))),
        chart_grid("dora"),
    ]
