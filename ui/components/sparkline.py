"""A sparkline as a mask: the shape is drawn here, the colour comes from the style sheet."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from data.metric import Week
from ui.components.aria import aria
from ui.format import number

WIDTH, HEIGHT, GAP = 240, 36, 1
# What may stand as it is in the address of a picture between double quotes.
_LITERAL = " =:/.'"


def sparkline(weeks: Sequence[Week], unit: str) -> html.Div:
    """Return bars per week; weeks that are not whole are fainter, weeks without a value leave a gap."""
    return html.Div(
        className="spark",
        role="img",
        **aria(label=_in_words(weeks, unit)),
        style={"--spark-shape": _mask(weeks)},
    )


def _mask(weeks: Sequence[Week]) -> str:
    top = max((week.value or 0 for week in weeks), default=0) or 1
    step = WIDTH / max(len(weeks), 1)
    width = max(step - GAP, 1)
    whole: list[str] = []
    partial: list[str] = []
    for place, week in enumerate(weeks):
        if week.value is None:
            continue
        height = max(1.5, week.value / top * HEIGHT)
        bar = f"M{place * step:.1f} {HEIGHT}v-{height:.1f}h{width:.1f}v{height:.1f}z"
        (partial if week.partial else whole).append(bar)
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"preserveAspectRatio='none'><path d='{''.join(whole)}'/>"
        f"<path opacity='.45' d='{''.join(partial)}'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(drawing, safe=_LITERAL)}")'


def _in_words(weeks: Sequence[Week], unit: str) -> str:
    known = [week.value for week in weeks if week.value is not None]
    if not known:
        return "no weekly values"
    span = f"from {number(min(known))} to {number(max(known))}"
    return f"{len(weeks)} weeks, {span} {unit}, last {number(known[-1])}"
