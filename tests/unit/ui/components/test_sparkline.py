"""A sparkline has a text value, and draws what it was given."""

from urllib.parse import unquote

from data.metric import Week
from ui.components.sparkline import sparkline

WEEKS = (
    Week("2026-W10", "2026-03-02", 2.0, 2, True),
    Week("2026-W11", "2026-03-09", None, 0, False),
    Week("2026-W12", "2026-03-16", 4.0, 4, False),
)


def test_words() -> None:
    """Who cannot see it hears its range and its end."""
    label = sparkline(WEEKS, "items").to_plotly_json()["props"]["aria-label"]

    assert label == "3 weeks, from 2 to 4 items, last 4"


def test_bars() -> None:
    """Half the height for half the value, a gap for no value, fainter for a week that is not whole."""
    drawing = unquote(sparkline(WEEKS, "items").to_plotly_json()["props"]["style"]["--spark-shape"])

    assert "<path d='M160.0 36v-36.0h79.0v36.0z'/>" in drawing
    assert "<path opacity='.45' d='M0.0 36v-18.0h79.0v18.0z'/>" in drawing


def test_nothing_to_draw() -> None:
    """No weeks and no values are said, not drawn."""
    assert sparkline((), "items").to_plotly_json()["props"]["aria-label"] == "no weekly values"
