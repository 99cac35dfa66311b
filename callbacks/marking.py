"""What the charts of a page are marked with, and its period cut at an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.views import MARKS, NO_MARKS, cut_of, marks_of, query_of
from configuration.errors import DashboardError
from data.charts.marks import MarkKind, Marks, find_marks
from data.metrics.cut import EVIDENCE, Cut
from data.metrics.report import Report
from data.model.metric import Metric
from data.model.periods import Window
from data.pipeline import ALL_METRICS, Pipeline
from ui.components.marks import Choice, CutTable, Span, cut_panel, marks_row
from ui.figures.marks import crowded_words

_TITLES = {"event": "Events", "release": "Releases", "incident": "Incidents"}


@dataclass(frozen=True, slots=True)
class Marking:
    """What stands above the charts of a page, and what is marked in them."""

    marks: Marks
    components: tuple[Component, ...] = ()


def marking_of(
    pipeline: Pipeline, report: Report, filters: Mapping[str, Any] | None, names: Sequence[str]
) -> Marking:
    """Return the marks of a view; what of the address makes no sense is said beside them.

    Args:
        pipeline: of the profile.
        report: what is shown.
        filters: as the address has them; links lead to the same view with one thing changed.
        names: of the metrics that are compared where the period is cut, if the profile has them.
    """
    if report.context is None or report.context.window.empty:
        return Marking(Marks())
    chosen, notes = filters or {}, []
    kinds, cut = frozenset({MARKS["events"]}), None
    try:
        kinds = marks_of(filters)
    except DashboardError as error:
        notes.append(f"{error.message} {error.hint}")
    try:
        day = cut_of(filters)
        cut = None if day is None else pipeline.cut(report, day)
    except DashboardError as error:
        notes.append(f"{error.message} {error.hint}")
    marks = find_marks(report.context, report.events, kinds)
    notes += [crowded_words(kind, days) for kind, days in (marks.crowded or {}).items()]
    row = marks_row(_list_choices(report, chosen, kinds), _list_cuts(report, chosen), notes)
    panel = [] if cut is None else [_draw_cut(cut, report, chosen, names)]
    return Marking(marks, (row, *panel))


def _list_choices(report: Report, chosen: Mapping[str, Any], kinds: frozenset[MarkKind]) -> list[Choice]:
    n = sum(event.place == "in_period" for event in report.events)
    found = []
    for kind in MARKS.values():
        words = f"{n} {'event' if n == 1 else 'events'}" if kind == "event" else _TITLES[kind]
        wanted = [one for one, its in MARKS.items() if (its in kinds) != (its == kind)]
        href = _change(chosen, "marks", "" if wanted == ["events"] else ",".join(wanted) or NO_MARKS)
        if kind != "event" or n:
            found.append(Choice(words, kind in kinds, href))
    return found


def _list_cuts(report: Report, chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the events that leave a day on either side."""
    assert report.context is not None
    window = report.context.window
    return [
        (f"{event.day} {event.text}", _change(chosen, "cut", event.day.isoformat()))
        for event in report.events
        if window.first_day < event.day <= window.last_counted_day
    ]


def _draw_cut(cut: Cut, report: Report, chosen: Mapping[str, Any], names: Sequence[str]) -> Component:
    table = CutTable(
        title=title_of(cut, report),
        before=_span_of(cut.before),
        after=_span_of(cut.after),
        metrics=metrics_of(cut, names),
        results=cut.results,
        note=EVIDENCE,
    )
    return cut_panel(table, _change(chosen, "cut", ""))


def title_of(cut: Cut, report: Report) -> str:
    """Return at what a period is cut: the day, and the events of it."""
    texts = "; ".join(event.text for event in report.events if event.day == cut.day)
    return f"Before and after {cut.day}" + (f": {texts}" if texts else "")


def metrics_of(cut: Cut, names: Sequence[str]) -> list[Metric]:
    """Return those of some metrics that a cut compares, in their order, without what does not apply."""
    known = {metric.id: metric for metric in ALL_METRICS}
    return [
        known[name]
        for name in names
        if name in cut.results and cut.results[name].state not in ("not_applicable", "not_configured")
    ]


def _span_of(window: Window) -> Span:
    return window.first_day, window.last_counted_day


def _change(chosen: Mapping[str, Any], name: str, value: str) -> str:
    # A name without a value says that nothing is left of it: a link that leaves it out would keep it.
    query = query_of({**chosen, name: value})
    return query if value else f"{query}{'&' if query else '?'}{name}="
