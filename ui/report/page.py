"""The report as one file: every number with its evidence, every chart with its table, nothing from outside.

The page carries plotly's own script and a policy that lets the browser run that script and ours, and
load nothing at all. Whatever came from Jira is escaped: in the page by the template, in the figures by
their makers, in the data block below.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from data.charts.marks import Mark
from data.charts.sprints import Number, sprint_table
from data.charts.subject import ChartSubject, in_steps
from data.forecast.answer import track_of
from data.forecast.foresight import Foresight
from data.model.metric import Metric, MetricResult, QualityFinding
from data.model.verdict import change_words, verdict
from ui.chart_library import chart_library
from ui.components.attention import why_words
from ui.components.forecast import visible_day
from ui.components.forecast_record import word_record
from ui.figures.chart import packed
from ui.figures.charts import CHARTS
from ui.figures.marks import KINDS, WORDS, mark_data
from ui.figures.parts import week_data
from ui.format import (
    FORMER_NAMES,
    GOES_BY_PROJECT,
    comparison,
    counted,
    finding_title,
    ignored_words,
    interval_words,
    level_words,
    noun_of,
    number,
    percentile_words,
    reason,
    target_words,
    unit_words,
)
from ui.headline import headline
from ui.headline import plain as in_words
from ui.report.standalone import NOTHING, plain, template, template_file
from ui.spark import HEIGHT, WIDTH, Bar, spark_bars
from ui.theme import CHART

PAGES = {"overview": "Overview", "dora": "DORA", "flow": "Flow"}
DRAWING = Path(__file__).resolve().parents[1] / "assets" / "drawing.js"
# A table twin is for reading; beyond this a browser is slow to open the file.
SHOWN_ROWS = 1000
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
# Inside a script element a browser looks for these, whatever the JSON around them means.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a report is of.

    Attributes:
        profile: whose numbers they are.
        sample: they are made up.
        revision: of the stored rows.
        complete: False while a first fetch still fills the store.
        as_of: the data's own time for people, "" over an empty store.
        written_at: when the report was made, for people.
        date_from: first day, "" over an empty store.
        date_to: last day, included.
        days: length of the period.
        timezone: in which days and weeks begin.
        issues: stored issues.
        flow_items: those in scope that pass the filters.
        filters: name and value of each filter that is set.
    """

    profile: str
    sample: bool
    revision: str
    complete: bool
    as_of: str
    written_at: str
    date_from: str
    date_to: str
    days: int
    timezone: str
    issues: int
    flow_items: int
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KeyList:
    """Keys behind a number, folded away under a head."""

    head: str
    keys: str


@dataclass(frozen=True, slots=True)
class MetricPart:
    """One metric as the template writes it; texts are not escaped yet."""

    id: str
    title: str
    value: str
    unit: str
    compared: str
    tone: str
    band: str
    message: str
    facts: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    weeks: tuple[tuple[str, ...], ...]
    lists: tuple[KeyList, ...]


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One chart as the template writes it; ``rows`` are cut at ``SHOWN_ROWS``."""

    id: str
    title: str
    help: str
    height: int
    note: str
    empty: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class GroupsPart:
    """Groups of the view beside each other, as the template writes them; texts are not escaped yet."""

    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def forecast_part(foresight: Foresight) -> GroupsPart:
    """Return what is forecast for the open items in view, each answer beside its record."""
    forecast = foresight.outlook.forecast
    rows = tuple(
        (f"{answer.level} %", visible_day(answer.by), word_record(track_of(forecast, answer.level)))
        for answer in forecast.answers
    )
    notes = [forecast.message] if forecast.message else []
    if len(forecast.sampled):
        notes.append(
            f"Drawn from {counted(len(forecast.sampled), 'whole week')} with "
            f"{counted(int(forecast.sampled.weekly.sum()), 'delivered item')}."
        )
    notes += attention_notes(foresight)
    head = f"Forecast for {counted(forecast.question.items or 0, 'open item')}"
    return GroupsPart(head, ("as sure as", "done by", "such forecasts"), rows, tuple(notes))


def sprints_part(subject: ChartSubject) -> GroupsPart | None:
    """Return what became of the sprints of the view; None where there are none."""
    table = sprint_table(subject.context)
    if table is None:
        return None
    counts = ("committed", "added", "removed", "done", "carried_over", "open")
    rows = [
        (row.name, row.opens[:10], row.closes[:10], *(_word_count(row.numbers.get(name)) for name in counts))
        for row in (*table.running, *table.closed)
    ]
    heads = ("sprint", "from", "to", *(name.replace("_", " ") for name in counts))
    notes = [table.message] if table.message else []
    if table.kept_percent is not None:
        committed = counted(table.total["committed"].n, "issue")
        kept = f"{number(table.kept_percent)} % of {committed} committed to were done in their sprint."
        notes.append(f"{kept} P50 of done: {number(table.done_median or 0)}.")
    return GroupsPart("Sprints", heads, tuple(rows), tuple(notes))


def _word_count(count: Number | None) -> str:
    if count is None:
        return NOTHING
    points = "" if count.points is None else f" ({number(count.points)} points)"
    return f"{number(count.n)}{points}"


def events_part(marks: Sequence[Mark]) -> GroupsPart:
    """Return what happened in the period and is marked in the charts."""
    rows = tuple(
        (mark.day.isoformat(), WORDS[KINDS.index(mark.kind)], "; ".join(mark.texts)) for mark in marks
    )
    return GroupsPart("What happened", ("day", "what", "marked in the charts"), rows, ())


def cut_part(
    title: str,
    spans: tuple[str, str],
    metrics: Sequence[Metric],
    results: Mapping[str, MetricResult],
    note: str,
) -> GroupsPart:
    """Return every number before a day and from it on.

    Args:
        title: at what the period is cut.
        spans: first and last day of both parts, in words.
        metrics: those to show.
        results: by metric id: of the second part, compared with the first.
        note: what a difference does not say.
    """
    columns = ("metric", f"before: {spans[0]}", "n", f"from then on: {spans[1]}", "n", "verdict")
    return GroupsPart(title, columns, tuple(_list_compared(m, results[m.id]) for m in metrics), (note,))


def _list_compared(metric: Metric, result: MetricResult) -> tuple[str, ...]:
    previous = result.previous
    before = (NOTHING, NOTHING)
    if previous is not None:
        before = NOTHING if previous.value is None else number(previous.value), number(previous.n)
    now = _word_value(result), number(result.n)
    return f"{metric.title}, {unit_words(metric)}", *before, *now, verdict(result) or "nothing to compare"


def attention_notes(foresight: Foresight) -> list[str]:
    """Return what to look at first, a sentence for each item."""
    items = foresight.attention
    lines = [
        f"{item.key}, {counted(round(item.age), 'day')} in progress: {why_words(item)}." for item in items
    ]
    return ["Look at these first.", *lines] if lines else []


def groups_part(
    head: str,
    metrics: Sequence[Metric],
    groups: Sequence[tuple[str, int, Mapping[str, MetricResult]]],
    notes: Sequence[str] = (),
) -> GroupsPart:
    """Return the table of groups: a row for each, a column for each metric that applies to any of them.

    Args:
        head: what they are grouped by.
        metrics: the lines of both families, in the order of the page.
        groups: name, number of items and results of each; without any there are heads only.
        notes: sentences below the table; why a metric has no column comes before them.
    """
    apart = [m for m in metrics if groups and all(r[m.id].state == "not_applicable" for _, _, r in groups)]
    shown = [metric for metric in metrics if metric not in apart]
    why: dict[str, list[str]] = {}
    for metric in apart:
        why.setdefault(groups[0][2][metric.id].message or "", []).append(metric.title)
    return GroupsPart(
        head=head,
        columns=("Group", "Flow items", *(f"{metric.title}, {unit_words(metric)}" for metric in shown)),
        rows=tuple(
            (name, number(items), *(_word_value(results[metric.id]) for metric in shown))
            for name, items, results in groups
        ),
        notes=(*(f"{', '.join(titles)}: {message}" for message, titles in why.items()), *notes),
    )


def _word_value(result: MetricResult) -> str:
    if result.value is None:
        return NOTHING
    target = result.target
    return f"{number(result.value)} ({target.state})" if target and target.state else number(result.value)


def report_page(
    snapshot: Snapshot,
    metrics: Sequence[Metric],
    subject: ChartSubject,
    findings: Sequence[QualityFinding],
    *,
    parts: Mapping[str, GroupsPart] | None = None,
    marks: Sequence[Mark] = (),
) -> str:
    """Return the report as one HTML text that needs nothing else.

    Args:
        snapshot: what it is of.
        metrics: the lines of both families, in the order of the page.
        subject: their results, and what the charts are drawn from.
        findings: what was odd in the data.
        parts: tables between the numbers and the charts, by their anchors.
        marks: what the charts are marked with.

    Returns:
        The page; over an empty store it says that there are no data. The same arguments give the
        same text.
    """
    charts, figures = _list_charts(subject, marks)
    figures["picture"] = picture_words(snapshot)
    further = {**(parts or {}), "sprints": sprints_part(subject)}
    # Ours, and plotly's: nothing in them comes from the data.
    library, drawing, script = map(Markup, (plotly_script(), drawing_script(), template_file("report.js")))
    return template("report.html").render(
        policy=content_security_policy(library, drawing, script),
        style=Markup(template_file("report.css")),  # noqa: S704  # ours
        library=library,
        drawing=drawing,
        script=script,
        figures=Markup(inert_json(figures)),  # noqa: S704  # no end of the element can be in it
        snapshot=snapshot,
        sentences=[in_words(sentence) for sentence in headline(subject.results, snapshot.days)],
        number=number,
        counted=counted,
        spark=(WIDTH, HEIGHT),
        parts=[(anchor, part) for anchor, part in further.items() if part],
        metrics=[_make_part(metric, subject.results[metric.id]) for metric in metrics],
        pages=[(title, [c for page, c in charts if page == name]) for name, title in PAGES.items()],
        findings=[(finding_title(f.code), f, ", ".join(f.keys)) for f in findings],
    )


def picture_words(snapshot: Snapshot) -> dict[str, Any]:
    """Return what a picture of a chart says beside its title, and what its file is called.

    Returns:
        ``file``, in which CHART stands for the id of the chart, and ``lines`` of parts.
    """
    days = [day for day in (snapshot.date_from, snapshot.date_to) if day]
    name = "-".join(("throughline", snapshot.profile, "CHART", *days))
    whose = f"{snapshot.profile}, sample data" if snapshot.sample else snapshot.profile
    first = [whose, " to ".join(days), *(f"{name}: {value}" for name, value in snapshot.filters)]
    partial = [] if snapshot.complete else ["still reading"]
    second = [f"Data as of {snapshot.as_of}", *partial, f"written {snapshot.written_at}"]
    return {"file": _UNSAFE.sub("-", name), "lines": [[part for part in first if part], second]}


def content_security_policy(*scripts: str) -> str:
    """Return a policy under which exactly these scripts run and nothing is ever loaded.

    ``frame-ancestors`` is missing: browsers take it from a header only.
    """
    hashes = " ".join(f"'sha256-{_hash_script(script)}'" for script in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            "style-src 'unsafe-inline'",  # plotly.js writes style attributes
            "img-src data: blob:",  # a chart saved as PNG
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def plotly_script() -> str:
    """Return plotly.js, with its licence."""
    return chart_library().read_text(encoding="utf-8")


@cache
def drawing_script() -> str:
    """Return what puts data into the designs of charts: the same file that the pages draw with."""
    return DRAWING.read_text(encoding="utf-8")


def inert_json(value: Any) -> str:
    """Return a value as JSON that can stand in a script element: nothing in it can end the element."""
    text = packed(value).decode()
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _hash_script(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _list_charts(
    subject: ChartSubject, marks: Sequence[Mark]
) -> tuple[list[tuple[str, ChartPart]], dict[str, Any]]:
    """Return every chart with its page, and what the script draws those from that have something to draw."""
    parts: list[tuple[str, ChartPart]] = []
    subject = in_steps(subject)
    weeks = week_data(subject) | mark_data(marks)
    drawn: dict[str, Any] = {}
    for spec in CHARTS:
        chart = spec.build(subject)
        rows = chart.rows
        if not chart.empty:
            drawn[spec.id] = {"design": spec.design, "data": {**weeks, **chart.data}}
        shown = tuple(tuple(plain(value) for value in row) for row in rows[:SHOWN_ROWS])
        part = ChartPart(
            id=spec.id,
            title=spec.title,
            help=spec.help,
            height=spec.height,
            note=chart.note,
            empty=chart.empty,
            columns=spec.columns,
            rows=shown,
            left_out=len(rows) - len(shown),
        )
        parts.append((spec.page, part))
    return parts, {"charts": drawn, "colours": CHART}


def _make_part(metric: Metric, result: MetricResult) -> MetricPart:
    words, tone = comparison(metric, result)
    return MetricPart(
        id=metric.id,
        title=metric.title,
        value="n/a" if result.value is None else number(result.value),
        unit="" if result.value is None else unit_words(metric),
        compared=words,
        tone=tone,
        band=level_words(result),
        message=result.message or "",
        facts=tuple((name, text) for name, text in _list_facts(metric, result) if text),
        bars=spark_bars(result.weekly),
        weeks=tuple((w.week, w.start, plain(w.value), str(w.n), plain(not w.partial)) for w in result.weekly),
        lists=tuple(_key_lists(metric, result)),
    )


def _list_facts(metric: Metric, result: MetricResult) -> Iterator[tuple[str, str]]:
    """Yield what answers the questions about a number; facts without a text are left out later."""
    yield "Formula", metric.formula
    yield "Definition", f"{result.definition}, {FORMER_NAMES.get(metric.id, '')}".rstrip(", ")
    yield "Made of", f"{counted(result.n, noun_of(metric))}, {result.evidence}"
    yield "Read from", ", ".join(metric.fields)
    yield "Percentiles", percentile_words(result)
    yield "95 % interval", interval_words(result)
    if result.previous is not None:
        before = NOTHING if result.previous.value is None else number(result.previous.value)
        yield "Period before", f"{before} from {counted(result.previous.n, noun_of(metric))}"
    yield "Target", target_words(result)
    yield "Change", "; ".join(text for text in (verdict(result), change_words(result.change)) if text)
    if result.filters_ignored:
        yield "Filters", f"{ignored_words(result)}: {GOES_BY_PROJECT}"
    yield "Left out", _left_out(result)


def _left_out(result: MetricResult) -> str:
    counts = result.candidates.counts()
    return "; ".join(f"{number(n)} {reason(code)}" for code, n in counts.items()) or "nothing"


def _key_lists(metric: Metric, result: MetricResult) -> Iterator[KeyList]:
    if result.n:
        yield KeyList(f"{counted(result.n, noun_of(metric))} counted", ", ".join(result.included))
    for code, keys in result.excluded.items():
        yield KeyList(f"{number(len(keys))} left out: {reason(code)}", ", ".join(keys))
