"""What a digest tells: the sentences of the Overview, clear changes, what to look at first, what happened."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from callbacks.dashboard import explain_unknown, list_blocked
from callbacks.headings import told_items
from configuration.errors import InputError
from data.charts.blocked_work import BlockedItem
from data.charts.marks import Mark, MarkKind, find_marks
from data.charts.recent import RECENT_WEEKS, Recent, recent
from data.forecast.attention import look_first
from data.metrics.filters import filters_in_use
from data.metrics.report import Report, View
from data.model.instants import from_ms
from data.model.metric import Metric
from data.model.periods import parse_day
from data.model.tables import MISSING
from data.pipeline import METRICS, Pipeline
from ui.components.attention import why_words
from ui.components.overview import block_words, changes
from ui.format import comparison, counted, number, target_words, unit_words
from ui.headline import headline, plain
from ui.report.digest import Digest, DigestLine, DigestPart, keys_in_words

USUAL_SINCE = "7d"
SHOWN_ITEMS = 15
SHOWN_NAMES = 8
MOST_DAYS = 3660
_TOLD: Mapping[MarkKind, str] = {"release": "Released", "incident": "Incidents seen", "event": "Events"}
_TONES = {"kept": "better", "missed": "worse"}
_DAYS = re.compile(r"([1-9]\d{0,3})d")


def since_day(text: str, last: dt.date) -> dt.date:
    """Return the first day of what happened since: ``7d`` are the last seven days, else a date.

    Args:
        text: as it was asked.
        last: the last day of the period.

    Raises:
        InputError: it is neither, or lies after ``last``.
    """
    days = _DAYS.fullmatch(text)
    if days and int(days[1]) <= MOST_DAYS:
        return last - dt.timedelta(days=int(days[1]) - 1)
    if not re.match(r"\d{4}-", text):
        raise InputError(
            f"--since {text!r} is neither a number of days nor a date.",
            hint=f"Write 7d for the last seven days (at most {MOST_DAYS}d), or a date such as 2026-03-02.",
        )
    day = parse_day(text, "--since")
    if day > last:
        raise InputError(
            f"--since {day} lies after the last day of the period, {last}.", hint="Choose an earlier day."
        )
    return day


def digest_of(pipeline: Pipeline, view: View, since: str, written_at: int) -> Digest:
    """Return the digest of a view.

    Args:
        pipeline: of the profile.
        view: what is looked at; changes are judged over 13 whole weeks whatever its period.
        since: selects what happened, as ``since_day`` reads it.
        written_at: epoch milliseconds.

    Raises:
        InputError: a date, period or zone of the view makes no sense, or ``since`` does not.
        StoreError: the store is damaged.
    """
    report = pipeline.report(view)
    if report.context is None or report.period.date_to is None:
        since_day(since, dt.date.max)  # what makes no sense is refused over an empty store too
        return _tell_nothing(pipeline, written_at)
    day = since_day(since, report.context.window.last_counted_day)
    warnings = tuple(_list_warnings(pipeline, report))
    if not report.complete:
        # While a first fetch reads, the oldest issues are there and the newest are not.
        return Digest(_title(pipeline), _word_about(report), warnings, (), _word_foot(written_at))
    lately = pipeline.report(replace(view, date_from=day.isoformat(), date_to=report.period.date_to))
    parts = (
        _tell_standing(report),
        *_tell_targets(report),
        _tell_changes(report.context.once(recent)),
        _tell_attention(report),
        _tell_blocked(report),
        *_tell_events(pipeline, lately, day),
    )
    return Digest(_title(pipeline), _word_about(report), warnings, parts, _word_foot(written_at))


def _title(pipeline: Pipeline) -> str:
    return f"Delivery digest: {pipeline.name}"


def _word_foot(written_at: int) -> str:
    return f"Made by Throughline on {_word_moment(written_at)}. Each number has its issues in the dashboard."


def _word_moment(instant: int) -> str:
    moment = from_ms(instant)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _tell_nothing(pipeline: Pipeline, written_at: int) -> Digest:
    nothing = "There are no data: the store of this profile holds no issues."
    return Digest(_title(pipeline), "no data yet", (nothing,), (), _word_foot(written_at))


def _word_about(report: Report) -> str:
    period = report.period
    days = f"{period.date_from} to {period.date_to}, {counted(period.days, 'day')}, {period.timezone}"
    as_of = "" if report.as_of == MISSING else f" Data as of {_word_moment(report.as_of)}."
    return f"{days}; {told_items(report)}.{as_of}"


def _list_warnings(pipeline: Pipeline, report: Report) -> Iterator[str]:
    if pipeline.source.kind == "demo":
        yield "These are sample data of a simulated Jira."
    if not report.complete:
        yield "The first fetch has not ended: nothing can be told yet."
    for name, values in filters_in_use(report.view).items():
        yield f"Only {name.replace('_', ' ')} {' or '.join(values)}."


def _tell_standing(report: Report) -> DigestPart:
    sentences = headline(report.results, report.period.days)
    lines = tuple(DigestLine(plain(sentence)) for sentence in sentences)
    return DigestPart("How are we doing", lines, "" if lines else "Nothing is known of this period.")


def _tell_targets(report: Report) -> Iterator[DigestPart]:
    """Yield which targets are kept and which missed, and what says so; nothing where there are none."""
    lines = [
        DigestLine(f"{metric.title}: {target_words(result)}", tone=_TONES.get(result.target.state or "", ""))
        for metric in METRICS
        if (result := report.results[metric.id]).target is not None
    ]
    if lines:
        yield DigestPart("Targets", tuple(lines))


def _tell_changes(found: Recent) -> DigestPart:
    days = f"from {found.first_day} to {found.last_day}"
    weeks = f"The {RECENT_WEEKS} whole weeks {days}, against the {RECENT_WEEKS} before."
    lines = tuple(_tell_change(metric, found) for metric in changes(METRICS, found.results))
    if lines:
        return DigestPart("Clearly changed", lines, weeks)
    known = any(result.change is not None for result in found.results.values())
    return DigestPart(
        "Clearly changed", (), f"{'Nothing' if known else 'Too few whole weeks to compare'}. {weeks}"
    )


def _tell_change(metric: Metric, found: Recent) -> DigestLine:
    result = found.results[metric.id]
    words, tone = comparison(metric, result)
    assert result.value is not None
    return DigestLine(
        f"{metric.title} {number(result.value)} {unit_words(metric)}: {words}",
        tone=tone if tone != "even" else "",
    )


def _tell_attention(report: Report) -> DigestPart:
    unknown = explain_unknown(report)
    first = () if report.context is None or unknown else report.context.once(look_first)
    lines = tuple(
        DigestLine(
            f"{item.key}, {counted(round(item.age), 'day')} in progress, {why_words(item)}",
            tone="worse" if item.over else "",
        )
        for item in first
    )
    return DigestPart("Look at these first", lines, unknown or ("" if lines else "Nothing is in progress."))


def _tell_blocked(report: Report) -> DigestPart:
    unknown = explain_unknown(report, "blocked_time")
    lines = tuple(
        DigestLine(
            f"{item.key}, {block_words(item)}" + _word_since(item), tone="worse" if item.in_circle else ""
        )
        for item in list_blocked(report)
    )
    return DigestPart("Blocked: waiting longest", lines, unknown or ("" if lines else "Nothing is blocked."))


def _word_since(item: BlockedItem) -> str:
    age = "" if item.days is None else f", {counted(round(item.days), 'day')}"
    return age + (", in a circle" if item.in_circle else "")


def _tell_events(pipeline: Pipeline, report: Report, since: dt.date) -> Iterator[DigestPart]:
    """Yield what happened since a day: completed, released, incidents, events; what did not is said."""
    done = pipeline.lines(report, "flow_velocity")
    lines = tuple(DigestLine(f"{line.key} {line.summary}".strip(), line.url) for line in done[:SHOWN_ITEMS])
    more = len(done) - len(lines)
    rest = f"The first {len(lines)} are listed, {number(more)} more are in the dashboard." if more else ""
    yield DigestPart(
        f"Completed since {since}: {counted(len(done), 'item')}", lines, rest or _or_nothing(lines)
    )
    assert report.context is not None
    for kind, noun in _TOLD.items():
        marks = find_marks(report.context, report.events, [kind], most_days=MOST_DAYS).shown
        told = tuple(DigestLine(_word_mark(mark)) for mark in marks[-SHOWN_ITEMS:])
        yield DigestPart(f"{noun} since {since}", told, _or_nothing(told))


def _word_mark(mark: Mark) -> str:
    return f"{mark.day}: {keys_in_words(mark.texts, SHOWN_NAMES)}"


def _or_nothing(lines: Sequence[DigestLine]) -> str:
    return "" if lines else "None."
