"""The path of the data as code: tables in, meaning, metrics, a report out.

``compute`` is the whole line and is pure. ``Pipeline`` holds what a running
dashboard needs around it: the store it reads, the snapshot it last saw, and
what it has already answered.
"""

import datetime as dt
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from configuration.profile import Profile
from data.answers import AnswerMemory, Question
from data.cache_manager import Store
from data.dora_calculator import DORA_METRICS
from data.export.evidence import IssueLine, find_evidence
from data.export.selection import Found, Selection, select
from data.flow_calculator import FLOW_METRICS, OPTIONAL_FLOW_METRICS, flow_metrics_of, optional_metrics
from data.forecast.foresight import year_of
from data.meaning.delivery import DeliveryTables, derive
from data.meaning.quality import Noticed, find_in_tables, find_unread, in_view
from data.meaning.quality_rules import without_settings
from data.metrics.context import CalculationContext
from data.metrics.cut import Cut, cut_at
from data.metrics.evaluate import no_data
from data.metrics.events import place_events
from data.metrics.filters import UnknownValue, choose_rows, filters_in_use, find_unknown_values
from data.metrics.groups import By, Grouping, evaluate_group, group_by
from data.metrics.period_quality import find_in_period
from data.metrics.report import Period, Report, View
from data.metrics.sprints import has_sprints
from data.metrics.targets import unjudged
from data.metrics.touch import ranked
from data.model.metric import Metric, MetricResult, QualityFinding, no_series
from data.model.periods import Window, automatic_step, lay_out, parse_as_of, parse_day, zone_named
from data.model.tables import MISSING, Dataset, IssueTable
from data.model.targets import target_values
from data.model.unread import Unread, unread_of
from data.performance_utils import PerformanceTimer
from data.profiles.outdated import outdated_words
from data.profiles.sources import Source
from data.results import Results
from data.store.ledger import CacheLedger
from data.store.schema import DEFINITIONS

logger = logging.getLogger(__name__)
OF_THE_PAST = "As of a past instant: statuses are those of then; resolutions, types and labels are today's."
EMPTY_STORE = "There are no issues in the store."
METRICS = (*DORA_METRICS, *FLOW_METRICS)
# With those that exist only where a profile maps a field for them.
ALL_METRICS = (*METRICS, *OPTIONAL_FLOW_METRICS.values())
# The page of a view is asked for, then its drawer and its files, by several readers at once: so many reports
# wait for that, and fewer where each is large. What was answered is remembered as bytes.
REMEMBERED_REPORTS = 16
REMEMBERED_ROWS = 400_000
REMEMBERED_DERIVED = 2


@dataclass(frozen=True, slots=True)
class Derived:
    """What stored tables mean in a zone as of an instant, whatever the period.

    Attributes:
        delivery: intervals, starts, completions, deployments.
        noticed: data quality of these tables.
    """

    delivery: DeliveryTables
    noticed: tuple[Noticed, ...]


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
    still_wanted: Callable[[], None] = lambda: None,
    *,
    unread: Sequence[Unread] = (),
) -> Report:
    """Answer a view from tables: derive their meaning, lay out the period, choose the issues.

    Metrics, findings and endings of the report are computed when they are first looked at.

    Args:
        dataset: tables as stored.
        profile: what they mean.
        view: what is asked.
        derived: gives the tables their meaning in a zone as of an instant, for a caller that keeps it.
        still_wanted: called between the steps; raises where nobody waits for the answer any more.
        unread: repositories that the last sync could not read.

    Raises:
        InputError: a date, period or zone of the view makes no sense.
        ConfigurationError: a pattern of the profile makes no sense.
    """
    zone, as_of = _moment_of(view, dataset.as_of, profile)
    issues = dataset.issues
    window, period = _period_of(view, _first_instant(dataset), zone, as_of)
    if window is None or not (len(issues) or len(dataset.changes) or len(dataset.deployments)):
        return _over_nothing(dataset, profile, view, as_of, period)
    meaning = derived(zone, as_of) if derived else derive_all(dataset, profile, zone, as_of)
    delivery = meaning.delivery
    choice = choose_rows(dataset, view)
    step = automatic_step(window) if view.step == "auto" else view.step
    context = CalculationContext(delivery, window, choice, step, still_wanted)
    metrics = *DORA_METRICS, *flow_metrics_of(delivery)
    results = Results(metrics, context, _word_note(as_of, dataset.as_of))
    in_scope = delivery.in_scope if choice.rows is None else delivery.in_scope & choice.rows
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=period,
        scope_issues=len(issues),
        flow_items=int(in_scope.sum()),
        results=results,
        find=lambda: _find_all(meaning.noticed, profile, context, results, unread),
        view=view,
        delivery=delivery,
        context=context,
        events=place_events(profile.events, window),
        unread=tuple(unread),
    )


def _find_all(
    noticed: Iterable[Noticed],
    profile: Profile,
    context: CalculationContext,
    results: Mapping[str, MetricResult],
    unread: Sequence[Unread],
) -> tuple[QualityFinding, ...]:
    seen = in_view(noticed, context.choice.rows, context.choice.projects)
    found = (*find_unread(unread), *seen, *find_in_period(context))
    return ranked(_without_settings(found, profile), results)


def _without_settings(found: Iterable[QualityFinding], profile: Profile) -> tuple[QualityFinding, ...]:
    """Return findings whose remedies advise no setting that the profile has already."""
    made = [f"{name} = {getattr(profile, name)}" for name in ("start_source", "completion_source")]
    return tuple(replace(each, remedy=without_settings(each.remedy, made)) for each in found)


def _moment_of(view: View, newest: int, profile: Profile) -> tuple[ZoneInfo, int]:
    """Return the zone of a view's days and the instant as of which it is answered, else the newest."""
    zone = zone_named(view.timezone or profile.timezone)
    return zone, parse_as_of(view.as_of, zone) if view.as_of else newest


def _first_instant(dataset: Dataset) -> int:
    """Return when the data begin: the first creation, without issues the first deployment or change."""
    if len(dataset.issues):
        return first_creation(dataset.issues)
    told = np.concatenate((dataset.deployments.at, dataset.changes.first_commit_at))
    known = told[told != MISSING]
    return int(known.min()) if len(known) else MISSING


def first_creation(issues: IssueTable) -> int:
    """Return the earliest instant at which an issue was created; ``MISSING`` for none."""
    created = issues.created[issues.created != MISSING]
    return int(created.min()) if len(created) else MISSING


def _period_of(view: View, first: int, zone: ZoneInfo, as_of: int) -> tuple[Window | None, Period]:
    """Lay out the period of a view; without any instant to end at there is no window, only what was asked."""
    first_day = parse_day(view.date_from, "--from") if view.date_from else None
    last_day = parse_day(view.date_to, "--to") if view.date_to else None
    if as_of == MISSING:
        if first_day and last_day:
            lay_out(first_day, last_day, zone, 0)  # refuses a period that ends before it begins
        return None, Period(view.date_from, view.date_to, 0, zone.key)
    window = lay_out(first_day, last_day, zone, as_of, first)
    return window, Period(window.first_day.isoformat(), window.last_day.isoformat(), window.days, zone.key)


def _over_nothing(dataset: Dataset, profile: Profile, view: View, as_of: int, period: Period) -> Report:
    more = optional_metrics(profile.fields)
    blind = tuple(name for name in filters_in_use(view) if name != "project")
    return Report(
        as_of=as_of,
        revision=dataset.revision,
        complete=dataset.complete,
        period=period,
        scope_issues=len(dataset.issues),
        flow_items=0,
        results={
            metric.id: replace(
                no_data(metric, EMPTY_STORE, business_days=profile.business_days),
                filters_ignored=blind if metric.of_deployments else (),
                series=no_series("week" if view.step == "auto" else view.step),
                target=unjudged(metric, target_values(profile.targets)),
            )
            for metric in (*METRICS, *more)
        },
        view=view,
        events=place_events(profile.events, None),
    )


def _word_note(as_of: int, newest: int) -> str | None:
    """Return what every value says that is as of an earlier instant than the data."""
    return None if as_of >= newest else OF_THE_PAST


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Where the numbers come from and how old they are.

    Attributes:
        kind: of the source; ``empty`` where nothing is stored.
        synced_at: when they were read, epoch milliseconds.
        complete: False while a first fetch still fills the store.
        stored: issues.
        site: address of their Jira.
        as_of: the data's own time, ``MISSING`` where nothing is stored.
        definitions: those under which they were published: ``today``, ``earlier``, or ``renewed``: first
            under earlier ones, and since then under those of today.
        outdated: what issues lack that an earlier version read, cause and remedy; None where nothing.
    """

    kind: Literal["demo", "jira", "files", "code", "empty"]
    synced_at: int | None
    complete: bool
    stored: int
    site: str
    definitions: Literal["today", "earlier", "renewed"] = "today"
    as_of: int = MISSING
    outdated: tuple[str, str] | None = None


def _name_kind(dataset: Dataset) -> Literal["code", "empty"]:
    """Return what a store without issues holds: deployments and changes of code, or nothing."""
    return "code" if len(dataset.changes) or len(dataset.deployments) else "empty"


def _name_definitions(meta: Mapping[str, str]) -> Literal["today", "earlier", "renewed"]:
    if meta.get("revision") and meta.get("definitions") != DEFINITIONS:
        return "earlier"
    return "today" if meta.get("first_definitions", DEFINITIONS) == DEFINITIONS else "renewed"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of a page can be set to, sorted, and whether there are sprints."""

    projects: tuple[str, ...]
    types: tuple[str, ...]
    labels: tuple[str, ...]
    components: tuple[str, ...]
    sprints: bool = False


@dataclass(frozen=True)
class Snapshot:
    """One state of the stored data, with what every page asks of it and a view does not change.

    Attributes:
        dataset: as published.
        unread: repositories that the last sync could not read.
    """

    dataset: Dataset
    unread: tuple[Unread, ...] = ()

    @property
    def state(self) -> Hashable:
        """What tells this state from the others of the same profile."""
        return self.dataset.revision, self.dataset.as_of, self.dataset.complete, self.unread

    @cached_property
    def choices(self) -> Choices:
        """What occurs in the store: project keys, issue type names, labels, components."""
        issues = self.dataset.issues
        return Choices(
            projects=tuple(sorted({project.key for project in issues.projects})),
            types=tuple(sorted({kind.name for kind in issues.types if kind.name})),
            labels=tuple(sorted({label for labels in issues.label_sets for label in labels})),
            components=tuple(sorted({name for names in issues.component_sets for name in names})),
            sprints=has_sprints(issues),
        )


def _those(names: Iterable[str] | None, report: Report) -> Iterable[str]:
    return report.results if names is None else names


def most_reports(issues: int) -> int:
    """Return how many reports over so many issues are kept at hand."""
    return max(1, min(REMEMBERED_REPORTS, REMEMBERED_ROWS // max(1, issues)))


class Pipeline:
    """The path of the data for one source, with the snapshot and the answers it has at hand.

    Safe to share between threads: readers get an immutable snapshot, and a
    finished sync is seen as a new revision of the store.

    Args:
        source: the profile and its store.
        ledger: where views are counted; None: nowhere.
        still_wanted: called between the steps of a report; raises where nobody waits for it any more.
        memory: of answers, which several pipelines may share; None: one of its own.
    """

    def __init__(
        self,
        source: Source,
        ledger: CacheLedger | None = None,
        still_wanted: Callable[[], None] = lambda: None,
        memory: AnswerMemory | None = None,
    ) -> None:
        self.source = source
        self._still_wanted = still_wanted
        self._ledger = ledger
        self._lock = threading.Lock()
        # One computation at a time: of two that ask for the same view the second finds it done.
        self._turn = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._reports: OrderedDict[View, Report] = OrderedDict()
        self._derived: OrderedDict[tuple[str, int], Derived] = OrderedDict()
        self._memory = AnswerMemory() if memory is None else memory
        # Stands for this pipeline in the memory, which would otherwise keep it and its tables alive.
        self._asked = object()
        self._outdated: tuple[Hashable, tuple[str, str] | None] | None = None

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
        return self._refresh(self.store.meta()).dataset

    def _refresh(self, meta: Mapping[str, str]) -> Snapshot:
        unread = unread_of(meta)
        with self._lock:
            known = self._snapshot
            if known is None or known.dataset.revision != meta.get("revision", ""):
                del known
                self._let_go()  # before the load: of large data there is not room for both
                return self._take_over(Snapshot(self.store.load(), unread))
            as_of = int(meta.get("as_of", MISSING))
            if known.dataset.as_of != as_of or known.unread != unread:
                # Nothing has changed but the instant as of which that is known, or what could not be read.
                complete = meta.get("complete", "1") == "1"
                return self._take_over(
                    Snapshot(replace(known.dataset, as_of=as_of, complete=complete), unread)
                )
            return known

    def _take_over(self, snapshot: Snapshot) -> Snapshot:
        self._let_go()
        self._snapshot = snapshot
        return snapshot

    def _let_go(self) -> None:
        self._snapshot = None
        self._reports.clear()
        self._derived.clear()
        self._memory.forget(self._asked)

    def answer(
        self,
        what: Hashable,
        view: View,
        tell: Callable[[Report], bytes],
        names: Iterable[str] | None = None,
    ) -> bytes:
        """Return what ``tell`` makes of the report of a view; of the same data it is made once.

        What travels to a page or into a file goes through here: these bytes are remembered, the report is
        not. What changes with the clock, such as how old the data are, does not belong into them:
        ``status`` has it.

        Args:
            what: names the answer, with all else that ``tell`` looks at beside the report and the profile:
                ``("flow.charts", names, step)``.
            view: what is looked at.
            tell: makes the bytes, called only where they are not remembered. What it raises passes through,
                and nothing is remembered then.
            names: of the metrics that it shows, which are computed first; None: all. Others are computed
                where ``tell`` looks at them.

        Raises:
            InputError: a date, period or zone of the view makes no sense.
        """
        snapshot = self._refresh(self.store.meta())
        question = Question(self._asked, snapshot.state, (what, view))
        known = self._memory.recall(question)
        if known is not None:
            return known
        with self._turn:
            known = self._memory.recall(question)
            if known is None:
                known = tell(self._report(view, snapshot.dataset, names))
                self._memory.keep(question, known)
            return known

    def forget_answers(self) -> None:
        """Give the room of the remembered answers back: nobody will ask this pipeline again."""
        self._memory.forget(self._asked)

    def period(self, view: View) -> Period:
        """Return the period of a view as people write it, without answering the view.

        Raises:
            InputError: a date, period or zone of the view makes no sense.
        """
        return _period_of(view, MISSING, *self._moment(view))[1]

    def window(self, view: View) -> Window | None:
        """Return the period of a view without reading more of the store than its newest instant.

        Returns:
            None over an empty store. When the data begin is not known here.

        Raises:
            InputError: a date, period or zone of the view makes no sense.
        """
        return _period_of(view, MISSING, *self._moment(view))[0]

    def _moment(self, view: View) -> tuple[ZoneInfo, int]:
        return _moment_of(view, int(self.store.meta().get("as_of", MISSING)), self.profile)

    def year(self, view: View) -> View:
        """Return the same choice over the 52 whole weeks before T, which forecasts are told with.

        Over an empty store the view itself.
        """
        last = self.period(replace(view, date_from=None, date_to=None)).date_to
        return view if last is None else year_of(view, parse_day(last, "the newest day"))

    def report(self, view: View, names: Iterable[str] | None = None) -> Report:
        """Answer a view with all that it was computed from; the views asked for last are still at hand.

        Args:
            view: what is looked at.
            names: of the metrics to compute at once; others are computed when they are looked at. None: all.
        """
        return self._report(view, self.dataset(), names)

    def _report(self, view: View, dataset: Dataset, names: Iterable[str] | None = None) -> Report:
        known = self._recall(view, dataset)
        if known is not None:
            return known
        with self._turn:
            known = self._recall(view, dataset)
            if known is not None:
                return known
            return self._compute_anew(view, dataset, names)

    def grouping(self, view: View, by: By) -> Grouping:
        """Answer a view for each of its groups; the groups of an empty store are none."""
        return self.groups_of(self.report(view), by)

    def groups_of(self, report: Report, by: By, names: Iterable[str] | None = None) -> Grouping:
        """Answer a report for each of its groups.

        Args:
            report: of a view; over an empty store it has no groups.
            by: a name of ``data.metrics.groups.GROUPINGS``.
            names: of the metrics, None: all that the report has.
        """
        if report.context is None:
            return Grouping(by, (), 0)
        wanted = set(report.results if names is None else names)
        metrics = [metric for metric in ALL_METRICS if metric.id in report.results and metric.id in wanted]
        return group_by(report.context, metrics, by, self._note_of(report))

    def group_result(self, report: Report, metric: Metric, by: By, name: str) -> MetricResult:
        """Answer one metric for one group of a report; over an empty store that is the report's own."""
        if report.context is None:
            return report.results[metric.id]
        return evaluate_group(report.context, metric, by, name, self._note_of(report))

    def breakdown(self, report: Report, metric: Metric, by: By) -> Grouping:
        """Answer one metric for each group that one of its rows is in, as ``grouping`` does for all."""
        if report.context is None:
            return Grouping(by, (), 0)
        rows = None if metric.of_deployments else report.results[metric.id].candidates.rows()
        if rows is not None:  # a change of code without an issue is in no group
            rows = rows[rows < len(report.context.delivery.issues)]
        return group_by(report.context, [metric], by, self._note_of(report), rows)

    def cut(self, report: Report, day: dt.date) -> Cut | None:
        """Return every number of a report before a day and from it on; None over an empty store.

        Raises:
            InputError: the day leaves one part of the period without a day.
        """
        if report.context is None:
            return None
        return cut_at(report.context, day, [metric for metric in ALL_METRICS if metric.id in report.results])

    def take_over(self, source: Source) -> None:
        """Work on with settings that change no number, such as events and saved views: tables stay at hand.

        What was answered is forgotten, for answers tell of the events too.
        """
        with self._turn, self._lock:
            self.source = source
            self._reports.clear()
            self._memory.forget(self._asked)

    def _note_of(self, report: Report) -> str | None:
        return _word_note(report.as_of, self.dataset().as_of)

    def unknown_values(self, view: View) -> list[UnknownValue]:
        """Return the filter values of a view that no stored issue has; over an empty store none."""
        dataset = self.dataset()
        return find_unknown_values(dataset, view) if len(dataset.issues) else []

    def _recall(self, view: View, dataset: Dataset) -> Report | None:
        with self._lock:
            current = self._snapshot is not None and dataset is self._snapshot.dataset
            known = self._reports.get(view) if current else None
            if known is not None:
                self._reports.move_to_end(view)
            return known

    def _compute_anew(self, view: View, dataset: Dataset, names: Iterable[str] | None) -> Report:
        with self._lock:
            current = self._snapshot
            unread = current.unread if current is not None and current.dataset is dataset else ()
        with PerformanceTimer() as timer:
            report = compute(
                dataset,
                self.profile,
                view,
                lambda zone, as_of: self._find_derived(dataset, zone, as_of),
                self._still_wanted,
                unread=unread,
            )
            wanted = [report.results[name] for name in _those(names, report) if name in report.results]
        # Of many profiles that are looked at together none is asked for a metric: such lines tell nothing.
        logger.log(
            logging.INFO if wanted else logging.DEBUG,
            "metrics.calculated",
            extra={
                "duration_ms": round(timer.duration_ms, 3),
                "issues": report.scope_issues,
                "metrics": len(wanted),
                "revision": report.revision,
            },
        )
        if self._ledger is not None and report.revision:
            self._ledger.note_view(self.store.key)
        with self._lock:
            if self._snapshot is not None and dataset is self._snapshot.dataset:
                self._reports[view] = report
            while len(self._reports) > most_reports(len(dataset.issues)):
                self._reports.popitem(last=False)
        return report

    def _find_derived(self, dataset: Dataset, zone: ZoneInfo, as_of: int) -> Derived:
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
        """Return what occurs in the store: project keys, issue type names, labels, components."""
        return self._refresh(self.store.meta()).choices

    def status(self) -> SourceStatus:
        """Return where the numbers come from, and when they were read."""
        meta = self.store.meta()
        dataset = self._refresh(meta).dataset
        synced = meta.get("synced_here_at", meta.get("synced_at"))
        return SourceStatus(
            kind=self.source.kind if len(dataset.issues) else _name_kind(dataset),
            synced_at=int(synced) if synced else None,
            complete=dataset.complete,
            stored=len(dataset.issues),
            site=meta.get("site", ""),
            definitions=_name_definitions(meta),
            as_of=dataset.as_of,
            outdated=self._find_outdated(meta),
        )

    def _find_outdated(self, meta: Mapping[str, str]) -> tuple[str, str] | None:
        """Count the issues that an earlier version read: once for each state of the store."""
        state, known = (meta.get("revision"), meta.get("rows")), self._outdated
        if known is None or known[0] != state:
            self._outdated = known = state, outdated_words(self.source)
        return known[1]

    def lines(self, report: Report, metric_id: str, reason: str | None = None) -> list[IssueLine]:
        """Return the rows behind a number: the included ones, or those left out for ``reason``; by key."""
        found = self.found(report, metric_id, Selection(reason=reason, order="key"))
        return [] if found is None else found.lines()

    def found(self, report: Report, metric_id: str, selection: Selection) -> Found | None:
        """Return the rows behind a number that a selection asks for; None over an empty store.

        Which they are is remembered, so that the pages of a long table are not searched one by one.
        """
        if report.delivery is None:
            return None
        evidence = find_evidence(report.delivery, metric_id, report.results[metric_id], selection.reason)
        # Of this report, and not of the newest data: the places are of its rows.
        state = report.revision, report.as_of
        question = Question(self._asked, state, ("found", report.view, metric_id, selection))
        known = self._memory.recall(question)
        if known is None:
            known = select(evidence, selection, report.context, self.store).tobytes()
            self._memory.keep(question, known)
        site = "" if self.source.kind == "demo" else self.store.meta().get("site", "")
        return Found(evidence, np.frombuffer(known, np.intp), self.store, site)
