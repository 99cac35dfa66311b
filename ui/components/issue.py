"""The history of one issue as a ribbon, and as the same facts in a table."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data.charts.code_line import CodeLine
from data.charts.issue_history import StageKind, Stay
from ui.components.aria import action, aria, data
from ui.format import number

KIND_WORDS: dict[StageKind, str] = {
    "todo": "not started",
    "active": "active",
    "waiting": "waiting",
    "done": "done",
}
NARROW_SHARE = 0.07  # of the ribbon: too narrow for a word
RESTING_SHARE = 0.15  # at most this for having been done ever since: the work is what the ribbon is about


def issue_box(
    key: str,
    summary: str,
    url: str,
    stays: Sequence[Stay],
    changes: Sequence[CodeLine] = (),
    *,
    inferred: str = "",
) -> Component:
    """Return what happened to an issue, as a ribbon and as a list, and the changes of code that name it.

    Args:
        key: as in Jira.
        summary: as in Jira.
        url: where Jira shows it, "" where there is none.
        stays: its history in the order of time.
        changes: as they are told beside it.
        inferred: a sentence on code that only Jira counts, "" for none.
    """
    return html.Section(
        className="issue-box",
        children=[
            html.Div([*_draw_title(key, summary, url), _draw_close(key)], className="issue-head"),
            _draw_ribbon(key, stays),
            _draw_table(key, stays),
            *([_draw_changes(key, changes)] if changes else []),
            *([html.P(inferred, className="quiet")] if inferred else []),
        ],
        **aria(label=f"History of {key}"),
    )


def issue_unknown(key: str) -> Component:
    """Return what is said about a key that is not stored."""
    return html.Section(
        className="issue-box",
        children=[
            html.Div([html.H3(key), _draw_close(key)], className="issue-head"),
            html.P("There is no such issue among the stored ones.", className="quiet"),
        ],
        **aria(label=f"History of {key}"),
    )


def _draw_title(key: str, summary: str, url: str) -> list[Component]:
    return [html.H3(_link(key, url)), html.Span(summary)]


def _link(words: str, url: str) -> Component | str:
    """Return a link to a page of the host, or the words alone where there is none that is safe."""
    safe = url.startswith(("https://", "http://"))
    return html.A(words, href=url, target="_blank", rel="noopener noreferrer") if safe else words


def _draw_close(key: str) -> Component:
    return html.Button(
        "Close",
        className="quiet-button",
        type="button",
        **action("issue"),
        **data(name=""),
        **aria(label=f"Close the history of {key}"),
    )


def _draw_ribbon(key: str, stays: Sequence[Stay]) -> Component:
    shares = ribbon_shares(stays)
    words = "; ".join(f"{stay.status} {number(stay.days)} days" for stay in stays)
    return html.Div(
        [_draw_segment(stay, share) for stay, share in zip(stays, shares, strict=True)],
        className="ribbon",
        role="img",
        **aria(label=f"{key}: {words}"),
    )


def ribbon_shares(stays: Sequence[Stay]) -> list[float]:
    """Return how much of the ribbon each stay gets."""
    days = [stay.days for stay in stays]
    before = sum(days[:-1])
    if len(stays) > 1 and stays[-1].kind == "done" and before:
        days[-1] = min(days[-1], before * RESTING_SHARE / (1 - RESTING_SHARE))
    total = sum(days) or 1.0
    return [length / total for length in days]


def _draw_segment(stay: Stay, share: float) -> Component:
    narrow = " narrow" if share < NARROW_SHARE else ""
    left = stay.left or "now"
    return html.Span(
        html.B(stay.status),
        className=f"seg-{stay.kind}{narrow}",
        style={"flexGrow": f"{max(share, 0.002):.4f}"},
        title=f"{stay.status} ({KIND_WORDS[stay.kind]}): {stay.entered} to {left}, {number(stay.days)} days",
    )


def _draw_table(key: str, stays: Sequence[Stay]) -> Component:
    heads = ("Status", "Meaning", "Entered", "Left", "Days")
    return html.Div(
        html.Table(
            [
                html.Caption(f"Every stay of {key} in a status"),
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_draw_row(stay) for stay in stays]),
            ],
            className="twin",
        ),
        className="table-box",
        tabIndex="0",
        role="region",
        **aria(label=f"Every stay of {key}"),
    )


def _draw_changes(key: str, changes: Sequence[CodeLine]) -> Component:
    """Return the changes of code that name an issue, each with its link and the hashes of its commits."""
    heads = ("Change", "Title", "Service", "Commits", "Merged", "Deployed with")
    rows = [
        html.Tr(
            [
                html.Th(_link(change.id, change.url), scope="row"),
                html.Td(change.name),
                html.Td(change.service),
                html.Td(", ".join(change.commits)),
                html.Td(change.merged[:10]),
                html.Td(change.deployment or "not yet"),
            ]
        )
        for change in changes
    ]
    caption = f"Changes of code that name {key}"
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(rows),
        ],
        className="twin",
    )
    return html.Div(table, className="table-box", tabIndex="0", role="region", **aria(label=caption))


def _draw_row(stay: Stay) -> Component:
    swatch = html.Span("", className=f"swatch seg-{stay.kind}", **aria(hidden="true"))
    return html.Tr(
        [
            html.Th([swatch, stay.status], scope="row"),
            html.Td(KIND_WORDS[stay.kind]),
            html.Td(stay.entered),
            html.Td(stay.left or "still there"),
            html.Td(number(round(stay.days, 2))),
        ]
    )
