"""The report as one file: every number with its evidence, every chart with its table, nothing from outside.

The page carries plotly's own script and a policy that lets the browser run that script and ours, and
load nothing at all. Whatever came from Jira is escaped: in the page by the template, in the figures by
their makers, in the data block below.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from markupsafe import Markup

from data.charts.subject import ChartSubject
from data.metric import Finding, Metric, MetricResult, Week
from ui.figures.charts import CHARTS
from ui.format import (
    FORMER_NAMES,
    comparison,
    counted,
    finding_title,
    noun_of,
    number,
    percentile_words,
    reason,
    unit_words,
)
from ui.standalone import NOTHING, plain, template, template_file

PAGES = {"overview": "Overview", "dora": "DORA", "flow": "Flow"}
# A table twin is for reading; beyond this a browser is slow to open the file.
SHOWN_ROWS = 1000
SPARK_WIDTH, SPARK_HEIGHT = 240, 36
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
class Bar:
    """One bar of a sparkline in its own coordinates."""

    x: str
    y: str
    width: str
    height: str
    partial: bool


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


def report_page(
    snapshot: Snapshot, metrics: Sequence[Metric], subject: ChartSubject, findings: Sequence[Finding]
) -> str:
    """Return the report as one HTML text that needs nothing else.

    Args:
        snapshot: what it is of.
        metrics: the lines of both families, in the order of the page.
        subject: their results, and what the charts are drawn from.
        findings: what was odd in the data.

    Returns:
        The page; over an empty store it says that there are no data. The same arguments give the
        same text.
    """
    charts, figures = _charts(subject)
    library, script = Markup(plotly_script()), Markup(template_file("report.js"))  # noqa: S704  # both are ours
    return template("report.html").render(
        policy=content_security_policy(library, script),
        style=Markup(template_file("report.css")),  # noqa: S704  # ours
        library=library,
        script=script,
        figures=Markup(inert_json(figures)),  # noqa: S704  # no end of the element can be in it
        snapshot=snapshot,
        number=number,
        counted=counted,
        spark=(SPARK_WIDTH, SPARK_HEIGHT),
        metrics=[_metric(metric, subject.results[metric.id]) for metric in metrics],
        pages=[(title, [c for page, c in charts if page == name]) for name, title in PAGES.items()],
        findings=[(finding_title(f.code), f, ", ".join(f.keys)) for f in findings],
    )


def content_security_policy(*scripts: str) -> str:
    """Return a policy under which exactly these scripts run and nothing is ever loaded.

    ``frame-ancestors`` is missing: browsers take it from a header only.
    """
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
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
    """Return plotly.js, with its licence, as Dash's own dependency brings it along."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def inert_json(value: Any) -> str:
    """Return a value as JSON that can stand in a script element: nothing in it can end the element."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _charts(subject: ChartSubject) -> tuple[list[tuple[str, ChartPart]], dict[str, Any]]:
    """Return every chart with its page, and the figures of those that have something to draw."""
    parts: list[tuple[str, ChartPart]] = []
    figures: dict[str, Any] = {}
    for spec in CHARTS:
        light = spec.build(subject, "light")
        rows = light.rows
        if not light.empty:
            figures[spec.id] = {"light": light.figure, "dark": spec.build(subject, "dark").figure}
        shown = tuple(tuple(plain(value) for value in row) for row in rows[:SHOWN_ROWS])
        part = ChartPart(
            id=spec.id,
            title=spec.title,
            help=spec.help,
            height=spec.height,
            note=light.note,
            empty=light.empty,
            columns=light.columns,
            rows=shown,
            left_out=len(rows) - len(shown),
        )
        parts.append((spec.page, part))
    return parts, figures


def _metric(metric: Metric, result: MetricResult) -> MetricPart:
    words, tone = comparison(metric, result)
    return MetricPart(
        id=metric.id,
        title=metric.title,
        value="n/a" if result.value is None else number(result.value),
        unit="" if result.value is None else unit_words(metric),
        compared=words,
        tone=tone,
        band=_band(result),
        message=result.message or "",
        facts=tuple((name, text) for name, text in _facts(metric, result) if text),
        bars=_bars(result.weekly),
        weeks=tuple((w.week, w.start, plain(w.value), str(w.n), plain(not w.partial)) for w in result.weekly),
        lists=tuple(_key_lists(metric, result)),
    )


def _band(result: MetricResult) -> str:
    if result.band is None:
        return ""
    unsure = ", with too little or indirect evidence to be sure" if result.band["greyed"] else ""
    return f"{result.band['level']} by the DORA report {result.band['edition']}{unsure}"


def _facts(metric: Metric, result: MetricResult) -> Iterator[tuple[str, str]]:
    """Yield what answers the questions about a number; facts without a text are left out later."""
    yield "Formula", metric.formula
    yield "Definition", f"{result.definition}, {FORMER_NAMES.get(metric.id, '')}".rstrip(", ")
    yield "Made of", f"{counted(result.n, noun_of(metric))}, {result.evidence}"
    yield "Read from", ", ".join(metric.fields)
    yield "Percentiles", percentile_words(result)
    if result.interval is not None:
        low, high = result.interval
        yield "95 % interval", f"{number(low)} to {number(high)} %"
    if result.previous is not None:
        before = NOTHING if result.previous.value is None else number(result.previous.value)
        yield "Period before", f"{before} from {counted(result.previous.n, noun_of(metric))}"
    yield "Trend", result.trend
    yield "Left out", _left_out(result)


def _left_out(result: MetricResult) -> str:
    counts = result.candidates.counts()
    return "; ".join(f"{number(n)} {reason(code)}" for code, n in counts.items()) or "nothing"


def _key_lists(metric: Metric, result: MetricResult) -> Iterator[KeyList]:
    if result.n:
        yield KeyList(f"{counted(result.n, noun_of(metric))} counted", ", ".join(result.included))
    for code, keys in result.excluded.items():
        yield KeyList(f"{number(len(keys))} left out: {reason(code)}", ", ".join(keys))


def _bars(weeks: Sequence[Week]) -> tuple[Bar, ...]:
    """Return a sparkline: one bar a week that has a value, the highest as high as the drawing."""
    top = max((week.value or 0 for week in weeks), default=0) or 1
    step = SPARK_WIDTH / max(len(weeks), 1)
    bars = []
    for place, week in enumerate(weeks):
        if week.value is None:
            continue
        height = max(1.5, week.value / top * SPARK_HEIGHT)
        x, y, width = place * step, SPARK_HEIGHT - height, max(step - 1, 1)
        bars.append(Bar(f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}", week.partial))
    return tuple(bars)
