"""Colours and type. Blue and orange stay apart for every kind of colour vision.

Where a chart needs more than two colours, each also has a pattern, dash or symbol of its own.
"""

from typing import Any, Literal

Scheme = Literal["light", "dark"]

MANTINE: dict[str, Any] = {
    "primaryColor": "blue",
    "fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    "defaultRadius": "md",
    "respectReducedMotion": True,
}

CHART: dict[Scheme, dict[str, str]] = {
    "light": {
        "text": "#4a5563",
        "grid": "#e3e7ec",
        "bar": "#1668b3",
        "line": "#1668b3",
        "mean": "#a8480a",
        "surface": "#ffffff",
        "alarm": "#b3400a",
        "shade": "rgba(74,85,99,0.07)",
        "feature": "#1668b3",
        "defect": "#d9661f",
        "debt": "#8a6bb8",
        "risk": "#c9a400",
        "unclassified": "#8b97a5",
        "todo": "#c3ccd6",
        "active": "#1668b3",
        "waiting": "#e3914a",
        "done": "#7ec4b5",
        "near": "#dbe7f3",
        "far": "#c3d6ea",
        "extreme": "#9dbcdd",
    },
    "dark": {
        "text": "#b3bfcc",
        "grid": "#2c3743",
        "bar": "#5aa9ec",
        "line": "#5aa9ec",
        "mean": "#f2a35e",
        "surface": "#171e26",
        "alarm": "#ff9a57",
        "shade": "rgba(179,191,204,0.09)",
        "feature": "#5aa9ec",
        "defect": "#e8834a",
        "debt": "#b39ddb",
        "risk": "#d9bf4a",
        "unclassified": "#8794a2",
        "todo": "#4b5866",
        "active": "#5aa9ec",
        "waiting": "#d98b4b",
        "done": "#3f8f80",
        "near": "#243648",
        "far": "#30506e",
        "extreme": "#3d688f",
    },
}


def figure_layout(y_title: Any, height: int = 260) -> dict[str, Any]:
    """Return the layout that all charts share, as a design: fixed height, labelled axes, no box."""
    axis = {"gridcolor": "@grid", "zeroline": False, "color": "@text", "fixedrange": True}
    return {
        "height": height,
        "margin": {"l": 52, "r": 14, "t": 14, "b": 54},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": MANTINE["fontFamily"], "size": 13, "color": "@text"},
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": {
            **axis,
            "type": "date",
            "showgrid": False,
            "title": {"text": "week beginning", "font": {"size": 13}, "standoff": 8},
            "tickformat": "%-d %b",
            "tickangle": 0,
            "ticklabelstandoff": 6,
        },
        "yaxis": {
            **axis,
            "title": {"text": y_title, "font": {"size": 13}},
            "rangemode": "tozero",
            "hoverformat": ",.2~f",
        },
        "hoverlabel": {"bgcolor": "@surface", "font": {"color": "@text"}, "align": "left"},
        "uirevision": "keep",
    }
