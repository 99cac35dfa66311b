"""What is told of sprints: a sentence over the last ones, a line for each, and the issues behind a number."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.charts.sprints import ALL, KEPT, Number, SprintRow, SprintTable, panel_of
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.components.forecast import visible_day
from ui.components.help import help_button
from ui.components.opening import number_button
from ui.format import counted, number, reason

HEADS = {
    "committed": "Committed",
    "added": "Added",
    "removed": "Removed",
    "done": "Done",
    "carried_over": "Carried over",
    "open": "Open",
    KEPT: "Committed and done",
}
# What became of the issues, with the drawing of each: none rests on colour alone.
_OUTCOMES = {"done": "seg-done", "carried_over": "seg-waiting", "removed": "seg-todo"}
_HELP = (
    "Committed: in the sprint when it began. Added: came in later. Removed: taken out before it was closed. "
    "Done and carried over: how those stood that were in it when it was closed. So committed and added "
    "together are removed, done and carried over together."
)


def sprint_answer(table: SprintTable) -> list[Component]:
    """Return everything below the heading."""
    parts = [_draw_headline(table), *_draw_running(table.running)]
    if table.closed:
        parts.append(_draw_table(table))
    return [*parts, *_draw_rest(table)]


def no_sprints(*, stored: bool) -> list[Component]:
    """Return what the page says where there are none."""
    why = "No issue of this profile has a sprint." if stored else "There are no issues in the store."
    remedy = "Teams that plan in sprints see here what became of them." if stored else ""
    return [html.P(f"{why} {remedy}".strip(), className="panel quiet")]


def _draw_headline(table: SprintTable) -> Component:
    committed, kept = table.total["committed"].n, table.total[KEPT]
    if not table.closed:
        words: list[Any] = [table.message or "", *_lead_to_last(table.last_closed)]
    elif table.kept_percent is None:
        words = [
            f"In {counted(len(table.closed), 'completed sprint')} nothing was committed to. ",
            *_tell(table),
        ]
    else:
        words = [
            f"In {counted(len(table.closed), 'completed sprint')} ",
            _open(counted(committed, "issue"), ALL, "committed"),
            " were committed to, and ",
            _open(f"{number(round(table.kept_percent))} %", ALL, KEPT, f"{kept.n} of {committed} issues"),
            " of them were done in their sprint. ",
            *_tell(table),
        ]
    return html.Section(html.P(words), className="headline", **aria(label="Over all sprints"))


def _lead_to_last(day: str) -> list[Any]:
    """Return where the newest completed sprint is, with the way to the 90 days that end with it."""
    if not day:
        return []
    last = dt.date.fromisoformat(day)
    since = last - dt.timedelta(days=89)
    way = html.A("Show the 90 days before", href=f"?from={since}&to={day}")
    return [f" The last one before ended on {visible_day(last)}. ", way]


def _tell(table: SprintTable) -> list[Any]:
    return [
        f"Half of the sprints ended with at least {number(table.done_median or 0)} done; ",
        _open(number(table.total["added"].n), ALL, "added"),
        " were added, ",
        _open(number(table.total["removed"].n), ALL, "removed"),
        " removed and ",
        _open(number(table.total["carried_over"].n), ALL, "carried_over"),
        " carried over.",
    ]


def _open(text: str, sprint_id: str, count: str, label: str = "") -> Component:
    """Return a number that opens its issues."""
    return number_button(text, panel_of(sprint_id, count), label)


def _draw_running(rows: Sequence[SprintRow]) -> list[Component]:
    if not rows:
        return []
    return [
        html.Section(
            [
                html.H2("Running"),
                html.P("As of now, and in no total.", className="quiet"),
                html.Ul([_draw_runner(row) for row in rows], className="plain-list"),
            ],
            className="panel",
            **aria(label="Running"),
        )
    ]


def _draw_runner(row: SprintRow) -> Component:
    parts: list[Any] = [html.Strong(row.name), f" until {row.closes}: " if row.closes else ": "]
    for place, name in enumerate(("committed", "added", "removed", "done", "open")):
        each = row.numbers[name]
        parts += [", " if place else "", _open(number(each.n), row.id, name), f" {HEADS[name].lower()}"]
    return html.Li(html.Span(parts, className="grow"))


def _draw_table(table: SprintTable) -> Component:
    shown = ("committed", "added", "removed", "done", "carried_over")
    heads = ("Sprint", *(HEADS[name] for name in shown), "What became of it")
    caption = "Issues" if table.points is None else f"Issues, and below them points ({table.points})"
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Sprint by sprint", id="sprint-table-title"),
                    help_button("Sprint by sprint", _HELP),
                    html.Div(export_link("CSV", "/export/sprints.csv"), className="tools"),
                ],
                className="panel-head",
            ),
            html.Div(
                html.Table(
                    [
                        html.Caption(f"{caption}. Select a number for its issues."),
                        html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                        html.Tbody([_draw_row(row, shown) for row in table.closed]),
                        html.Tfoot(_draw_total(table, shown)),
                    ],
                    className="twin sprint-table",
                ),
                className="table-box",
                tabIndex="0",
                role="region",
                **aria(label="Table of sprints"),
            ),
            _draw_legend(),
        ],
        className="panel",
        **aria(labelledby="sprint-table-title"),
    )


def _draw_row(row: SprintRow, shown: Sequence[str]) -> Component:
    when = [html.Br(), html.Span(f"{row.opens[:10]} to {row.closes[:10]}", className="quiet")]
    if row.inferred:
        when.append(html.Span(" inferred", className="tag"))
    return html.Tr(
        [
            html.Th([row.name, *when], scope="row"),
            *(_draw_cell(row.id, name, row.numbers[name]) for name in shown),
            html.Td(_draw_bar(row.numbers)),
        ]
    )


def _draw_cell(sprint_id: str, name: str, each: Number) -> Component:
    told: list[Any] = [_open(number(each.n), sprint_id, name) if each.n else "0"]
    if each.points is not None:
        told += [html.Br(), html.Span(f"{number(each.points)} points", className="quiet")]
    # On a phone, where the heads are not shown, each number says itself what it is.
    return html.Td(told, **data(head=HEADS[name]))


def _draw_total(table: SprintTable, shown: Sequence[str]) -> Component:
    return html.Tr(
        [
            html.Th("All of them", scope="row"),
            *(_draw_cell(ALL, name, table.total[name]) for name in shown),
            html.Td(_draw_bar(table.total)),
        ]
    )


def _draw_bar(numbers: Mapping[str, Number]) -> Component:
    """Return how the issues of a sprint ended, as shares of a whole."""
    words = ", ".join(f"{numbers[name].n} {HEADS[name].lower()}" for name in _OUTCOMES)
    parts = [
        html.Span(className=kind, style={"flexGrow": str(numbers[name].n)})
        for name, kind in _OUTCOMES.items()
        if numbers[name].n
    ]
    return html.Div(parts, className="outcome", role="img", **aria(label=words))


def _draw_legend() -> Component:
    marks = [
        html.Span([html.Span(className=f"swatch {kind}", **aria(hidden="true")), HEADS[name].lower()])
        for name, kind in _OUTCOMES.items()
    ]
    return html.P(marks, className="outcome-legend quiet")


def _draw_rest(table: SprintTable) -> list[Component]:
    """Return what is not judged, and why."""
    lines: list[Component] = []
    for row in (*table.closed, *table.running):
        for name, n in row.left_out.items():
            told: list[Any] = [row.name, ": ", _open(counted(n, "issue"), row.id, name), f" {reason(name)}"]
            lines.append(html.Li(html.Span(told, className="grow")))
    if table.undated:
        names = ", ".join(table.undated)
        words = f"Not judged, because a date is missing or contradicts another one: {names}."
        lines.append(html.Li(html.Span(f"{words} Set start and completion in Jira.", className="grow")))
    if table.future:
        lines.append(html.Li(f"{counted(table.future, 'sprint')} not begun yet."))
    if not lines:
        return []
    listed = html.Ul(lines, className="plain-list")
    return [html.Section([html.H2("Not counted"), listed], className="panel", **aria(label="Not counted"))]


def sprint_box(
    title: str, count: str, keys: Sequence[str], sprints: Sequence[str], summaries: Mapping[str, str]
) -> Component:
    """Return the issues behind a number of a sprint, each with the way to its history.

    Args:
        title: of the sprint, or of all.
        count: what they are counted as.
        keys: of the issues; one may be there for several sprints.
        sprints: the sprint of each.
        summaries: by key.
    """
    several = len(set(sprints)) > 1
    heads = ("Key", "Summary", *(("Sprint",) if several else ()))
    rows = [
        html.Tr(
            [
                html.Th(_open_issue(key), scope="row"),
                html.Td(summaries.get(key, "")),
                *([html.Td(sprint)] if several else []),
            ]
        )
        for key, sprint in zip(keys, sprints, strict=True)
    ]
    head = f"{HEADS.get(count) or reason(count).capitalize()}: {counted(len(keys), 'issue')}"
    table = html.Table(
        [html.Thead(html.Tr([html.Th(each, scope="col") for each in heads])), html.Tbody(rows)],
        className="twin",
    )
    return html.Section([html.H3(f"{title}. {head}"), table], **aria(label=f"{title}. {head}"))


def _open_issue(key: str) -> Component:
    return html.Button(
        key,
        type="button",
        className="told-number",
        **action("issue"),
        **data(name=key),
    )
