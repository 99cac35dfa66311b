"""The nouns of the data path: rows as stored, issue tables as NumPy columns.

*Rows* are what Jira said about one issue, reduced to the fields we need; the
store keeps them as msgpack. *Issue tables* are the same facts column by
column, ordered by project and number, so that every list of keys that is read
off them is in the order people expect.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.int64]  # UTC epoch milliseconds
Codes = NDArray[np.int32]  # places in a vocabulary, -1 = none
Flags = NDArray[np.bool_]

MISSING = int(np.iinfo(np.int64).min)  # an instant that is not there
OPEN = int(np.iinfo(np.int64).max)  # an interval that has not ended

TODO, IN_PROGRESS, DONE, UNMAPPED = 0, 1, 2, 3
CATEGORY_NAMES = ("todo", "in_progress", "done", "unmapped")

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
)


class StatusRef(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A status as an entry or an issue names it; ``category`` is Jira's key, "" where unsaid."""

    id: str
    name: str
    category: str = ""


class TypeRef(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An issue type; ``level`` below 0 is a sub-task, above 0 an epic or higher."""

    id: str
    name: str
    level: int = 0


class Transition(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One status change: when, and from which status to which."""

    at: int
    from_id: str
    from_name: str
    to_id: str
    to_name: str


class Link(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A link as seen from its issue; ``text`` is the phrase that leads to ``key``."""

    text: str
    inward: bool
    key: str


# A value of a mapped field as the store keeps it: an instant in epoch milliseconds, a number, a text
# (a civil date is one, true another), the names of several choices; None = one that cannot be read.
Value = int | float | str | tuple[str, ...] | None


class IssueRow(msgspec.Struct, array_like=True, gc=False):
    """What the store keeps of one issue.

    Instants are UTC epoch milliseconds or ``MISSING``. ``transitions`` are
    ordered, free of repetitions and of moves that change nothing. ``flagged``
    holds ``(from, until)`` pairs, ``MISSING`` = since creation, ``OPEN`` = still.
    ``missing`` and ``malformed`` are bit masks over ``WATCHED_FIELDS``.
    ``mapped`` holds field id and value of the mapped fields that have one;
    rows that were stored before there were any decode without it.
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


class VersionRow(msgspec.Struct, array_like=True, frozen=True):
    """A Jira version; ``release_date`` is ``YYYY-MM-DD`` or ""."""

    id: str
    name: str
    project_id: str
    released: bool
    archived: bool
    release_date: str


class DeploymentRow(msgspec.Struct, array_like=True, frozen=True):
    """An imported deployment event; ``at`` is UTC epoch milliseconds."""

    id: str
    name: str
    project: str
    at: int
    environment: str
    failed: bool
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the issues name it."""

    id: str
    key: str


def _no_codes() -> Codes:
    return np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class IssueTable:
    """One row per stored issue, ordered by project and number.

    The code columns point into the vocabularies at the end. ``category`` is the
    category that the issue's own status claims. ``transition_start`` holds
    *n* + 1 offsets into the transition columns. Each link has an entry in the
    ``link_`` columns if the issue at its other end is stored: ``link_target`` is
    that row, ``link_text`` the phrase that leads to it. Each value of a mapped
    field has an entry in the ``value`` columns, ordered by row: which issue,
    which of ``value_fields``, and which of ``values``.
    """

    project: Codes
    number: Instants
    type: Codes
    status: Codes
    category: NDArray[np.int8]
    resolution: Codes
    labels: Codes
    components: Codes
    fix_versions: Codes
    affected_versions: Codes
    priority: Codes
    created: Instants
    updated: Instants
    resolved: Instants
    has_changelog: Flags
    newest: Instants
    missing: NDArray[np.int32]
    malformed: NDArray[np.int32]
    transition_start: Instants
    transition_at: Instants
    transition_from: Codes
    transition_to: Codes
    flag_issue: Codes
    flag_from: Instants
    flag_until: Instants
    link_issue: Codes
    link_target: Codes
    link_text: Codes
    link_inward: Flags
    projects: tuple[Project, ...]
    types: tuple[TypeRef, ...]
    statuses: tuple[StatusRef, ...]
    resolutions: tuple[str, ...]
    label_sets: tuple[tuple[str, ...], ...]
    component_sets: tuple[tuple[str, ...], ...]
    version_sets: tuple[tuple[str, ...], ...]
    priorities: tuple[str, ...]
    link_texts: tuple[str, ...]
    value_issue: Codes = field(default_factory=_no_codes)
    value_field: Codes = field(default_factory=_no_codes)
    value: Codes = field(default_factory=_no_codes)
    value_fields: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()

    def __len__(self) -> int:
        return len(self.created)

    def keys(self, rows: NDArray[np.intp]) -> tuple[str, ...]:
        """Return the issue keys of ``rows``, in their order."""
        names = [project.key for project in self.projects]
        pairs = zip(self.project[rows].tolist(), self.number[rows].tolist(), strict=True)
        return tuple(f"{names[project]}-{number}" for project, number in pairs)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything a scope holds: issue tables and what the server says about statuses and versions.

    Attributes:
        issues: the issue tables.
        statuses: the server's status list (id, name, Jira's category key); empty if none was read.
        versions: one entry per version id.
        deployments: imported events.
        revision: first 16 hex of the SHA-256 over the stored rows.
        as_of: the data's own time in epoch milliseconds; ``MISSING`` in an empty store.
        complete: False while a first fetch is still filling the scope.
    """

    issues: IssueTable
    statuses: tuple[StatusRef, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    deployments: tuple[DeploymentRow, ...] = ()
    revision: str = ""
    as_of: int = MISSING
    complete: bool = True


def split_key(key: str) -> tuple[str, int] | None:
    """Split ``ABC-12`` into ``("ABC", 12)``; None where the text is no issue key."""
    project, dash, number = key.rpartition("-")
    if not dash or not project or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return project, int(number)
