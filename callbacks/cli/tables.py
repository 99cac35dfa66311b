"""Tables for people on a terminal."""

import io
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table

from callbacks.cli.answers import printable
from data.charts.sprints import Number, SprintTable
from data.export.document import TOGETHER
from data.forecast.answer import Forecast, has_record, track_of
from data.forecast.foresight import Foresight
from data.intake.events import RowCounts
from data.intake.sync_outcome import SyncOutcome
from data.metrics.cut import EVIDENCE, Cut
from data.metrics.filters import filters_in_use
from data.metrics.report import Report
from data.model.instants import iso_instant
from data.model.metric import MetricResult
from data.model.verdict import target_grounds, target_verdict, verdict
from data.pipeline import ALL_METRICS
from ui.format import reason, told_words

if TYPE_CHECKING:
    from data.metrics.merging.merged import Merged

MISSING_VALUE = "-"
GROUP_WIDTH = 40
_TITLES = {metric.id: metric.title for metric in ALL_METRICS}
ISSUE_HEADINGS = ("key", "type", "status", "created", "started_at", "completed_at", "resolution")


def outcome_words(outcome: SyncOutcome) -> str:
    """Return what a sync or an import did, a line for each thing that somebody should know."""
    lines = _import_words(outcome) if outcome.mode == "import" else _sync_words(outcome)
    return "".join(f"{printable(line)}\n" for line in lines)


def _import_words(outcome: SyncOutcome) -> list[str]:
    lines = []
    if outcome.fetched or not outcome.beside:
        beside = "what is known beside them has changed" if outcome.changes.changed else "nothing has changed"
        lines.append(f"{outcome.fetched} issues read: {_count_words(outcome, beside)}.")
    if outcome.bad:
        lines.append(f"{outcome.bad} entries were left out, because they could not be read.")
    return [*lines, *itertools.chain(*(_row_words(what, each) for what, each in outcome.beside.items()))]


def _row_words(what: str, counts: RowCounts) -> list[str]:
    told = ", ".join(
        f"{n} {what}" for what, n in {"new": counts.created, "updated": counts.updated}.items() if n
    )
    lines = [f"{what.capitalize()}: {told or 'nothing has changed'}; {counts.stored} stored."]
    if counts.replaced:
        lines.append(f"{counts.replaced} rows gave way to a later one with the same id.")
    if counts.bad:
        lines.append(f"{counts.bad} rows were left out, because they could not be read.")
    if counts.unknown_projects or counts.unknown_issues:
        lines.append(
            f"They name {counts.unknown_projects} projects and {counts.unknown_issues} issues that are not"
            " stored; check the keys, or bring those issues too."
        )
    return lines


def _count_words(outcome: SyncOutcome, nothing: str) -> str:
    changes = outcome.changes
    new = changes.created + outcome.created_in_parts
    counts = {"new": new, "updated": changes.updated, "moved": changes.moved, "gone": changes.deleted}
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or nothing
    return f"{told}; {changes.stored} stored"


def _sync_words(outcome: SyncOutcome) -> list[str]:
    changes, requests = outcome.changes, outcome.requests["total"]
    asked = f", {requests} requests" if requests else ""
    nothing = "nothing has changed" if changes.stored else "the query selects no issue"
    lines = [f"{outcome.fetched} issues read: {_count_words(outcome, nothing)}{asked}."]
    lines += [f"Jira says about the query: {words}" for words in outcome.warnings]
    lines += [*outcome.notices, *map(" ".join, outcome.unread)]
    if not changes.stored:
        lines.append("Check JIRA_JQL, and whether the account may see the projects that it names.")
    if outcome.bad:
        lines.append(f"{outcome.bad} of them could not be read in full; metrics says in which fields.")
    if outcome.held_back:
        lines.append(
            f"{outcome.held_back} issues seem to be gone, too many at once to believe it: they are kept. "
            "If they are gone indeed, run sync --full."
        )
    return lines


def metrics_table(report: Report) -> str:
    """Return every metric of a report as a table, with what to know about the data below it."""
    table = Table("Metric", "Value", "n", "P85", "Before", "Trend", "Left out", box=None, pad_edge=False)
    for name, result in report.results.items():
        table.add_row(_TITLES[name], _format_value(result), str(result.n), *_format_details(result))
    head = f"{_word_period(report)}\n" + _word_filters(report)
    told = _word_messages({name: result.message for name, result in report.results.items()})
    findings = [
        f"{finding.code} ({finding.n}): {finding.message} {finding.remedy}\n" for finding in report.findings
    ]
    events = [f"{event.day}: {event.text}\n" for event in report.events if event.place == "in_period"]
    told += printable("".join(["Events of this period:\n", *events])) if events else ""
    return printable(head) + _render(table) + told + _word_targets(report) + printable("".join(findings))


def _word_targets(report: Report) -> str:
    """Return a line for each target, whether it is kept and what says so."""
    lines = []
    for name, result in report.results.items():
        words, grounds = target_verdict(result), target_grounds(result)
        if words:
            lines.append(f"{_TITLES[name]}: {words}{f' ({grounds})' if grounds else ''}\n")
    return "".join(lines)


def cut_table(cut: Cut) -> str:
    """Return every number before a day and from it on as a table, and what a difference does not say."""
    heads = ("Metric", f"{cut.before.first_day} on", "n", f"{cut.day} on", "n", "Verdict")
    table = Table(*heads, box=None, pad_edge=False)
    for name, result in cut.results.items():
        before = result.previous
        earlier = (None, 0) if before is None else (before.value, before.n)
        table.add_row(
            _TITLES[name],
            _format_number(earlier[0]),
            str(earlier[1]),
            _format_value(result),
            str(result.n),
            verdict(result) or MISSING_VALUE,
        )
    return _render(table) + f"{EVIDENCE}\n"


def _word_messages(messages: Mapping[str, str | None]) -> str:
    """Return what is said of metrics, a line for each sentence, with the titles that share it before it."""
    shared: dict[str, list[str]] = {}
    for name, message in messages.items():
        if message:
            shared.setdefault(message, []).append(_TITLES[name])
    return printable("".join(f"{', '.join(titles)}: {message}\n" for message, titles in shared.items()))


def groups_table(groups: Sequence[tuple[str, int, Mapping[str, MetricResult]]]) -> str:
    """Return the values of groups beside each other, a row each; no groups give a line that says so.

    Args:
        groups: name, number of items and results of each. A metric that is not applicable
            to any of them has no column, and a line below that says why.
    """
    if not groups:
        return "\nNo issue is in view, so there are no groups.\n"
    # What only some profiles have, such as points, cannot be compared.
    first = {n: result for n, result in groups[0][2].items() if all(n in r for _, _, r in groups)}
    apart = [name for name in first if all(r[name].state == "not_applicable" for _, _, r in groups)]
    shown = [name for name in first if name not in apart]
    heads = [Column(f"{_TITLES[name]}, {first[name].unit}", overflow="fold") for name in shown]
    table = Table(
        Column("Group", no_wrap=True, max_width=GROUP_WIDTH), "Items", *heads, box=None, pad_edge=False
    )
    for group, items, results in groups:
        table.add_row(
            " ".join(group.split()), str(items), *(_format_number(results[name].value) for name in shown)
        )
    return "\n" + _render(table) + _word_messages({name: first[name].message for name in apart})


def profiles_table(reports: Mapping[str, Report], together: "Merged | None" = None) -> str:
    """Return the values of profiles beside each other, with the period and the data of each below.

    Args:
        reports: by the name of the profile.
        together: their common numbers, the last row; None: there are none.
    """
    groups = [(name, report.flow_items, report.results) for name, report in reports.items()]
    if together is not None:
        groups.append((TOGETHER, together.n_items, together.results))
    notes = [
        f"{name}: {_word_period(report)}, as of {iso_instant(report.as_of) or MISSING_VALUE}, "
        f"{report.scope_issues} issues, revision {report.revision or MISSING_VALUE}\n"
        for name, report in reports.items()
    ]
    told = () if together is None else together.notes
    return (
        groups_table(groups).removeprefix("\n")
        + "".join(notes)
        + "".join(printable(f"{TOGETHER}: {note}\n") for note in told)
    )


def _word_period(report: Report) -> str:
    period = report.period
    first, last = period.date_from or MISSING_VALUE, period.date_to or MISSING_VALUE
    return f"{first} to {last}, {period.days} days, {period.timezone}"


def _word_filters(report: Report) -> str:
    """Return a line that names the filters in use, "" without any, and which metrics know nothing of them."""
    used = filters_in_use(report.view)
    if not used:
        return ""
    words = "; ".join(f"{name.replace('_', ' ')} {', '.join(values)}" for name, values in used.items())
    deaf = [_TITLES[name] for name, result in report.results.items() if result.filters_ignored]
    ignored = (
        f" {', '.join(deaf)} go by project alone, because deployments have nothing else." if deaf else ""
    )
    return f"Only {words}.{ignored}\n"


def issues_table(entries: Sequence[dict[str, Any]]) -> str:
    """Return stored issues as a table; no entries give nothing."""
    if not entries:
        return ""
    table = Table(*ISSUE_HEADINGS, box=None, pad_edge=False)
    for entry in entries:
        table.add_row(*(_shorten(entry[heading]) for heading in ISSUE_HEADINGS))
    return _render(table)


def _format_value(result: MetricResult) -> str:
    return MISSING_VALUE if result.value is None else f"{result.value:.4g} {result.unit}"


def _format_number(value: float | None) -> str:
    return MISSING_VALUE if value is None else f"{value:.4g}"


def _format_details(result: MetricResult) -> tuple[str, str, str, str]:
    p85 = (result.percentiles or {}).get("p85")
    previous = result.previous.value if result.previous else None
    return (
        MISSING_VALUE if p85 is None else f"{p85:.4g}",
        MISSING_VALUE if previous is None else f"{previous:.4g}",
        verdict(result) or MISSING_VALUE,
        "; ".join(f"{n} {reason(code)}" for code, n in result.candidates.counts().items()),
    )


def _shorten(value: str | None) -> str:
    """Return a cell; instants keep their minutes only."""
    if value is None:
        return MISSING_VALUE
    return value[:16].replace("T", " ") if value.endswith("Z") and "T" in value else value


def _render(table: Table) -> str:
    """Render to text of natural width: what is piped on must not depend on the terminal."""
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False, emoji=False)
    console.print(table)
    lines = console.file.getvalue().split("\n")[:-1]  # type: ignore[attr-defined]  # it is the StringIO above
    return "".join(printable(line).rstrip() + "\n" for line in lines)


def sprints_table(found: SprintTable) -> str:
    """Return a line for each sprint, and what all of them come to."""
    heads = ("Committed", "Added", "Removed", "Done", "Carried over", "Open")
    names = ("committed", "added", "removed", "done", "carried_over", "open")
    table = Table("Sprint", "From", "To", *heads, box=None, pad_edge=False)
    for row in (*found.running, *found.closed):
        numbers = (_format_count(row.numbers.get(name)) for name in names)
        table.add_row(printable(row.name), row.opens[:10], row.closes[:10], *numbers)
    table.add_row("All closed", "", "", *(_format_count(found.total.get(name)) for name in names))
    lines = [found.message] if found.message else []
    if found.kept_percent is not None:
        lines.append(
            f"{_format_number(found.kept_percent)} % of what was committed to was done in its sprint."
        )
    return _render(table) + printable("".join(f"{line}\n" for line in lines))


def _format_count(count: Number | None) -> str:
    if count is None:
        return MISSING_VALUE
    return str(count.n) if count.points is None else f"{count.n} ({_format_number(count.points)} points)"


def forecast_table(foresight: Foresight | None) -> str:
    """Return what is told of a view's future, a line for each thing."""
    if foresight is None:
        return "Nothing can be said without issues.\n"
    forecast = foresight.outlook.forecast
    if forecast.state != "ok":
        lines = [forecast.message or "", *_word_tries(foresight)]
        return "".join(f"{printable(line)}\n" for line in lines)
    question, lines = forecast.question, []
    for answer in forecast.answers:
        told = f"{question.items} items: by {answer.by}" if answer.by else f"at least {answer.items} items"
        lines.append(f"{answer.level} %: {told}. {_record_words(forecast, answer.level)}")
    lines.append(
        f"Drawn from {len(forecast.sampled)} weeks with {int(forecast.sampled.weekly.sum())} items;"
        f" {int(forecast.sampled.left_out.sum())} of bulk moves left out."
    )
    if question.excluded:
        lines.append(f"Weeks left out: {', '.join(sorted(question.excluded))}.")
    return "".join(f"{printable(line)}\n" for line in (*lines, *_word_tries(foresight)))


def _word_tries(foresight: Foresight) -> list[str]:
    """Return the what-ifs that somebody asked for, each with what it rests on."""
    return [
        f"With {one.words}: {one.told.message or f'{told_words(one.told)} {one.assumes}'}"
        for one in foresight.supposals.tried
        if one.wished
    ]


def _counted_weeks(n: int) -> str:
    return "1 week" if n == 1 else f"{n} weeks"


def _record_words(forecast: Forecast, level: int) -> str:
    track = track_of(forecast, level)
    if not has_record(track):
        return "No track record yet."
    kept = round((track.held or 0.0) * len(track) / 100)
    return f"Its forecasts {_counted_weeks(track.horizon)} ahead held {kept} of {len(track)} times."
