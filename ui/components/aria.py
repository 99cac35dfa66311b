"""Attributes whose names are not Python names."""

from typing import Any


def aria(*, data_metric: str | None = None, **attributes: Any) -> dict[str, Any]:
    """Return ``aria-*`` attributes, and ``data-metric`` if given, to be passed on with ``**``."""
    named: dict[str, Any] = {f"aria-{name}": value for name, value in attributes.items()}
    return named if data_metric is None else {**named, "data-metric": data_metric}


def data(**attributes: str) -> dict[str, Any]:
    """Return ``data-*`` attributes, to be passed on with ``**``."""
    return {f"data-{name}": value for name, value in attributes.items()}


def action(name: str) -> dict[str, Any]:
    """Return what makes a button do something in the browser alone; the actions are in throughline.js."""
    return data(action=name)
