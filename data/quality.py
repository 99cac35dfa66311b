"""Data quality: what was met in the data that a reader of the numbers should know. Pure.

Each finding has a count, the keys, a sentence on its effect and a remedy. A
finding without keys is not reported.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.delivery import DeliveryTables
from data.metric import Finding, MetricResult
from data.periods import Window
from data.tables import (
    DONE,
    IN_PROGRESS,
    MISSING,
    UNMAPPED,
    WATCHED_FIELDS,
    Dataset,
    Flags,
    Instants,
    IssueTable,
)

DAY_MS = 86_400_000
BULK_SIZE = 20
BULK_SPAN_MS = 60_000
ZOMBIE_DAYS = 90
SPRINT_LIKE = re.compile(r"(?i)\b(sprint|iteration)\b")


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    message: str
    remedy: str


_HISTORY_MISMATCH = _Rule(
    "history_mismatch",
    "The last recorded status change does not lead to the current status; "
    "the current status is taken to begin at the last update.",
    "Set completion_source = resolution if a workflow migration or an import moved them after the work "
    "was done, or leave them out of the query by JQL: key not in (...).",
)
_HISTORY_CLAMPED = _Rule(
    "history_clamped",
    "Status changes are dated before the creation of their issue; they count from the creation.",
    "Set start_source = created if histories were imported from another tool.",
)
_BROKEN_CHAIN = _Rule(
    "history_broken_chain",
    "A status change does not start where the one before ended; the earlier status fills the gap, "
    "so that the times in these two statuses are guesses.",
    "Set start_source = created and completion_source = resolution if histories were imported or trimmed, "
    "or leave the issues out of the query by JQL: key not in (...).",
)
_HISTORY_MISSING = _Rule(
    "history_missing",
    "The issues came without a change history; when work on them began is unknown, and flow time lacks them.",
    "Import them again with their changelog (expand=changelog), or set start_source = created.",
)
_BULK_EDIT = _Rule(
    "bulk_edit",
    "Twenty or more issues made the same move within a minute: a clean-up rather than work; "
    "it makes a peak in flow velocity and moves the ends of flow times.",
    "Set completion_source = resolution, or leave the resolution of the clean-up out in not_delivered.",
)
_UNMAPPED = _Rule(
    "unmapped_status",
    "The histories hold statuses that Jira no longer knows; they count as not started.",
    "Name these statuses in the profile: workflow.active, workflow.waiting, workflow.done or "
    "workflow.not_started.",
)
_SKIPPED = _Rule(
    "skipped_status",
    "The items were completed without ever being in progress, as others were; flow time and change lead "
    "time leave them out as never_started, and flow load never sees them.",
    "Set start_source = created to measure from their creation, add the status they wait in to "
    "workflow.active, or look at how they are moved, by JQL: key in (...).",
)
_UNDATED_DONE = _Rule(
    "done_without_date",
    "The issues are done, but neither a status change nor a resolution date says when.",
    "Fill the resolution date in Jira and sync, or import them with their changelog; they are found by "
    "JQL: statusCategory = Done AND resolutiondate IS EMPTY. Until then they count as not completed.",
)
_RESOLUTION_WITHOUT_DONE = _Rule(
    "resolution_without_done",
    "The issues have a resolution date but are in no done status, so they count as not completed.",
    "Set completion_source = resolution, or add their status to the workflow's done.",
)
_ZOMBIE = _Rule(
    "zombie",
    "The items have been in progress for more than 90 days; they raise flow load for good.",
    "Finish them, move them back to a status that is not in progress, or name their status in "
    "workflow.not_started; JQL: statusCategory = 'In Progress' AND key in (...).",
)
_VERSION_WITHOUT_DATE = _Rule(
    "version_without_date",
    "The versions are released but have no release date; they cannot count as deployments.",
    "Give these versions a release date in Jira, or set deployments.version_pattern to leave them out.",
)
_SPRINT_LIKE = _Rule(
    "sprint_like_versions",
    "More than a tenth of the released versions look like sprints, which are no deployments.",
    r'Set deployments.version_pattern = "(?i)^(?!.*\\b(sprint|iteration)\\b)" to leave them out.',
)
_LITTLES_LAW = _Rule(
    "littles_law_mismatch",
    "Flow load, velocity and flow time do not fit together by more than a quarter: "
    "the period was not steady, or items skip statuses.",
    "Compare a longer period, look at the items under skipped_status and zombie, or name the statuses in "
    "which nobody works in workflow.not_started.",
)


def find_in_tables(dataset: Dataset, delivery: DeliveryTables) -> tuple[Finding, ...]:
    """Return every finding that has something to report, whatever the period, in a fixed order."""
    return _told(*_history(delivery), *_completions(delivery), *_versions(dataset), *_fields(delivery))


def find_in_period(
    delivery: DeliveryTables, window: Window, flow: Mapping[str, MetricResult]
) -> tuple[Finding, ...]:
    """Return every finding on the numbers of one period that has something to report."""
    return _told(*_littles_law(delivery, window, flow))


def _told(*findings: Finding) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.n)


def _history(delivery: DeliveryTables) -> Iterator[Finding]:
    issues = delivery.issues
    yield _issues(delivery, _HISTORY_MISMATCH, delivery.history.mismatch)
    yield _issues(delivery, _HISTORY_CLAMPED, delivery.history.clamped)
    yield _issues(delivery, _BROKEN_CHAIN, delivery.history.broken_chain)
    yield _issues(delivery, _HISTORY_MISSING, ~issues.has_changelog)
    yield _issues(delivery, _BULK_EDIT, bulk_moves(delivery))
    yield _issues(delivery, _UNMAPPED, _in_unmapped(delivery))
    yield _issues(delivery, _SKIPPED, _skipped(delivery))


def _completions(delivery: DeliveryTables) -> Iterator[Finding]:
    issues = delivery.issues
    done = delivery.exists & (delivery.category_at == DONE)
    resolved = delivery.exists & (issues.resolved != MISSING) & (issues.resolved <= delivery.as_of)
    yield _issues(delivery, _UNDATED_DONE, done & (delivery.completed_at == MISSING))
    yield _issues(delivery, _RESOLUTION_WITHOUT_DONE, resolved & ~done)
    yield _issues(delivery, _ZOMBIE, _zombies(delivery))


def _versions(dataset: Dataset) -> Iterator[Finding]:
    released = [version for version in dataset.versions if version.released]
    undated = tuple(version.name for version in released if not version.release_date)
    yield _finding(_VERSION_WITHOUT_DATE, undated)
    sprints = tuple(version.name for version in released if SPRINT_LIKE.search(version.name))
    yield _finding(_SPRINT_LIKE, sprints if len(sprints) * 10 > len(released) else ())


def _fields(delivery: DeliveryTables) -> Iterator[Finding]:
    """Report each watched field that some issues lack, or hold in a form that cannot be read."""
    issues = delivery.issues
    for place, name in enumerate(WATCHED_FIELDS):
        bit = 1 << place
        malformed, missing = (issues.malformed & bit) > 0, (issues.missing & bit) > 0
        if name == "changelog":
            missing = np.zeros(len(issues), np.bool_)  # history_missing tells it
        if name == "created":
            malformed, missing = issues.created == MISSING, np.zeros(len(issues), np.bool_)
        yield _issues(delivery, _malformed(name), malformed)
        yield _issues(delivery, _missing(name), missing)
    for name, rows in delivery.mapped.malformed.items():
        yield _issues(delivery, _malformed(name), rows)
    for name in delivery.mapped.unread:
        yield _issues(delivery, _unread(name), np.ones(len(issues), np.bool_))


def _unread(name: str) -> _Rule:
    return _Rule(
        f"missing_{name}",
        f"No stored issue has a value in the field that is mapped to {name}; no number can use it.",
        f"Correct fields.{name} in the profile; if the mapping is newer than the stored issues, "
        "import their files again or sync.",
    )


def _malformed(name: str) -> _Rule:
    message = f"The field {name} holds something that cannot be read; the value is left out."
    if name == "created":
        message = "The creation date is missing or cannot be read; the issues are stored but out of scope."
    return _Rule(
        f"malformed_{name}",
        message,
        f"Correct {name} in these issues in Jira (JQL: key in (...)) and sync; a mapped field is named "
        "in the profile's fields.",
    )


def _missing(name: str) -> _Rule:
    return _Rule(
        f"missing_{name}",
        f"The issues have no {name}; what is read from it leaves them out.",
        f"Fill {name} in Jira (JQL: key in (...)) and sync, or export the issues with this field.",
    )


def _littles_law(
    delivery: DeliveryTables, window: Window, flow: Mapping[str, MetricResult]
) -> Iterator[Finding]:
    """Compare mean load with arrival rate times mean flow time (Little's law)."""
    load, time = flow.get("flow_load"), flow.get("flow_time")
    if load is None or time is None or load.extra.get("mean") is None or time.n < 10:
        return
    mean_load = float(load.extra["mean"])
    rows = time.candidates.rows()
    mean_time = float(np.mean(delivery.completed_at[rows] - delivery.started_at[rows])) / DAY_MS
    expected = time.n / window.days * mean_time
    largest = max(mean_load, expected)
    if largest > 0 and abs(mean_load - expected) / largest > 0.25:
        yield _finding(_LITTLES_LAW, time.included)


def bulk_moves(delivery: DeliveryTables) -> Flags:
    """Flag issues that made the same move as at least nineteen others within 60 seconds.

    An issue without any recorded move counts as having moved to its status at its resolution date.
    """
    issues = delivery.issues
    owner, move, at = _moves(issues)
    happened = (at != MISSING) & (at <= delivery.as_of)
    happened[happened] = _crowded(move[happened], at[happened])
    owner, move, at = owner[happened], move[happened], at[happened]
    order = np.lexsort((at, move))
    owner, move, at = owner[order], move[order], at[order]
    starts, n = _starts_of_bursts(move, at), len(move) + 1
    depth = np.cumsum(np.bincount(starts, minlength=n) - np.bincount(starts + BULK_SIZE, minlength=n))
    moved = np.zeros(len(issues), np.bool_)
    moved[owner[depth[:-1] > 0]] = True
    return moved


def _moves(issues: IssueTable) -> tuple[NDArray[np.intp], NDArray[np.int64], Instants]:
    """Return who moved, a number for from and to, and when."""
    counts = np.diff(issues.transition_start)
    unmoved = np.flatnonzero(counts == 0)
    owner = np.concatenate((np.repeat(np.arange(len(issues)), counts), unmoved))
    source = np.concatenate((issues.transition_from, np.full(len(unmoved), -1, np.int32))).astype(np.int64)
    target = np.concatenate((issues.transition_to, issues.status[unmoved])).astype(np.int64)
    at = np.concatenate((issues.transition_at, issues.resolved[unmoved]))
    return owner, (source + 1) * len(issues.statuses) + target, at


def _crowded(move: NDArray[np.int64], at: Instants) -> Flags:
    """Flag moves that may be part of a burst, by counting; sorting all of them would take seconds.

    A burst lies in two neighbouring spans. Moves share cells, so some are flagged in vain, none is missed.
    """
    cells = 1 << len(move).bit_length()
    cell = (at // BULK_SPAN_MS + move * 40_503_229) & (cells - 1)
    count = np.bincount(cell, minlength=cells)
    crowded: Flags = (count + np.maximum(np.roll(count, 1), np.roll(count, -1)) >= BULK_SIZE)[cell]
    return crowded


def _starts_of_bursts(move: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where twenty equal moves in a row lie within the span; both columns are ordered."""
    reach = BULK_SIZE - 1
    if len(move) <= reach:
        return np.zeros(0, np.intp)
    return np.flatnonzero((move[reach:] == move[:-reach]) & (at[reach:] - at[:-reach] <= BULK_SPAN_MS))


def _in_unmapped(delivery: DeliveryTables) -> Flags:
    found = np.zeros(len(delivery.issues), np.bool_)
    stays = delivery.intervals
    found[stays.issue[delivery.workflow.category[stays.status] == UNMAPPED]] = True
    return found


def _skipped(delivery: DeliveryTables) -> Flags:
    """Flag completed items with a history that was never in progress, while that of others was."""
    category = delivery.workflow.category[delivery.intervals.status]
    completed = delivery.in_scope & (delivery.completed_at != MISSING) & delivery.issues.has_changelog
    unseen = completed & (delivery.started_at == MISSING)
    return unseen if (category == IN_PROGRESS).any() else np.zeros(len(unseen), np.bool_)


def _zombies(delivery: DeliveryTables) -> Flags:
    """Flag items in progress at T whose work began more than 90 days before."""
    started = delivery.started_at
    old = (started != MISSING) & (started < delivery.as_of - ZOMBIE_DAYS * DAY_MS)
    busy = delivery.in_scope & delivery.exists & (delivery.category_at == IN_PROGRESS)
    return busy & old if delivery.has_histories else np.zeros(len(busy), np.bool_)


def _issues(delivery: DeliveryTables, rule: _Rule, rows: Flags) -> Finding:
    return _finding(rule, delivery.issues.keys(np.flatnonzero(rows)))


def _finding(rule: _Rule, keys: tuple[str, ...]) -> Finding:
    return Finding(rule.code, len(keys), keys, rule.message, rule.remedy)
