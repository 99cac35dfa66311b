"""The line beside a page's title: what the numbers are about, and what an address asks for in vain."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callbacks.views import days_of, query_of
from data.metrics.filters import UnknownValue, filters_in_use, find_unknown_values, word_unknown_value
from data.metrics.report import Report
from data.model.metric import MetricResult
from data.model.named_periods import neighbour
from data.pipeline import Pipeline
from ui.components.heading import Days, Note, heading_line
from ui.components.states import explanation_of
from ui.format import counted

NO_DATA_YET = "no data yet"
# Filters without a control: the line says that they hold, and how to leave them.
_BY_ADDRESS = {"epic": "below", "fix_version": "fixed in"}


def heading_of(
    pipeline: Pipeline, report: Report, filters: Mapping[str, Any] | None, names: Sequence[str]
) -> list[Any]:
    """Return what the numbers of a page are about, and what the reader should know before any of them.

    Args:
        pipeline: of the profile.
        report: what is shown.
        filters: as the address has them; links lead to the same view with one thing changed.
        names: of the metrics that the page shows; what keeps others from being known is not its matter.
    """
    period = report.period
    if period.date_from is None or period.date_to is None:
        return heading_line(NO_DATA_YET, None, [])
    items = told_items(report)
    span = f"{period.date_from} to {period.date_to}, {counted(period.days, 'day')}, {period.timezone}"
    chosen = filters or {}
    notes = [*_note_unknown(pipeline, report, chosen), *_note_unseen(report, chosen)]
    if report.flow_items or not filters_in_use(report.view):
        notes += _note_shared([report.results[name] for name in names if name in report.results])
    return heading_line(f"{span}; {items}", _list_days(pipeline, chosen), notes)


def told_items(report: Report) -> str:
    """Return how much is looked at; without issues the deployments and changes that are stored."""
    if report.scope_issues or report.delivery is None:
        issues = counted(report.scope_issues, "issue")
        return f"{counted(report.flow_items, 'flow item')} of {issues} in scope"
    delivery = report.delivery
    deployments = counted(len(delivery.deployments), "deployment")
    return f"{deployments} and {counted(len(delivery.code), 'change')} stored, no issues"


def _list_days(pipeline: Pipeline, chosen: Mapping[str, Any]) -> Days | None:
    """Return the days of the period, of the one before and of the one after, which may not have begun yet."""
    span = days_of(pipeline, chosen)
    if span is None:
        return None
    named = chosen.get("from") or chosen.get("to")
    name = "" if named else str(chosen.get("period") or "")
    newest = days_of(pipeline, {})
    later = neighbour(span, 1, name)
    if later and newest and later[0] > newest[1]:
        later = None
    return Days(span, neighbour(span, -1, name), later)


def _note_unknown(pipeline: Pipeline, report: Report, chosen: Mapping[str, Any]) -> list[Note]:
    """Return a note for each value of a filter that nobody has, with ways to leave or to mend it."""
    if not filters_in_use(report.view):
        return []
    unknown = find_unknown_values(pipeline.dataset(), report.view)
    return [Note(word_unknown_value(one), _mend(chosen, one), alarming=True) for one in unknown]


def _mend(chosen: Mapping[str, Any], unknown: UnknownValue) -> list[tuple[str, str]]:
    others = [value for value in chosen.get(unknown.filter) or () if value != unknown.value]
    near = [
        (f"Show {value}", query_of({**chosen, unknown.filter: [*others, value]}) or "?")
        for value in unknown.near[:1]
    ]
    return [*near, (f"Leave {unknown.value} out", _without(chosen, unknown.filter, others))]


def _note_unseen(report: Report, chosen: Mapping[str, Any]) -> list[Note]:
    used = filters_in_use(report.view)
    return [
        Note(f"Only issues {word} {' or '.join(used[name])}.", [("Show all", _without(chosen, name, []))])
        for name, word in _BY_ADDRESS.items()
        if name in used
    ]


def _without(chosen: Mapping[str, Any], name: str, others: Sequence[str]) -> str:
    # A name without a value says that nothing is left of it: a link that leaves it out would keep it.
    changed = {**chosen, name: list(others)}
    query = query_of(changed)
    return query if others else f"{query}{'&' if query else '?'}{name}="


def _note_shared(results: Iterable[MetricResult]) -> list[Note]:
    """Return once what keeps several numbers from being known; the cards say it in short."""
    messages = [result.message for result in results if result.value is None and result.message]
    several = [message for message in dict.fromkeys(messages) if messages.count(message) > 1]
    found = [(explanation_of(message), messages.count(message)) for message in several]
    return [
        Note(
            f"{one.short} {counted(n, 'number')} cannot be known without.",
            [(one.action, one.href)],
            one.words,
        )
        for one, n in found
        if one is not None
    ]
