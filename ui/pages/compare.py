"""Compare: projects, types, labels or profiles beside each other, each against its own past."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.comparison import OPEN_COLUMNS
from ui.components.heading import heading

# What is shown where the address names no columns: by what deployments have, and by what they have not.
OF_PROJECTS = (
    "deployment_frequency",
    "change_lead_time",
    "change_fail_rate",
    "flow_velocity",
    "flow_time",
    *OPEN_COLUMNS,
)
OF_ISSUES = ("flow_velocity", "flow_time", "request_lead_time", "flow_efficiency", *OPEN_COLUMNS)


def layout() -> Sequence[Component]:
    """Return the page with an empty place for the comparison."""
    return [
        heading("compare", "Compare"),
        dcc.Store(id=ids.COMPARE_QUESTION),
        html.Div(id=ids.COMPARE, className="comparison"),
    ]
