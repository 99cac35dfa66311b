"""Delivery tables over the rows of several partials, as the metrics read them. Pure.

They hold what is told by row, and the facts that would have to be made of status intervals, which partials
leave out. What no metric reads is empty.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.meaning.attribution import Operations
from data.meaning.blocking import REASONS, BlockedWork, Spans, find_blocked, find_under_way, gather_blocked
from data.meaning.business_days import BusinessCalendar
from data.meaning.code_changes import CodeChanges
from data.meaning.delivery import DeliveryTables
from data.meaning.deployments import Deployments
from data.meaning.facts import (
    Facts,
    LoosePresence,
    Population,
    Presence,
    Stays,
    find_completed,
    find_facts,
    find_restored,
)
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
from data.metrics.merging.join import Chooser, ChosenIssues, Whole
from data.metrics.merging.partial import (
    CHANGE_FLAGS,
    CIRCLES,
    DEPLOYMENT_FLAGS,
    ISSUE_FLAGS,
    ISSUES,
    TOLD_FLAGS,
    Partial,
    bit,
)
from data.metrics.merging.stack import Stack
from data.model.changes import ChangeTable
from data.model.columns import all_the_same, columns_of, nothing_listed
from data.model.dates import Dates
from data.model.periods import Window
from data.model.tables import MISSING, OPEN, Flags, IssueTable
from data.model.words import fold
from data.sources.port import no_commits

_NO_NUMBERS = np.zeros(0, np.int64)
_NO_CODES = np.zeros(0, np.int32)
_NO_FLAGS = np.zeros(0, np.bool_)
_NO_CATEGORIES = np.zeros(0, np.int8)
_NOBODY = Population(np.zeros(0, np.intp), _NO_NUMBERS, _NO_CATEGORIES)
_OF_BLOCKED = (*REASONS, "unseen", "unknown_start", "before", "after")


# What each metric reads of the issues, of the time in progress or parked, and whether it reads who was
# ``delivered``, and who was ``left_out`` of these; one that is not here has all.
READS: Mapping[str, str] = {
    "deployment_frequency": "",
    "change_lead_time": "completed change deployment lead_progress lead_active delivered",
    "change_fail_rate": "project detected",
    "failed_deployment_recovery_time": "completed cause detected detected_by restored restored_by",
    "time_to_restore": "completed cause detected detected_by restored restored_by",
    "deployment_rework_rate": "",
    "flow_velocity": "completed delivered left_out",
    "flow_velocity_points": "completed points delivered left_out",
    "flow_time": "started completed delivered left_out",
    "request_lead_time": "created completed delivered left_out",
    "flow_load": "load parked",
    "flow_distribution": "completed flow_item delivered left_out",
    "flow_efficiency": "started completed active delivered left_out",
    "blocked_time": "started completed",
}
_ALL = frozenset((*ISSUES, "load", "parked", "delivered", "left_out"))


def _of_nobody(stack: Stack, _window: Window) -> Flags:
    return np.zeros(stack.n("issues"), np.bool_)


def _of_everybody(stack: Stack, _window: Window) -> Flags:
    return np.ones(stack.n("issues"), np.bool_)


def _of_incidents(stack: Stack, _window: Window) -> Flags:
    bits = stack.column("issues", "flags")
    flags: Flags = bit(ISSUE_FLAGS, bits, "incident") | bit(ISSUE_FLAGS, bits, "false_alarm")
    return flags


def _of_completed(stack: Stack, window: Window) -> Flags:
    completed = stack.column("issues", "completed")
    flags: Flags = (completed >= window.lo) & (completed < window.hi)
    return flags


def _of_deployed(stack: Stack, window: Window) -> Flags:
    """Flag what was completed in the period, or went out in it."""
    day = np.append(stack.column("deployments", "day"), 0)
    day = day[stack.pointing("issues", "deployment", "deployments")]
    out: Flags = (day >= window.first_day.toordinal()) & (day <= window.last_day.toordinal())
    out |= _of_completed(stack, window)
    return out


def _of_load(stack: Stack, window: Window) -> Flags:
    return _pointed_at(stack, ("load", "parked"), window)


def _of_work(stack: Stack, window: Window) -> Flags:
    """Flag what was under way in the period, and what anything held back."""
    started, completed = stack.column("issues", "started"), stack.column("issues", "completed")
    flags = stack.column("issues", "flags")
    found: Flags = (started != MISSING) & (started <= window.hi)
    found &= (completed == MISSING) | (completed > window.lo)
    for reason in ("flag", "link"):
        found |= bit(ISSUE_FLAGS, flags, f"undated_{reason}")
    for name in CIRCLES:
        found[stack.pointing("circles", name, "issues")] = True
    # All else lies between the start and the completion of an item.
    found |= _pointed_at(stack, ("unknown_start", "before", "after"), window)
    return found


def _pointed_at(stack: Stack, kinds: Iterable[str], window: Window) -> Flags:
    found = np.zeros(stack.n("issues"), np.bool_)
    for kind in kinds:
        there = (stack.column(kind, "entered") <= window.hi) & (stack.column(kind, "left") > window.lo)
        found[stack.pointing(kind, "issue", "issues")[there]] = True
    return found


# Metrics that look at the same issues, and which these are; one that is not here looks at all, by itself.
LOOK_AT: Sequence[tuple[str, Chooser]] = (
    ("deployment_frequency deployment_rework_rate", _of_nobody),
    ("change_fail_rate failed_deployment_recovery_time time_to_restore", _of_incidents),
    ("change_lead_time", _of_deployed),
    ("flow_velocity flow_velocity_points flow_distribution flow_time request_lead_time", _of_completed),
    ("flow_efficiency", _of_completed),
    ("flow_load", _of_load),
    ("blocked_time", _of_work),
)


def alike(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield some metrics by which issues they look at: the tables of each take room while it is asked."""
    left = list(names)
    for group, _ in LOOK_AT:
        found = [name for name in group.split() if name in left]
        left = [name for name in left if name not in found]
        if found:
            yield found
    yield from ([name] for name in left)


def _choose(whole: Whole, names: Iterable[str]) -> Chooser:
    """Return which issues all of some metrics look at."""
    if whole.stack.n("changes") and "change_lead_time" in names:
        return _of_everybody  # a change of code may name any issue
    known = (choose for group, choose in LOOK_AT if set(names) <= set(group.split()))
    return next(known, _of_everybody)


class Issues:
    """The columns of the issues that some metrics read; of the others nothing is known.

    Args:
        whole: the partials as one.
        window: the period that the metrics look at.
        names: of the metrics.
    """

    def __init__(self, whole: Whole, window: Window, names: Sequence[str]) -> None:
        self.whole = whole
        self.chosen = ChosenIssues(whole, window, _choose(whole, names))
        words = [frozenset(READS[name].split()) if name in READS else _ALL for name in names]
        self.wanted = frozenset[str]().union(*words)
        self._made: dict[str, NDArray[Any]] = {}
        self._bits = self.chosen.column("flags")

    def __len__(self) -> int:
        return len(self._bits)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._made:
            self._made[name] = self.chosen.column(name) if name in self.wanted else self._unknown(name)
        return self._made[name]

    def _unknown(self, name: str) -> NDArray[Any]:
        """Return a column without a value, which takes no room."""
        nowhere = name in ("deployment", "cause")
        unknown = MISSING if ISSUES[name] is np.int64 else -int(nowhere)
        return np.broadcast_to(np.array(unknown, ISSUES[name]), len(self))

    def flag(self, name: str) -> Flags:
        """Return one flag of each issue."""
        return bit(ISSUE_FLAGS, self._bits, name)


def delivery_of(issues: Issues, zone: ZoneInfo, as_of: int) -> DeliveryTables:
    """Return the tables of several partials as of an instant.

    Args:
        issues: those that somebody looks at.
        zone: in which days begin.
        as_of: T.
    """
    whole, n = issues.whole, len(issues)
    partials, first = whole.partials, whole.partials[0]
    deployments = _deployments_of(whole, as_of)
    delivery = DeliveryTables(
        issues=_issues_of(issues),
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
            _no_entries(n),
        ),
        history=HistoryFlags(_NO_FLAGS, _NO_FLAGS, _NO_FLAGS),
        exists=np.ones(n, np.bool_),
        in_scope=issues.flag("item"),
        started_at=issues["started"],
        completed_at=issues["completed"],
        category_at=_NO_CATEGORIES,
        lives=Lifecycle(
            _NO_CATEGORIES,
            _NO_CODES,
            issues["started"],
            issues["completed"],
            issues.flag("start_unknown"),
            issues.flag("start_inferred"),
            issues.flag("end_inferred"),
        ),
        outcome=Outcome(issues.flag("not_delivered"), issues.flag("by_status"), _NO_FLAGS, _NO_FLAGS),
        flow_item=issues["flow_item"],
        has_histories=_any(partials, "histories"),
        start_source=first.settings["start_source"],
        completion_source=first.settings["completion_source"],
        deployments=deployments,
        operations=_operations_of(issues),
        change=Dates(issues["change"], issues["change"]),
        change_measured=issues.flag("measured"),
        detected=Dates(issues["detected"], issues["detected_by"]),
        restored=Dates(issues["restored"], issues["restored_by"]),
        mapped=_mapped_of(issues),
        code=_code_of(issues),
        told=_told_of(whole),
        edition=first.edition,
        targets=agreed_targets(partials),
        calendar=None if first.holidays is None else _calendar_of(first.holidays, zone),
    )
    _tell_facts(delivery, issues)
    return delivery


def _no_entries(n: int) -> NDArray[np.int64]:
    """Return where the entries of so many rows begin that have none; it takes no room."""
    return np.broadcast_to(np.int64(0), n + 1)


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


def _issues_of(issues: Issues) -> IssueTable:
    known: dict[str, Any] = {
        "project": issues["project"],
        "number": issues["number"],
        "created": issues["created"],
        "truncated": issues.flag("truncated"),
        "projects": issues.whole.projects,
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
    columns, partials = whole.deployments, whole.partials
    flags = _Flags(DEPLOYMENT_FLAGS, columns["flags"])
    n = len(columns["flags"])
    nothing = np.zeros(n, np.bool_)
    sources = [partial.source for partial in partials if partial.states["configured"]]
    return Deployments(
        ids=_nameless(n),
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
        own_row=np.broadcast_to(np.int64(-1), n),
        service=None,
        commits=no_commits(),
    )


def _operations_of(issues: Issues) -> Operations:
    whole = issues.whole
    return Operations(
        deployment_of=issues["deployment"],
        released_before=_NO_FLAGS,
        carried_unnamed=issues.flag("carried_unnamed"),
        incident=issues.flag("incident"),
        false_alarm=issues.flag("false_alarm"),
        cause=issues["cause"],
        cause_inferred=issues.flag("cause_inferred"),
        latent=issues.flag("latent"),
        rework=bit(DEPLOYMENT_FLAGS, whole.deployments["flags"], "rework"),
        window_ms=whole.partials[0].window_ms,
        group=whole.group_of_project,
        proposed_types=_words(whole.partials, "proposed"),
    )


def _mapped_of(issues: Issues) -> MappedValues:
    partials, commits = issues.whole.partials, issues["change"]
    restored = None
    if _any(partials, "restored_mapped"):
        known = np.where(issues.flag("restored_known"), 0, MISSING)
        restored = Dates(known, known)
    return MappedValues(
        commit=Dates(commits, commits) if _any(partials, "commits_mapped") else None,
        restored=restored,
        points=issues["points"] if _any(partials, "points_mapped") else None,
    )


def _nameless(n: int) -> tuple[str, ...]:
    """Return names for so many rows: numbers tell them from each other, and no common number lists them."""
    return ("",) * n


def _code_of(issues: Issues) -> CodeChanges:
    columns = issues.whole.changes(issues.chosen)
    flags = _Flags(CHANGE_FLAGS, columns["flags"])
    named = np.flatnonzero(columns["issue"] != -1)
    none = np.full(len(columns["flags"]), -1, np.int64)
    return CodeChanges(
        table=ChangeTable(ids=_nameless(len(none))),
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
        n_issues=len(issues),
    )


def _told_of(whole: Whole) -> ToldIncidents:
    columns, flags = whole.told, _Flags(TOLD_FLAGS, whole.told["flags"])
    names = _nameless(len(columns["flags"]))
    return ToldIncidents(
        ids=names,
        names=names,
        detected_at=columns["detected_at"],
        restored_at=columns["restored_at"],
        projects=names,
        group=columns["group"],
        cause=columns["cause"],
        certain=flags["certain"],
        latent=flags["latent"],
        stands_for=_NO_NUMBERS,
        repairs=int(np.count_nonzero(flags["repair"])),
    )


def _tell_facts(delivery: DeliveryTables, issues: Issues) -> None:
    """Have the tables know what would have to be made of intervals."""
    flags = issues.whole.deployments["flags"]
    delivery.tell(find_facts, lambda tables: _facts_of(tables, issues))
    delivery.tell(find_waits, lambda _: _waits_of(issues.chosen))
    delivery.tell(find_blocked, lambda _: _blocked_of(issues))
    delivery.tell(find_under_way, _find_under_way)
    delivery.tell(
        failures,
        lambda _: (bit(DEPLOYMENT_FLAGS, flags, "failed"), bit(DEPLOYMENT_FLAGS, flags, "certain")),
    )
    delivery.tell(
        find_worked, lambda tables: work_out(tables, lambda rows, *_: issues.chosen.column("active")[rows])
    )
    delivery.tell(find_progress, lambda tables: _progress_of(tables, issues))


def _progress_of(delivery: DeliveryTables, issues: Issues) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = delivery.once(find_changes).of_issues.rows
    # Not kept: nobody asks for them again.
    return issues.chosen.column("lead_progress")[rows], issues.chosen.column("lead_active")[rows]


def _find_under_way(delivery: DeliveryTables) -> Presence:
    started, ended = delivery.started_at, delivery.completed_at
    ended = np.where(ended == MISSING, OPEN, ended)
    there = delivery.in_scope & (started != MISSING) & (ended > started)
    rows = np.flatnonzero(there).astype(np.int32)
    if not there.all():
        started, ended = started[rows], ended[rows]
    return LoosePresence.holding(rows, started, ended, np.broadcast_to(np.False_, len(rows)))


def _blocked_of(issues: Issues) -> BlockedWork:
    inside, presences = {}, {}
    for kind in _OF_BLOCKED:
        issue, entered, left, inferred = _spans_of(issues.chosen, kind)
        presences[kind] = LoosePresence.holding(issue, entered, left, inferred)
        if kind in REASONS:
            inside[kind] = _by_issue(issue, entered, left)
    return gather_blocked(
        inside,
        {reason: presences[reason] for reason in REASONS},
        unseen=presences["unseen"],
        unknown_start=presences["unknown_start"],
        before=presences["before"],
        after=presences["after"],
        undated={reason: np.flatnonzero(issues.flag(f"undated_{reason}")) for reason in ("flag", "link")},
        known=_any(issues.whole.partials, "blocked_known"),
    )


def _spans_of(issues: ChosenIssues, kind: str) -> tuple[NDArray[Any], ...]:
    columns = issues.spans(kind)
    return tuple(columns[name] for name in ("issue", "entered", "left", "inferred"))


def _by_issue(issue: NDArray[Any], entered: NDArray[Any], left: NDArray[Any]) -> Spans:
    spans = Spans(issue, entered, left)
    # In a scope they are in order, and in most organisations no project is in two scopes.
    return spans if (issue[1:] >= issue[:-1]).all() else spans.of(np.lexsort((entered, issue)))


def _facts_of(delivery: DeliveryTables, issues: Issues) -> Facts:
    items, nobody = delivery.in_scope, (_NOBODY, _NOBODY)
    completed = find_completed(delivery, items) if "delivered" in issues.wanted else _NOBODY
    delivered = completed.included()
    if "left_out" not in issues.wanted:
        completed = _NOBODY
    restored, recovered = find_restored(delivery, items) if "restored" in issues.wanted else nobody
    load = _presence_of(issues, "load")
    return Facts(
        completed=completed,
        delivered=delivered,
        restored=restored,
        recovered=recovered,
        incidents=np.flatnonzero(delivery.operations.incident & items),
        stays=Stays(_NO_CODES, _NO_NUMBERS, _NO_NUMBERS, _NO_FLAGS, _NO_FLAGS, _no_entries(len(items))),
        load=load,
        started_load=load,
        parked=_presence_of(issues, "parked"),
        left_out_by_status=delivery.outcome.by_status[completed.rows],
        ends_inferred=_any(issues.whole.partials, "ends_inferred"),
        starts_inferred=_any(issues.whole.partials, "starts_inferred"),
    )


def _presence_of(issues: Issues, kind: str) -> Presence:
    if kind not in issues.wanted:
        return LoosePresence.holding(_NO_CODES, _NO_NUMBERS, _NO_NUMBERS, _NO_FLAGS)
    issue, entered, left, inferred = _spans_of(issues.chosen, kind)
    return LoosePresence.holding(issue, entered, left, inferred)


def _waits_of(issues: ChosenIssues) -> Waits:
    """Return who waits for whom in a circle, as if they always had."""
    issue, blocker = issues.circles["issue"], issues.circles["blocker"]
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
