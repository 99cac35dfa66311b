"""The standalone report: a view of a profile as one HTML text, and that text as a file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from callbacks.headings import told_items
from callbacks.marking import metrics_of, title_of
from configuration.errors import InputError
from configuration.files import usual_mode, write_whole
from data.charts.marks import Mark, MarkKind, find_marks
from data.forecast.foresight import Asked, foresee
from data.metrics.cut import EVIDENCE, Cut
from data.metrics.filters import filters_in_use
from data.metrics.groups import By
from data.metrics.report import Report, View
from data.model.instants import from_ms
from data.model.metric import Metric
from data.model.tables import MISSING
from data.pipeline import ALL_METRICS, METRICS, Pipeline
from ui.format import counted
from ui.report.page import (
    GroupsPart,
    Snapshot,
    cut_part,
    events_part,
    forecast_part,
    groups_part,
    report_page,
)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a report holds beside its numbers, on request.

    Attributes:
        groups: the same numbers for parts of the view.
        kinds: what the charts are marked with.
        cut: the day at which the period is cut.
    """

    groups: GroupsPart | None = None
    kinds: frozenset[MarkKind] = frozenset({"event"})
    cut: dt.date | None = None


USUAL = Extras()


def report_html(pipeline: Pipeline, view: View, written_at: int, extras: Extras = USUAL) -> str:
    """Return the report of a view as an HTML text that needs nothing else.

    Args:
        pipeline: of the profile.
        view: what is looked at.
        written_at: epoch milliseconds; told on the page.
        extras: what is asked for beside the numbers.

    Raises:
        InputError: a date, period or zone of the view makes no sense, or leaves a part of a cut period empty.
        StoreError: the store is damaged.
    """
    report = pipeline.report(view)
    period = report.period
    snapshot = Snapshot(
        profile=pipeline.name,
        sample=pipeline.source.kind == "demo",
        revision=report.revision,
        complete=report.complete,
        as_of=_format_moment(report.as_of),
        written_at=_format_moment(written_at),
        date_from=period.date_from or "",
        date_to=period.date_to or "",
        days=period.days,
        timezone=period.timezone,
        issues=report.scope_issues,
        flow_items=report.flow_items,
        filters=tuple(
            (name.replace("_", " ").capitalize(), ", ".join(values))
            for name, values in filters_in_use(view).items()
        ),
    )
    metrics = _metrics_of(pipeline, view)
    marks = () if report.context is None else find_marks(report.context, report.events, extras.kinds).shown
    parts = _list_parts(pipeline, report, extras, marks)
    return report_page(snapshot, metrics, report, report.findings, parts=parts, marks=marks)


def _list_parts(
    pipeline: Pipeline, report: Report, extras: Extras, marks: Sequence[Mark]
) -> dict[str, GroupsPart]:
    """Return the tables of a report that have something to say, by their anchors."""
    foresight = foresee(pipeline.report(pipeline.year(report.view)), Asked())
    cut = None if extras.cut is None else pipeline.cut(report, extras.cut)
    found = {
        "groups": extras.groups,
        "events": events_part(marks) if marks else None,
        "cut": None if cut is None else _part_of(cut, report),
        "ahead": None if foresight is None else forecast_part(foresight),
    }
    return {anchor: part for anchor, part in found.items() if part is not None}


def _part_of(cut: Cut, report: Report) -> GroupsPart:
    first, second = (f"{window.first_day} to {window.last_counted_day}" for window in (cut.before, cut.after))
    return cut_part(
        title_of(cut, report), (first, second), metrics_of(cut, list(cut.results)), cut.results, EVIDENCE
    )


def groups_of(pipeline: Pipeline, view: View, by: By) -> GroupsPart:
    """Return the groups of a view as a part of its report."""
    grouping = pipeline.grouping(view, by)
    groups = [(group.name, group.flow_items, group.results) for group in grouping.groups]
    notes = [f"{grouping.others} more groups have fewer items and are not shown."] if grouping.others else []
    return groups_part(f"By {by.replace('_', ' ')}", _metrics_of(pipeline, view), groups, notes)


def profiles_of(pipelines: Sequence[Pipeline], view: View) -> GroupsPart:
    """Return several profiles beside each other as a part of a report, with the data that each is made of."""
    reports = [(pipeline.name, pipeline.report(view)) for pipeline in pipelines]
    notes = [f"{name}: {_word_origin(report)}." for name, report in reports]
    groups = [(name, report.flow_items, report.results) for name, report in reports]
    return groups_part("By profile", METRICS, groups, notes)


def _word_origin(report: Report) -> str:
    """Return what a report was made from; over an empty store that there is nothing."""
    if report.delivery is None:
        return "no data yet"
    period, issues = report.period, told_items(report)
    if report.scope_issues:
        issues = counted(report.scope_issues, "issue")
    days = f"{period.date_from} to {period.date_to}, {period.timezone}"
    return f"{days}, data as of {_format_moment(report.as_of)}, {issues}, revision {report.revision}"


def _metrics_of(pipeline: Pipeline, view: View) -> list[Metric]:
    results = pipeline.report(view).results
    return [metric for metric in ALL_METRICS if metric.id in results]


def save_report(path: Path, text: str) -> None:
    """Write a report in one step: whatever happens, the file is the old one or the whole new one.

    Raises:
        InputError: the path is not a file, or cannot be written.
    """
    try:
        target = path.resolve()  # a link stays a link
        if target.exists() and not target.is_file():
            raise InputError(
                f"The report cannot be written to {path}: it is not a file.", hint="Name a file with --out."
            )
        write_whole(target, text.encode(), usual_mode(target))
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The report cannot be written to {path}: {reason}.",
            hint="Name another file with --out, in a folder that exists and that you may write to.",
        ) from error


def _format_moment(instant: int) -> str:
    """Return an instant for people, ``22 Nov 2026, 09:05 UTC``; "" for none."""
    if instant == MISSING:
        return ""
    moment = from_ms(instant)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"
