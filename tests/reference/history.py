"""Status intervals of one issue as of T, and the instants read from them."""

from dataclasses import dataclass

from tests.reference.issues import Change, Issue, Status, _text
from tests.reference.settings import Settings
from tests.reference.statuses import Categories


@dataclass(frozen=True)
class Stay:
    """One stay in a status, ``[entered, left)``; the last one is open (``left`` None)."""

    status: Status | None
    category: str
    waiting: bool
    entered: int
    left: int | None

    def overlap(self, since: int, until: int) -> int:
        end = until if self.left is None else min(self.left, until)
        return max(0, end - max(self.entered, since))


@dataclass(frozen=True)
class History:
    """The stays that had happened by T, in order, and what was odd about them."""

    stays: list[Stay]
    flags: set[str]

    def stay_at(self, moment: int) -> Stay | None:
        """The stay that holds an instant; of zero-length ones the last."""
        begun = [stay for stay in self.stays if stay.entered <= moment]
        return begun[-1] if begun else None

    def in_progress_ms(self, since: int, until: int) -> int:
        """Milliseconds of a window spent in progress, waiting included."""
        return sum(stay.overlap(since, until) for stay in self.stays if stay.category == "in_progress")

    def active_ms(self, since: int, until: int) -> int:
        """Milliseconds of a window spent in progress and not waiting."""
        active = [stay for stay in self.stays if stay.category == "in_progress" and not stay.waiting]
        return sum(stay.overlap(since, until) for stay in active)


def is_status_change(item: dict) -> bool:
    field_id = item.get("fieldId")
    if field_id:
        return field_id == "status"
    return item.get("field") == "status" and item.get("fieldtype") != "custom"


def _side(item: dict, identity: str, text: str) -> Status:
    return Status(_text(item.get(identity)), item.get(text))


def status_entries(issue: Issue) -> list[tuple[Change, Status, Status]]:
    """Every real status change of the full history, as (change, from, to)."""
    entries = []
    for change in issue.changes:
        if not is_status_change(change.item):
            continue
        before = _side(change.item, "from", "fromString")
        after = _side(change.item, "to", "toString")
        if not before.same_as(after):
            entries.append((change, before, after))
    return entries


def read_history(issue: Issue, categories: Categories, as_of: int) -> History:
    """Stays up to T of an issue that exists at T (``created`` readable and not later)."""
    created = issue.created
    assert created is not None
    entries = status_entries(issue)
    steps = [(created, entries[0][1] if entries else issue.status)]
    flags = set()
    earlier = None
    last_at = created
    for change, before, after in entries:
        if change.at > as_of:
            break
        if change.at < last_at:
            flags.add("history_clamped")
        if earlier is not None and not before.same_as(earlier):
            flags.add("history_broken_chain")
        last_at = max(last_at, change.at)
        steps.append((last_at, after))
        earlier = after
    steps += _mismatch(issue, entries, created, as_of, flags)
    return History(_stays(steps, categories), flags)


def _mismatch(issue: Issue, entries: list, created: int, as_of: int, flags: set[str]) -> list:
    """The stay in today's status that no entry tells of, if it begins by T."""
    if not entries or issue.status is None or entries[-1][2].same_as(issue.status):
        return []
    last_entry = max(created, entries[-1][0].at)
    begins = last_entry if issue.updated is None else max(issue.updated, last_entry)
    if begins > as_of:
        return []
    flags.add("history_mismatch")
    return [(begins, issue.status)]


def _stays(steps: list[tuple[int, Status | None]], categories: Categories) -> list[Stay]:
    ends: list[int | None] = [at for at, _ in steps[1:]]
    ends.append(None)
    return [
        Stay(status, categories.category(status), categories.is_waiting(status), at, left)
        for (at, status), left in zip(steps, ends, strict=True)
    ]


def started_at(issue: Issue, history: History, settings: Settings) -> int | None:
    if settings.choice("start_source", "status") == "created":
        return issue.created
    entered = [stay.entered for stay in history.stays if stay.category == "in_progress"]
    return entered[0] if entered else None


def resolution_date(issue: Issue, as_of: int) -> int | None:
    resolved = issue.instant("resolutiondate")
    return None if resolved is None or resolved > as_of else resolved


def completed_at(issue: Issue, history: History, settings: Settings, as_of: int) -> int | None:
    if settings.choice("completion_source", "status") == "resolution":
        return resolution_date(issue, as_of)
    if history.stays[-1].category != "done":
        return None
    if not status_entries(issue):
        return resolution_date(issue, as_of)
    begun = None
    for stay in reversed(history.stays):
        if stay.category != "done":
            break
        begun = stay.entered
    return begun


def flagged_spans(issue: Issue, as_of: int) -> list[tuple[int, int]]:
    """Disjoint stretches during which the issue was flagged, up to T.

    A history whose first word is "no longer flagged" tells that the issue was
    flagged since it was created, whenever that first word was spoken.
    """
    items = [change for change in issue.changes if change.item.get("field") == "Flagged"]
    since = issue.created if items and not _flags(items[0]) else None
    spans = []
    for change in items:
        if change.at > as_of:
            break
        if _flags(change) and since is None:
            since = change.at
        elif not _flags(change) and since is not None:
            spans.append((since, change.at))
            since = None
    return spans if since is None else [*spans, (since, as_of)]


def _flags(change: Change) -> bool:
    return bool(change.item.get("to") or change.item.get("toString"))
