"""The panels of the Diagnostics page: facts in, panels out."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.diagnostics.diagnostics import Budget, CacheStatistics, LogLine, SyncRecord, Timing
from ui.components.aria import aria
from ui.format import age, counted, key_list, number

REASONS = {
    "cold": "nothing was stored yet",
    "expired": "a day had passed, so everything was compared",
    "updated": "issues had changed in Jira",
    "jql": "another query",
    "site": "another Jira",
    "account": "another account",
    "fields": "a field was mapped that had not been fetched",
    "schema": "a new version of the program",
    "damaged": "the store was damaged and fetched anew",
    "forced": "somebody asked for everything",
}
SHOWN_SYNCS = 12


def panel(title: str, children: Sequence[Any], wide: bool = False) -> Component:
    """Return one section of the page."""
    name = f"title-{title.lower().replace(' ', '-')}"
    return html.Section(
        className="panel diagnostics-wide" if wide else "panel",
        children=[html.H2(title, id=name), *children],
        **aria(labelledby=name),
    )


def facts(pairs: Sequence[tuple[str, str]]) -> Component:
    """Return names and what is so of them; pairs without a text are left out."""
    return html.Dl(
        className="facts",
        children=[part for name, text in pairs if text for part in (html.Dt(name), html.Dd(text))],
    )


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> Component:
    """Return a table, or why it is empty; all columns but the first hold numbers."""
    if not rows:
        return html.P(empty, className="quiet")
    return html.Div(
        className="diagnostics-scroll",
        tabIndex="0",
        role="region",
        **aria(label=caption),
        children=html.Table(
            className="diagnostics-table",
            children=[
                html.Caption(caption),
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
            ],
        ),
    )


def budget_panel(budget: Budget, syncs: Sequence[SyncRecord], now: int) -> Component:
    """Return what was asked of Jira and of code hosts, and what each of the last syncs took."""
    most = max((sync.requests for sync in syncs[-SHOWN_SYNCS:]), default=0)
    rows = [
        (
            age(sync.at, now),
            sync.mode,
            _draw_bar(sync.requests, most),
            number(sync.retries),
            f"{sync.throttled_s:.1f} s",
            f"{sync.duration_s:.1f} s",
            sync.error or _word_changes(sync.issues),
        )
        for sync in reversed(syncs[-SHOWN_SYNCS:])
    ]
    told = [
        ("Last 24 hours", counted(budget.today, "request")),
        ("Last 7 days", f"{counted(budget.week, 'request')} in {counted(budget.syncs, 'sync')}"),
        ("Asked again", counted(budget.retries, "time")),
        ("Waited", f"{budget.throttled_s:.1f} s for a rate limit, ours or theirs"),
        ("Answers", f"{budget.bytes / 1e6:.1f} MB"),
        ("Mostly", ", ".join(f"{path} ({number(n)})" for path, n in budget.by_path[:3])),
    ]
    heads = ("When", "Mode", "Requests", "Again", "Waited", "Took", "Outcome")
    why = "No sync was made yet. Files are imported without a request."
    return panel(
        "Requests",
        [facts(told), table("The last syncs, newest first", heads, rows, why)],
        wide=True,
    )


def cache_panel(statistics: CacheStatistics, buttons: Sequence[Component]) -> Component:
    """Return how often the stored issues were enough, why not, and what can be done."""
    hits, misses = statistics.hits, sum(statistics.misses.values())
    rate = (
        "" if statistics.hit_rate is None else f"{100 * statistics.hit_rate:.1f} % of {number(hits + misses)}"
    )
    saved, made = statistics.saved_share, number(statistics.calls)
    told = [
        ("Answered from the store", f"{rate} look-ups" if rate else "nothing was looked up yet"),
        (
            "Requests saved",
            ""
            if saved is None
            else f"{100 * saved:.1f} %: {made} instead of {number(statistics.calls_without)}",
        ),
    ]
    rows = [
        (REASONS.get(reason, reason), number(n))
        for reason, n in sorted(statistics.misses.items(), key=lambda each: -each[1])
    ]
    why = "Every look-up was answered from the store."
    return panel(
        "Cache", [facts(told), table("Why Jira was asked", ("Reason", "Times"), rows, why), *buttons]
    )


def audit_panel(lines: Sequence[tuple[int, str, str, str]], now: int) -> Component:
    """Return who did what to what, the newest first; each line begins with epoch milliseconds."""
    rows = [(age(at, now), person, action, subject) for at, person, action, subject in lines]
    heads = ("When", "Who", "What", "To what")
    shown = table("Who changed what", heads, rows, "Nobody has changed anything yet.")
    return panel("Audit log", [shown], wide=True)


def timings_panel(timings: Sequence[Timing]) -> Component:
    """Return how long the work of late took."""
    rows = [
        (timing.name, number(timing.n), f"{timing.p50:.1f} ms", f"{timing.p95:.1f} ms")
        for timing in timings[:14]
    ]
    why = "The log tells of no work yet. With LOG_LEVEL=DEBUG it tells more."
    caption = "The slowest first, from the newest part of the log and what the process that answers did"
    return panel("Timings", [table(caption, ("Work", "Times", "P50", "P95"), rows, why)])


def log_rows(lines: Sequence[LogLine]) -> list[Component]:
    """Return log lines, the newest on top."""
    if not lines:
        return [html.P("No line matches.", className="quiet")]
    return [
        html.Div(
            className=f"log-line {line.level.lower()}",
            children=[
                html.Span(line.at[:19].replace("T", " "), className="log-at"),
                html.Span(line.level, className="log-level"),
                html.Span(line.event, className="log-event"),
                html.Span(line.details, className="log-details"),
            ],
        )
        for line in reversed(lines)
    ]


def bundle_files_view(files: Mapping[str, str], href: str) -> list[Component]:
    """Return exactly what a bundle holds, and the link that saves it."""
    return [
        html.P("This is all that is in it. No token, e-mail, query, address or issue is."),
        *(
            html.Details(
                className="finding",
                children=[
                    html.Summary(f"{name}, {counted(len(text.splitlines()), 'line')}"),
                    html.Pre(text, tabIndex="0", **aria(label=name)),
                ],
            )
            for name, text in files.items()
        ),
        html.A("Save the bundle", href=href, className="quiet-button", download="throughline-bundle.zip"),
    ]


def _draw_bar(value: int, most: int) -> Component:
    """Return a number with a bar beside it, so that a column can be compared at a glance."""
    return html.Span(
        className="bar-cell",
        children=[
            html.Span(number(value), className="bar-value"),
            html.Span(className="bar-line", style={"width": f"{round(80 * value / most) if most else 0}px"}),
        ],
    )


def _word_changes(issues: Mapping[str, int]) -> str:
    words = (("created", "new"), ("updated", "updated"), ("deleted", "gone"), ("held_back", "held back"))
    told = ", ".join(f"{number(issues[name])} {word}" for name, word in words if issues.get(name))
    return told or "nothing had changed"


def rules_by_metric(rules: Mapping[str, Sequence[Any]]) -> list[Component]:
    """Return, metric by metric, the new rules that touch what is stored, with the keys concerned.

    Args:
        rules: by title of a metric, the rules that may change its numbers, each with ``rule`` and ``keys``.
    """
    if not rules:
        return [html.P("No rule that is new in version 2 touches what is stored.", className="quiet")]
    return [
        html.P(
            "Each rule may change the numbers of the metric. Percentiles, intervals and comparisons follow "
            "new rules everywhere."
        ),
        *(_draw_rules(title, touches) for title, touches in rules.items()),
    ]


def _draw_rules(title: str, touches: Sequence[Any]) -> Component:
    concerned = len({key for touch in touches for key in touch.keys})
    lines = [
        html.Li([f"{touch.rule} ", html.Span(f"({key_list(touch.keys)})", className="keys")])
        for touch in touches
    ]
    summary = [html.Span(number(concerned), className="count"), html.Span(title, className="code")]
    return html.Details([html.Summary(summary), html.Ul(lines)], className="finding")
