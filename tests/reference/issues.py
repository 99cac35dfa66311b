"""Issues as Jira sends them, read into the rows of METRICS.md section 1."""

from dataclasses import dataclass
from functools import cached_property

from tests.reference.clock import instant
from tests.reference.settings import Settings, fold, names


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
    """One changelog item with the place that sorts it."""

    at: int
    history_id: int
    place: int
    item: dict

    @property
    def sort_key(self) -> tuple[int, int, int]:
        return (self.at, self.history_id, self.place)


@dataclass(frozen=True)
class Issue:
    """One stored issue: today's fields and its changelog items in order."""

    id: str
    key: str
    fields: dict
    has_changelog: bool
    changes: list[Change]

    def named(self, field: str) -> str | None:
        """The name of an object-valued field, None where it is missing or odd."""
        value = self.fields.get(field)
        name = value.get("name") if isinstance(value, dict) else None
        return name if isinstance(name, str) else None

    def names(self, field: str) -> list[str]:
        """Names of a list field: labels are texts, components and versions objects."""
        return [name for name in map(_name_of, _listed(self.fields.get(field))) if name]

    def instant(self, field: str) -> int | None:
        return instant(self.fields.get(field))

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


def read_issues(raw_issues: list[dict]) -> list[Issue]:
    """One row per id: a newer or equal ``updated`` replaces what came before."""
    stored: dict[str, Issue] = {}
    for raw in raw_issues:
        issue = read_issue(raw)
        known = stored.get(issue.id)
        if known is None or _age(issue) >= _age(known):
            stored[issue.id] = issue
    return sorted(stored.values(), key=lambda issue: key_order(issue.key))


def _age(issue: Issue) -> float:
    return float("-inf") if issue.updated is None else issue.updated


def read_issue(raw: dict) -> Issue:
    fields = raw.get("fields")
    changelog = raw.get("changelog")
    return Issue(
        id=str(raw["id"]),
        key=raw["key"],
        fields=fields if isinstance(fields, dict) else {},
        has_changelog=isinstance(changelog, dict),
        changes=read_changes(changelog),
    )


def read_changes(changelog: object) -> list[Change]:
    """All readable changelog items, oldest first; an id on two pages counts once."""
    histories = _listed(changelog.get("histories")) if isinstance(changelog, dict) else []
    seen = set()
    changes = []
    for history in histories:
        at = instant(history.get("created"))
        number = str(history.get("id", ""))
        if at is None or number in seen:
            continue
        if number:
            seen.add(number)
        order = int(number) if number.isdecimal() else 0
        items = _listed(history.get("items"))
        changes += [Change(at, order, place, item) for place, item in enumerate(items)]
    return sorted(changes, key=lambda change: change.sort_key)


def is_flow_item(issue: Issue, settings: Settings) -> bool:
    """In scope by type; whether ``created`` can be read is asked elsewhere."""
    if is_subtask(issue) and not settings.flag("include_subtasks"):
        return False
    if is_epic(issue) and not settings.flag("include_epics"):
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
    return fold(issue.named("issuetype")) == "epic" if level is None else level > 0


def is_of_type(issue: Issue, types: list[str]) -> bool:
    """Whether the issue's type is among these ids or names."""
    if _text(issue.issue_type.get("id")) in types:
        return True
    name = fold(issue.named("issuetype"))
    return bool(name) and name in {fold(entry) for entry in types}
