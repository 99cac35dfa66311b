"""The running Jira: the issues of now, what the search index knows of them, and how they change."""

import copy
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from data.simulator import catalogue as c
from data.simulator.jql import Query, Values, Vocabulary, parse
from data.simulator.model import Change, Issue, Item, Version
from data.simulator.world import World

_KEPT_RESULTS = 64


@dataclass(frozen=True)
class Result:
    """What a search found, in order; ``sort_keys`` ascend with ``issues``."""

    issues: list[Issue]
    sort_keys: list[tuple[int, ...]]


class Site:
    """Issues that change while people search.

    Published issues are never altered: a change puts a new object in the place
    of the old one. A page that is being written needs no lock for that reason,
    and the index may lag by keeping the old object a little longer.

    Args:
        world: the history until now.
        now_ms: the server's clock.
        index_lag_ms: how long a change stays invisible to searches.
        zone: the time zone of the account that searches.
    """

    def __init__(self, world: World, now_ms: Callable[[], int], index_lag_ms: int, zone: ZoneInfo) -> None:
        self.seed = world.seed
        self.written_until = world.ends_at
        self.now_ms = now_ms
        self.zone = zone
        self.versions: dict[str, tuple[Version, ...]] = dict(world.versions)
        self.hidden_projects: frozenset[str] = frozenset()
        self._index_lag_ms = index_lag_ms
        self._lock = threading.RLock()
        self._live = {issue.id: issue for issue in world.issues}
        self._indexed = dict(self._live)
        self._ids = {issue.key: issue.id for issue in world.issues}
        self._numbers = {team.key: 0 for team in c.TEAMS}
        self._children: dict[int, list[int]] = {}
        self._editions: dict[int, int] = {}
        self._unindexed: deque[tuple[int, int, Issue | None]] = deque()
        self._results: OrderedDict[tuple[object, ...], tuple[Query, Result]] = OrderedDict()
        self._index_revision = 0
        for issue in world.issues:
            self._numbers[issue.project] = max(self._numbers[issue.project], issue.number)
            if issue.parent_id is not None:
                self._children.setdefault(issue.parent_id, []).append(issue.id)

    # Reading ------------------------------------------------------------------

    def issues(self) -> list[Issue]:
        """Every issue as it is now, by id: the truth that a client must arrive at."""
        with self._lock:
            # Ids only grow and a change keeps its place, so the order is that of the ids.
            return [issue for issue in self._live.values() if self._is_shown(issue)]

    def find(self, id_or_key: str) -> Issue | None:
        """An issue by id, key or a key it had before it moved; None if gone or hidden."""
        issue_id = int(id_or_key) if id_or_key.isdigit() else self._ids.get(id_or_key.upper())
        issue = self._live.get(issue_id) if issue_id is not None else None
        return issue if issue is not None and self._is_shown(issue) else None

    def issue(self, issue_id: int) -> Issue | None:
        """An issue by id, whoever may see it."""
        return self._live.get(issue_id)

    def children(self, issue_id: int) -> list[Issue]:
        """The issues whose parent this is, oldest first."""
        found = (self._live.get(child) for child in self._children.get(issue_id, ()))
        return [issue for issue in found if issue is not None]

    def edition(self, issue: Issue) -> int:
        """A number that grows when what is said about *issue* or its neighbours may have changed."""
        return self._editions.get(issue.id, 0)

    def projects(self) -> list[c.Team]:
        """The projects that the account may browse."""
        return [team for team in c.TEAMS if team.key not in self.hidden_projects]

    def project(self, id_or_key: str) -> c.Team | None:
        """A project that the account may browse."""
        wanted = id_or_key.upper()
        return next((team for team in self.projects() if wanted in (team.key, team.project_id)), None)

    def search(self, jql: str) -> tuple[Query, Result]:
        """What the index knows, in the order asked for.

        Raises:
            JqlError: where Jira would answer 400.
        """
        with self._lock:
            self._catch_up()
            key = (jql, self._index_revision, self.hidden_projects)
            found = self._results.get(key)
            if found is None:
                query = parse(jql, self.vocabulary())
                found = query, self._run(query)
                if not query.moves_with_time:
                    self._results[key] = found
                if len(self._results) > _KEPT_RESULTS:
                    self._results.popitem(last=False)
            return found

    def vocabulary(self) -> Vocabulary:
        """The names that the account may use in a query."""
        return Vocabulary(self.zone, self.now_ms(), self._collect_names(), self.find)

    def _run(self, query: Query) -> Result:
        found = [issue for issue in self._indexed.values() if query.matches(issue) and self._is_shown(issue)]
        pairs = sorted(((query.sort_key(issue), issue) for issue in found), key=lambda pair: pair[0])
        return Result([issue for _, issue in pairs], [key for key, _ in pairs])

    def _is_shown(self, issue: Issue) -> bool:
        return issue.project not in self.hidden_projects

    def _collect_names(self) -> dict[str, dict[str, Values]]:
        teams = self.projects()
        return {
            "project": {
                name.lower(): (team.key,) for team in teams for name in (team.key, team.name, team.project_id)
            },
            "issuetype": _by_name(c.ISSUE_TYPES),
            "status": _by_name(c.STATUSES),
            "statusCategory": {
                name.lower(): (category.key,)
                for category in c.CATEGORIES
                for name in (category.key, category.name, str(category.id))
            },
            "priority": _by_name(c.PRIORITIES),
            "resolution": _by_name(c.RESOLUTIONS) | {"unresolved": ()},
            "components": _by_name(part for team in teams for part in team.components),
            "fixVersions": _by_name(version for team in teams for version in self.versions[team.key]),
            "versions": _by_name(version for team in teams for version in self.versions[team.key]),
        }

    # Changing -----------------------------------------------------------------

    def change(self, issue: Issue, author: int, items: tuple[Item, ...], **values: Any) -> Issue:
        """Replace *issue* by one with other *values* and one more history entry.

        Returns:
            The issue as it is from now on; its ``updated`` is the server's now.
        """
        with self._lock:
            after = copy.copy(issue)
            # Two changes within a millisecond still follow one another.
            after.updated = max(self.now_ms(), issue.updated + 1)
            after.changes = [*issue.changes, Change(after.updated, author, items)]
            for name, value in values.items():
                setattr(after, name, value)
            self._publish(after)
            return after

    def add(self, issue: Issue) -> Issue:
        """Publish a new issue; it gets the next id and the next number of its project."""
        with self._lock:
            issue.id = max(self._live, default=0) + 1
            while issue.id in self._editions:  # the id of a deleted issue is never used again
                issue.id += 1
            issue.number = self._next_number(issue.project)
            issue.created = issue.updated = self.now_ms()
            if issue.parent_id is not None:
                self._children.setdefault(issue.parent_id, []).append(issue.id)
            self._publish(issue)
            return issue

    def move(self, issue: Issue, project: str, author: int) -> Issue:
        """Move *issue* to another project: new key, same id; the old key still finds it."""
        with self._lock:
            number = self._next_number(project)
            old, new = c.TEAM_OF[issue.project], c.TEAM_OF[project]
            items = (
                Item("project", old.project_id, old.name, new.project_id, new.name),
                Item("key", None, issue.key, None, f"{project}-{number}"),
            )
            return self.change(
                issue,
                author,
                items,
                project=project,
                number=number,
                components=(),
                fix_versions=(),
                affected_versions=(),
            )

    def delete(self, issue: Issue) -> None:
        """Remove *issue* for good; its links and children lose it without a trace in their history."""
        with self._lock:
            del self._live[issue.id]
            self._unlink(issue)
            self._touch(issue)
            self._enqueue(issue.id)

    def hide_project(self, key: str) -> None:
        """Take the account's right to browse a project."""
        self.hidden_projects |= {key}

    def show_project(self, key: str) -> None:
        """Give the right back."""
        self.hidden_projects -= {key}

    def _next_number(self, project: str) -> int:
        self._numbers[project] += 1
        return self._numbers[project]

    def _publish(self, issue: Issue) -> None:
        self._live[issue.id] = issue
        self._ids[issue.key] = issue.id
        self._touch(issue)
        self._enqueue(issue.id)

    def _touch(self, issue: Issue) -> None:
        neighbours = [link.other for link in issue.links] + self._children.get(issue.id, [])
        if issue.parent_id is not None:
            neighbours.append(issue.parent_id)
        for issue_id in (issue.id, *neighbours):
            self._editions[issue_id] = self._editions.get(issue_id, 0) + 1

    def _unlink(self, gone: Issue) -> None:
        """Neighbours are replaced silently: real Jira does not move their ``updated`` either."""
        for link in gone.links:
            if other := self._live.get(link.other):
                after = copy.copy(other)
                after.links = tuple(end for end in other.links if end.other != gone.id)
                self._live[other.id] = after
                self._enqueue(other.id)
        for child in self.children(gone.id):
            after = copy.copy(child)
            after.parent_id = None
            self._live[child.id] = after
            self._enqueue(child.id)

    def _enqueue(self, issue_id: int) -> None:
        # The state of this moment: a later change must not become visible with an earlier one.
        self._unindexed.append((self.now_ms() + self._index_lag_ms, issue_id, self._live.get(issue_id)))

    def _catch_up(self) -> None:
        """Let the index learn what is older than its lag."""
        now = self.now_ms()
        while self._unindexed and self._unindexed[0][0] <= now:
            _, issue_id, issue = self._unindexed.popleft()
            self._index_revision += 1
            if issue is None:
                self._indexed.pop(issue_id, None)
            else:
                self._indexed[issue_id] = issue


def _by_name(things: Iterable[Any]) -> dict[str, Values]:
    """Look-up by id and by name; several things of one name are meant together."""
    found: dict[str, Values] = {}
    for thing in things:
        for name in (str(thing.id), thing.name.lower()):
            found[name] = (*found.get(name, ()), thing.id)
    return found
