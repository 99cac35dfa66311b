"""Delivery tables over the rows of several partials, as the metrics read them. Pure.

They hold what is told by row, and the facts that would have to be made of status intervals, which partials
leave out. What no metric reads is empty.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.meaning.attribution import Operations
from data.meaning.blocking import REASONS, Spans, find_blocked, gather_blocked
from data.meaning.business_days import BusinessCalendar
from data.meaning.code_changes import CodeChanges
from data.meaning.delivery import DeliveryTables
from data.meaning.deployments import Deployments
from data.meaning.facts import Facts, LoosePresence, Stays, find_completed, find_facts, find_restored
from data.meaning.intervals import HistoryFlags, Intervals
from data.meaning.lifecycle import Lifecycle
from data.meaning.mapped_values import MappedValues
from data.meaning.outcome import Outcome
from data.meaning.production import Production
from data.meaning.told_incidents import ToldIncidents
from data.meaning.waits import Waits, find_waits
from data.meaning.workflow import Workflow
from data.metrics.change_fail_rate import failures
from data.metrics.change_lead_time import find_changes, find_progress
from data.metrics.flow_efficiency import find_worked, work_out
from data.metrics.merging.join import Whole
from data.metrics.merging.partial import (
    CHANGE_FLAGS,
    DEPLOYMENT_FLAGS,
    ISSUE_FLAGS,
    KINDS,
    TOLD_FLAGS,
    Partial,
    bit,
)
from data.model.changes import ChangeTable
from data.model.columns import all_the_same, columns_of, nothing_listed
from data.model.dates import Dates
from data.model.tables import MISSING, OPEN, Flags, IssueTable
from data.model.words import fold
from data.sources.port import no_commits

_NO_NUMBERS = np.zeros(0, np.int64)
_NO_CODES = np.zeros(0, np.int32)
_NO_FLAGS = np.zeros(0, np.bool_)
_NO_CATEGORIES = np.zeros(0, np.int8)


def delivery_of(whole: Whole, zone: ZoneInfo, as_of: int, *, with_spans: bool) -> DeliveryTables:
    """Return the tables of several partials as of an instant.

    Args:
        whole: the partials as one.
        zone: in which days begin.
        as_of: T.
        with_spans: with stretches of time, which are many, for those metrics that look at them.
    """
    columns, flags = whole.issues.columns, _Flags(ISSUE_FLAGS, whole.issues.columns["flags"])
    partials, n = whole.partials, len(columns["number"])
    first = partials[0]
    deployments = _deployments_of(whole, as_of)
    delivery = DeliveryTables(
        issues=_issues_of(whole, flags),
        as_of=as_of,
        zone=zone,
        workflow=_workflow_of(partials),
        intervals=Intervals(
            _NO_CODES,
            _NO_CODES,
            _NO_NUMBERS,
            _NO_NUMBERS,
            _NO_CATEGORIES,
            _NO_FLAGS,
            np.zeros(n + 1, np.int64),
        ),
        history=HistoryFlags(_NO_FLAGS, _NO_FLAGS, _NO_FLAGS),
        exists=np.ones(n, np.bool_),
        in_scope=flags["item"],
        started_at=columns["started"],
        completed_at=columns["completed"],
        category_at=_NO_CATEGORIES,
        lives=Lifecycle(
            _NO_CATEGORIES,
            _NO_CODES,
            columns["started"],
            columns["completed"],
            flags["start_unknown"],
            flags["start_inferred"],
            flags["end_inferred"],
        ),
        outcome=Outcome(flags["not_delivered"], flags["by_status"], _NO_FLAGS, _NO_FLAGS),
        flow_item=columns["flow_item"],
        has_histories=_any(partials, "histories"),
        start_source=first.settings["start_source"],
        completion_source=first.settings["completion_source"],
        deployments=deployments,
        operations=_operations_of(whole, flags),
        change=Dates(columns["change"], columns["change"]),
        change_measured=flags["measured"],
        detected=Dates(columns["detected"], columns["detected_by"]),
        restored=Dates(columns["restored"], columns["restored_by"]),
        mapped=_mapped_of(partials, columns, flags),
        code=_code_of(whole, n),
        told=_told_of(whole),
        edition=first.edition,
        targets=agreed_targets(partials),
        calendar=None if first.holidays is None else _calendar_of(first.holidays, zone),
    )
    _tell_facts(delivery, whole, flags, with_spans=with_spans)
    return delivery


def agreed_targets(partials: Iterable[Partial]) -> dict[str, float]:
    """Return the targets that all scopes have alike."""
    first, *others = [partial.targets for partial in partials]
    return {name: aim for name, aim in first.items() if all(one.get(name) == aim for one in others)}


@dataclass(frozen=True, slots=True)
class _Flags:
    """Flags by name, out of the bits of a column."""

    names: tuple[str, ...]
    bits: NDArray[np.int32]

    def __getitem__(self, name: str) -> Flags:
        return bit(self.names, self.bits, name)


def _any(partials: Iterable[Partial], state: str) -> bool:
    return any(partial.states[state] for partial in partials)


def _words(partials: Iterable[Partial], of: str) -> tuple[str, ...]:
    """Return the names of all scopes, each once."""
    named: dict[str, str] = {}
    for partial in partials:
        for name in partial.words[of]:
            named.setdefault(fold(name), name)
    return tuple(named[key] for key in sorted(named))


def _calendar_of(holidays: Iterable[str], zone: ZoneInfo) -> BusinessCalendar:
    return BusinessCalendar(zone, frozenset(map(dt.date.fromisoformat, holidays)))


def _issues_of(whole: Whole, flags: _Flags) -> IssueTable:
    columns = whole.issues.columns
    known: dict[str, Any] = {
        "project": columns["project"].astype(np.int32),
        "number": columns["number"],
        "created": columns["created"],
        "truncated": flags["truncated"],
        "projects": whole.projects,
        "block_keys": ("",),  # whoever is waited for in a circle is named by nobody
    }
    kinds, names = columns_of(IssueTable), [item.name for item in fields(IssueTable)]
    return IssueTable(**{name: known.get(name, _nothing(name, kinds)) for name in names})


def _nothing(name: str, kinds: Mapping[str, Any]) -> Any:
    if name.endswith("_start"):
        return np.zeros(1, np.int64)
    return np.zeros(0, kinds[name].dtype) if name in kinds else ()


def _workflow_of(partials: Iterable[Partial]) -> Workflow:
    return Workflow(
        category=_NO_CATEGORIES,
        waiting=_NO_FLAGS,
        waiting_known=_any(partials, "waiting_known"),
        waiting_inferred=_any(partials, "waiting_inferred"),
        inferred=_NO_FLAGS,
        unknown=_NO_FLAGS,
        not_delivered=_NO_FLAGS,
        not_delivered_inferred=False,
        names=(),
    )


def _deployments_of(whole: Whole, as_of: int) -> Deployments:
    table, partials = whole.deployments, whole.partials
    columns, flags = table.columns, _Flags(DEPLOYMENT_FLAGS, table.columns["flags"])
    n = len(table.ids)
    nothing = np.zeros(n, np.bool_)
    sources = [partial.source for partial in partials if partial.states["configured"]]
    return Deployments(
        ids=table.ids,
        by_id=np.arange(n),
        names=all_the_same("", n),
        projects=all_the_same("", n),
        group=columns["group"],
        day=columns["day"],
        at=columns["at"],
        reckoned_at=columns["reckoned_at"],
        by_day=np.full(n, _any(partials, "by_day")),
        matches=flags["matches"],
        production=Production(
            flags["production"],
            _words(partials, "production"),
            _words(partials, "others"),
            inferred=_any(partials, "production_inferred"),
        ),
        successful=flags["successful"],
        failed=flags["failed"],
        hotfix=nothing,
        source=[*sources, partials[0].source][0],
        configured=_any(partials, "configured"),
        as_of=as_of,
        beside_versions=_any(partials, "beside_versions"),
        versions=all_the_same((), n),
        holds=nothing_listed(n),
        unnamed=nothing,
        own_row=np.full(n, -1, np.int64),
        service=None,
        commits=no_commits(),
    )


def _operations_of(whole: Whole, flags: _Flags) -> Operations:
    columns, first = whole.issues.columns, whole.partials[0]
    return Operations(
        deployment_of=columns["deployment"],
        released_before=_NO_FLAGS,
        carried_unnamed=flags["carried_unnamed"],
        incident=flags["incident"],
        false_alarm=flags["false_alarm"],
        cause=columns["cause"],
        cause_inferred=flags["cause_inferred"],
        latent=flags["latent"],
        rework=bit(DEPLOYMENT_FLAGS, whole.deployments.columns["flags"], "rework"),
        window_ms=first.window_ms,
        group=whole.group_of_project,
        proposed_types=_words(whole.partials, "proposed"),
    )


def _mapped_of(
    partials: Iterable[Partial], columns: Mapping[str, NDArray[Any]], flags: _Flags
) -> MappedValues:
    commits, restored = columns["change"], np.where(flags["restored_known"], 0, MISSING)
    return MappedValues(
        commit=Dates(commits, commits) if _any(partials, "commits_mapped") else None,
        restored=Dates(restored, restored) if _any(partials, "restored_mapped") else None,
        points=columns["points"] if _any(partials, "points_mapped") else None,
    )


def _code_of(whole: Whole, n: int) -> CodeChanges:
    columns, flags = whole.changes.columns, _Flags(CHANGE_FLAGS, whole.changes.columns["flags"])
    named = np.flatnonzero(columns["issue"] != -1)
    none = np.full(len(whole.changes.ids), -1, np.int64)
    return CodeChanges(
        table=ChangeTable(ids=whole.changes.ids),
        landed=flags["landed"],
        first_commit_at=columns["first_commit_at"],
        opened_at=columns["opened_at"],
        first_review_at=columns["first_review_at"],
        merged_at=columns["merged_at"],
        deployment=columns["deployment"],
        reaches=flags["reaches"],
        issue=columns["issue"][named],
        change=named,
        group=none,
        of_service=_NO_NUMBERS,
        n_issues=n,
    )


def _told_of(whole: Whole) -> ToldIncidents:
    table = whole.told
    columns, flags = table.columns, _Flags(TOLD_FLAGS, table.columns["flags"])
    return ToldIncidents(
        ids=table.ids,
        names=table.ids,
        detected_at=columns["detected_at"],
        restored_at=columns["restored_at"],
        projects=("",) * len(table.ids),
        group=columns["group"],
        cause=columns["cause"],
        certain=flags["certain"],
        latent=flags["latent"],
        stands_for=_NO_NUMBERS,
        repairs=int(np.count_nonzero(flags["repair"])),
    )


def _tell_facts(delivery: DeliveryTables, whole: Whole, flags: _Flags, *, with_spans: bool) -> None:
    """Have the tables know what would have to be made of intervals."""
    spans = {kind: _spans_of(whole, kind, wanted=with_spans) for kind in KINDS}
    delivery.tell(find_facts, _facts_of(delivery, whole, spans))
    delivery.tell(find_waits, _waits_of(whole))
    told = {kind: LoosePresence.holding(*columns) for kind, columns in spans.items()}
    known = _any(whole.partials, "blocked_known")
    undated = {reason: np.flatnonzero(flags[f"undated_{reason}"]) for reason in ("flag", "link")}
    inside = {reason: _by_issue(*spans[reason][:3]) for reason in REASONS}
    beside = {name: told[name] for name in ("unseen", "unknown_start", "before", "after")}
    work = gather_blocked(
        inside, {reason: told[reason] for reason in REASONS}, undated=undated, known=known, **beside
    )
    delivery.tell(find_blocked, work)
    columns, active = whole.deployments.columns, whole.issues.columns["active"]
    ended = (
        bit(DEPLOYMENT_FLAGS, columns["flags"], "failed"),
        bit(DEPLOYMENT_FLAGS, columns["flags"], "certain"),
    )
    delivery.tell(failures, ended)
    delivery.tell(find_worked, work_out(delivery, lambda rows, _since, _until: active[rows]))
    if delivery.deployments.configured:
        rows = delivery.once(find_changes).of_issues.rows
        times = whole.issues.columns["lead_progress"][rows], whole.issues.columns["lead_active"][rows]
        delivery.tell(find_progress, times)


def _spans_of(whole: Whole, kind: str, *, wanted: bool) -> tuple[NDArray[Any], ...]:
    if not wanted:
        return _NO_CODES, _NO_NUMBERS, _NO_NUMBERS, _NO_FLAGS
    columns = whole.spans(kind)
    return tuple(columns[name] for name in ("issue", "entered", "left", "inferred"))


def _by_issue(issue: NDArray[Any], entered: NDArray[Any], left: NDArray[Any]) -> Spans:
    spans = Spans(issue, entered, left)
    # In a scope they are in order, and in most organisations no project is in two scopes.
    return spans if (issue[1:] >= issue[:-1]).all() else spans.of(np.lexsort((entered, issue)))


def _facts_of(delivery: DeliveryTables, whole: Whole, spans: Mapping[str, tuple[NDArray[Any], ...]]) -> Facts:
    items = delivery.in_scope
    completed = find_completed(delivery, items)
    restored, recovered = find_restored(delivery, items)
    load = LoosePresence.holding(*spans["load"])
    return Facts(
        completed=completed,
        delivered=completed.included(),
        restored=restored,
        recovered=recovered,
        incidents=np.flatnonzero(delivery.operations.incident & items),
        stays=Stays(
            _NO_CODES, _NO_NUMBERS, _NO_NUMBERS, _NO_FLAGS, _NO_FLAGS, np.zeros(len(items) + 1, np.int64)
        ),
        load=load,
        started_load=load,
        parked=LoosePresence.holding(*spans["parked"]),
        left_out_by_status=delivery.outcome.by_status[completed.rows],
        ends_inferred=_any(whole.partials, "ends_inferred"),
        starts_inferred=_any(whole.partials, "starts_inferred"),
    )


def _waits_of(whole: Whole) -> Waits:
    """Return who waits for whom in a circle, as if they always had."""
    issue, blocker = whole.circles["issue"], whole.circles["blocker"]
    n = len(issue)
    always, never = np.full(n, MISSING, np.int64), np.full(n, OPEN, np.int64)
    return Waits(
        issue=issue.astype(np.int32),
        blocker=blocker.astype(np.int32),
        key=np.zeros(n, np.int32),
        since=always,
        until=never,
        undated=np.zeros(n, np.bool_),
        link=np.arange(n),
        entered=always,
        left=never,
        any_told=n > 0,
    )
