"""Rows beside each other: a table of chosen metrics, and one of them as small pictures on one scale.

All of it is one design that travels once; ``comparison_data`` is what differs between views. What a click
changes in the address is told by the buttons themselves.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.charts.open_work import OpenWork
from data.model.metric import Metric, MetricResult, Point
from data.model.verdict import target_verdict
from ui.components.aria import action, aria, data
from ui.components.card import target_data
from ui.components.export import export_link
from ui.components.sparkline import heights_of, sparkline, words_of_steps
from ui.design import Design, each, plain_design, text, when
from ui.format import ARROWS, comparison, counted, noun_of, number, target_line_at, unit_words

FEW = 5
SMALL = "too few items"
BY_NAME, BY_ITEMS = "name", "items"
PROFILE = "profile"
SUMS = ("count", "stock")
# What stands beside the metrics: open work at the end of the period, by its word in the address.
OPEN_COLUMNS = {
    "open": ("Open items", "at the end"),
    "stuck": ("Stuck", "older than 85 %"),
    "oldest": ("Oldest in progress", "days"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        name: of the group or the profile.
        items: flow items in it.
        small: no number is made of enough items to compare it.
        results: by metric id.
        profile: whose evidence its cells open, "" for that of the page.
        work: what is open in it, None where no column of it was asked for.
        opens: its numbers lead to what they are made of.
    """

    name: str
    items: int
    small: bool
    results: Mapping[str, MetricResult]
    profile: str = ""
    work: OpenWork | None = None
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page shows.

    Attributes:
        by: what rows are, in the word of the address.
        kind: the same in words.
        kinds: what rows can be: word and plural.
        offered: metrics that can be a column of these rows.
        columns: ids of all that were chosen, also of those that these rows have not.
        order: ``name``, ``items`` or a metric, with a minus before it for the largest first.
        picture: id of the metric that is drawn.
        rows: in their order.
        notes: sentences below the table.
        alone: why there is nothing to compare, "" where there is.
        together: all rows as one, which stands last in any order; None: there is none.
    """

    by: str
    kind: str
    kinds: Sequence[tuple[str, str]]
    offered: Sequence[Metric]
    columns: Sequence[str]
    order: str
    picture: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    alone: str = ""
    together: Row | None = None

    @property
    def all_rows(self) -> Sequence[Row]:
        """The rows, and at last all of them as one."""
        return self.rows if self.together is None else [*self.rows, self.together]


def comparison_design() -> Design:
    """Return the design of all that is below the heading of the page."""
    return plain_design(
        [
            html.Section(
                [_design_chips("Rows", "kinds"), _design_chips("Columns", "columns")],
                className="panel compare-ask",
                **aria(label="What is compared"),
            ),
            when("alone", html.P("$alone", className="panel quiet")),
            when("rows", html.Section(_design_table(), className="panel", **aria(label="Comparison"))),
            when("multiples", _design_pictures()),
        ]
    )


def comparison_data(shown: Comparison) -> dict[str, Any]:
    """Return what the design is filled with: texts, and heights in percent."""
    metrics = [metric for metric in shown.offered if metric.id in shown.columns]
    drawn = next((metric for metric in shown.offered if metric.id == shown.picture), None)
    pictures = [metric.id for metric in metrics] if len(metrics) > 1 else []
    return {
        "kinds": [_chip(words, {"rows": name}, name == shown.by) for name, words in shown.kinds],
        "columns": [
            *(_column_chip(name, title, shown) for name, (title, _) in OPEN_COLUMNS.items()),
            *(_column_chip(metric.id, metric.title, shown) for metric in shown.offered),
        ],
        "alone": shown.alone,
        "caption": f"By {shown.kind}. Select a number for what it is made of, a head for another order.",
        "heads": [
            _head(shown.kind.capitalize(), "", BY_NAME, shown.order),
            _head("Flow items", "", BY_ITEMS, shown.order),
            *(_head(*OPEN_COLUMNS[name], name, shown.order) for name in _open_columns(shown)),
            *(_head(metric.title, unit_words(metric), metric.id, shown.order) for metric in metrics),
        ],
        "rows": [_row(row, metrics, _open_columns(shown), shown.by) for row in shown.all_rows],
        "notes": [{"note": note} for note in (*_tell_unknown(metrics, shown.rows), *shown.notes)],
        "pictures": [
            _chip(metric.title, {"picture": metric.id}, metric.id == shown.picture)
            for metric in metrics
            if metric.id in pictures
        ],
        **({} if drawn is None else _draw_multiples(drawn, shown.rows, shown.by)),
    }


def _tell_unknown(metrics: Sequence[Metric], rows: Sequence[Row]) -> Iterable[str]:
    """Return why a column has no number in any row, once, where that is for the same reason."""
    for metric in metrics:
        results = [row.results[metric.id] for row in rows if metric.id in row.results]
        reasons = {result.message or "" for result in results}
        if all(result.value is None for result in results) and len(reasons) == 1:
            yield from (f"{metric.title}: {reason}" for reason in reasons if reason)


def _design_chips(title: str, name: str) -> Component:
    chip = html.Button(
        "$words",
        type="button",
        className=text("chip", "$look"),
        **action("compare"),
        **data(changes="$changes"),
        **aria(pressed="$pressed"),
    )
    return html.Div(
        [html.Span(title, className="chips-name"), each(name, chip)],
        className="chips",
        role="group",
        **aria(label=title),
    )


def _design_table() -> Component:
    sorter = html.Button(
        ["$title", when("unit", html.Span("$unit", className="unit"))],
        type="button",
        className="sorter",
        **action("compare"),
        **data(changes="$changes"),
    )
    head = html.Tr(each("heads", html.Th(sorter, scope="col", **aria(sort="$sort"))))
    name = [html.Span("$name", className="row-name"), when("small", html.Span("$small", className="state"))]
    row = html.Tr([html.Th(name, scope="row"), html.Td("$items"), each("cells", html.Td(_design_cell()))])
    table = html.Table(
        [html.Caption("$caption"), html.Thead(head), html.Tbody(each("rows", row))],
        className="twin compare-table",
    )
    box = html.Div(table, className="table-box", tabIndex="0", role="region", **aria(label="$caption"))
    foot = html.Div(
        [html.Div(each("notes", html.P("$note")), className="quiet"), _design_csv()], className="compare-foot"
    )
    return html.Div([box, foot])


def _design_csv() -> Component:
    return html.Div(export_link("CSV", "/export/compare.csv", **aria(label="Comparison: CSV file")))


def _design_cell() -> list[Design]:
    words = [
        html.Span("$value", className="num"),
        html.Span("$beside", className=text("compare ", "$tone")),
        when("target", html.Span("$target", className=text("target ", "$target_state"))),
    ]
    closed = html.Span(words, className="compare-cell", title="$told")
    button = html.Button(
        words,
        type="button",
        className="compare-cell",
        title="$told",
        **action("evidence"),
        **data(name="$metric", by="$row_by", group="$row_name", src="$src", issue="$issue"),
        **aria(label="$told", haspopup="dialog"),
    )
    return [when("metric", button, closed)]


def _design_pictures() -> Component:
    base = html.Span(className="base", style={"bottom": "$base"}, title="the period before")
    aim = html.Span(className="aim", style={"bottom": "$aim"}, title="the target")
    picture = html.Figure(
        [
            html.Figcaption([html.Span("$name", className="row-name"), html.Span("$value", className="num")]),
            html.Div([sparkline(), when("base", base), when("aim", aim)], className="multiple"),
        ]
    )
    return html.Section(
        [
            html.Div([html.H2("$drawn"), html.Span("$scale", className="quiet")], className="panel-head"),
            when("pictures", _design_chips("Drawn", "pictures")),
            html.Div(each("multiples", picture), className="multiples"),
        ],
        className="panel",
        **aria(label="$drawn"),
    )


def _chip(words: str, changes: Mapping[str, str], chosen: bool) -> dict[str, str]:  # what it is
    look, pressed = (" chosen", "true") if chosen else ("", "false")
    return {"words": words, "changes": json.dumps(changes), "look": look, "pressed": pressed}


def _open_columns(shown: Comparison) -> list[str]:
    """Return the columns of open work that were chosen, in their usual order."""
    return [name for name in OPEN_COLUMNS if name in shown.columns]


def _column_chip(name: str, title: str, shown: Comparison) -> dict[str, str]:
    """Return the chip that adds a column at the end, or takes it away."""
    chosen = name in shown.columns
    left = [one for one in shown.columns if one != name]
    columns = left if chosen else [*left, name]
    return _chip(title, {"columns": ",".join(columns)}, chosen)


def _head(title: str, unit: str, column: str, order: str) -> dict[str, str]:
    """Return the head of a column; a click sorts by it, the largest first, and the next one the other way."""
    upwards, downwards = column, f"-{column}"
    first, second = (upwards, downwards) if column == BY_NAME else (downwards, upwards)
    sort = {upwards: "ascending", downwards: "descending"}.get(order, "none")
    changes = {"order": second if order == first else first}
    return {"title": title, "unit": unit, "sort": sort, "changes": json.dumps(changes)}


def _row(row: Row, metrics: Sequence[Metric], columns: Sequence[str], by: str) -> dict[str, Any]:
    cells = [*(_work_cell(row, name) for name in columns), *(_cell(row, metric, by) for metric in metrics)]
    return {
        "name": row.name,
        "items": number(row.items),
        "small": SMALL if row.small else "",
        "row_by": by,
        "row_name": row.name,
        "src": row.profile,
        "cells": cells if row.opens else [cell | {"metric": ""} for cell in cells],
    }


def _work_cell(row: Row, column: str) -> dict[str, str]:
    """Return one number of what is open; it opens what is in progress, the oldest its own history."""
    work, title = row.work, OPEN_COLUMNS[column][0]
    value = None if work is None else {"open": work.open, "stuck": work.stuck, "oldest": work.oldest}[column]
    if work is None or value is None:
        nothing = work is not None and work.stuck is not None
        why = "nothing is in progress" if nothing else "not known here"
        shown = "none" if nothing else "n/a"
        return {"metric": "flow_load", "value": shown, "issue": "", "told": f"{row.name}, {title}: {why}"}
    beside = _beside_work(work, column)
    shown = number(value) if column != "oldest" else number(round(value))
    return {
        "metric": "flow_load",
        "issue": work.key if column == "oldest" else "",
        "value": shown,
        "beside": beside,
        "tone": "even",
        "told": f"{row.name}, {title}: {shown}, {beside}" if beside else f"{row.name}, {title}: {shown}",
    }


def _beside_work(work: OpenWork, column: str) -> str:
    if column == "oldest":
        return f"{work.key}, {work.status}"
    if work.stuck is None:
        return ""
    return (
        f"{number(work.under_way)} in progress"
        if column == "open"
        else f"of {number(work.under_way)} in progress"
    )


def _has_own_target(result: MetricResult, by: str) -> bool:
    """Tell whether a target holds for a row: how much a whole profile should do tells nothing of a part."""
    return by == PROFILE or result.kind not in SUMS


def _cell(row: Row, metric: Metric, by: str) -> dict[str, str]:
    result = row.results.get(metric.id)
    if result is None:
        told = f"{row.name}: {metric.title} is not known here"
        return {"metric": metric.id, "issue": "", "value": "n/a", "told": told}
    words, tone = comparison(metric, result)
    value = "n/a" if result.value is None else number(result.value)
    n = counted(result.n, noun_of(metric))
    told = f"{value} {unit_words(metric)}, {n}" if result.value is not None else result.message or value
    own_target = _has_own_target(result, by)
    facts = told, words, target_verdict(result) if own_target else ""
    return {
        "metric": metric.id,
        "issue": "",
        "value": value,
        "beside": beside_words(result, n, tone),
        "tone": tone,
        **(target_data(result) if own_target else {}),
        "told": f"{row.name}, {metric.title}: {'; '.join(filter(None, facts))}",
    }


def beside_words(result: MetricResult, n: str, tone: str) -> str:
    """Return what stands beside a number of the table: of how few it is, else what it was before.

    Args:
        result: the number.
        n: what it is made of, in words.
        tone: better, worse or even.
    """
    if result.value is None:
        return ""
    if result.n < FEW and result.kind not in SUMS:
        return f"of {n}"
    previous = result.previous
    if previous is None or previous.value is None:
        return "nothing before"
    before = number(previous.value)
    if result.trend in ARROWS:
        how = f" {tone}," if tone in ("better", "worse") else ""
        return f"{ARROWS[result.trend]}{how} from {before}"
    return f"no clear change from {before}" if result.trend == "flat" else f"{before} before"


def _draw_multiples(metric: Metric, rows: Sequence[Row], by: str) -> dict[str, Any]:
    """Return one metric of every row as heights on one scale; nothing where no row has a value."""
    results = {row.name: row.results.get(metric.id) for row in rows}
    known = {name: result for name, result in results.items() if result is not None}
    steps = {name: result.series.points for name, result in known.items()}
    values = [point.value or 0 for points in steps.values() for point in points]
    befores = [r.previous.value or 0 for r in known.values() if r.previous is not None]
    aims = {name: _find_aim(result, by) for name, result in known.items()}
    drawn = [aim for aim in aims.values() if aim is not None]
    top = max([*values, *befores, *drawn], default=0)
    if not top:
        return {}
    unit = unit_words(metric)
    step = next(iter(known.values())).series.step
    return {
        "drawn": f"{metric.title} by {step}",
        "scale": f"All on one scale, 0 to {number(top)} {unit}. The dashed line is the period before."
        + (" The solid one is the target." if drawn else ""),
        "multiples": [
            _multiple(name, result, steps[name], top, unit) | {"aim": _height(aims[name], top)}
            for name, result in known.items()
        ],
    }


def _multiple(
    name: str, result: MetricResult, points: Sequence[Point], top: float, unit: str
) -> dict[str, Any]:
    values = [point.value for point in points]
    before = None if result.previous is None else result.previous.value
    return {
        "name": name,
        "value": "n/a" if result.value is None else number(result.value),
        "spark": heights_of(values, top),
        "spark_partial": [int(point.partial) for point in points],
        "spark_words": f"{name}: {words_of_steps(values, unit, result.series.step)}",
        "base": _height(before, top),
    }


def _find_aim(result: MetricResult, by: str) -> float | None:
    return target_line_at(result) if _has_own_target(result, by) else None


def _height(value: float | None, top: float) -> str:
    return "" if value is None else f"{value / top * 100:.1f}%"
