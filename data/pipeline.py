"""The path of the data as code: tables in, meaning, metrics, a report out.

``compute`` is the whole line and is pure. ``Pipeline`` holds what a running
dashboard needs around it: the store it reads, the snapshot it last saw, and
the reports it has already made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from configuration.profile import Profile
from data.delivery import DeliveryTables, derive
from data.dora_calculator import DORA_METRICS, calculate_all_dora_metrics
from data.evaluate import no_data
from data.flow_calculator import FLOW_METRICS, calculate_all_flow_metrics
from data.metric import Finding, MetricResult
from data.performance_utils import CalculationContext
from data.periods import iso_instant, lay_out, parse_as_of, parse_day, zone_named
from data.quality import find
from data.tables import MISSING, Dataset, Flags, IssueTable

EMPTY_STORE = "There are no issues in the store."
METRICS = (*DORA_METRICS, *FLOW_METRICS)


@dataclass(frozen=True, slots=True)
class View:
    """What somebody wants to look at; empty fields mean the default.

    Attributes:
        date_from: first civil day, ``YYYY-MM-DD``.
        date_to: last civil day, included.
        as_of: instant or date; default: the data's own time.
        timezone: zone of days and weeks; default: the profile's.
        projects: project keys; empty: all.
        types: issue type names; empty: all.
        labels: labels of which an issue has one; empty: all.
    """

    date_from: str | None = None
    date_to: str | None = None
    as_of: str | None = None
    timezone: str | None = None
    projects: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The period as people write it; None where an empty store gives it no end."""

    date_from: str | None
    date_to: str | None
    days: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Report:
    """Every metric of one view.

    Attributes:
        as_of: T in epoch milliseconds, ``MISSING`` over an empty store.
        revision: of the stored rows.
        complete: False while a first fetch still fills the store.
        period: the period as laid out.
        scope_issues: stored issues.
        flow_items: issues in scope that pass the view's filters.
        results: by metric id, DORA first.
        findings: data quality.
        delivery: the tables underneath, for whoever opens the evidence; None over an empty store.
    """

    as_of: int
    revision: str
    complete: bool
    period: Period
    scope_issues: int
    flow_items: int
    results: Mapping[str, MetricResult]
    findings: tuple[Finding, ...] = ()
    delivery: DeliveryTables | None = field(default=None, repr=False)


def compute(dataset: Dataset, profile: Profile, view: View) -> Report:
    """Answer a view from tables: derive their meaning, compute every metric, collect the evidence.

    Raises:
        InputError: a date, period or zone of the view makes no sense.
        ConfigurationError: a pattern of the profile makes no sense.
    """
    zone = zone_named(view.timezone or profile.timezone)
    first = parse_day(view.date_from, "--from") if view.date_from else None
    last = parse_day(view.date_to, "--to") if view.date_to else None
    as_of = parse_as_of(view.as_of, zone) if view.as_of else dataset.as_of
    issues = dataset.issues
    created = issues.created[issues.created != MISSING]
    first_created = int(created.min()) if len(created) else MISSING
    if as_of == MISSING or not len(issues):
        if first and last:
            lay_out(first, last, zone, 0)  # refuses a period that ends before it begins
        return _over_nothing(dataset, as_of, Period(view.date_from, view.date_to, 0, zone.key))
    window = lay_out(first, last, zone, as_of, first_created)
    delivery = derive(dataset, profile, zone, as_of)
    chosen = _chosen(issues, view)
    context = CalculationContext(delivery, window, chosen, frozenset(view.projects))
    note = _note(as_of, dataset.as_of)
    flow = calculate_all_flow_metrics(context, note)
    in_scope = delivery.in_scope if chosen is None else delivery.in_scope & chosen
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=Period(window.first_day.isoformat(), window.last_day.isoformat(), window.days, zone.key),
        scope_issues=len(issues),
        flow_items=int(in_scope.sum()),
        results={**calculate_all_dora_metrics(context, note), **flow},
        findings=find(dataset, delivery, window, flow),
        delivery=delivery,
    )


def document(report: Report, profile_name: str) -> dict[str, Any]:
    """Return the JSON document of ``metrics --json``, keys in their published order."""
    period = report.period
    return {
        "schema": 1,
        "profile": profile_name,
        "revision": report.revision,
        "complete": report.complete,
        "as_of": iso_instant(report.as_of),
        "period": {
            "from": period.date_from,
            "to": period.date_to,
            "days": period.days,
            "timezone": period.timezone,
        },
        "scope": {"issues": report.scope_issues, "flow_items": report.flow_items},
        "metrics": {name: _result_document(result) for name, result in report.results.items()},
        "data_quality": [
            {
                "code": finding.code,
                "n": finding.n,
                "keys": list(finding.keys),
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in report.findings
        ],
    }


def _result_document(result: MetricResult) -> dict[str, Any]:
    previous = result.previous
    return {
        "definition": result.definition,
        "state": result.state,
        "message": result.message,
        "value": result.value,
        "unit": result.unit,
        "n": result.n,
        "percentiles": result.percentiles,
        "percentiles_withheld": result.percentiles_withheld,
        "interval": result.interval,
        "evidence": result.evidence,
        "previous": None if previous is None else {"value": previous.value, "n": previous.n},
        "trend": result.trend,
        "band": result.band,
        "weekly": [
            {
                "week": week.week,
                "start": week.start,
                "value": week.value,
                "n": week.n,
                "partial": week.partial,
            }
            for week in result.weekly
        ],
        "included": result.included,
        "excluded": result.excluded,
        **result.extra,
    }


def _over_nothing(dataset: Dataset, as_of: int, period: Period) -> Report:
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=period,
        scope_issues=len(dataset.issues),
        flow_items=0,
        results={metric.id: no_data(metric, EMPTY_STORE) for metric in METRICS},
    )


def _chosen(issues: IssueTable, view: View) -> Flags | None:
    """Return the rows that pass the view's filters, None when it has none."""
    if not (view.projects or view.types or view.labels):
        return None
    chosen = np.ones(len(issues), np.bool_)
    if view.projects:
        chosen &= np.array([p.key in view.projects for p in issues.projects], np.bool_)[issues.project]
    if view.types:
        chosen &= np.array([kind.name in view.types for kind in issues.types], np.bool_)[issues.type]
    if view.labels:
        wanted = set(view.labels)
        chosen &= np.array([bool(wanted & set(s)) for s in issues.label_sets], np.bool_)[issues.labels]
    return chosen


def _note(as_of: int, newest: int) -> str | None:
    if as_of >= newest:
        return None
    return "As of a past instant: statuses are those of then; resolutions, types and labels are today's."
