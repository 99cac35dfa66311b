"""Forecast: when it will be done, how sure that is, what is at risk, and what would help."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria
from ui.components.heading import heading


def layout() -> Sequence[Component]:
    """Return the page with its question and an empty place for the answer."""
    return [
        dcc.Store(id=ids.FORECAST_ASKED),
        heading("forecast", "Forecast"),
        html.Form(
            id=ids.FORECAST_QUESTION,
            className="panel ask",
            role="search",
            **aria(label="What the forecast is about"),
            children=[
                _draw_field(ids.FORECAST_ITEMS, "items", "When are so many items done?", "all open ones"),
                _draw_field(ids.FORECAST_BY, "by", "Or: how many by the day?", "YYYY-MM-DD"),
                html.Label(
                    [
                        "Scope",
                        html.Select(
                            [
                                html.Option("stays as it is", value=""),
                                html.Option("grows as it did", value="1"),
                            ],
                            name="growth",
                        ),
                    ]
                ),
                _draw_field(ids.FORECAST_EXCLUDE, "exclude", "Weeks to leave out", "2026-W35, ..."),
                html.Button("Ask", type="submit", className="quiet-button strong"),
            ],
        ),
        html.Div(id=ids.FORECAST_ANSWER, className="forecast", role="region", **aria(live="polite")),
    ]


def _draw_field(field_id: str, name: str, label: str, placeholder: str) -> Component:
    # Fields of text: what somebody types stays as it is, also where it makes no sense.
    field = dcc.Input(id=field_id, name=name, type="text", placeholder=placeholder, autoComplete="off")
    return html.Label([label, field])
