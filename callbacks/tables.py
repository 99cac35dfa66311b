"""Tables for people on a terminal."""

import io
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from data.metric import MetricResult
from data.outcome import SyncOutcome
from data.pipeline import ALL_METRICS, Report

MISSING_VALUE = "-"
ISSUE_HEADINGS = ("key", "type", "status", "created", "started_at", "completed_at", "resolution")


def outcome_words(outcome: SyncOutcome) -> str:
    """Return what a sync or an import did, a line for each thing that somebody should know."""
    changes, requests = outcome.changes, outcome.requests["total"]
    asked = f", {requests} requests" if requests else ""
    new = changes.created + outcome.created_in_parts
    counts = {"new": new, "updated": changes.updated, "moved": changes.moved, "gone": changes.deleted}
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing has changed"
    lines = [f"{outcome.fetched} issues read: {told}; {changes.stored} stored{asked}."]
    if outcome.bad:
        lines.append(f"{outcome.bad} of them could not be read in full; metrics says in which fields.")
    if outcome.held_back:
        lines.append(
            f"{outcome.held_back} issues seem to be gone, too many at once to believe it: they are kept. "
            "If they are gone indeed, run sync --full."
        )
    return "".join(f"{line}\n" for line in lines)


def metrics_table(report: Report) -> str:
    """Return every metric of a report as a table, with what to know about the data below it."""
    titles = {metric.id: metric.title for metric in ALL_METRICS}
    table = Table("Metric", "Value", "n", "P85", "Before", "Trend", "Left out", box=None, pad_edge=False)
    for name, result in report.results.items():
        table.add_row(titles[name], _value(result), str(result.n), *_beside(result))
    period = report.period
    first, last = period.date_from or MISSING_VALUE, period.date_to or MISSING_VALUE
    head = f"{first} to {last}, {period.days} days, {period.timezone}\n"
    notes = [f"{titles[name]}: {result.message}" for name, result in report.results.items() if result.message]
    notes += [
        f"{finding.code} ({finding.n}): {finding.message} {finding.remedy}" for finding in report.findings
    ]
    return head + _rendered(table) + "".join(f"{note}\n" for note in notes)


def issues_table(entries: Sequence[dict[str, Any]]) -> str:
    """Return stored issues as a table; no entries give nothing."""
    if not entries:
        return ""
    table = Table(*ISSUE_HEADINGS, box=None, pad_edge=False)
    for entry in entries:
        table.add_row(*(_short(entry[heading]) for heading in ISSUE_HEADINGS))
    return _rendered(table)


def _value(result: MetricResult) -> str:
    return MISSING_VALUE if result.value is None else f"{result.value:.4g} {result.unit}"


def _beside(result: MetricResult) -> tuple[str, str, str, str]:
    p85 = (result.percentiles or {}).get("p85")
    previous = result.previous.value if result.previous else None
    return (
        MISSING_VALUE if p85 is None else f"{p85:.4g}",
        MISSING_VALUE if previous is None else f"{previous:.4g}",
        result.trend,
        ", ".join(f"{n} {reason}" for reason, n in result.candidates.counts().items()),
    )


def _short(value: str | None) -> str:
    """Return a cell; instants keep their minutes only."""
    if value is None:
        return MISSING_VALUE
    return value[:16].replace("T", " ") if value.endswith("Z") and "T" in value else value


def _rendered(table: Table) -> str:
    """Render to text of natural width: what is piped on must not depend on the terminal."""
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False, emoji=False)
    console.print(table)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # it is the StringIO above
    return "".join(line.rstrip() + "\n" for line in lines)
