"""Profiles at a glance: whose data are how old, in which state, and the numbers that lead the eye."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.heading import heading

# The first four of these that a profile knows: DORA where there are deployments, else flow.
METRICS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "flow_velocity",
    "flow_time",
    "flow_load",
    "flow_efficiency",
)
SHOWN = 4


def layout() -> Sequence[Component]:
    """Return the page before any profile is on it."""
    return [heading("profiles", "Profiles"), html.Div(id=ids.GLANCE, className="glances")]
