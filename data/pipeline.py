"""The path of the data as code: tables in, meaning, metrics, a report out.

``compute`` is the whole line and is pure. ``Pipeline`` holds what a running
dashboard needs around it: the store it reads, the snapshot it last saw, and
the reports it has already made.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from configuration.profile import Profile
from data.cache_ledger import CacheLedger
from data.cache_manager import Store
from data.delivery import DeliveryTables, derive
from data.dora_calculator import DORA_METRICS, calculate_all_dora_metrics
from data.evaluate import no_data
from data.evidence import IssueLine, evidence_lines
from data.flow_calculator import (
    FLOW_METRICS,
    OPTIONAL_FLOW_METRICS,
    calculate_all_flow_metrics,
    optional_metrics,
)
from data.metric import Finding, MetricResult
from data.performance_utils import CalculationContext, PerformanceTimer
from data.periods import iso_instant, lay_out, parse_as_of, parse_day, zone_named
from data.quality import find_in_period, find_in_tables
from data.sources import Source
from data.tables import MISSING, Dataset, Flags, IssueTable

logger = logging.getLogger(__name__)
EMPTY_STORE = "There are no issues in the store."
METRICS = (*DORA_METRICS, *FLOW_METRICS)
# With those that exist only where a profile maps a field for them.
ALL_METRICS = (*METRICS, *OPTIONAL_FLOW_METRICS.values())
REMEMBERED_REPORTS = 64
REMEMBERED_DERIVED = 2
DAY_MS = 86_400_000


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
        context: the same with period and filters, for charts; None over an empty store.
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
    context: CalculationContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Derived:
    """What stored tables mean in a zone as of an instant, whatever the period.

    Attributes:
        delivery: intervals, starts, completions, deployments.
        findings: data quality of these tables.
    """

    delivery: DeliveryTables
    findings: tuple[Finding, ...]


def derive_all(dataset: Dataset, profile: Profile, zone: ZoneInfo, as_of: int) -> Derived:
    """Give tables their meaning and look through them once.

    Raises:
        ConfigurationError: a pattern of the profile makes no sense.
    """
    delivery = derive(dataset, profile, zone, as_of)
    return Derived(delivery, find_in_tables(dataset, delivery))


def compute(
    dataset: Dataset,
    profile: Profile,
    view: View,
    derived: Callable[[ZoneInfo, int], Derived] | None = None,
) -> Report:
    """Answer a view from tables: derive their meaning, compute every metric, collect the evidence.

    Args:
        dataset: tables as stored.
        profile: what they mean.
        view: what is asked.
        derived: gives the tables their meaning in a zone as of an instant, for a caller that keeps it.

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
    if as_of == MISSING:
        if first and last:
            lay_out(first, last, zone, 0)  # refuses a period that ends before it begins
        return _over_nothing(dataset, profile, as_of, Period(view.date_from, view.date_to, 0, zone.key))
    window = lay_out(first, last, zone, as_of, first_created)
    period = Period(window.first_day.isoformat(), window.last_day.isoformat(), window.days, zone.key)
    if not len(issues):
        return _over_nothing(dataset, profile, as_of, period)
    meaning = derived(zone, as_of) if derived else derive_all(dataset, profile, zone, as_of)
    delivery = meaning.delivery
    chosen = _chosen(issues, view)
    context = CalculationContext(delivery, window, chosen, frozenset(view.projects))
    note = _note(as_of, dataset.as_of)
    flow = calculate_all_flow_metrics(context, note)
    in_scope = delivery.in_scope if chosen is None else delivery.in_scope & chosen
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=period,
        scope_issues=len(issues),
        flow_items=int(in_scope.sum()),
        results={**calculate_all_dora_metrics(context, note), **flow},
        findings=(*meaning.findings, *find_in_period(delivery, window, flow)),
        delivery=delivery,
        context=context,
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


def _over_nothing(dataset: Dataset, profile: Profile, as_of: int, period: Period) -> Report:
    more = optional_metrics(profile.fields)
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=period,
        scope_issues=len(dataset.issues),
        flow_items=0,
        results={
            metric.id: no_data(metric, EMPTY_STORE, business_days=profile.business_days)
            for metric in (*METRICS, *more)
        },
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


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of a page can be set to, sorted."""

    projects: tuple[str, ...]
    types: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Where the numbers come from and how old they are."""

    kind: Literal["demo", "jira", "files", "empty"]
    synced_at: int | None
    complete: bool
    stored: int
    site: str


class Pipeline:
    """The path of the data for one source, with the snapshot and the reports it has at hand.

    Safe to share between threads: readers get an immutable snapshot, and a
    finished sync is seen as a new revision of the store.
    """

    def __init__(self, source: Source, ledger: CacheLedger | None = None) -> None:
        self.source = source
        self._ledger = ledger
        self._lock = threading.Lock()
        # One computation at a time: of two that ask for the same view the second finds it done.
        self._turn = threading.Lock()
        self._dataset: Dataset | None = None
        self._reports: OrderedDict[View, Report] = OrderedDict()
        self._derived: OrderedDict[tuple[str, int], Derived] = OrderedDict()

    @property
    def name(self) -> str:
        """Name of the profile."""
        return self.source.name

    @property
    def profile(self) -> Profile:
        """Settings of the profile."""
        return self.source.profile

    @property
    def store(self) -> Store:
        """Where the issues are."""
        return self.source.store

    def dataset(self) -> Dataset:
        """Return the published data, read again only when their revision has changed."""
        return self._current(self.store.meta())

    def _current(self, meta: Mapping[str, str]) -> Dataset:
        with self._lock:
            known = self._dataset
            if known is None or known.revision != meta.get("revision", ""):
                self._take_over(self.store.load())
            elif known.as_of != int(meta.get("as_of", MISSING)):
                # Nothing has changed but the instant as of which that is known.
                self._take_over(
                    replace(known, as_of=int(meta["as_of"]), complete=meta.get("complete", "1") == "1")
                )
            assert self._dataset is not None
            return self._dataset

    def _take_over(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._reports.clear()
        self._derived.clear()

    def report(self, view: View) -> Report:
        """Answer a view; the same view of the same revision is computed once."""
        dataset = self.dataset()
        known = self._remembered(view, dataset)
        if known is not None:
            return known
        with self._turn:
            known = self._remembered(view, dataset)
            if known is not None:
                return known
            return self._computed(view, dataset)

    def _remembered(self, view: View, dataset: Dataset) -> Report | None:
        with self._lock:
            known = self._reports.get(view) if dataset is self._dataset else None
            if known is not None:
                self._reports.move_to_end(view)
            return known

    def _computed(self, view: View, dataset: Dataset) -> Report:
        with PerformanceTimer() as timer:
            report = compute(
                dataset, self.profile, view, lambda zone, as_of: self._deliver(dataset, zone, as_of)
            )
        logger.info(
            "metrics.calculated",
            extra={
                "duration_ms": round(timer.duration_ms, 3),
                "issues": report.scope_issues,
                "metrics": len(report.results),
                "revision": report.revision,
            },
        )
        if self._ledger is not None and report.revision:
            self._ledger.note_view(self.store.path.stem)
        with self._lock:
            if dataset is self._dataset:
                self._reports[view] = report
            while len(self._reports) > REMEMBERED_REPORTS:
                self._reports.popitem(last=False)
        return report

    def _deliver(self, dataset: Dataset, zone: ZoneInfo, as_of: int) -> Derived:
        """Return the derived tables: they depend on zone and instant, and not on period or filters."""
        key = zone.key, as_of
        known = self._derived.get(key)
        if known is None or known.delivery.issues is not dataset.issues:
            known = derive_all(dataset, self.profile, zone, as_of)
            self._derived[key] = known
            while len(self._derived) > REMEMBERED_DERIVED:
                self._derived.popitem(last=False)
        return known

    def choices(self) -> Choices:
        """Return what occurs in the store: project keys, issue type names, labels."""
        issues = self.dataset().issues
        return Choices(
            projects=tuple(sorted({project.key for project in issues.projects})),
            types=tuple(sorted({kind.name for kind in issues.types if kind.name})),
            labels=tuple(sorted({label for labels in issues.label_sets for label in labels})),
        )

    def status(self) -> SourceStatus:
        """Return where the numbers come from, and when they were read."""
        meta = self.store.meta()
        dataset = self._current(meta)
        synced = meta.get("synced_here_at", meta.get("synced_at"))
        return SourceStatus(
            kind=self.source.kind if len(dataset.issues) else "empty",
            synced_at=int(synced) if synced else None,
            complete=dataset.complete,
            stored=len(dataset.issues),
            site=meta.get("site", ""),
        )

    def lines(self, report: Report, metric_id: str, reason: str | None = None) -> list[IssueLine]:
        """Return the rows behind a number: the included ones, or those left out for ``reason``."""
        if report.delivery is None:
            return []
        site = "" if self.source.kind == "demo" else self.store.meta().get("site", "")
        return evidence_lines(
            report.delivery, metric_id, report.results[metric_id], store=self.store, site=site, reason=reason
        )
