"""Data quality: what was met in the data that a reader of the numbers should know. Pure.

Each finding has a count, the keys, a sentence on its effect and a remedy. What
is met depends on T alone; a view shows of it what lies in its issues.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from data.meaning import quality_rules as rules
from data.meaning.change_quality import (
    flag_done_undeployed,
    flag_open_in_production,
    flag_pulls_unread,
    list_holding_nothing,
    list_undeployed,
    list_unknown_keys,
    list_without_issue,
)
from data.meaning.crowds import bulk_moves, crowded_days
from data.meaning.delivery import DeliveryTables
from data.meaning.deployment_quality import (
    flag_closed_late,
    list_counted_releases,
    list_crowded,
    list_sprints,
    list_undated,
    list_unknown_issues,
    list_unknown_projects,
)
from data.meaning.quality_rules import Rule
from data.model.instants import DAY_MS
from data.model.metric import QualityFinding
from data.model.tables import (
    DONE,
    IN_PROGRESS,
    MISSING,
    UNMAPPED,
    WATCHED_FIELDS,
    Dataset,
    Flags,
    IssueTable,
    VersionRow,
    category_of,
)
from data.model.unread import Unread
from data.model.words import fold

ZOMBIE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Noticed:
    """One finding over the whole store, and what a view needs to show its own part.

    Attributes:
        finding: over everything.
        projects: key of the project behind each name, where it is not about issues.
    """

    finding: QualityFinding
    projects: tuple[str, ...] = ()


def find_in_tables(dataset: Dataset, delivery: DeliveryTables) -> tuple[Noticed, ...]:
    """Return everything that was met, whatever the period and the filters, in a fixed order."""
    found = (
        *_find_in_history(dataset, delivery),
        *_find_in_completions(delivery),
        *_find_crowds(delivery),
        *_find_in_releases(dataset, delivery),
        *_find_in_changes(dataset, delivery),
        *_find_in_fields(delivery),
    )
    return tuple(noticed for noticed in found if noticed.finding.n)


def find_unread(unread: Sequence[Unread]) -> tuple[QualityFinding, ...]:
    """Return what is to be said of repositories that the last sync could not read; nothing of none."""
    if not unread:
        return ()
    first, rule = unread[0], rules.SOURCE_UNREAD
    message = f"{rule.message} {first.words} {first.cause}"
    return (QualityFinding(rule.code, message, first.remedy, tuple(each.name for each in unread)),)


def in_view(
    noticed: Iterable[Noticed], chosen: Flags | None, projects: frozenset[str]
) -> tuple[QualityFinding, ...]:
    """Return of each finding what lies in a view; without anything there it is left out.

    Args:
        noticed: as ``find_in_tables`` gives them.
        chosen: rows that pass the filters; None: all.
        projects: keys that the view is limited to; empty: all.
    """
    found = (_cut(one, chosen, projects) for one in noticed)
    return tuple(finding for finding in found if finding.n)


def _cut(noticed: Noticed, chosen: Flags | None, projects: frozenset[str]) -> QualityFinding:
    whole = noticed.finding
    if whole.rows is not None:
        return whole if chosen is None else replace(whole, rows=whole.rows[chosen[whole.rows]])
    if not projects:
        return whole
    kept = [project in projects for project in noticed.projects]
    return replace(whole, names=tuple(compress(whole.names, kept)))


def _find_in_history(dataset: Dataset, delivery: DeliveryTables) -> Iterator[Noticed]:
    issues, history = delivery.issues, delivery.history
    yield _notice(delivery, rules.HISTORY_MISMATCH, history.mismatch)
    yield _notice(delivery, rules.HISTORY_CLAMPED, history.clamped)
    yield _notice(delivery, rules.BROKEN_CHAIN, history.broken_chain)
    yield _notice(delivery, rules.TRUNCATED, delivery.exists & issues.truncated)
    yield _notice(delivery, rules.HISTORY_MISSING, _flag_created(delivery) & ~issues.has_changelog)
    yield _notice(delivery, rules.BULK_EDIT, bulk_moves(delivery))
    unmapped = delivery.intervals.category == UNMAPPED
    yield _notice_stays(dataset, delivery, rules.UNMAPPED, unmapped)
    yield _notice_stays(dataset, delivery, rules.INFERRED, delivery.intervals.inferred)
    yield _notice(delivery, rules.CATEGORY_CONFLICT, delivery.exists & _flag_conflicts(dataset))
    yield _notice(delivery, rules.SKIPPED, _flag_skipped(delivery))


def _find_in_completions(delivery: DeliveryTables) -> Iterator[Noticed]:
    issues = delivery.issues
    done = delivery.exists & (delivery.category_at == DONE)
    resolved = delivery.exists & (issues.resolved != MISSING) & (issues.resolved <= delivery.as_of)
    yield _notice(delivery, rules.UNDATED_DONE, done & (delivery.completed_at == MISSING))
    yield _notice(delivery, rules.RESOLUTION_WITHOUT_DONE, resolved & ~done)
    yield _notice(delivery, rules.ZOMBIE, _flag_zombies(delivery))


def _find_crowds(delivery: DeliveryTables) -> Iterator[Noticed]:
    created = np.where(delivery.exists, delivery.issues.created, MISSING)
    yield _notice(delivery, rules.BULK_CREATED, crowded_days(delivery, created))
    yield _notice(delivery, rules.BULK_DAY, crowded_days(delivery, delivery.completed_at))


def _find_in_releases(dataset: Dataset, delivery: DeliveryTables) -> Iterator[Noticed]:
    releases = list_counted_releases(dataset, delivery)
    yield _notice_versions(dataset, rules.VERSION_WITHOUT_DATE, list_undated(releases))
    yield _notice_versions(dataset, rules.SPRINT_LIKE, list_sprints(releases))
    yield _notice_versions(dataset, rules.SAME_DAY, list_crowded(releases, delivery))
    yield _notice(delivery, rules.CLOSED_LATE, flag_closed_late(delivery))
    projects = list_unknown_projects(dataset, delivery)
    yield _notice_names(rules.UNKNOWN_PROJECT, projects, projects)
    unknown = list_unknown_issues(dataset, delivery)
    yield _notice_names(rules.UNKNOWN_ISSUE, tuple(unknown), tuple(unknown.values()))


def _find_in_changes(dataset: Dataset, delivery: DeliveryTables) -> Iterator[Noticed]:
    yield _notice(delivery, rules.OPEN_IN_PRODUCTION, flag_open_in_production(delivery))
    yield _notice(delivery, rules.DONE_UNDEPLOYED, flag_done_undeployed(delivery))
    counted, unread = flag_pulls_unread(delivery)
    found_unread = find_issues(rules.pulls_unread(int(counted.sum())), delivery.issues, unread)
    yield Noticed(replace(found_unread, of_deployments=True))
    for rule, found in (
        (rules.CHANGE_WITHOUT_ISSUE, list_without_issue(dataset, delivery)),
        (rules.CHANGE_UNKNOWN_ISSUE, list_unknown_keys(dataset, delivery)),
        (rules.CHANGE_UNDEPLOYED, list_undeployed(dataset, delivery)),
        (rules.DEPLOYMENT_HOLDS_NOTHING, list_holding_nothing(delivery)),
    ):
        yield _notice_names(rule, tuple(found), tuple(found.values()))


def _find_in_fields(delivery: DeliveryTables) -> Iterator[Noticed]:
    """Report each watched field that some issues lack, or hold in a form that cannot be read."""
    issues = delivery.issues
    created = _flag_created(delivery)
    nobody = np.zeros(len(issues), np.bool_)
    for place, name in enumerate(WATCHED_FIELDS):
        bit = 1 << place
        malformed, missing = created & (issues.malformed & bit > 0), created & (issues.missing & bit > 0)
        if name == "changelog":
            yield _notice(delivery, rules.rule_malformed("history"), malformed)
            continue  # history_missing tells where there is none
        if name == "created":
            malformed, missing = issues.created == MISSING, nobody
        yield _notice(delivery, rules.rule_malformed(name), malformed)
        yield _notice(delivery, rules.rule_missing(name), missing)
    for name, rows in delivery.mapped.malformed.items():
        yield _notice(delivery, rules.rule_malformed(name), created & rows)
    for name in delivery.mapped.unread:
        yield _notice(delivery, rules.rule_unread(name), ~nobody)


def _flag_created(delivery: DeliveryTables) -> Flags:
    """Flag issues that T knows of: all but those created later; nobody knows when of an unreadable date."""
    created: Flags = delivery.issues.created <= delivery.as_of  # where it is missing, too
    return created


def _notice_stays(dataset: Dataset, delivery: DeliveryTables, rule: Rule, stays: Flags) -> Noticed:
    """Report the issues of some stays with the names of their statuses, and where to get a list of these."""
    intervals = delivery.intervals
    rows = np.zeros(len(delivery.issues), np.bool_)
    rows[intervals.issue[stays]] = True
    names = [delivery.workflow.names[code] for code in np.unique(intervals.status[stays]).tolist()]
    told = rules.with_names(rule, names)
    return _notice(delivery, told if dataset.statuses else rules.without_list(told), rows)


def _flag_conflicts(dataset: Dataset) -> Flags:
    """Flag issues that say another category of their status than the server's list does."""
    issues = dataset.issues
    listed = {status.id or fold(status.name): category_of(status.category) for status in dataset.statuses}
    said = [listed.get(status.id or fold(status.name), UNMAPPED) for status in issues.statuses]
    category = np.array(said or [UNMAPPED], np.int8)[issues.status]
    conflict: Flags = (category != UNMAPPED) & (issues.category != UNMAPPED) & (category != issues.category)
    return conflict


def _flag_skipped(delivery: DeliveryTables) -> Flags:
    """Flag completed items with a history that was never in progress, while that of others was."""
    completed = delivery.in_scope & (delivery.completed_at != MISSING) & delivery.issues.has_changelog
    unseen = completed & (delivery.started_at == MISSING) & ~delivery.lives.start_unknown
    in_use = (delivery.intervals.category == IN_PROGRESS).any()
    return unseen if in_use else np.zeros(len(unseen), np.bool_)


def _flag_zombies(delivery: DeliveryTables) -> Flags:
    """Flag items in progress at T whose work began more than 90 days before."""
    started = delivery.started_at
    old = (started != MISSING) & (started < delivery.as_of - ZOMBIE_DAYS * DAY_MS)
    busy = delivery.in_scope & delivery.exists & (delivery.category_at == IN_PROGRESS)
    return busy & old if delivery.has_histories else np.zeros(len(busy), np.bool_)


def _notice(delivery: DeliveryTables, rule: Rule, flags: Flags) -> Noticed:
    return Noticed(find_issues(rule, delivery.issues, flags))


def _notice_versions(dataset: Dataset, rule: Rule, versions: list[VersionRow]) -> Noticed:
    keys = _project_keys(dataset.issues)
    projects = tuple(keys.get(version.project_id, "") for version in versions)
    odd = [f"{version.name}: {version.unreadable_date}" for version in versions if version.unreadable_date]
    if odd:
        rule = replace(rule, message=f"{rule.message} These dates cannot be read: {'; '.join(odd[:5])}.")
    return _notice_names(rule, tuple(version.name for version in versions), projects)


def _notice_names(rule: Rule, names: tuple[str, ...], projects: tuple[str, ...]) -> Noticed:
    return Noticed(QualityFinding(rule.code, rule.message, rule.remedy, names), projects)


def _project_keys(issues: IssueTable) -> dict[str, str]:
    return {project.id: project.key for project in issues.projects}


def find_issues(rule: Rule, issues: IssueTable, flags: Flags) -> QualityFinding:
    """Return a finding by its rule and the issues that it was met in."""
    rows = np.flatnonzero(flags)
    return QualityFinding(rule.code, rule.message, rule.remedy, rows=rows, name_rows=issues.keys)
