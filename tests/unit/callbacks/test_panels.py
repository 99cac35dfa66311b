"""What the panels of a page become on their way to the browser."""

import json

import dash_mantine_components as dmc
from dash import dcc, html
from plotly.io.json import to_json_plotly

from callbacks.panels import plain_answer

TREE = html.Div(
    [
        "text",
        html.P(html.Strong("bold"), className="why", id={"kind": "x", "name": "y"}),
        dmc.Tooltip(html.Button("?", type="button"), label="help"),
        dcc.Graph(figure={"data": [{"x": ["2026-03-02"], "y": [1.5, None]}], "layout": {}}, id="g"),
        None,
        3,
    ],
    style={"--chart": "20px"},
)


def test_a_plain_answer_is_what_dash_would_send() -> None:
    assert json.loads(json.dumps(plain_answer([TREE, None]))) == json.loads(to_json_plotly([TREE, None]))


def test_what_is_no_component_stays() -> None:
    """Figures above all are handed on as they are, and not looked through."""
    figure = {"data": [{"y": [1, 2]}]}

    assert plain_answer("text") == "text"
    assert plain_answer(figure) is figure
