"""The bars of a sparkline by hand: three weeks share 240, with a gap of 1, and the highest is 36 high."""

import pytest

from data.model.metric import Week
from ui.spark import HEIGHT, WIDTH, Bar, spark_bars


def week(value: float | None, partial: bool = False) -> Week:
    return Week("2026-W10", "2026-03-02", value, 1, partial)


def test_bars() -> None:
    """Half the height for half the value, a gap for no value; what is not whole is marked."""
    assert spark_bars([week(2.0, partial=True), week(None), week(4.0)]) == (
        Bar("0.0", "18.0", "79.0", "18.0", True),
        Bar("160.0", "0.0", "79.0", "36.0", False),
    )
    assert (WIDTH, HEIGHT) == (240, 36)


@pytest.mark.parametrize("values", [[0.0], [0.0, 0.0]])
def test_zero_can_be_told_from_no_value(values: list[float]) -> None:
    """It has a bar of its own, also where nothing else was counted."""
    assert {bar.height for bar in spark_bars([week(value) for value in values])} == {"1.5"}


def test_many_weeks_are_not_thinner_than_a_pixel() -> None:
    bars = spark_bars([week(1.0)] * 240)

    assert {bar.width for bar in bars} == {"1.0"}
    assert bars[-1].x == "239.0"


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_nothing_to_draw(values: list[None]) -> None:
    assert spark_bars([week(value) for value in values]) == ()
