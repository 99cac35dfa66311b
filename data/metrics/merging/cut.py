"""What of a view its numbers are made of: rows that count in the period, in the one before, or now. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.meaning.blocking import find_blocked
from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Presence
from data.meaning.waits import find_circles, find_waits
from data.metrics.change_fail_rate import KNOWN_MS, failures
from data.metrics.change_lead_time import find_changes, find_progress
from data.metrics.context import CalculationContext
from data.metrics.flow_efficiency import find_worked
from data.metrics.merging.packing import pack_numbers
from data.metrics.merging.partial import (
    CHANGE_FLAGS,
    DEPLOYMENT_FLAGS,
    ISSUE_FLAGS,
    KINDS,
    TOLD_FLAGS,
    Partial,
    as_bits,
    number_names,
    pack_tables,
)
from data.model.periods import midnight
from data.model.projects import project_groups
from data.model.tables import MISSING, OPEN, Flags, Instants

NONE = -1
Columns = dict[str, NDArray[Any]]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a partial comes from.

    Attributes:
        name: of the scope.
        site: of its Jira.
        revision: of the stored rows.
        complete: a first fetch is over.
        newest: the data's own time.
        settings: of the profile that must agree, as ``settings_of`` has them.
    """

    name: str
    site: str
    revision: str
    complete: bool
    newest: int
    settings: Mapping[str, str]


def settings_of(profile: Profile) -> dict[str, str]:
    """Return the settings that decide what a number is, by name, in words.

    What a team calls its statuses and types is its own; what a day, a start and an item is has to agree.
    """
    incidents = profile.incidents
    working = f"true, holidays {', '.join(profile.holidays) or 'none'}" if profile.business_days else "false"
    return {
        "business_days": working,
        "start_source": profile.start_source,
        "completion_source": profile.completion_source,
        "include_subtasks": str(profile.include_subtasks).lower(),
        "include_epics": str(profile.include_epics).lower(),
        "incidents.window_hours": str(incidents.window_hours),
        "incidents.latent_days": str(incidents.latent_days),
        "fields.story_points": profile.fields.get("story_points", ""),
    }


@dataclass(frozen=True)
class _Span:
    """A view, and the time that a partial is cut to.

    Attributes:
        context: of the view.
        lo: first instant of the period before.
        hi: first instant after the period.
        first: ordinal of the first day of the period before.
        last: ordinal of the last day of the period.
    """

    context: CalculationContext
    lo: int
    hi: int
    first: int
    last: int

    @property
    def delivery(self) -> DeliveryTables:
        """The tables of the view."""
        return self.context.delivery

    def holds(self, instants: Instants) -> Flags:
        """Flag instants in one of the periods."""
        flags: Flags = (instants >= self.lo) & (instants < self.hi)
        return flags

    def holds_day(self, days: Instants) -> Flags:
        """Flag civil days in one of the periods."""
        flags: Flags = (days >= self.first) & (days <= self.last)
        return flags

    @cached_property
    def items(self) -> Flags:
        """The flow items that exist at T, of the projects that the view is limited to."""
        choice = self.context.choice
        items = self.delivery.in_scope & self.delivery.exists
        inside = choice.of_projects if choice.blind else choice.rows
        return items if inside is None else items & inside

    @cached_property
    def changes(self) -> Rows:
        """Changes of code that went out, or came into the main line, in the periods; and the first of all."""
        code = self.delivery.code
        lately = self.holds_day(np.append(self.delivery.deployments.day, 0)[code.deployment])
        lately |= (code.deployment == NONE) & self.holds(code.merged_at)
        wanted = lately & self.landed
        wanted[:1] = True
        return np.flatnonzero(wanted)

    @cached_property
    def landed(self) -> Flags:
        """Changes of code in view that came into the main line."""
        landed, chosen = self.delivery.code.landed, self.context.choice.rows
        return landed if chosen is None else landed & self.context.changes

    @cached_property
    def named(self) -> Rows:
        """For each of ``changes`` an issue that it names, a chosen one where there is; -1 for none."""
        code, chosen = self.delivery.code, self.context.choice.rows
        last = np.arange(len(code.issue))
        if chosen is not None:
            last = np.argsort(chosen[code.issue], kind="stable")
        issue = np.full(len(code), NONE, np.int64)
        # Of repeated assignments NumPy keeps the last.
        issue[code.change[last]] = code.issue[last]
        return issue[self.changes]

    @cached_property
    def told(self) -> Rows:
        """Told incidents that ended in the periods or not at all, or were seen lately."""
        told = self.delivery.told
        ended, lately = told.restored_at, told.detected_at >= self.lo - KNOWN_MS
        return np.flatnonzero((lately | (ended == MISSING) | self.holds(ended)) & self.context.told)


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is kept.

    Attributes:
        span: of which time.
        rows: issue rows, ascending.
        row_of: by issue row its place among them, -1 for none; the last entry is what -1 points to.
        deployments: deployment rows.
        deployment_of: by deployment row its place among them, likewise.
    """

    span: _Span
    rows: Rows
    row_of: NDArray[np.int32]
    deployments: Rows
    deployment_of: NDArray[np.int32]


def partial_of(context: CalculationContext, origin: Origin, before: dt.date) -> Partial:
    """Return what the numbers of a view are made of.

    Args:
        context: tables, period and filters; of the period the civil days count, and of T what was derived.
        origin: whose numbers they are.
        before: the first day of the period that it is compared with, which ends where it begins.
    """
    delivery, window = context.delivery, context.window
    span = _Span(
        context, midnight(before, window.zone), window.hi, before.toordinal(), window.last_day.toordinal()
    )
    spans = _find_spans(span)
    cut = _cut_to(span, _choose_rows(span, spans))
    tables: dict[str, Columns] = {
        "issues": _cut_issues(cut),
        **{kind: _cut_spans(cut, columns) for kind, columns in spans.items()},
        "circles": _cut_circles(cut),
        "deployments": _cut_deployments(cut),
        "changes": _cut_changes(cut),
        "told": _cut_told(cut),
    }
    return Partial(
        name=origin.name,
        site=origin.site,
        revision=origin.revision,
        complete=origin.complete,
        as_of=delivery.as_of,
        newest=origin.newest,
        first=window.first_created,
        zone=window.zone.key,
        days=(before.isoformat(), window.first_day.isoformat(), window.last_day.isoformat()),
        n_issues=len(delivery.issues),
        n_items=int(_count_flags(delivery.in_scope, context.choice.rows).sum()),
        blind=context.choice.blind,
        settings=dict(origin.settings),
        targets=dict(delivery.targets),
        edition=delivery.edition,
        holidays=None if delivery.calendar is None else _list_holidays(delivery),
        states=_find_states(delivery),
        words=_find_words(delivery),
        source=delivery.deployments.source,
        window_ms=delivery.operations.window_ms,
        projects=tuple((project.id, project.key) for project in delivery.issues.projects),
        groups=_name_groups(delivery),
        held=_find_held(context),
        sizes={name: len(next(iter(columns.values()))) for name, columns in tables.items()},
        columns=pack_tables(tables),
    )


def _count_flags(flags: Flags, chosen: Flags | None) -> Flags:
    return flags if chosen is None else flags & chosen


def _list_holidays(delivery: DeliveryTables) -> tuple[str, ...]:
    assert delivery.calendar is not None
    return tuple(sorted(day.isoformat() for day in delivery.calendar.holidays))


def _find_states(delivery: DeliveryTables) -> dict[str, bool]:
    deployments, workflow, mapped = delivery.deployments, delivery.workflow, delivery.mapped
    return {
        "histories": delivery.has_histories,
        "waiting_known": workflow.waiting_known,
        "waiting_inferred": workflow.waiting_inferred,
        "ends_inferred": bool(delivery.lives.end_inferred.any()),
        "starts_inferred": bool(delivery.lives.start_inferred.any()),
        "configured": deployments.configured,
        "production_inferred": deployments.production.inferred,
        "beside_versions": deployments.beside_versions,
        "by_day": deployments.dated_by_day,
        "blocked_known": delivery.has_histories and delivery.once(find_blocked).known,
        "commits_mapped": mapped.commit is not None,
        "restored_mapped": mapped.restored is not None,
        "points_mapped": mapped.points is not None,
        "told": len(delivery.told) > 0,
    }


def _find_words(delivery: DeliveryTables) -> dict[str, tuple[str, ...]]:
    production = delivery.deployments.production
    return {
        "production": production.names,
        "others": production.others,
        "proposed": delivery.operations.proposed_types,
    }


def _name_groups(delivery: DeliveryTables) -> tuple[str, ...]:
    """Return what every number of a project stands for: its id, else its key, else the service."""
    known = project_groups(delivery.issues)
    names = {number: f"key {key}" for key, number in known.of_key.items()}
    names |= {number: f"id {project}" for project, number in known.of_id.items()}
    deployments = delivery.deployments
    if deployments.service is not None:
        pairs = zip(deployments.group.tolist(), deployments.service, strict=True)
        names = {number: f"service {name}" for number, name in pairs} | names
    most = max([*names, *deployments.group.tolist(), *delivery.told.group.tolist(), NONE])
    return tuple(names.get(number, f"number {number}") for number in range(most + 1))


def _find_held(context: CalculationContext) -> dict[str, bytes]:
    """Return which issues are stored, by project key; ``Partial.held`` says how."""
    issues = context.delivery.issues
    items = _count_flags(context.delivery.in_scope, context.choice.rows)
    order = np.argsort(issues.project, kind="stable")
    ends = np.searchsorted(issues.project[order], np.arange(len(issues.projects) + 1))
    found: dict[str, list[NDArray[np.int64]]] = {}
    for place, project in enumerate(issues.projects):
        rows = order[ends[place] : ends[place + 1]]
        found.setdefault(project.key, []).append(issues.number[rows] * 2 + items[rows])
    return {key: pack_numbers(np.sort(np.concatenate(parts))) for key, parts in found.items()}


def _find_spans(span: _Span) -> dict[str, Columns]:
    """Return the stretches of time, by kind, that reach into the periods."""
    work, facts = span.delivery.once(find_blocked), span.context.facts
    told: dict[str, Presence] = {
        "load": facts.load,
        "parked": facts.parked,
        **work.by_reason,
        "unseen": work.unseen,
        "unknown_start": work.unknown_start,
        "before": work.before,
        "after": work.after,
    }
    return {kind: _reach_into(told[kind], span) for kind in KINDS}


def _reach_into(presence: Presence, span: _Span) -> Columns:
    # What begins with the end of the period is there at it.
    mine = (presence.entered <= span.hi) & (presence.left > span.lo) & span.items[presence.issue]
    return {
        "issue": presence.issue[mine],
        "entered": presence.entered[mine],
        "left": presence.left[mine],
        "inferred": presence.inferred[mine],
    }


def _choose_rows(span: _Span, spans: Mapping[str, Columns]) -> Rows:
    """Return the issue rows that are kept."""
    delivery, items = span.delivery, span.items
    started, completed = delivery.started_at, delivery.completed_at
    day = np.append(delivery.deployments.day, 0)[delivery.operations.deployment_of]
    wanted = span.holds(completed) | _flag_incidents(span)
    wanted |= (started != MISSING) & (started <= span.hi) & ((completed == MISSING) | (completed > span.lo))
    wanted |= (completed != MISSING) & ~delivery.not_delivered & span.holds_day(day)
    wanted &= items
    for columns in spans.values():
        wanted[columns["issue"]] = True
    for rows in delivery.once(find_blocked).undated.values():
        wanted[rows[items[rows]]] = True
    wanted[find_circles(delivery.once(find_waits), span.context.window.end)] = True
    wanted[span.named[span.named != NONE]] = True
    # Tables without any row would say that nothing is stored.
    wanted[:1] = True
    return np.flatnonzero(wanted)


def _flag_incidents(span: _Span) -> Flags:
    """Flag incidents that ended in the periods or not at all, or were seen within a year before them."""
    operations, ended = span.delivery.operations, span.delivery.restored.at
    lately = (ended == MISSING) | span.holds(ended) | (span.delivery.detected.at >= span.lo - KNOWN_MS)
    flags: Flags = (operations.incident | operations.false_alarm) & lately
    return flags


def _places_of(kept: NDArray[np.intp], n: int) -> NDArray[np.int32]:
    places = np.full(n + 1, NONE, np.int32)
    places[kept] = np.arange(len(kept))
    return places


def _cut_to(span: _Span, rows: Rows) -> _Cut:
    """Add the deployments of the periods, undated ones, and those that something else points to."""
    delivery, chosen = span.delivery, span.context.deployments
    deployments, operations = delivery.deployments, delivery.operations
    wanted = (deployments.day == 0) | span.holds_day(deployments.day)
    if chosen is not None:
        wanted &= chosen
    for pointed in (
        operations.deployment_of[rows],
        operations.cause[rows],
        delivery.code.deployment[span.changes],
        delivery.told.cause[span.told],
    ):
        wanted[pointed[pointed >= 0]] = True
    later = deployments.after_as_of if chosen is None else deployments.after_as_of & chosen
    kept = np.flatnonzero(wanted | later)
    return _Cut(span, rows, _places_of(rows, len(delivery.issues)), kept, _places_of(kept, len(deployments)))


def _cut_issues(cut: _Cut) -> Columns:
    delivery, rows = cut.span.delivery, cut.rows
    issues, operations = delivery.issues, delivery.operations
    incident = (operations.incident | operations.false_alarm)[rows]

    def of_incidents(instants: Instants) -> Instants:
        return np.where(incident, instants[rows], MISSING)

    points = delivery.mapped.points
    return {
        "project": issues.project[rows],
        "number": issues.number[rows],
        "created": issues.created[rows],
        "started": delivery.started_at[rows],
        "completed": delivery.completed_at[rows],
        "change": delivery.change.reckoned_at[rows],
        "detected": of_incidents(delivery.detected.at),
        "detected_by": of_incidents(delivery.detected.reckoned_at),
        "restored": of_incidents(delivery.restored.at),
        "restored_by": of_incidents(delivery.restored.reckoned_at),
        "flow_item": delivery.flow_item[rows].astype(np.int8),
        "points": np.zeros(len(rows)) if points is None else points[rows],
        **_measure_work(cut),
        "deployment": cut.deployment_of[operations.deployment_of[rows]],
        "cause": cut.deployment_of[operations.cause[rows]],
        "flags": as_bits(ISSUE_FLAGS, _flag_issues(cut)),
    }


def _measure_work(cut: _Cut) -> Columns:
    """Return how long each row was worked on, and how long in progress and active until its deployment."""
    delivery, n = cut.span.delivery, len(cut.span.delivery.issues)
    active, in_progress, before_release = (np.zeros(n, np.int64) for _ in range(3))
    worked = delivery.once(find_worked)
    active[worked.measured.rows] = worked.active_ms
    if delivery.deployments.configured:
        of_issues = delivery.once(find_changes).of_issues.rows
        in_progress[of_issues], before_release[of_issues] = delivery.once(find_progress)
    return {
        "active": active[cut.rows],
        "lead_progress": in_progress[cut.rows],
        "lead_active": before_release[cut.rows],
    }


def _flag_issues(cut: _Cut) -> dict[str, Flags]:
    context, rows = cut.span.context, cut.rows
    delivery, operations, chosen = context.delivery, context.delivery.operations, context.choice.rows
    restored = delivery.mapped.restored
    undated = delivery.once(find_blocked).undated
    return {
        "item": cut.span.items[rows],
        "chosen": np.ones(len(rows), np.bool_) if chosen is None else chosen[rows],
        "not_delivered": delivery.not_delivered[rows],
        "by_status": delivery.outcome.by_status[rows],
        "end_inferred": delivery.lives.end_inferred[rows],
        "start_inferred": delivery.lives.start_inferred[rows],
        "start_unknown": delivery.lives.start_unknown[rows],
        "truncated": delivery.issues.truncated[rows],
        "measured": delivery.change_measured[rows],
        "incident": operations.incident[rows],
        "false_alarm": operations.false_alarm[rows],
        "cause_inferred": operations.cause_inferred[rows],
        "latent": operations.latent[rows],
        "carried_unnamed": operations.carried_unnamed[rows],
        "restored_known": np.zeros(len(rows), np.bool_) if restored is None else restored.known[rows],
        "undated_flag": np.isin(rows, undated["flag"]),
        "undated_link": np.isin(rows, undated["link"]),
    }


def _cut_spans(cut: _Cut, columns: Columns) -> Columns:
    # By issue: the more neighbours resemble each other, the fewer bytes they take.
    order = np.lexsort((columns["entered"], columns["issue"]))
    pointing = columns | {"issue": cut.row_of[columns["issue"]]}
    return {name: column[order] for name, column in pointing.items()}


def _cut_circles(cut: _Cut) -> Columns:
    """Return who waits for whom among those that wait for themselves at the end of the period."""
    waits, end = cut.span.delivery.once(find_waits), cut.span.context.window.end
    links = waits.at(end)
    inside = np.zeros(len(cut.span.delivery.issues) + 1, np.bool_)
    inside[find_circles(waits, end)] = True
    links = links[inside[waits.issue[links]] & inside[waits.blocker[links]]]
    return {"issue": cut.row_of[waits.issue[links]], "blocker": cut.row_of[waits.blocker[links]]}


def _cut_deployments(cut: _Cut) -> Columns:
    delivery, rows, chosen = cut.span.delivery, cut.deployments, cut.span.context.deployments
    deployments = delivery.deployments
    failed, certain = delivery.once(failures)
    flags = {
        "matches": deployments.matches[rows],
        "production": deployments.production.counts[rows],
        "successful": deployments.successful[rows],
        "failed": failed[rows],
        "certain": certain[rows],
        "rework": delivery.operations.rework[rows],
        "chosen": np.ones(len(rows), np.bool_) if chosen is None else chosen[rows],
    }
    return {
        "id": _number_rows(deployments.ids, rows),
        "day": deployments.day[rows],
        # What has not happened by this T may have by that of others, and nobody knows.
        "at": np.where(deployments.after_as_of, OPEN, deployments.at)[rows],
        "reckoned_at": deployments.reckoned_at[rows],
        "group": deployments.group[rows].astype(np.int32),
        "flags": as_bits(DEPLOYMENT_FLAGS, flags),
    }


def _cut_changes(cut: _Cut) -> Columns:
    span, code = cut.span, cut.span.delivery.code
    rows = span.changes
    flags = {"landed": span.landed[rows], "reaches": code.reaches[rows]}
    return {
        "id": _number_rows(code.table.ids, rows),
        "first_commit_at": code.first_commit_at[rows],
        "opened_at": code.opened_at[rows],
        "first_review_at": code.first_review_at[rows],
        "merged_at": code.merged_at[rows],
        "deployment": cut.deployment_of[code.deployment[rows]],
        "issue": cut.row_of[span.named],
        "flags": as_bits(CHANGE_FLAGS, flags),
    }


def _cut_told(cut: _Cut) -> Columns:
    told, rows = cut.span.delivery.told, cut.span.told
    flags = {
        "certain": told.certain[rows],
        "latent": told.latent[rows],
        "repair": rows >= len(told) - told.repairs,
    }
    return {
        "id": _number_rows(told.ids, rows),
        "detected_at": told.detected_at[rows],
        "restored_at": told.restored_at[rows],
        "group": told.group[rows].astype(np.int32),
        "cause": cut.deployment_of[told.cause[rows]],
        "flags": as_bits(TOLD_FLAGS, flags),
    }


def _number_rows(ids: Sequence[str], rows: Rows) -> NDArray[np.int64]:
    return number_names(ids[row] for row in rows.tolist())
