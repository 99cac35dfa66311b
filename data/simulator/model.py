"""What the simulated Jira remembers: issues, their changes, versions, people."""

import random
from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

HISTORY_IDS_PER_ISSUE = 10_000


def seeded(*parts: int) -> random.Random:
    """A generator that depends on *parts* alone, whatever the process or its hash seed."""
    seed = 0
    for part in parts:
        seed = seed * 1_000_003 + part
    return random.Random(seed)  # noqa: S311 - a believable history, not a secret


class Category(NamedTuple):
    """One of Jira's three status categories."""

    id: int
    key: str
    name: str
    color: str


class Status(NamedTuple):
    """A status of today's workflows, or one that only old histories know."""

    id: str
    name: str
    category: Category


class IssueType(NamedTuple):
    """An issue type; ``level`` -1 is a sub-task, 1 an epic."""

    id: str
    name: str
    level: int
    description: str


class Named(NamedTuple):
    """A priority, resolution, component or link end: an id and a name."""

    id: str
    name: str


class Person(NamedTuple):
    """Somebody with an account."""

    number: int
    name: str
    login: str


class Item(NamedTuple):
    """One changed field inside a change, in Jira's own words."""

    field_id: str
    from_id: str | None
    from_text: str | None
    to_id: str | None
    to_text: str | None


class Change(NamedTuple):
    """One history entry: instant (epoch ms), author and the fields that changed."""

    at: int
    author: int
    items: tuple[Item, ...]


class LinkType(NamedTuple):
    """An issue link type with the phrases of its two ends."""

    id: str
    name: str
    inward: str
    outward: str


class Link(NamedTuple):
    """A link as one of its ends sees it; ``inward`` says that the inward phrase leads to ``other``."""

    id: str
    type: LinkType
    inward: bool
    other: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a project; ``released_on`` and ``starts_on`` are ISO dates or None."""

    id: str
    project: str
    name: str
    released: bool
    archived: bool
    released_on: str | None
    starts_on: str | None = None
    description: str = ""


@dataclass(slots=True, eq=False)
class Issue:
    """One issue as of now, with the changes that matter.

    ``changes`` holds what the metrics live on. Assignees, ranks, rewordings and
    the like (``chatter`` of them, none later than ``chatter_until``) are made
    when somebody asks, so that 100 000 issues fit in memory.
    """

    project: str
    type: IssueType
    summary: str
    created: int
    reporter: int
    status: Status
    priority: Named
    id: int = 0
    number: int = 0
    updated: int = 0
    assignee: int | None = None
    resolution: Named | None = None
    resolved_at: int | None = None
    labels: tuple[str, ...] = ()
    components: tuple[Named, ...] = ()
    fix_versions: tuple[Version, ...] = ()
    affected_versions: tuple[Version, ...] = ()
    links: tuple[Link, ...] = ()
    parent_id: int | None = None
    points: float | None = None
    flagged: bool = False
    environment: Named | None = None
    first_commit_at: int | None = None
    detected_at: int | None = None
    restored_at: int | None = None
    sprints: tuple[int, ...] = ()
    changes: list[Change] = field(default_factory=list)
    chatter: int = 0
    chatter_until: int = 0

    @property
    def key(self) -> str:
        """Project and number, as people name it; changes when the issue moves."""
        return f"{self.project}-{self.number}"
