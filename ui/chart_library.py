"""Where the script is that draws charts: the small one that ``tools.charts`` fetches, else Dash's own."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

# Not in the repository: it is fetched once, and part of a wheel that is built after that.
BUNDLE = Path(__file__).resolve().parent / "bundle" / "plotly.min.js"


def fetched_library() -> Path | None:
    """Return the library with the kinds of charts that are drawn, None where nobody has fetched it."""
    return BUNDLE if BUNDLE.is_file() else None


def chart_library() -> Traversable:
    """Return the library to draw with; without the small one that is all of plotly.js, with its licence."""
    return fetched_library() or files("plotly") / "package_data" / "plotly.min.js"
