"""A sparkline has a text value, and draws what it was given."""

from data.model.metric import Week
from ui.components.sparkline import sparkline_data, sparkline_steps

WEEKS = (
    Week("2026-W10", "2026-03-02", 2.0, 2, True),
    Week("2026-W11", "2026-03-09", None, 0, False),
    Week("2026-W12", "2026-03-16", 4.0, 4, False),
    Week("2026-W13", "2026-03-23", 0.0, 0, False),
)


def test_words() -> None:
    """Who cannot see it hears its range and its end."""
    assert sparkline_data(WEEKS, "items")["spark_words"] == "4 weeks, from 0 to 4 items, last 0"


def test_heights() -> None:
    """Half the height for half the value, a gap for no value, and zero can be seen."""
    assert sparkline_data(WEEKS, "items")["spark"] == [50, None, 100, 4]


def test_nothing_to_draw() -> None:
    """No weeks and no values are said, not drawn."""
    assert sparkline_data((), "items") == {"spark": [], "spark_words": "no weekly values"}


def test_weeks_that_are_not_whole() -> None:
    """They are told once for all cards."""
    assert sparkline_steps(WEEKS) == {"spark_partial": [1, 0, 0, 0]}
