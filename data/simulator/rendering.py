"""Issues as JSON bytes. What both dialects share; each adds how it names people and pages.

Parts that many issues share (statuses, people, versions) are encoded once. A
whole issue is kept as bytes until it or a neighbour changes.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from data.simulator import catalogue as c
from data.simulator.custom_values import deployed_at, deployment_note, planned_for
from data.simulator.development import development_of
from data.simulator.history import full_history, history_id
from data.simulator.model import Category, Change, Issue, IssueType, Item, Named, Person, Status, Version
from data.simulator.site import Site
from data.simulator.sprints import as_object, as_text, sprints_of

CACHE_BYTES = 256 * 1024 * 1024
_FREE_TEXT = frozenset({"summary", "description", "labels", "key"})
_ISSUE_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


def encode(value: Any) -> bytes:
    """JSON as compact UTF-8."""
    return orjson.dumps(value)


def part(value: Any) -> orjson.Fragment:
    """JSON that is encoded once and put into many documents."""
    return orjson.Fragment(orjson.dumps(value))


def stamp(at_ms: int, zone: ZoneInfo) -> str:
    """An instant as Jira writes it: milliseconds, the account's offset, no colon in it."""
    text = dt.datetime.fromtimestamp(at_ms / 1000, zone).isoformat(timespec="milliseconds")
    return text[:-3] + text[-2:]


class FieldChoice:
    """Which fields a request asked for: names, ``*all``, ``*navigable``, ``-excluded``."""

    def __init__(self, asked: Sequence[str], default: str) -> None:
        names = [name.strip() for text in asked for name in text.split(",") if name.strip()]
        names = names or [default]
        excluded = {name[1:] for name in names if name.startswith("-")}
        if all(name.startswith("-") for name in names):
            names.append("*all")
        everything = "*all" in names or "*navigable" in names
        self.id_only = names == ["id"]
        self.identity_only = all(name in ("id", "key", "issuekey") for name in names)
        chosen = ALL_FIELDS if everything else [name for name in ALL_FIELDS if name in set(names)]
        self.names = tuple(name for name in chosen if name not in excluded)

    @property
    def cache_key(self) -> tuple[object, ...]:
        """Equal for requests that see the same issue."""
        return (self.id_only, self.identity_only, self.names)


ALL_FIELDS = (
    "summary",
    "issuetype",
    "project",
    "status",
    "resolution",
    "resolutiondate",
    "created",
    "updated",
    "priority",
    "assignee",
    "reporter",
    "creator",
    "labels",
    "components",
    "fixVersions",
    "versions",
    "issuelinks",
    "subtasks",
    "parent",
    "description",
    "duedate",
    *c.CUSTOM_FIELD_IDS,
)


class Renderer:
    """Turns issues into JSON for one dialect.

    Args:
        site: asked for neighbours and editions.
        api: address of the REST API, such as ``http://127.0.0.1:1/rest/api/3``.
        person: how this dialect describes somebody.
        cloud: whether types carry a hierarchy level and descriptions are documents.
    """

    def __init__(
        self, site: Site, api: str, person: Callable[[Person], dict[str, Any]], *, cloud: bool
    ) -> None:
        self.site = site
        self.api = api
        self.cloud = cloud
        self.people = [part(person(somebody)) for somebody in c.PEOPLE]
        self.people_plain = [person(somebody) for somebody in c.PEOPLE]
        self._authors = [encode(plain).decode() for plain in self.people_plain]
        self._items: dict[Item, str] = {}
        self._statuses = {status.id: part(self.status(status)) for status in c.STATUSES}
        self._types = {kind.id: part(self.issue_type(kind)) for kind in c.ISSUE_TYPES}
        self._projects = {team.key: part(self.project(team)) for team in c.TEAMS}
        self._versions: dict[str, orjson.Fragment] = {}
        self._pages: dict[tuple[object, ...], dict[int, tuple[Issue, int, bytes]]] = {}
        self._cached_bytes = 0
        self._fields = self._field_table()

    # Things that issues share ---------------------------------------------------

    def status(self, status: Status) -> dict[str, Any]:
        """A status with its category."""
        return {
            "self": f"{self.api}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self.api.partition('/rest/')[0]}/images/icons/statuses/generic.png",
            "name": status.name,
            "id": status.id,
            "statusCategory": self.category(status.category),
        }

    def category(self, category: Category) -> dict[str, Any]:
        """A status category; the same three on every site."""
        return {
            "self": f"{self.api}/statuscategory/{category.id}",
            "id": category.id,
            "key": category.key,
            "colorName": category.color,
            "name": category.name,
        }

    def issue_type(self, kind: IssueType) -> dict[str, Any]:
        """An issue type; only Cloud tells its level in the hierarchy."""
        answer: dict[str, Any] = {
            "self": f"{self.api}/issuetype/{kind.id}",
            "id": kind.id,
            "description": kind.description,
            "iconUrl": f"{self.api}/universal_avatar/view/type/issuetype/avatar/{kind.id}",
            "name": kind.name,
            "subtask": kind.level < 0,
            "avatarId": int(kind.id),
        }
        if self.cloud:
            answer["hierarchyLevel"] = kind.level
        return answer

    def project(self, team: c.Team) -> dict[str, Any]:
        """A project as issues and lists name it."""
        answer: dict[str, Any] = {
            "self": f"{self.api}/project/{team.project_id}",
            "id": team.project_id,
            "key": team.key,
            "name": team.name,
            "projectTypeKey": "software",
        }
        if self.cloud:
            answer |= {"simplified": False, "style": "classic", "isPrivate": False}
        return answer

    def version(self, version: Version) -> dict[str, Any]:
        """A version; what is not set is left out, as Jira does."""
        answer: dict[str, Any] = {
            "self": f"{self.api}/version/{version.id}",
            "id": version.id,
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
        }
        if version.description:
            answer["description"] = version.description
        if version.starts_on:
            answer["startDate"] = version.starts_on
        if version.released_on:
            answer["releaseDate"] = version.released_on
        return answer

    def version_of_project(self, version: Version) -> dict[str, Any]:
        """A version as the list of its project shows it."""
        answer = self.version(version) | {"projectId": int(c.TEAM_OF[version.project].project_id)}
        if version.released_on:
            answer["userReleaseDate"] = dt.date.fromisoformat(version.released_on).strftime("%d/%b/%y")
            if not version.released:
                answer["overdue"] = False
        return answer

    def named(self, kind: str, thing: Named) -> dict[str, Any]:
        """A priority, resolution or component."""
        return {"self": f"{self.api}/{kind}/{thing.id}", "id": thing.id, "name": thing.name}

    def stamp(self, at_ms: int | None) -> str | None:
        """An instant in the account's zone."""
        return None if at_ms is None else stamp(at_ms, self.site.zone)

    # Issues -----------------------------------------------------------------------

    def issue(self, issue: Issue, choice: FieldChoice, histories: int | None = None) -> bytes:
        """One issue with the fields of *choice*.

        Args:
            issue: what to write.
            choice: which fields.
            histories: None for no changelog; else the most entries to embed, 0 for all of them.
        """
        edition = self.site.edition(issue)
        kept = self._pages.setdefault((choice.cache_key, histories), {})
        found = kept.get(issue.id)
        if found is not None and found[0] is issue and found[1] == edition:
            return found[2]
        body = encode(self._render_issue(issue, choice, histories))
        self._cached_bytes += len(body)
        if self._cached_bytes > CACHE_BYTES:
            self._pages = {(choice.cache_key, histories): (kept := {})}
            self._cached_bytes = len(body)
        kept[issue.id] = (issue, edition, body)
        return body

    def _render_issue(self, issue: Issue, choice: FieldChoice, histories: int | None) -> dict[str, Any]:
        answer: dict[str, Any] = {"id": str(issue.id)}
        if not (choice.id_only and self.cloud):
            answer |= {"expand": _ISSUE_EXPAND, "self": f"{self.api}/issue/{issue.id}", "key": issue.key}
        if not choice.identity_only:
            answer["fields"] = {name: self._fields[name](issue) for name in choice.names}
        if histories is not None:
            answer["changelog"] = self._render_changelog(issue, histories)
        return answer

    def _render_changelog(self, issue: Issue, limit: int) -> dict[str, Any]:
        entries = list(enumerate(full_history(self.site.seed, issue)))
        if self.cloud:
            entries.reverse()
        shown = entries[:limit] if limit else entries
        return {
            "startAt": 0,
            "maxResults": limit or len(shown),
            "total": len(entries),
            "histories": [self.history(issue, place, change) for place, change in shown],
        }

    def history(
        self,
        issue: Issue,
        place: int,
        change: Change,
        field_ids: Collection[str] = (),
        *,
        epoch: bool = False,
    ) -> orjson.Fragment:
        """One history entry, put together as text: most of every page is made here.

        Args:
            issue: whose history it is.
            place: of the entry in it.
            change: what happened.
            field_ids: the items to show; none means all.
            epoch: write the instant as epoch milliseconds.
        """
        items = ",".join(
            [self._render_item(item) for item in change.items if not field_ids or item.field_id in field_ids]
        )
        created = str(change.at) if epoch else f'"{self.stamp(change.at)}"'
        return orjson.Fragment(
            f'{{"id":"{history_id(issue, place)}","author":{self._authors[change.author]},'
            f'"created":{created},"items":[{items}]}}'
        )

    def _render_item(self, item: Item) -> str:
        """One changed field; the few that repeat all day are encoded once."""
        found = self._items.get(item)
        if found is None:
            found = encode(self._changed_field(item)).decode()
            if item.field_id not in _FREE_TEXT:
                self._items[item] = found
        return found

    def _changed_field(self, item: Item) -> dict[str, Any]:
        """Server and Data Center do not tell the id of the field."""
        answer: dict[str, Any] = {
            "field": c.HISTORY_NAMES.get(item.field_id, item.field_id),
            "fieldtype": "custom" if item.field_id.startswith("customfield_") else "jira",
        }
        if self.cloud:
            answer["fieldId"] = item.field_id
        return answer | {
            "from": item.from_id,
            "fromString": item.from_text,
            "to": item.to_id,
            "toString": item.to_text,
        }

    # Fields -----------------------------------------------------------------------

    def _field_table(self) -> dict[str, Callable[[Issue], Any]]:
        return {
            "summary": lambda issue: issue.summary,
            "issuetype": lambda issue: self._types[issue.type.id],
            "project": lambda issue: self._projects[issue.project],
            "status": lambda issue: self._statuses[issue.status.id],
            "resolution": lambda issue: issue.resolution and self.named("resolution", issue.resolution),
            "resolutiondate": lambda issue: self.stamp(issue.resolved_at),
            "created": lambda issue: self.stamp(issue.created),
            "updated": lambda issue: self.stamp(issue.updated),
            "priority": lambda issue: self.named("priority", issue.priority),
            "assignee": lambda issue: None if issue.assignee is None else self.people[issue.assignee],
            "reporter": lambda issue: self.people[issue.reporter],
            "creator": lambda issue: self.people[issue.reporter],
            "labels": lambda issue: issue.labels,
            "components": lambda issue: [self.named("component", thing) for thing in issue.components],
            "fixVersions": lambda issue: [self._render_version(version) for version in issue.fix_versions],
            "versions": lambda issue: [self._render_version(version) for version in issue.affected_versions],
            "issuelinks": self._render_links,
            "subtasks": self._render_subtasks,
            "parent": self._render_parent,
            "description": self._render_description,
            "duedate": lambda _issue: None,
            c.POINTS: lambda issue: issue.points,
            c.RANK: lambda issue: f"0|i{issue.id:05d}:",
            c.EPIC_LINK: lambda issue: self._render_link(issue, c.EPIC),
            c.PARENT_LINK: lambda issue: self._render_link(issue, c.INITIATIVE),
            c.SPRINT: self._render_sprints,
            c.DEVELOPMENT: lambda issue: development_of(issue, self.stamp, cloud=self.cloud),
            c.FLAGGED: lambda issue: [self._render_option(c.IMPEDIMENT)] if issue.flagged else None,
            c.ENVIRONMENT: lambda issue: issue.environment and self._render_option(issue.environment),
            c.FIRST_COMMIT: lambda issue: self.stamp(issue.first_commit_at),
            c.DETECTED: lambda issue: self.stamp(issue.detected_at),
            c.RESTORED: lambda issue: self.stamp(issue.restored_at),
            c.TEAM: lambda issue: self._render_option(
                Named(c.TEAM_OF[issue.project].project_id, issue.project)
            ),
            c.DEPLOYED: lambda issue: self.stamp(deployed_at(issue)),
            c.PLANNED: planned_for,
            c.DEPLOYMENT_NOTE: deployment_note,
        }

    def _render_option(self, option: Named) -> dict[str, Any]:
        return {
            "self": f"{self.api}/customFieldOption/{option.id}",
            "value": option.name,
            "id": option.id,
        }

    def _render_sprints(self, issue: Issue) -> list[Any] | None:
        write = as_object if self.cloud else as_text
        found = [write(sprint, self.stamp) for sprint in sprints_of(issue, self.site.written_until)]
        return found or None

    def _render_version(self, version: Version) -> orjson.Fragment:
        found = self._versions.get(version.id)
        if found is None:
            found = self._versions[version.id] = part(self.version(version))
        return found

    def _render_description(self, issue: Issue) -> Any:
        text = f"As discussed: {issue.summary}."
        if not self.cloud:
            return text
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        return {"type": "doc", "version": 1, "content": [paragraph]}

    def _render_brief(self, issue: Issue) -> dict[str, Any]:
        """An issue as its neighbours show it."""
        return {
            "id": str(issue.id),
            "key": issue.key,
            "self": f"{self.api}/issue/{issue.id}",
            "fields": {
                "summary": issue.summary,
                "status": self._statuses[issue.status.id],
                "priority": self.named("priority", issue.priority),
                "issuetype": self._types[issue.type.id],
            },
        }

    def _render_links(self, issue: Issue) -> list[dict[str, Any]]:
        answer = []
        for link in issue.links:
            other = self.site.issue(link.other)
            if other is None:
                continue
            kind = link.type
            answer.append(
                {
                    "id": link.id,
                    "self": f"{self.api}/issueLink/{link.id}",
                    "type": {
                        "id": kind.id,
                        "name": kind.name,
                        "inward": kind.inward,
                        "outward": kind.outward,
                        "self": f"{self.api}/issueLinkType/{kind.id}",
                    },
                    "inwardIssue" if link.inward else "outwardIssue": self._render_brief(other),
                }
            )
        return answer

    def _render_subtasks(self, issue: Issue) -> list[dict[str, Any]]:
        return [self._render_brief(child) for child in self.site.children(issue.id) if child.type.level < 0]

    def _render_parent(self, issue: Issue) -> dict[str, Any] | None:
        """On Data Center only sub-tasks have a parent of that name; the others are linked to theirs."""
        parent = None if issue.parent_id is None else self.site.issue(issue.parent_id)
        linked = not self.cloud and issue.type.level >= 0
        return None if parent is None or linked else self._render_brief(parent)

    def _render_link(self, issue: Issue, kind: IssueType) -> str | None:
        parent = None if issue.parent_id is None else self.site.issue(issue.parent_id)
        return parent.key if parent is not None and parent.type is kind else None
