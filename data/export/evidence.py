"""The rows behind a number, as people read them: looked up only when somebody opens the evidence."""

import datetime as dt
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.cache_manager import Store
from data.export.code_evidence import lost_keys, services_of, word_change, word_held
from data.meaning.code_changes import NONE
from data.meaning.delivery import DeliveryTables, carriers_of, starts_of
from data.meaning.incidents import find_incidents, incidents_caused, name_incidents, repaired_by
from data.model.changes import ChangeRow
from data.model.instants import DAY_MS, iso_instant
from data.model.metric import MetricResult
from data.model.tables import MISSING, Instants

# Their rows are deployments; those of all others are issues.
DEPLOYMENT_METRICS = frozenset({"deployment_frequency", "change_fail_rate", "deployment_rework_rate"})

# Of these, rows that come after those of all issues are incidents of files; of others changes of code.
INCIDENT_METRICS = frozenset({"failed_deployment_recovery_time", "time_to_restore"})

MOST_CHANGES = 3  # that are named beside an issue
BUSINESS_DAY_METRICS = frozenset({"flow_time", "request_lead_time"})


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One row of the drawer; texts are "" and numbers None where there is nothing to show.

    ``share`` is what the row has of the days of all rows behind the number, in percent, and ``service`` what
    it was deployed as.
    """

    key: str
    summary: str
    type: str
    status: str
    start: str
    end: str
    days: float | None
    note: str
    url: str
    priority: str = ""
    labels: str = ""
    share: float | None = None
    service: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The rows behind a number, as columns: what a row says in words is looked up for those that are shown.

    Attributes:
        delivery: the tables it was computed from.
        metric_id: which metric it is.
        reason: what the rows were left out for; None: they are included.
        rows: of the issue table, ascending, or those of deployments.
        since: instants that the days run from, ``MISSING`` where nothing is measured.
        until: instants that they run to.
        days: NaN where a row has none.
    """

    delivery: DeliveryTables
    metric_id: str
    reason: str | None
    rows: NDArray[np.intp]
    since: Instants
    until: Instants
    days: NDArray[np.float64]

    @property
    def of_deployments(self) -> bool:
        """Whether the rows are deployments."""
        return self.metric_id in DEPLOYMENT_METRICS

    @property
    def of_incidents(self) -> bool:
        """Whether the rows are incidents, some of which files tell of."""
        return self.metric_id in INCIDENT_METRICS

    @property
    def of_issues(self) -> int:
        """How many of the rows are issues; what is none comes after them."""
        return int(np.count_nonzero(self.rows < len(self.delivery.issues)))

    @property
    def share(self) -> NDArray[np.float64]:
        """What each row has of the days of all of them, in percent; NaN of rows that were left out."""
        total = float(np.nansum(self.days)) if self.reason is None else 0.0
        return self.days / total * 100 if total > 0 else np.full(len(self.rows), np.nan)

    def part(self, places: NDArray[Any]) -> "Evidence":
        """Return some of the rows, in the order of ``places``."""
        columns = (column[places] for column in (self.rows, self.since, self.until, self.days))
        return Evidence(self.delivery, self.metric_id, self.reason, *columns)

    def keys(self) -> tuple[str, ...]:
        """Return issue keys, or ids of deployments."""
        if self.of_deployments:
            return tuple(self.delivery.deployments.ids[row] for row in self.rows.tolist())
        if self.of_incidents:
            return name_incidents(self.delivery, self.rows)
        return self.delivery.names(self.rows)


def find_evidence(
    delivery: DeliveryTables, metric_id: str, result: MetricResult, reason: str | None = None
) -> Evidence:
    """Return the rows behind a result: the included ones, or those left out for ``reason``.

    Args:
        delivery: the tables it was computed from.
        metric_id: which metric it is; decides what the days of a row run from and to.
        result: whose rows they are.
        reason: an unknown one gives no rows.
    """
    known = reason is None or reason in result.candidates.reasons
    rows = result.candidates.rows(reason) if known else np.zeros(0, np.intp)
    if metric_id in DEPLOYMENT_METRICS:
        nothing = np.full(len(rows), MISSING)
        deployed = delivery.deployments.reckoned_at[rows]
        return Evidence(delivery, metric_id, reason, rows, nothing, deployed, np.full(len(rows), np.nan))
    since, until = (column[rows] for column in _find_span(delivery, metric_id))
    days = _days_of(delivery, metric_id, since, until)
    return Evidence(delivery, metric_id, reason, rows, since, until, days)


def evidence_lines(
    evidence: Evidence,
    *,
    store: Store,
    site: str = "",
    places: NDArray[Any] | None = None,
) -> list[IssueLine]:
    """Return rows behind a result in words.

    Args:
        evidence: all of its rows.
        store: has the summaries.
        site: address that keys are looked up at, "" where there is none.
        places: which of the rows, in this order; None: all of them.
    """
    chosen = np.arange(len(evidence.rows)) if places is None else places
    shown = evidence.part(chosen)
    if evidence.of_deployments:
        return _deployment_lines(shown, store)
    issues, keys = shown.delivery.issues, shown.keys()
    stored, changes = store.rows(keys), _changes_of(shown, keys, store)
    lost = lost_keys(shown.delivery, changes.values())
    return [
        _told_line(shown, row, (since, until), (days, share))
        if row >= len(issues) and shown.of_incidents
        else _change_line(shown, row, (changes.get(key), lost), (since, until), (days, share))
        if row >= len(issues)
        else IssueLine(
            key=key,
            summary=stored[key].summary if key in stored else "",
            type=issues.types[issues.type[row]].name,
            status=issues.statuses[issues.status[row]].name,
            start=iso_instant(since) or "",
            end=iso_instant(until) or "",
            days=None if math.isnan(days) else days,
            note=shown.reason or _note_of(shown.delivery, shown.metric_id, row),
            url=f"{site}/browse/{key}" if site else "",
            priority=issues.priorities[issues.priority[row]] if issues.priority[row] >= 0 else "",
            labels=", ".join(issues.label_sets[issues.labels[row]]) if issues.labels[row] >= 0 else "",
            share=None if math.isnan(share) else share,
            service=services_of(shown.delivery, row) if shown.metric_id == "change_lead_time" else "",
        )
        for key, row, since, until, days, share in zip(
            keys,
            *(each.tolist() for each in (shown.rows, shown.since, shown.until, shown.days)),
            evidence.share[chosen].tolist(),
            strict=True,
        )
    ]


def _find_span(delivery: DeliveryTables, metric_id: str) -> tuple[Instants, Instants]:
    """Return from when to when a row of this metric is measured, by issue row."""
    created, started, completed = delivery.issues.created, delivery.started_at, delivery.completed_at
    incidents = delivery.once(find_incidents)
    deployed = np.append(delivery.deployments.reckoned_at, MISSING)  # -1 points to the extra place
    spans: dict[str, Callable[[], tuple[Instants, Instants]]] = {
        "request_lead_time": lambda: (created, completed),
        "time_to_restore": lambda: (incidents.seen, incidents.ended),
        "change_lead_time": lambda: (starts_of(delivery), deployed[carriers_of(delivery)]),
        "failed_deployment_recovery_time": lambda: (deployed[incidents.cause], incidents.ended),
    }
    return spans.get(metric_id, lambda: (started, completed))()


# What ended less than a day before it began, because only its day is known, counts as 0.
_NEVER_NEGATIVE = ("change_lead_time", "failed_deployment_recovery_time")


def _days_of(
    delivery: DeliveryTables, metric_id: str, since: Instants, until: Instants
) -> NDArray[np.float64]:
    """Return the days between pairs of instants as the metric counts them.

    What has not ended is as old as T makes it; without a start there is nothing to count.
    """
    ended = np.where(until == MISSING, delivery.as_of, until)
    days = np.where(since == MISSING, np.nan, (ended - since) / DAY_MS)
    if metric_id in _NEVER_NEGATIVE:
        days = np.where((days > -1) & (days < 0), 0.0, days)
    if delivery.calendar is not None and metric_id in BUSINESS_DAY_METRICS:
        counted = (since != MISSING) & (until >= since)
        days[counted] = delivery.calendar.days_between(since[counted], until[counted])
    return days


def _note_of(delivery: DeliveryTables, metric_id: str, row: int) -> str:
    """Return what a reader should know of one row's history, and of a start that stands in for a commit."""
    history = delivery.history
    mixed = metric_id == "change_lead_time" and (delivery.mapped.commit is not None or len(delivery.code) > 0)
    stands_in = (
        ["no commit: from the start of the work"] if mixed and not delivery.change_measured[row] else []
    )
    notes = (
        ("history mismatch", history.mismatch),
        ("history clamped", history.clamped),
        ("broken history", history.broken_chain),
    )
    if metric_id == "change_lead_time" and delivery.operations.released_before[row]:
        stands_in.append("closed after its release")
    if metric_id == "change_lead_time":
        stands_in += _word_changes(delivery, row)
    return ", ".join([*stands_in, *(text for text, flags in notes if flags[row])])


def _word_changes(delivery: DeliveryTables, row: int) -> list[str]:
    """Return the changes of code that name an issue, in words; the first few of many."""
    changes = delivery.code.of_issues.of(np.array([row]))[0].tolist()
    if not changes:
        return []
    named = " ".join(delivery.code.table.ids[change] for change in changes[:MOST_CHANGES])
    more = len(changes) - MOST_CHANGES
    return [f"{named} and {more} more" if more > 0 else named]


def has_notes(evidence: Evidence) -> bool:
    """Tell whether any row has a note of its own; the reason that rows were left out for is one of all."""
    if evidence.reason is not None:
        return False
    delivery, rows = evidence.delivery, evidence.rows
    operations, history = delivery.operations, delivery.history
    if evidence.of_deployments:
        broke = bool(incidents_caused(delivery)) or delivery.told.repairs > 0
        held = bool((delivery.code.deployment != NONE).any())
        return broke or held or bool(operations.rework[rows].any())
    flags = [history.mismatch, history.clamped, history.broken_chain]
    if evidence.metric_id == "change_lead_time":
        flags += [operations.released_before]
        flags += (
            [~delivery.change_measured] if delivery.mapped.commit is not None or len(delivery.code) else []
        )
    flags += [delivery.code.of_issues.count > 0] if evidence.metric_id == "change_lead_time" else []
    issues = rows[rows < len(delivery.issues)]
    return len(issues) < len(rows) or any(bool(each[issues].any()) for each in flags)


def has_services(evidence: Evidence) -> bool:
    """Tell whether the rows are of services that are told apart."""
    delivery = evidence.delivery
    if evidence.metric_id == "change_lead_time":
        return any(delivery.code.table.services)
    service = delivery.deployments.service
    beside = evidence.of_deployments or (evidence.of_incidents and len(delivery.told) > 0)
    return beside and service is not None and bool(service.flags(bool).any())


def _changes_of(shown: Evidence, keys: Sequence[str], store: Store) -> dict[str, ChangeRow]:
    n = len(shown.delivery.issues)
    return store.changes([key for key, row in zip(keys, shown.rows.tolist(), strict=True) if row >= n])


def _change_line(
    shown: Evidence,
    row: int,
    told: tuple[ChangeRow | None, Collection[str]],
    span: tuple[int, int],
    lasted: tuple[float, float],
) -> IssueLine:
    """Return a change that names no issue as a row of the drawer: from when to when, days and their share."""
    (change, lost), (since, until), (days, share) = told, span, lasted
    table, place = shown.delivery.code.table, row - len(shown.delivery.issues)
    return IssueLine(
        key=table.ids[place],
        summary=change.name if change else "",
        type="change",
        status="",
        start=iso_instant(since) or "",
        end=iso_instant(until) or "",
        days=None if math.isnan(days) else days,
        note=word_change(change, lost),
        url=change.url if change else "",
        share=None if math.isnan(share) else share,
        service=table.services[table.service[place]],
    )


def _told_line(shown: Evidence, row: int, span: tuple[int, int], lasted: tuple[float, float]) -> IssueLine:
    """Return an incident that a file tells of as a row of the drawer, with what it is put down to."""
    delivery, (since, until), (days, share) = shown.delivery, span, lasted
    told, place = delivery.told, row - len(delivery.issues)
    cause = int(told.cause[place])
    blamed = f"caused by {delivery.deployments.names[cause]}" if cause >= 0 else "of no known deployment"
    mended = place >= len(told) - told.repairs
    return IssueLine(
        key=told.ids[place],
        summary=told.names[place],
        type="deployment" if mended else "incident",
        status="",
        start=iso_instant(since) or "",
        end=iso_instant(until) or "",
        days=None if math.isnan(days) else days,
        note=shown.reason or ("no incident: inferred" if mended else blamed),
        url="",
        share=None if math.isnan(share) else share,
        service=_service_of(delivery, cause),
    )


def _service_of(delivery: DeliveryTables, row: int) -> str:
    """Return what a deployment is of, "" where that is not said, or there is none."""
    service = delivery.deployments.service
    return "" if service is None or row < 0 else service[row]


def _deployment_lines(shown: Evidence, store: Store) -> list[IssueLine]:
    delivery, deployments = shown.delivery, shown.delivery.deployments
    caused = {} if shown.reason else incidents_caused(delivery)
    rework, mended = delivery.operations.rework, repaired_by(delivery)
    told = deployments.service is not None
    pages = store.deployment_pages([deployments.ids[row] for row in shown.rows.tolist()]) if told else {}

    def word(row: int) -> str:
        broke = _word_caused(caused.get(row, ()), rework=bool(rework[row]))
        return "; ".join(filter(None, (broke, mended.get(row, ""), word_held(delivery, row))))

    return [
        IssueLine(
            key=deployments.ids[row],
            summary=deployments.names[row],
            type=deployments.source,
            status="released",
            start="",
            end=dt.date.fromordinal(day).isoformat() if day else "",
            days=None,
            note=shown.reason or word(row),
            url=pages.get(deployments.ids[row], ""),
            service=_service_of(delivery, row),
        )
        for row, day in zip(shown.rows.tolist(), deployments.day[shown.rows].tolist(), strict=True)
    ]


def _word_caused(incidents: Sequence[str], *, rework: bool) -> str:
    """Return the incidents that are put down to a deployment, and whether it was itself a repair."""
    notes = [f"caused {', '.join(incidents)}"] if incidents else []
    return "; ".join(notes + (["rework"] if rework else []))
