"""What Cloud and Data Center answer alike: lists, projects, versions, pages of lists."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from data.simulator import catalogue as c
from data.simulator.messages import BadRequestError, Request, Response, ok, refusal
from data.simulator.model import Person
from data.simulator.rendering import Renderer
from data.simulator.site import Site

BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
_AVATARS = ((48, "large"), (24, "small"), (16, "xsmall"), (32, "medium"))


class Dialect:
    """Answers requests; who asks has been checked before.

    Args:
        site: the running Jira.
        base_url: where the site is reached, context path included.
        email: of the account, for ``/myself``.
    """

    prefix: str
    username: str
    cloud: bool

    def __init__(self, site: Site, base_url: str, email: str) -> None:
        self.site = site
        self.base_url = base_url
        self.email = email
        self.api = base_url + self.prefix
        self.renderer = Renderer(site, self.api, self.person, cloud=self.cloud)

    def person(self, person: Person) -> dict[str, Any]:
        """How this dialect describes somebody."""
        raise NotImplementedError

    def server_info(self) -> dict[str, Any]:
        """The answer to ``/serverInfo``."""
        raise NotImplementedError

    def answer(self, request: Request) -> Response:
        """Answer a request below ``prefix``.

        Raises:
            BadRequestError: where Jira answers 400.
            JqlError: the same, for a query.
        """
        raise NotImplementedError

    def anonymous(self, request: Request) -> Response:
        """What somebody without credentials sees: an empty site, with a straight face."""
        raise NotImplementedError

    def avatars(self, url: str) -> dict[str, str]:
        """Addresses of a picture in four sizes."""
        return {f"{size}x{size}": f"{url}&size={name}" for size, name in _AVATARS}

    def project(self, request: Request, team: c.Team, parts: list[str]) -> Response:
        """Answer below ``/project/KEY``."""
        versions = self.site.versions[team.key]
        match parts:
            case []:
                return ok(self.renderer.project(team))
            case ["versions"]:
                return ok([self.renderer.version_of_project(version) for version in versions])
            case ["version"]:
                values = [self.renderer.version_of_project(version) for version in versions]
                return self.page(request, f"/project/{team.key}/version", values)
            case ["statuses"]:
                return ok(self._statuses_by_type(team))
        return not_found()

    def bare_list(self, name: str) -> Response:
        """Answer with one of the lists that need no parameter."""
        lists: dict[str, Callable[[], Any]] = {
            "field": c.fields,
            "status": lambda: [self.renderer.status(status) for status in c.STATUSES],
            "statuscategory": lambda: [self.renderer.category(each) for each in c.CATEGORIES],
            "issuetype": lambda: [self.renderer.issue_type(kind) for kind in c.ISSUE_TYPES],
            "priority": lambda: [self.renderer.named("priority", thing) for thing in c.PRIORITIES],
            "resolution": lambda: [self.renderer.named("resolution", thing) for thing in c.RESOLUTIONS],
            "serverInfo": self.server_info,
            "myself": self._answer_myself,
        }
        return ok(lists[name]()) if name in lists else not_found()

    def page(self, request: Request, path: str, values: Sequence[Any], most: int = 1_000) -> Response:
        """A page of a list that is counted with startAt."""
        start = max(request.number("startAt", 0), 0)
        size = max(min(request.number("maxResults", 50), most), 1)
        return ok(self.page_of(path, values, start, size))

    def page_of(self, path: str, values: Sequence[Any], start: int, size: int) -> dict[str, Any]:
        """The same, with the place and size settled."""
        url = f"{self.api}{path}"
        last = start + size >= len(values)
        answer: dict[str, Any] = {"self": f"{url}?maxResults={size}&startAt={start}"}
        if not last:
            answer["nextPage"] = f"{url}?maxResults={size}&startAt={start + size}"
        return answer | {
            "maxResults": size,
            "startAt": start,
            "total": len(values),
            "isLast": last,
            "values": values[start : start + size],
        }

    def _answer_myself(self) -> dict[str, Any]:
        return self.renderer.people_plain[0] | {
            "emailAddress": self.email,
            "locale": "en_US",
            "groups": {"size": 1, "items": []},
            "applicationRoles": {"size": 1, "items": []},
            "expand": "groups,applicationRoles",
        }

    def _statuses_by_type(self, team: c.Team) -> list[dict[str, Any]]:
        steps = [team.start, *([team.queue] if team.queue else []), *(stage.status for stage in team.stages)]
        statuses = [self.renderer.status(status) for status in (*steps, c.BLOCKED, team.done)]
        return [self.renderer.issue_type(kind) | {"statuses": statuses} for kind in c.ISSUE_TYPES]


def comma_names(text: str | None) -> set[str]:
    """The names in a comma-separated parameter such as ``expand``."""
    return {name.strip() for name in (text or "").split(",") if name.strip()}


def json_body(request: Request, known: Mapping[str, type]) -> dict[str, Any]:
    """The JSON body.

    Raises:
        BadRequestError: no JSON, not an object, an unknown property or a wrong type.
    """
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadRequestError(BAD_PAYLOAD) from None
    if not isinstance(body, dict):
        raise BadRequestError(BAD_PAYLOAD)
    for name, value in body.items():
        expected = known.get(name)
        # A bool is an int for Python but not for Jira.
        if expected is None or not isinstance(value, expected) or (expected is int and value is True):
            raise BadRequestError(BAD_PAYLOAD)
    return body


def not_found() -> Response:
    """404 for an address that means nothing."""
    return refusal(404, "The resource you asked for does not exist.")
