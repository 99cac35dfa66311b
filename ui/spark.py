"""The bars of a sparkline in the coordinates of its drawing, for the page's mask and the report's picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.model.metric import Week

WIDTH, HEIGHT, GAP = 240, 36, 1
_LEAST_HEIGHT = 1.5  # so that zero can be told from no value


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; its numbers are written with a tenth. ``y`` is counted from the top."""

    x: str
    y: str
    width: str
    height: str
    partial: bool


def spark_bars(weeks: Sequence[Week]) -> tuple[Bar, ...]:
    """Return one bar a week that has a value, the highest as high as the drawing.

    A week without a value leaves a gap; no weeks give no bars.
    """
    top = max((week.value or 0 for week in weeks), default=0) or 1
    step = WIDTH / max(len(weeks), 1)
    return tuple(
        _lay_bar(
            place * step, max(step - GAP, 1), max(_LEAST_HEIGHT, week.value / top * HEIGHT), week.partial
        )
        for place, week in enumerate(weeks)
        if week.value is not None
    )


def _lay_bar(x: float, width: float, height: float, partial: bool) -> Bar:
    return Bar(f"{x:.1f}", f"{HEIGHT - height:.1f}", f"{width:.1f}", f"{height:.1f}", partial)
