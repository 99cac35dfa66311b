"""The nouns of the data path: rows as stored, issue tables as NumPy columns.

*Rows* are what Jira said about one issue, reduced to the fields we need; the
store keeps them as msgpack. *Issue tables* are the same facts column by
column, ordered by project and number, so that every list of keys that is read
off them is in the order people expect.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from data.model.changes import ChangeTable, IncidentRow, commits_from, commits_until, key_project, read_word
from data.model.columns import codes, numbers, vocabulary

Instants = NDArray[np.int64]  # UTC epoch milliseconds
Codes = NDArray[np.int32]  # places in a vocabulary, -1 = none
Flags = NDArray[np.bool_]
Points = NDArray[np.float64]  # estimates

MISSING = int(np.iinfo(np.int64).min)  # an instant that is not there
OPEN = int(np.iinfo(np.int64).max)  # an interval that has not ended

TODO, IN_PROGRESS, DONE, UNMAPPED = 0, 1, 2, 3
CATEGORY_NAMES = ("todo", "in_progress", "done", "unmapped")
_CATEGORY_OF_KEY = {"new": TODO, "indeterminate": IN_PROGRESS, "done": DONE}

# Fields whose absence or unreadable value is counted per issue; the place is the bit in the masks.
WATCHED_FIELDS = (
    "created",
    "updated",
    "resolutiondate",
    "issuetype",
    "status",
    "priority",
    "fixVersions",
    "labels",
    "changelog",
    "resolution",
    "versions",
    "components",
    "issuelinks",
    "summary",
    "project",
    "parent",
    "history",
    "sprint",
    "development",
)


def category_of(key: str) -> int:
    """Return the category code of Jira's category key; ``undefined`` and "" are unmapped."""
    return _CATEGORY_OF_KEY.get(key, UNMAPPED)


class StatusRef(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A status as an entry or an issue names it; ``category`` is Jira's key, "" where unsaid."""

    id: str
    name: str
    category: str = ""


class TypeRef(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An issue type; ``level`` below 0 is a sub-task, above 0 an epic, None where Jira gave none."""

    id: str
    name: str
    level: int | None = None


class Transition(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One status change: when, from which status to which, and whether its history also sets a resolution."""

    at: int
    from_id: str
    from_name: str
    to_id: str
    to_name: str
    resolves: bool = False


ESTIMATE = "Story Points"


class Change(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One change of a field that is kept beside the status; ids and names are "" where Jira gave none.

    ``field`` is resolution, Key, Sprint, Link, Epic Link or Parent, the English names of Jira's histories;
    of an estimate the id of its field, or ``ESTIMATE`` where the history does not tell it.
    """

    at: int
    field: str
    from_id: str
    from_name: str
    to_id: str
    to_name: str


class Link(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A link as seen from its issue; ``text`` is the phrase that leads to ``key``."""

    text: str
    inward: bool
    key: str


class Sprint(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A sprint as an issue names it.

    ``state`` is active, closed or future, and ``board`` the id of its board, "" where Jira says none.
    The instants are UTC epoch milliseconds or ``MISSING``.
    """

    id: str
    name: str
    state: str = ""
    board: str = ""
    starts_at: int = MISSING
    ends_at: int = MISSING
    completed_at: int = MISSING


class Environment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Where the code of an issue was deployed to, and when something newly happened there, or ``MISSING``."""

    name: str
    status: str = ""
    at: int = MISSING


# Kinds of things that Jira's development field counts; the second one stands for commits.
DEVELOPMENT_KINDS = ("pullrequest", "repository", "branch", "build", "review", "deployment-environment")


class Development(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the development field says of one kind of thing: how many there are, and how they stand.

    ``kind`` is a place in ``DEVELOPMENT_KINDS``, ``done`` counts those that were merged or successful,
    ``state`` is that of the pull requests or reviews, and ``at`` the newest change in epoch milliseconds
    or ``MISSING``.
    """

    kind: int
    count: int
    state: str = ""
    done: int = 0
    at: int = MISSING
    environments: tuple[Environment, ...] = ()


def pulls_of(row: "IssueRow") -> Iterator[tuple[int, int]]:
    """Yield how many pull requests the development field of an issue counts, and how many were merged."""
    for told in row.development:
        if DEVELOPMENT_KINDS[told.kind] == "pullrequest":
            yield told.count, told.done


CASCADE = " / "  # between a choice and the choice under it
# A value of a mapped field as the store keeps it: an instant in epoch milliseconds, a number, a text
# (a civil date is one, true another), the names of several choices; None = one that cannot be read.
Value = int | float | str | tuple[str, ...] | None


class IssueRow(msgspec.Struct, array_like=True, gc=False):
    """What the store keeps of one issue.

    Instants are UTC epoch milliseconds or ``MISSING``. ``transitions`` are
    ordered, free of repetitions and of moves that change nothing. ``flagged``
    holds ``(from, until)`` pairs, ``MISSING`` = since creation, ``OPEN`` = still.
    ``missing`` and ``malformed`` are bit masks over ``WATCHED_FIELDS``.
    ``mapped`` holds field id and value of the mapped fields that have one.
    ``truncated`` says that Jira counts more histories than could be read, and
    ``changes`` holds those of the other fields that are kept, ordered. ``sprints``
    are those of all sprint fields, each once, by id, and ``development`` what the
    development field sums up. Rows that were stored before there were these
    decode without them.
    """

    id: str
    key: str
    project_id: str
    type: TypeRef
    summary: str
    status: StatusRef
    resolution: str | None
    priority: str | None
    labels: tuple[str, ...]
    components: tuple[str, ...]
    created: int
    updated: int
    resolved: int
    fix_versions: tuple[str, ...]
    affected_versions: tuple[str, ...]
    links: tuple[Link, ...]
    parent: str
    has_changelog: bool
    transitions: tuple[Transition, ...]
    flagged: tuple[tuple[int, int], ...]
    newest: int
    missing: int
    malformed: int
    mapped: tuple[tuple[str, Value], ...] = ()
    truncated: bool = False
    changes: tuple[Change, ...] = ()
    sprints: tuple[Sprint, ...] = ()
    development: tuple[Development, ...] = ()


class VersionRow(msgspec.Struct, array_like=True, frozen=True):
    """A Jira version.

    ``release_date`` is ``YYYY-MM-DD`` or "", and ``unreadable_date`` the text that is not a date, if it
    was one; ``met`` says that an issue told of the version and not a list.
    """

    id: str
    name: str
    project_id: str
    released: bool
    archived: bool
    release_date: str
    unreadable_date: str = ""
    met: bool = False


class DeploymentRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A deployment as a file or a repository tells of it.

    ``at`` is UTC epoch milliseconds; where the event had only a day, it is
    ``MISSING`` and ``day`` is ``YYYY-MM-DD``. ``result`` stands as the file
    wrote it, "" where it wrote none; ``commits`` are the hashes it named. ``origin`` is the source that told
    of it, "" for imported events, and ``service`` what is deployed as one thing, the repository or the
    project where nothing else is said.
    """

    id: str
    name: str
    project: str
    at: int
    environment: str
    failed: bool
    issues: tuple[str, ...]
    result: str = ""
    day: str = ""
    commits: tuple[str, ...] = ()
    origin: str = ""
    service: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the issues name it."""

    id: str
    key: str


def _no_codes() -> Codes:
    return np.zeros(0, np.int32)


def _no_numbers() -> Instants:
    return np.zeros(0, np.int64)


def _no_points() -> Points:
    return np.zeros(0, np.float64)


def _no_flags() -> Flags:
    return np.zeros(0, np.bool_)


def _no_offsets() -> Instants:
    return np.zeros(1, np.int64)


def _parent_of(row: IssueRow) -> str | None:
    return row.parent or None


def _project_of(row: IssueRow) -> tuple[str, str]:
    return row.project_id, split_or_whole(row.key)[0]


def _number_of(row: IssueRow) -> int:
    return split_or_whole(row.key)[1]


def _category_of(row: IssueRow) -> int:
    return category_of(row.status.category)


def _ordinal_of(row: DeploymentRow) -> int:
    return dt.date.fromisoformat(row.day).toordinal() if row.day else 0


def _kind_and_value(entry: tuple[int, str, Value]) -> tuple[type, Value]:
    return type(entry[2]), entry[2]  # to a dictionary the instant 1 and the number 1.0 are one word


@dataclass(frozen=True, slots=True)
class IssueTable:
    """One row per stored issue, ordered by project, number and id.

    What stands beside a column is all there is to say of it: of what it has
    entries, how an entry is read, and which vocabulary it points into. The order
    of the fields is the order in which vocabularies meet their words. ``category``
    is the category that the issue's own status claims. ``transition_start`` holds
    *n* + 1 offsets into the transition columns. Each link has an entry in the
    ``link_`` columns if the issue at its other end is stored: ``link_target`` is
    that row, ``link_text`` the phrase that leads to it. Each value of a mapped
    field has an entry in the ``value`` columns, ordered by row: which issue,
    which of ``value_fields``, and which of ``values``. Each key that an issue
    once had and has no more has an entry in the ``past_key`` columns: which
    issue, and which of ``past_keys``. ``parent`` is the parent's key, whether
    that issue is stored or not. Each sprint that an issue names has an entry in
    the ``sprint_value`` columns: which issue, and which of ``sprints`` as that
    issue has it. Each stay in a sprint has one in the ``sprint_stay`` columns:
    which issue, which of ``sprint_ids``, since when (``MISSING``: since the issue
    was created), until when (``OPEN``: still), and whether histories tell it.
    Each change of an estimate has an entry in the ``estimate`` columns: which
    issue, which of ``estimate_fields``, when, and the values before and after,
    -1 for none.
    Each thing that an issue tells of another one that blocks it has an entry in the
    ``block_`` columns: which issue, which of ``block_keys``, when the link came or
    went (``MISSING``: it is there today), and whether it came. Each issue of which
    the development field counts pull requests has an entry in the ``pull_``
    columns: which issue, how many there are, and how many of them were merged.
    """

    project: Codes = field(metadata=codes("issue", _project_of, "projects"))
    number: Instants = field(metadata=numbers("issue", _number_of, np.int64))
    type: Codes = field(metadata=codes("issue", "type", "types"))
    status: Codes = field(metadata=codes("issue", "status.id status.name", "statuses"))
    category: NDArray[np.int8] = field(metadata=numbers("issue", _category_of, np.int8))
    resolution: Codes = field(metadata=codes("issue", "resolution", "resolutions"))
    labels: Codes = field(metadata=codes("issue", "labels", "label_sets"))
    components: Codes = field(metadata=codes("issue", "components", "component_sets"))
    fix_versions: Codes = field(metadata=codes("issue", "fix_versions", "version_sets"))
    affected_versions: Codes = field(metadata=codes("issue", "affected_versions", "version_sets"))
    priority: Codes = field(metadata=codes("issue", "priority", "priorities"))
    parent: Codes = field(metadata=codes("issue", _parent_of, "parent_keys"))
    created: Instants = field(metadata=numbers("issue", "created", np.int64))
    updated: Instants = field(metadata=numbers("issue", "updated", np.int64))
    resolved: Instants = field(metadata=numbers("issue", "resolved", np.int64))
    has_changelog: Flags = field(metadata=numbers("issue", "has_changelog", np.bool_))
    truncated: Flags = field(metadata=numbers("issue", "truncated", np.bool_))
    newest: Instants = field(metadata=numbers("issue", "newest", np.int64))
    missing: NDArray[np.int32] = field(metadata=numbers("issue", "missing", np.int32))
    malformed: NDArray[np.int32] = field(metadata=numbers("issue", "malformed", np.int32))
    transition_start: Instants  # counted, not read
    transition_at: Instants = field(metadata=numbers("move", "at", np.int64))
    transition_from: Codes = field(metadata=codes("move", "from_id from_name", "statuses"))
    transition_to: Codes = field(metadata=codes("move", "to_id to_name", "statuses"))
    transition_resolves: Flags = field(metadata=numbers("move", "resolves", np.bool_))
    flag_issue: Codes = field(metadata=numbers("flag", 0, np.int32))
    flag_from: Instants = field(metadata=numbers("flag", 1, np.int64))
    flag_until: Instants = field(metadata=numbers("flag", 2, np.int64))
    link_issue: Codes = field(metadata=numbers("link", 0, np.int32))
    link_target: Codes = field(metadata=numbers("link", 1, np.int32))
    link_text: Codes = field(metadata=codes("link", 2, "link_texts"))
    link_inward: Flags = field(metadata=numbers("link", 3, np.bool_))
    projects: tuple[Project, ...] = field(metadata=vocabulary(lambda names: Project(*names)))
    types: tuple[TypeRef, ...]
    statuses: tuple[StatusRef, ...] = field(metadata=vocabulary(lambda names: StatusRef(*names)))
    resolutions: tuple[str, ...]
    label_sets: tuple[tuple[str, ...], ...]
    component_sets: tuple[tuple[str, ...], ...]
    version_sets: tuple[tuple[str, ...], ...]
    priorities: tuple[str, ...]
    parent_keys: tuple[str, ...]
    link_texts: tuple[str, ...]
    value_issue: Codes = field(default_factory=_no_codes, metadata=numbers("value", 0, np.int32))
    value_field: Codes = field(default_factory=_no_codes, metadata=codes("value", 1, "value_fields"))
    value: Codes = field(default_factory=_no_codes, metadata=codes("value", _kind_and_value, "values"))
    value_fields: tuple[str, ...] = ()
    values: tuple[Value, ...] = field(default=(), metadata=vocabulary(itemgetter(1)))
    past_key_issue: Codes = field(default_factory=_no_codes, metadata=numbers("past_key", 0, np.int32))
    past_key: Codes = field(default_factory=_no_codes, metadata=codes("past_key", 1, "past_keys"))
    past_keys: tuple[str, ...] = ()
    sprint_value_issue: Codes = field(
        default_factory=_no_codes, metadata=numbers("sprint_value", 0, np.int32)
    )
    sprint_value: Codes = field(default_factory=_no_codes, metadata=codes("sprint_value", 1, "sprints"))
    sprints: tuple[Sprint, ...] = ()
    sprint_stay_issue: Codes = field(default_factory=_no_codes, metadata=numbers("sprint_stay", 0, np.int32))
    sprint_stay: Codes = field(default_factory=_no_codes, metadata=codes("sprint_stay", 1, "sprint_ids"))
    sprint_stay_since: Instants = field(
        default_factory=_no_numbers, metadata=numbers("sprint_stay", 2, np.int64)
    )
    sprint_stay_until: Instants = field(
        default_factory=_no_numbers, metadata=numbers("sprint_stay", 3, np.int64)
    )
    sprint_stay_told: Flags = field(default_factory=_no_flags, metadata=numbers("sprint_stay", 4, np.bool_))
    sprint_ids: tuple[str, ...] = ()
    estimate_issue: Codes = field(default_factory=_no_codes, metadata=numbers("estimate", 0, np.int32))
    estimate_field: Codes = field(default_factory=_no_codes, metadata=codes("estimate", 1, "estimate_fields"))
    estimate_at: Instants = field(default_factory=_no_numbers, metadata=numbers("estimate", 2, np.int64))
    estimate_before: Points = field(default_factory=_no_points, metadata=numbers("estimate", 3, np.float64))
    estimate_after: Points = field(default_factory=_no_points, metadata=numbers("estimate", 4, np.float64))
    estimate_fields: tuple[str, ...] = ()
    block_issue: Codes = field(default_factory=_no_codes, metadata=numbers("block", 0, np.int32))
    block_key: Codes = field(default_factory=_no_codes, metadata=codes("block", 1, "block_keys"))
    block_at: Instants = field(default_factory=_no_numbers, metadata=numbers("block", 2, np.int64))
    block_added: Flags = field(default_factory=_no_flags, metadata=numbers("block", 3, np.bool_))
    block_keys: tuple[str, ...] = ()
    pull_issue: Codes = field(default_factory=_no_codes, metadata=numbers("pull", 0, np.int32))
    pull_count: Codes = field(default_factory=_no_codes, metadata=numbers("pull", 1, np.int32))
    pull_done: Codes = field(default_factory=_no_codes, metadata=numbers("pull", 2, np.int32))

    def __len__(self) -> int:
        return len(self.created)

    def keys(self, rows: NDArray[np.intp]) -> tuple[str, ...]:
        """Return the issue keys of ``rows``, in their order."""
        names = [project.key for project in self.projects]
        pairs = zip(self.project[rows].tolist(), self.number[rows].tolist(), strict=True)
        return tuple([f"{names[project]}-{number}" for project, number in pairs])


@dataclass(frozen=True, slots=True)
class EventTable:
    """One row per deployment that was told of, ordered by project and id; ``EventTable()`` has none.

    ``by_id`` has the rows in the order of their ids. An event has either an
    instant in ``at`` or the ordinal of a civil day in ``day``; the other one is
    ``MISSING`` or 0. ``listed_start`` holds *n* + 1 offsets into ``listed``, which
    has an entry for each issue key that an event lists. ``key_project`` and
    ``key_number`` have an entry for each of ``keys``: the two parts of an issue
    key, -1 and 0 where the text is not one. ``keys`` are in the order of project
    and number; other vocabularies in that of first use. ``origin`` is the source, "" for imported events.
    ``commit_start`` holds *n* + 1 offsets into ``commit_from`` and ``commit_until``, the bounds of the hashes
    that each names.
    """

    ids: tuple[str, ...] = ()
    by_id: Instants = field(default_factory=_no_numbers)
    at: Instants = field(default_factory=_no_numbers, metadata=numbers("event", "at", np.int64))
    day: Instants = field(default_factory=_no_numbers, metadata=numbers("event", _ordinal_of, np.int64))
    failed: Flags = field(default_factory=_no_flags, metadata=numbers("event", "failed", np.bool_))
    project: Codes = field(default_factory=_no_codes, metadata=codes("event", "project", "projects"))
    name: Codes = field(default_factory=_no_codes, metadata=codes("event", "name", "names"))
    environment: Codes = field(
        default_factory=_no_codes, metadata=codes("event", "environment", "environments")
    )
    result: Codes = field(default_factory=_no_codes, metadata=codes("event", "result", "results"))
    listed_start: Instants = field(default_factory=_no_offsets)  # counted, not read
    listed: Codes = field(default_factory=_no_codes, metadata=codes("listed", read_word, "keys"))
    key_project: Codes = field(default_factory=_no_codes, metadata=codes("key", key_project, "key_projects"))
    key_number: Instants = field(default_factory=_no_numbers, metadata=numbers("key", 1, np.int64))
    origin: Codes = field(default_factory=_no_codes, metadata=codes("event", "origin", "origins"))
    service: Codes = field(default_factory=_no_codes, metadata=codes("event", "service", "services"))
    commit_start: Instants = field(default_factory=_no_offsets)  # counted, not read
    commit_from: Instants = field(default_factory=_no_numbers, metadata=commits_from("commit"))
    commit_until: Instants = field(default_factory=_no_numbers, metadata=commits_until("commit"))
    projects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    key_projects: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything a scope holds: issue tables and what the server says about statuses and versions.

    Attributes:
        issues: the issue tables.
        statuses: the server's status list (id, name, Jira's category key); empty if none was read.
        versions: one entry per version id.
        deployments: imported events, and what repositories tell.
        changes: of code, likewise.
        incidents: imported ones.
        revision: first 16 hex of the SHA-256 over the stored rows.
        as_of: the data's own time in epoch milliseconds; ``MISSING`` in an empty store.
        complete: False while a first fetch is still filling the scope.
    """

    issues: IssueTable
    statuses: tuple[StatusRef, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    deployments: EventTable = field(default_factory=EventTable)
    changes: ChangeTable = field(default_factory=ChangeTable)
    incidents: tuple[IncidentRow, ...] = ()
    revision: str = ""
    as_of: int = MISSING
    complete: bool = True


def versions_that_count(versions: Iterable[VersionRow]) -> tuple[VersionRow, ...]:
    """Return versions without those that only issues tell of, in projects of which there is a list."""
    versions = tuple(versions)
    listed = {version.project_id for version in versions if not version.met}
    return tuple(version for version in versions if not version.met or version.project_id not in listed)


@lru_cache(maxsize=4096)  # a page asks for each of its keys several times
def split_key(key: str) -> tuple[str, int] | None:
    """Split ``ABC-12`` into ``("ABC", 12)``; None where the text is not an issue key."""
    project, dash, number = key.rpartition("-")
    if not dash or not project or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return project, int(number)


def split_or_whole(key: str) -> tuple[str, int]:
    """Split an issue key; what is not one stands as a whole, with the number 0."""
    return split_key(key) or (key, 0)


# Python refuses to read numbers of more than 4 300 digits.
_MOST_DIGITS = 4_000


def number_or_text(text: str) -> tuple[int, str]:
    """Return a sort key that puts ids in numeric order, and ids that are not numbers after them."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text), ""
    return 10**18, text
