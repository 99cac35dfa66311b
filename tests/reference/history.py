"""Status intervals of one issue as of T, and the instants read from them."""

from dataclasses import dataclass, replace
from itertools import takewhile

from tests.reference.issues import Change, Issue, Status, _text, changes_field
from tests.reference.settings import Settings
from tests.reference.statuses import Categories


@dataclass(frozen=True)
class Stay:
    """One stay in a status, ``[entered, left)``; the last one is open (``left`` None).

    ``category`` may also be ``unknown``: nobody sent what happened then.
    """

    status: Status | None
    category: str
    inferred: bool
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


@dataclass(frozen=True)
class Step:
    """A status that an issue came into; ``resolves``: the move set a resolution."""

    at: int
    status: Status | None
    resolves: bool = False


def _side(item: dict, identity: str, text: str) -> Status:
    return Status(_text(item.get(identity)), item.get(text))


def status_entries(issue: Issue) -> list[tuple[Change, Status, Status]]:
    """Every real status change of the full history, as (change, from, to)."""
    entries = []
    for change in issue.changes:
        if not changes_field(change.item, "status"):
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
    steps = [Step(created, entries[0][1] if entries else issue.status)]
    flags = {"history_truncated"} if issue.truncated else set()
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
        steps.append(Step(last_at, after, change.resolves))
        earlier = after
    steps += _mismatch(issue, entries, created, as_of, flags)
    stays = _stays(steps, categories)
    if issue.truncated:
        stays[0] = _unknown(stays[0], has_entries=bool(entries))
    return History(stays, flags)


def _unknown(first: Stay, *, has_entries: bool) -> Stay:
    """The time of which nobody sent the histories; without any change of status only done still holds."""
    if not has_entries and first.category == "done":
        return first
    return replace(first, status=None, category="unknown", inferred=False, waiting=False)


def _mismatch(issue: Issue, entries: list, created: int, as_of: int, flags: set[str]) -> list[Step]:
    """The stay in today's status that no entry tells of, if it begins by T."""
    if not entries or issue.status is None or entries[-1][2].same_as(issue.status):
        return []
    last_entry = max(created, entries[-1][0].at)
    begins = last_entry if issue.updated is None else max(issue.updated, last_entry)
    if begins > as_of:
        return []
    flags.add("history_mismatch")
    return [Step(begins, issue.status)]


def _stays(steps: list[Step], categories: Categories) -> list[Stay]:
    ends: list[int | None] = [step.at for step in steps[1:]]
    ends.append(None)
    return [_stay(step, left, categories) for step, left in zip(steps, ends, strict=True)]


def _stay(step: Step, left: int | None, categories: Categories) -> Stay:
    category, inferred = categories.judge(step.status, resolved=step.resolves)
    return Stay(step.status, category, inferred, categories.is_waiting(step.status), step.at, left)


def starts_by_status(settings: Settings) -> bool:
    return settings.choice("start_source", "status") != "created"


def first_work(history: History) -> Stay | None:
    return next((stay for stay in history.stays if stay.category == "in_progress"), None)


def started_at(issue: Issue, history: History, settings: Settings) -> int | None:
    """None where work never began, and where the histories that would tell were not sent."""
    if not starts_by_status(settings):
        return issue.created
    first = None if issue.truncated else first_work(history)
    return first.entered if first else None


def resolution_date(issue: Issue, as_of: int) -> int | None:
    resolved = issue.instant("resolutiondate")
    return None if resolved is None or resolved > as_of else resolved


def completed_at(issue: Issue, history: History, settings: Settings, as_of: int) -> int | None:
    if settings.choice("completion_source", "status") == "resolution":
        return resolution_date(issue, as_of)
    if history.stays[-1].category != "done":
        return None
    if len(history.stays) == 1:
        return resolution_date(issue, as_of)
    return final_run(history)[0].entered


def final_run(history: History) -> list[Stay]:
    """The unbroken run of done statuses in which the history ends."""
    return list(takewhile(lambda stay: stay.category == "done", reversed(history.stays)))[::-1]


def is_start_inferred(issue: Issue, history: History, settings: Settings) -> bool:
    """An inferred category decides when the work began."""
    if not starts_by_status(settings) or issue.truncated:
        return False
    first = first_work(history)
    return first is not None and first.inferred


def is_end_inferred(history: History, settings: Settings) -> bool:
    """An inferred category decides when the work ended, if it did."""
    by_status = settings.choice("completion_source", "status") == "status"
    return by_status and any(stay.inferred for stay in final_run(history))


def flagged_spans(issue: Issue, as_of: int, still: int | None = None) -> list[tuple[int, int]]:
    """Disjoint stretches during which the issue was flagged, up to T; ``still`` ends what has not ended by T.

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
    return spans if since is None else [*spans, (since, as_of if still is None else still)]


def _flags(change: Change) -> bool:
    return bool(change.item.get("to") or change.item.get("toString"))
