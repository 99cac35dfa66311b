"""Colours and type. Blue and orange stay apart for every kind of colour vision."""

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
    },
    "dark": {
        "text": "#b3bfcc",
        "grid": "#2c3743",
        "bar": "#5aa9ec",
        "line": "#5aa9ec",
        "mean": "#f2a35e",
        "surface": "#171e26",
    },
}


def figure_layout(scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return the layout that all charts share: fixed height, labelled axes, no box around it."""
    colours = CHART[scheme]
    axis = {"gridcolor": colours["grid"], "zeroline": False, "color": colours["text"], "fixedrange": True}
    return {
        "height": 260,
        "margin": {"l": 52, "r": 14, "t": 14, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": MANTINE["fontFamily"], "size": 13, "color": colours["text"]},
        "showlegend": False,
        "bargap": 0.25,
        "xaxis": {
            **axis,
            "type": "date",
            "showgrid": False,
            "title": {"text": "week beginning", "font": {"size": 13}, "standoff": 8},
            "tickformat": "%-d %b",
            "tickangle": 0,
        },
        "yaxis": {**axis, "title": {"text": y_title, "font": {"size": 13}}, "rangemode": "tozero"},
        "hoverlabel": {"bgcolor": colours["surface"], "font": {"color": colours["text"]}},
        "uirevision": "keep",
    }
