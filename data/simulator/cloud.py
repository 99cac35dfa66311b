"""Jira Cloud, REST API v3, as its OpenAPI document and its users describe it."""

import base64
import binascii
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson

from data.simulator import catalogue as c
from data.simulator.dialect import Dialect, comma_names, json_body, not_found
from data.simulator.history import account_id, full_history
from data.simulator.jql import JqlError, Query
from data.simulator.messages import BadRequestError, Request, Response, ok, refusal
from data.simulator.model import Change, Issue, Person
from data.simulator.rendering import FieldChoice
from data.simulator.site import Result, Site

EMBEDDED_HISTORIES = 40
IDENTITY_PAGE, FIELD_PAGE = 5_000, 100
BULK_ISSUES, BULK_FIELDS, BULK_PAGE = 1_000, 10, 10_000
RECONCILED = 50
_KEPT_BULK_LISTS = 8
_SEARCH_BODY: dict[str, type] = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "expand": str,
    "properties": list,
    "fieldsByKeys": bool,
    "reconcileIssues": list,
}
_BULK_BODY: dict[str, type] = {
    "issueIdsOrKeys": list,
    "fieldIds": list,
    "maxResults": int,
    "nextPageToken": str,
}
_COUNT_BODY: dict[str, type] = {"jql": str}
_PARSE_BODY: dict[str, type] = {"queries": list}
_NO_ISSUE = "Issue does not exist or you do not have permission to see it."
_UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_BAD_TOKEN = "The provided next page token is invalid or expired."  # noqa: S105 - what Jira says
_LIMITED = frozenset({"search", "count", "changelog", "bulk"})


class Cloud(Dialect):
    """Answers requests as a Cloud site does.

    Args:
        site: the running Jira.
        base_url: where the site is reached.
        email: of the account, for ``/myself``.
        epoch_changelogs: bulk answers carry epoch milliseconds, not ISO text.
    """

    prefix = "/rest/api/3"
    username = account_id(0)
    cloud = True

    def __init__(self, site: Site, base_url: str, email: str, *, epoch_changelogs: bool = False) -> None:
        super().__init__(site, base_url, email)
        self.epoch_changelogs = epoch_changelogs
        self._bulk_lists: OrderedDict[object, list[_Entry]] = OrderedDict()

    def person(self, person: Person) -> dict[str, Any]:
        """Somebody by account id; there is no user name."""
        return {
            "self": f"{self.api}/user?accountId={quote(account_id(person.number))}",
            "accountId": account_id(person.number),
            "avatarUrls": self.avatars(f"{self.base_url}/secure/useravatar?ownerId={person.number}"),
            "displayName": person.name,
            "active": True,
            "timeZone": str(self.site.zone),
            "accountType": "atlassian",
        }

    def server_info(self) -> dict[str, Any]:
        """The only place where the site says that it is Cloud."""
        return {
            "baseUrl": self.base_url,
            "displayUrl": self.base_url,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100301,
            "buildDate": "2026-11-02T09:14:31.000+0000",
            "serverTime": self.renderer.stamp(self.site.now_ms()),
            "scmInfo": "simulator",
            "serverTitle": "Throughline demo",
            "serverTimeZone": "Etc/UTC",
            "defaultLocale": {"locale": "en_US"},
        }

    def anonymous(self, request: Request) -> Response:
        """What somebody without credentials sees: an empty site, with a straight face."""
        path = request.path.removeprefix(self.prefix)
        if path == "/search/jql":
            return ok({"issues": [], "isLast": True})
        if path == "/project/search":
            return ok(self.page_of(path, [], 0, 50))
        if path in ("/field", "/status", "/issuetype"):
            return self.bare_list(path[1:])
        if path.startswith("/issue/"):
            return refusal(404, _NO_ISSUE)
        return refusal(401, "You are not authenticated. Authentication required to perform this operation.")

    # Routes -----------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Answer a request below ``/rest/api/3``."""
        parts = request.path.removeprefix(self.prefix).strip("/").split("/")
        families = {
            "search": self._search_routes,
            "issue": self._issue_routes,
            "project": self._project_routes,
        }
        if parts[0] in families:
            return families[parts[0]](request, parts[1:])
        if (request.method, parts) == ("POST", ["changelog", "bulkfetch"]):
            return self._bulk_changelogs(json_body(request, _BULK_BODY))
        if (request.method, parts) == ("POST", ["jql", "parse"]):
            return self._answer_parse(json_body(request, _PARSE_BODY))
        return self.bare_list(parts[0]) if request.method == "GET" and len(parts) == 1 else not_found()

    def _search_routes(self, request: Request, parts: list[str]) -> Response:
        match [request.method, *parts]:
            case ["GET" | "POST"] | ["POST", "id"]:
                return refusal(410, _REMOVED)
            case ["GET", "jql"]:
                return self._search_by_get(request)
            case ["POST", "jql"]:
                return self._search(json_body(request, _SEARCH_BODY))
            case ["POST", "approximate-count"]:
                return self._answer_count(json_body(request, _COUNT_BODY))
        return not_found()

    def _issue_routes(self, request: Request, parts: list[str]) -> Response:
        match [request.method, *parts]:
            case ["GET", id_or_key]:
                return self._answer_issue(request, id_or_key)
            case ["GET", id_or_key, "changelog"]:
                return self._answer_changelog(request, id_or_key)
        return not_found()

    def _project_routes(self, request: Request, parts: list[str]) -> Response:
        match parts:
            case []:
                return ok([self.renderer.project(team) for team in self.site.projects()])
            case ["search"]:
                return self._project_search(request)
            case [key, *rest] if (team := self.site.project(key)) is not None:
                return self.project(request, team, rest)
        return refusal(404, f"No project could be found with key '{parts[0]}'.")

    def _project_search(self, request: Request) -> Response:
        wanted = {key.upper() for key in request.query.get("keys", [])}
        words = (request.text("query") or "").lower()
        teams = sorted(self.site.projects(), key=lambda team: team.key)
        values = [
            self.renderer.project(team)
            for team in teams
            if (not wanted or team.key in wanted) and words in f"{team.key} {team.name}".lower()
        ]
        return self.page(request, "/project/search", values, most=100)

    # Search -----------------------------------------------------------------------

    def _search_by_get(self, request: Request) -> Response:
        asked: dict[str, Any] = {
            "jql": request.text("jql", ""),
            "fields": request.query.get("fields", []),
            "expand": request.text("expand", ""),
            "maxResults": request.number("maxResults", 50),
            "reconcileIssues": request.query.get("reconcileIssues", []),
        }
        if token := request.text("nextPageToken"):
            asked["nextPageToken"] = token
        return self._search(asked)

    def _search(self, asked: dict[str, Any]) -> Response:
        jql = asked.get("jql") or ""
        choice = FieldChoice([str(name) for name in asked.get("fields") or []], default="id")
        histories = EMBEDDED_HISTORIES if "changelog" in comma_names(asked.get("expand")) else None
        light = choice.identity_only and histories is None
        size = min(asked.get("maxResults", 50), IDENTITY_PAGE if light else FIELD_PAGE)
        if size < 1:
            raise BadRequestError("The value of 'maxResults' must be at least 1.")
        query, result = self._run(jql)
        result = self._reconcile(query, result, asked.get("reconcileIssues") or [])
        start = self._place_after(jql, asked.get("nextPageToken"), result)
        issues = result.issues[start : start + size]
        bodies = b",".join([self.renderer.issue(issue, choice, histories) for issue in issues])
        tail = b'],"isLast":true'
        if start + size < len(result.issues):
            token = page_token(jql, result.sort_keys[start + size - 1])
            tail = b'],"nextPageToken":' + orjson.dumps(token) + b',"isLast":false'
        names = b""
        if "names" in comma_names(asked.get("expand")):
            shown = {name: c.FIELD_NAMES.get(name, name) for name in choice.names}
            names = b',"names":' + orjson.dumps(shown)
        return Response(200, b'{"issues":[' + bodies + tail + names + b"}")

    def _run(self, jql: str) -> tuple[Query, Result]:
        query, result = self.site.search(jql)
        if not query.bounded:
            raise BadRequestError(_UNBOUNDED)
        return query, result

    def _reconcile(self, query: Query, result: Result, ids: Sequence[object]) -> Result:
        """Read-after-write for the issues named: their true state, whatever the index knows."""
        if len(ids) > RECONCILED:
            raise BadRequestError(f"reconcileIssues accepts at most {RECONCILED} issue ids.")
        if not ids:
            return result
        wanted = {int(number) for text in ids for number in str(text).split(",") if number.strip().isdigit()}
        issues = [issue for issue in result.issues if issue.id not in wanted]
        for issue_id in wanted:
            live = self.site.find(str(issue_id))
            if live is not None and query.matches(live):
                issues.append(live)
        issues.sort(key=query.sort_key)
        return Result(issues, [query.sort_key(issue) for issue in issues])

    def _place_after(self, jql: str, token: str | None, result: Result) -> int:
        return 0 if not token else bisect_right(result.sort_keys, last_key(jql, token))

    def _answer_count(self, asked: dict[str, Any]) -> Response:
        return ok({"count": len(self._run(asked.get("jql") or "")[1].issues)})

    def _answer_parse(self, asked: dict[str, Any]) -> Response:
        """Whether queries can be read; their structure is left out."""
        parsed = []
        for jql in asked.get("queries") or []:
            try:
                self.site.search(str(jql))
            except JqlError as error:
                parsed.append({"query": jql, "errors": [str(error)]})
            else:
                parsed.append({"query": jql})
        return ok({"queries": parsed})

    # Issues -----------------------------------------------------------------------

    def _answer_issue(self, request: Request, id_or_key: str) -> Response:
        issue = self.site.find(id_or_key)
        if issue is None:
            return refusal(404, _NO_ISSUE)
        choice = FieldChoice(request.query.get("fields", []), default="*all")
        histories = EMBEDDED_HISTORIES if "changelog" in comma_names(request.text("expand")) else None
        return Response(200, self.renderer.issue(issue, choice, histories))

    def _answer_changelog(self, request: Request, id_or_key: str) -> Response:
        issue = self.site.find(id_or_key)
        if issue is None:
            return refusal(404, _NO_ISSUE)
        start = max(request.number("startAt", 0), 0)
        size = max(min(request.number("maxResults", 100), 100), 1)
        path = f"/issue/{id_or_key}/changelog"
        history = full_history(self.site.seed, issue)
        values = [self.renderer.history(issue, place, change) for place, change in enumerate(history)]
        return ok(self.page_of(path, values, start, size))

    def _bulk_changelogs(self, asked: dict[str, Any]) -> Response:
        names, field_ids = asked.get("issueIdsOrKeys"), asked.get("fieldIds") or []
        size = asked.get("maxResults", 1_000)
        if not names or len(names) > BULK_ISSUES:
            raise BadRequestError(f"issueIdsOrKeys must hold between 1 and {BULK_ISSUES} issue ids or keys.")
        if len(field_ids) > BULK_FIELDS or len(set(field_ids)) < len(field_ids):
            raise BadRequestError(f"fieldIds must hold at most {BULK_FIELDS} different field ids.")
        if not 1 <= size <= BULK_PAGE:
            raise BadRequestError(f"maxResults must be between 1 and {BULK_PAGE}.")
        question = repr((names, field_ids))
        entries = self._bulk_entries(names, field_ids)
        token = asked.get("nextPageToken")
        keys = [(change.at, issue.id, place) for issue, place, change in entries]
        start = bisect_right(keys, last_key(question, token)) if token else 0
        answer: dict[str, Any] = {"issueChangeLogs": self._by_issue(entries[start : start + size], field_ids)}
        if start + size < len(entries):
            answer["nextPageToken"] = page_token(question, keys[start + size - 1])
        return ok(answer)

    def _bulk_entries(self, names: list[Any], field_ids: list[str]) -> "list[_Entry]":
        """The entries of all issues in the order in which bulk pages carry them."""
        found = {issue.id: issue for name in names if (issue := self.site.find(str(name))) is not None}
        key = (tuple(found.values()), tuple(field_ids))
        entries = self._bulk_lists.get(key)
        if entries is None:
            wanted = set(field_ids)
            entries = [
                (issue, place, change)
                for issue in found.values()
                for place, change in enumerate(full_history(self.site.seed, issue))
                if not wanted or any(item.field_id in wanted for item in change.items)
            ]
            entries.sort(key=lambda entry: (entry[2].at, entry[0].id, entry[1]))
            self._bulk_lists[key] = entries
            if len(self._bulk_lists) > _KEPT_BULK_LISTS:
                self._bulk_lists.popitem(last=False)
        return entries

    def _by_issue(self, entries: "Sequence[_Entry]", field_ids: list[str]) -> list[dict[str, Any]]:
        wanted = set(field_ids)
        grouped: dict[int, list[orjson.Fragment]] = {}
        for issue, place, change in entries:
            history = self.renderer.history(issue, place, change, wanted, epoch=self.epoch_changelogs)
            grouped.setdefault(issue.id, []).append(history)
        return [
            {"issueId": str(issue_id), "changeHistories": histories}
            for issue_id, histories in grouped.items()
        ]


_Entry = tuple[Issue, int, Change]


def page_token(question: str, last: tuple[int, ...]) -> str:
    """A token that leads past *last* in the answer to *question*, and nowhere else."""
    payload = orjson.dumps([zlib.crc32(question.encode()), *last])
    return base64.urlsafe_b64encode(payload + zlib.crc32(payload).to_bytes(4, "big")).decode()


def last_key(question: str, token: str) -> tuple[int, ...]:
    """Where the page before ended.

    Raises:
        BadRequestError: the token is damaged or belongs to another question.
    """
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadRequestError(_BAD_TOKEN) from None
    payload, check = raw[:-4], raw[-4:]
    if zlib.crc32(payload).to_bytes(4, "big") != check:
        raise BadRequestError(_BAD_TOKEN)
    asked, *key = orjson.loads(payload)
    if asked != zlib.crc32(question.encode()):
        raise BadRequestError(_BAD_TOKEN)
    return tuple(key)


def limited_endpoint(path: str) -> bool:
    """Whether the real site reports its rate limit on this path."""
    return not _LIMITED.isdisjoint(path.split("/")) or path.endswith("/bulkfetch")
