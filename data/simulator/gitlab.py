"""GitLab's dialect: deployments, merge requests and commits, in pages whose tags make them conditional."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from data.simulator import catalogue as c
from data.simulator.messages import BadRequestError, Request, Response, ok
from data.simulator.repositories import BRANCH, Commit, Deployed, MergeRequest, Repository

_API = "/api/v4/projects/"


class GitLab:
    """A GitLab with some projects, below an address.

    Args:
        repositories: that it has.
        url: of it.
        token: that it lets in.
    """

    def __init__(self, repositories: Iterable[Repository], url: str, token: str) -> None:
        self._projects = {repository.path: repository for repository in repositories}
        self._names = {quote(path, safe=""): path for path in self._projects}
        self._url = url
        self._token = token

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not request.path.startswith(_API):
            return self._show_page(request.path)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return _refusal(401, "401 Unauthorized")
        name, _, what = request.path.removeprefix(_API).partition("/")
        repository = self._projects.get(self._names.get(name, ""))
        if repository is None:
            return _refusal(404, "404 Project Not Found")
        if not what:
            return ok({"path_with_namespace": repository.path, "default_branch": BRANCH})
        try:
            rows = _rows(repository, what.split("/"), request)
            return _refusal(404, "404 Not Found") if rows is None else paged(self._url, request, rows)
        except (BadRequestError, ValueError):
            return _refusal(400, "400 Bad Request")

    def _show_page(self, path: str) -> Response:
        """Where links from the dashboard lead."""
        name, _, rest = path.strip("/").partition("/-/")
        repository = self._projects.get(name)
        kind, _, number = rest.partition("/")
        found = repository.requests if repository and kind == "merge_requests" else []
        request = next((each for each in found if str(each.number) == number), None)
        text = f"!{request.number}: {request.title}" if request else "Nothing to see of this in the demo."
        status = 200 if request or (repository and rest == "environments") else 404
        return Response(status, text.encode(), content_type="text/plain;charset=UTF-8")


def paged(url: str, request: Request, rows: list[Any]) -> Response:
    """Return a page of a list, with the address of the next one and a tag; 304 where that is shown.

    Raises:
        BadRequestError: size or place of the page are no numbers.
    """
    size, number = request.number("per_page", 30), request.number("page", 1)
    shown = rows[(number - 1) * size : number * size]
    tag = f'W/"{hashlib.sha256(orjson.dumps(shown)).hexdigest()[:16]}"'
    headers = {"ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(304, b"", headers)
    if number * size < len(rows):
        others = {name: values[0] for name, values in request.query.items() if name != "page"}
        query = urlencode({**others, "page": number + 1})
        headers["Link"] = f'<{url}{request.path}?{query}>; rel="next", <{url}/x>; rel="last"'
    return Response(200, orjson.dumps(shown), headers)


def _rows(repository: Repository, parts: list[str], request: Request) -> list[Any] | None:
    """Return the rows of a list, None where there is no such list.

    Raises:
        ValueError: a number or an instant is none.
    """
    requests = {each.number: each for each in repository.requests}
    found: list[dict[str, Any]] | None = None
    match parts:
        case ["deployments"]:
            found = [_deployment(each) for each in reversed(repository.deployments)]
        case ["releases"]:
            found = []
        case ["merge_requests"] if request.text("target_branch", BRANCH) == BRANCH:
            ordered = sorted(requests.values(), key=lambda each: each.merged_at, reverse=True)
            found = [_request(each) for each in ordered]
        case ["merge_requests", number, "commits"] if int(number) in requests:
            found = [_commit(each) for each in requests[int(number)].commits]
        case ["merge_requests", number, "notes"] if int(number) in requests:
            found = _notes(requests[int(number)])
        case ["repository", "commits"]:
            tip, since = request.text("ref_name", BRANCH), _instant(request.text("since"))
            tip = next(reversed(repository.commits)) if tip == BRANCH else tip
            if tip in repository.commits:
                found = [_commit(each) for each in repository.history(tip, since)]
    return found


def _deployment(run: Deployed) -> dict[str, Any]:
    at = _stamp(run.at)
    return {
        "id": run.id,
        "iid": run.id,
        "ref": run.ref,
        "sha": run.commit,
        "status": run.status,
        "created_at": _stamp(run.at - 4 * 60_000),
        "updated_at": at,
        "environment": {"id": 1, "name": c.PRODUCTION.name.lower()},
        "deployable": {"finished_at": at, "name": "deploy", "status": run.status},
    }


def _request(request: MergeRequest) -> dict[str, Any]:
    return {
        "iid": request.number,
        "title": request.title,
        "state": "merged",
        "source_branch": request.branch,
        "target_branch": BRANCH,
        "author": _person(request.author),
        "created_at": _stamp(request.opened_at),
        "updated_at": _stamp(request.merged_at),
        "merged_at": _stamp(request.merged_at),
        "merge_commit_sha": request.merge,
        "squash_commit_sha": None,
        "sha": request.commits[0].hash,
    }


def _notes(request: MergeRequest) -> list[dict[str, Any]]:
    """Return that commits were added, as GitLab notes itself, and what the reviewer said."""
    told = [(request.opened_at, request.author, "added commits")]
    if request.reviewer is not None:
        told.append((request.reviewed_at, request.reviewer, "Looks good."))
    return [
        {"id": id_, "created_at": _stamp(at), "author": _person(who), "body": body, "system": id_ == 1}
        for id_, (at, who, body) in enumerate(told, 1)
    ]


def _commit(commit: Commit) -> dict[str, Any]:
    return {
        "id": commit.hash,
        "parent_ids": list(commit.parents),
        "message": commit.message,
        "title": commit.message.partition("\n")[0],
        "authored_date": _stamp(commit.at),
        "committed_date": _stamp(commit.at),
        "created_at": _stamp(commit.at),
    }


def _person(number: int) -> Mapping[str, Any]:
    person = c.PEOPLE[number]
    return {"id": number + 1, "username": person.login, "name": person.name}


def _stamp(at_ms: int) -> str:
    """Return an instant as GitLab writes it."""
    text = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _instant(text: str | None) -> int:
    return round(dt.datetime.fromisoformat(text).timestamp() * 1000) if text else 0


def _refusal(status: int, message: str) -> Response:
    return Response(status, orjson.dumps({"message": message}))
