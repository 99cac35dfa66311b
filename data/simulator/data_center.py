"""Jira Server and Data Center, REST API v2, as a live 10.3 answers."""

from typing import Any
from urllib.parse import quote

import orjson

from data.simulator import catalogue as c
from data.simulator.dialect import Dialect, comma_names, json_body, not_found
from data.simulator.messages import Request, Response, ok, refusal
from data.simulator.model import Person
from data.simulator.rendering import FieldChoice
from data.simulator.site import Site

_NO_ISSUE = "Issue Does Not Exist"
_ALL_HISTORIES = 0
_SEARCH_BODY: dict[str, type] = {
    "jql": str,
    "startAt": int,
    "maxResults": int,
    "fields": list,
    "expand": list,
    "validateQuery": object,
    "properties": list,
    "fieldsByKeys": bool,
}


class DataCenter(Dialect):
    """Answers requests as a Data Center node does.

    Args:
        site: the running Jira.
        base_url: where the site is reached, context path included.
        email: of the account, for ``/myself``.
        page_cap: larger pages are silently cut to this.
        result_window: a page that reaches beyond this place fails; None for no window.
    """

    prefix = "/rest/api/2"
    username = c.PEOPLE[0].login
    cloud = False

    def __init__(
        self, site: Site, base_url: str, email: str, page_cap: int = 1_000, result_window: int | None = None
    ) -> None:
        super().__init__(site, base_url, email)
        self.page_cap = page_cap
        self.result_window = result_window

    def person(self, person: Person) -> dict[str, Any]:
        """Somebody by name and key; there is no account id."""
        avatar = f"{self.base_url}/secure/useravatar?avatarId={10_330 + person.number}"
        return {
            "self": f"{self.api}/user?username={quote(person.login)}",
            "name": person.login,
            "key": f"JIRAUSER{10_000 + person.number}",
            "emailAddress": f"{person.login}@example.com",
            "avatarUrls": self.avatars(avatar),
            "displayName": person.name,
            "active": True,
            "timeZone": str(self.site.zone),
        }

    def server_info(self) -> dict[str, Any]:
        """Data Center calls itself a server."""
        return {
            "baseUrl": self.base_url,
            "version": "10.3.19",
            "versionNumbers": [10, 3, 19],
            "deploymentType": "Server",
            "buildNumber": 10030019,
            "buildDate": "2026-03-16T00:00:00.000+0000",
            "databaseBuildNumber": 10030019,
            "serverTime": self.renderer.stamp(self.site.now_ms()),
            "scmInfo": "simulator",
            "serverTitle": "Throughline demo",
        }

    def answer(self, request: Request) -> Response:
        """Answer a request below ``/rest/api/2``."""
        parts = request.path.removeprefix(self.prefix).strip("/").split("/")
        match [request.method, *parts]:
            case ["GET", "search"]:
                return self._search_by_get(request)
            case ["POST", "search"]:
                asked = json_body(request, _SEARCH_BODY)
                return self._search(asked, {str(name) for name in asked.get("expand", [])})
            case ["GET", "issue", id_or_key]:
                return self._answer_issue(request, id_or_key)
            case ["GET", "project", *rest]:
                return self._answer_projects(request, rest)
            case ["GET", name]:
                return self.bare_list(name)
        return not_found()

    def anonymous(self, request: Request) -> Response:
        """Nothing is visible, and only ``/myself`` admits why."""
        path = request.path.removeprefix(self.prefix)
        if path == "/search":
            return ok(_wrap_page(0, 50, 0) | {"issues": []})
        if path == "/project":
            return ok([])
        if path in ("/field", "/status", "/issuetype"):
            return self.bare_list(path[1:])
        if path.startswith("/issue/"):
            return refusal(404, _NO_ISSUE)
        return refusal(401, "You are not authenticated. Authentication required to perform this operation.")

    def _answer_projects(self, request: Request, parts: list[str]) -> Response:
        if not parts:
            return ok([self.renderer.project(team) for team in self.site.projects()])
        team = self.site.project(parts[0])
        if team is None:
            return refusal(404, f"No project could be found with key '{parts[0]}'.")
        return self.project(request, team, parts[1:])

    def _search_by_get(self, request: Request) -> Response:
        asked: dict[str, Any] = {
            "jql": request.text("jql", ""),
            "startAt": request.number("startAt", 0),
            "maxResults": request.number("maxResults", 50),
            "fields": request.query.get("fields", []),
        }
        return self._search(asked, comma_names(request.text("expand")))

    def _search(self, asked: dict[str, Any], expand: set[str]) -> Response:
        start, size = max(asked.get("startAt", 0), 0), asked.get("maxResults", 50)
        if size < 0 or size > self.page_cap:
            size = self.page_cap
        if self.result_window is not None and start + size > self.result_window:
            return refusal(
                500,
                "Search limit exceeded: Result window is too large, from + size must be less than or equal "
                f"to: [{self.result_window}] but was [{start + size}].",
            )
        _, result = self.site.search(asked.get("jql") or "")
        choice = FieldChoice([str(name) for name in asked.get("fields") or []], default="*navigable")
        histories = _ALL_HISTORIES if "changelog" in expand else None
        shown = result.issues[start : start + size]
        bodies = b",".join([self.renderer.issue(issue, choice, histories) for issue in shown])
        head = orjson.dumps(_wrap_page(start, size, len(result.issues)))
        return Response(200, head[:-1] + b',"issues":[' + bodies + b"]}")

    def _answer_issue(self, request: Request, id_or_key: str) -> Response:
        issue = self.site.find(id_or_key)
        if issue is None:
            return refusal(404, _NO_ISSUE)
        choice = FieldChoice(request.query.get("fields", []), default="*all")
        histories = _ALL_HISTORIES if "changelog" in comma_names(request.text("expand")) else None
        return Response(200, self.renderer.issue(issue, choice, histories))


def _wrap_page(start: int, size: int, total: int) -> dict[str, Any]:
    """A page begins with what the server made of the request."""
    return {"expand": "schema,names", "startAt": start, "maxResults": size, "total": total}
