"""Issues as Jira sends them, read into the rows that specs/metrics.md speaks of."""

import time
from dataclasses import dataclass, field, replace
from functools import cached_property

from tests.reference.clock import DAY, instant
from tests.reference.settings import Settings, fold, names, usual

STAMPS = ("created", "updated", "resolutiondate")


@dataclass(frozen=True)
class Status:
    """A status as some answer recorded it; ``category`` is Jira's key, where told."""

    id: str | None
    name: str | None
    category: str | None = None

    def same_as(self, other: "Status") -> bool:
        """By id when both have one, else by folded name."""
        if self.id and other.id:
            return self.id == other.id
        return fold(self.name) == fold(other.name)


@dataclass(frozen=True)
class Change:
    """One changelog item with the place that sorts it; ``resolves``: its history sets a resolution."""

    at: int
    history_id: int
    place: int
    item: dict
    resolves: bool = False

    @property
    def sort_key(self) -> tuple[int, int, int]:
        return (self.at, self.history_id, self.place)


@dataclass(frozen=True)
class Issue:
    """One stored issue: today's fields and its changelog items in order.

    ``latest`` is the last instant that its reader believes; ``instants`` are those of
    its histories, whatever these hold; ``malformed`` says that something in them could
    not be read, ``truncated`` that there are more of them than were sent.
    """

    id: str
    key: str
    fields: dict
    has_changelog: bool
    changes: list[Change]
    latest: int
    instants: list[int] = field(default_factory=list)
    malformed: bool = False
    truncated: bool = False

    def named(self, field: str) -> str | None:
        """The name of an object-valued field, None where it is missing or odd."""
        value = self.fields.get(field)
        name = value.get("name") if isinstance(value, dict) else None
        return name if isinstance(name, str) else None

    def names(self, field: str) -> list[str]:
        """Names of a list field: labels are texts, components and versions objects."""
        return [name for name in map(_name_of, _listed(self.fields.get(field))) if name]

    def instant(self, field: str) -> int | None:
        return believed(self.fields.get(field), self.latest)

    def is_malformed(self, field: str) -> bool:
        """There is a stamp, and it cannot be read or lies in the future."""
        value = self.fields.get(field)
        return value is not None and value != "" and self.instant(field) is None

    @cached_property
    def created(self) -> int | None:
        return self.instant("created")

    @property
    def updated(self) -> int | None:
        return self.instant("updated")

    @property
    def status(self) -> Status | None:
        """Today's status, None where the field is missing."""
        value = self.fields.get("status")
        if not isinstance(value, dict):
            return None
        category = value.get("statusCategory")
        key = category.get("key") if isinstance(category, dict) else None
        return Status(_text(value.get("id")), value.get("name"), key)

    @property
    def issue_type(self) -> dict:
        value = self.fields.get("issuetype")
        return value if isinstance(value, dict) else {}

    @property
    def project_key(self) -> str:
        return self.key.rpartition("-")[0]


def _listed(value: object) -> list:
    return value if isinstance(value, list) else []


def _name_of(entry: object) -> str | None:
    name = entry.get("name") if isinstance(entry, dict) else entry
    return name if isinstance(name, str) else None


def _text(value: object) -> str | None:
    if value is None or value == "" or isinstance(value, (dict, list)):
        return None
    return str(value)


def key_order(key: str) -> tuple[str, int]:
    """Project as text, then the number."""
    project, _, number = key.rpartition("-")
    return (project, int(number)) if number.isdecimal() else (key, 0)


def believed(value: object, latest: int) -> int | None:
    """An instant, None where it cannot be read or lies beyond ``latest``."""
    at = instant(value)
    return None if at is None or at > latest else at


def read_issues(raw_issues: list[dict], now: int | None = None) -> list[Issue]:
    """One row per id: a newer or equal ``updated`` replaces what came before.

    Args:
        raw_issues: as Jira sends them, in the order in which they were read.
        now: the reader's clock in milliseconds, default this machine's; a stamp more than
            24 hours after it is unreadable.
    """
    latest = (time.time_ns() // 1_000_000 if now is None else now) + DAY
    stored: dict[str, Issue] = {}
    for raw in raw_issues:
        issue = read_issue(raw, latest)
        known = stored.get(issue.id)
        stored[issue.id] = issue if known is None else _newer(known, issue)
    return sorted(stored.values(), key=lambda issue: key_order(issue.key))


def _newer(known: Issue, issue: Issue) -> Issue:
    """Of two answers the later one, with the other's histories where none of its own can be read."""
    later, earlier = (issue, known) if _age(issue) >= _age(known) else (known, issue)
    if later.instants or not earlier.instants:
        return later
    return replace(
        later,
        has_changelog=True,
        changes=earlier.changes,
        instants=earlier.instants,
        malformed=earlier.malformed or later.malformed,
        truncated=earlier.truncated,
    )


def _age(issue: Issue) -> float:
    """When it was updated; an unreadable update counts as the creation."""
    told = (issue.updated, issue.created)
    return next((at for at in told if at is not None), float("-inf"))


def read_issue(raw: dict, latest: int) -> Issue:
    fields = raw.get("fields")
    changelog = raw.get("changelog")
    page = changelog if isinstance(changelog, dict) else {}
    rows = _once([_read_history(row, latest) for row in _listed(page.get("histories"))])
    read = [history for history in rows if history.at is not None]
    total = page.get("total")
    return Issue(
        id=str(raw["id"]),
        key=raw["key"],
        fields=fields if isinstance(fields, dict) else {},
        has_changelog=isinstance(changelog, dict),
        changes=sorted((c for row in read for c in row.changes), key=lambda change: change.sort_key),
        latest=latest,
        instants=[row.at for row in read if row.at is not None],
        malformed=any(row.odd for row in rows),
        truncated=isinstance(total, int) and total > len(rows),
    )


@dataclass(frozen=True)
class Row:
    """One history as sent: ``at`` is None where it has no readable time, ``odd`` where some of it is lost."""

    id: str | None
    at: int | None
    odd: bool
    changes: list[Change]


def _once(rows: list[Row]) -> list[Row]:
    """Of those with one id, as overlapping pages bring them, the first, and rather a readable one."""
    found: dict[object, Row] = {}
    for place, row in enumerate(rows):
        known = found.setdefault(row.id or place, row)
        if known.at is None and row.at is not None:
            found[row.id or place] = row
    return list(found.values())


def _read_history(history: object, latest: int) -> Row:
    if not isinstance(history, dict):
        return Row(None, None, odd=True, changes=[])
    number = _text(history.get("id"))
    at, items = believed(history.get("created"), latest), history.get("items", [])
    if at is None or not isinstance(items, list):
        return Row(number, None, odd=True, changes=[])
    order = int(number) if number and number.isdecimal() else 0
    readable = [(place, item) for place, item in enumerate(items) if is_readable(item)]
    resolves = any(_sets_resolution(item) for _, item in readable)
    odd = len(readable) < len(items)
    return Row(number, at, odd, [Change(at, order, place, item, resolves) for place, item in readable])


def is_readable(item: object) -> bool:
    """Sides are texts or empty, and a change of status leads somewhere.

    Ids may be numbers. What is odd in an item costs that item only.
    """
    if not isinstance(item, dict):
        return False
    ids_ok = all(_is_plain(item.get(side)) for side in ("from", "to"))
    names_ok = all(
        item.get(side) is None or isinstance(item[side], str) for side in ("fromString", "toString")
    )
    leads = _text(item.get("to")) or item.get("toString")
    return ids_ok and names_ok and bool(leads or not changes_field(item, "status"))


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


def changes_field(item: dict, name: str) -> bool:
    """Whether an item is about this field of Jira's own, not a custom one of that name."""
    field_id = item.get("fieldId")
    if field_id:
        return field_id == name
    return item.get("field") == name and item.get("fieldtype") != "custom"


def _sets_resolution(item: dict) -> bool:
    return changes_field(item, "resolution") and bool(item.get("to") or item.get("toString"))


def is_flow_item(issue: Issue, settings: Settings, parents: set[str]) -> bool:
    """In scope by type; whether ``created`` can be read is asked elsewhere.

    ``parents`` are the types that are epics by what their issues are used for.
    """
    if is_subtask(issue) and not settings.flag("include_subtasks"):
        return False
    if (is_epic(issue) or type_identity(issue) in parents) and not settings.flag("include_epics"):
        return False
    return not is_of_type(issue, names(settings.section("deployments").get("type")))


def hierarchy_level(issue: Issue) -> int | None:
    level = issue.issue_type.get("hierarchyLevel")
    return level if isinstance(level, int) and not isinstance(level, bool) else None


def is_subtask(issue: Issue) -> bool:
    level = hierarchy_level(issue)
    return issue.issue_type.get("subtask") is True if level is None else level < 0


def is_epic(issue: Issue) -> bool:
    level = hierarchy_level(issue)
    if level is not None:
        return level > 0
    return not is_subtask(issue) and fold(issue.named("issuetype")) in usual("epics")


def type_identity(issue: Issue) -> str:
    """The type by id, else by name; "" where a level tells what it is, or nothing does."""
    if hierarchy_level(issue) is not None or is_subtask(issue):
        return ""
    return _text(issue.issue_type.get("id")) or fold(issue.named("issuetype"))


def parent_types(issues: list[Issue]) -> set[str]:
    """Types without a level of which more than half of the issues have children above sub-tasks."""
    named = {parent_key(issue) for issue in issues if not is_subtask(issue)}
    of_type: dict[str, list[bool]] = {}
    for issue in issues:
        if type_identity(issue):
            of_type.setdefault(type_identity(issue), []).append(issue.key in named)
    return {identity for identity, used in of_type.items() if sum(used) * 2 > len(used)}


def parent_key(issue: Issue) -> str | None:
    parent = issue.fields.get("parent")
    return parent.get("key") if isinstance(parent, dict) else None


def is_of_type(issue: Issue, types: list[str]) -> bool:
    """Whether the issue's type is among these ids or names."""
    if _text(issue.issue_type.get("id")) in types:
        return True
    name = fold(issue.named("issuetype"))
    return bool(name) and name in {fold(entry) for entry in types}
