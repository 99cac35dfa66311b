"""A GitHub and a GitLab on loopback: what is read of their APIs, with pages, tags for caches, and renames.

``answers`` goes into a ``FaultServer``, whose plan spoils what it says: limits, refusals, broken connections.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from data.simulator.gitlab import paged
from data.simulator.messages import Request, Response
from tests.servers.fault_server import FaultServer

API = "/api/v3"
ANN, BEN, BOT = {"id": 1, "type": "User"}, {"id": 2, "type": "User"}, {"id": 9, "type": "Bot"}


def sha(mark: str) -> str:
    """The hash of a commit that a test calls by a mark."""
    return hashlib.sha1(mark.encode(), usedforsecurity=False).hexdigest()


def instant(text: str) -> str:
    """An instant as GitHub writes it; a day alone is its noon."""
    return f"{text}T12:00:00Z" if len(text) == 10 else f"{text}:00Z"


@dataclass
class Repo:
    """A repository; marks of commits and days make it readable."""

    name: str
    branch: str = "main"
    id: int = 1
    tip: str = ""
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    behind: dict[int, tuple[list[Any], list[Any]]] = field(default_factory=dict)
    deployments: dict[int, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[int, list[Any]] = field(default_factory=dict)
    releases: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)

    def commit(self, mark: str, day: str, message: str = "", parents: Iterable[str] | None = None) -> str:
        """Write a commit, by default on top of the branch."""
        before = tuple(parents) if parents is not None else tuple(filter(None, (self.tip,)))
        self.commits[sha(mark)] = {
            "sha": sha(mark),
            "commit": {"message": message or mark, "author": {"date": instant(day)}},
            "parents": [{"sha": parent} for parent in before],
            "at": instant(day),
        }
        if parents is None:
            self.tip = sha(mark)
        return sha(mark)

    def pull(
        self,
        number: int,
        title: str,
        *,
        first: str,
        opened: str,
        merged: str,
        reviews: Iterable[tuple[dict[str, Any], str]] = (),
        message: str = "",
        branch: str = "topic",
    ) -> str:
        """Write, open, review and merge a pull request of one commit by Ann; return the merge commit."""
        inner = self.commit(f"{self.name} {number}", first, message, filter(None, (self.tip,)))
        merge = self.commit(f"{self.name} merge {number}", merged, title, filter(None, (self.tip, inner)))
        self.tip = merge
        self.pulls[number] = {
            "number": number,
            "title": title,
            "created_at": instant(opened),
            "updated_at": instant(merged),
            "merged_at": instant(merged),
            "merge_commit_sha": merge,
            "head": {"ref": branch},
            "user": ANN,
        }
        told = [{"user": user, "submitted_at": instant(day), "state": "APPROVED"} for user, day in reviews]
        self.behind[number] = ([self.commits[inner]], told)
        return merge

    def deploy(self, number: int, commit: str, created: str, *states: tuple[str, str], **more: Any) -> None:
        """Deploy a commit; each state has its day."""
        self.deployments[number] = {
            "id": number,
            "sha": commit,
            "ref": self.branch,
            "environment": "production",
            "created_at": instant(created),
            "updated_at": instant(states[-1][1] if states else created),
            "transient_environment": False,
            **more,
        }
        told = [{"state": state, "created_at": instant(day)} for state, day in states]
        self.statuses[number] = told[::-1]

    def release(self, tag: str, commit: str, day: str, **more: Any) -> None:
        """Publish a release."""
        self.releases.insert(0, {"tag_name": tag, "name": tag, "published_at": instant(day), **more})
        self.tags.append({"name": tag, "commit": {"sha": commit}})

    def history(self, tip: str, since: str) -> list[dict[str, Any]]:
        """The commits that lead to one, the last one first."""
        met, waiting = set(), [tip]
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                waiting += [parent["sha"] for parent in self.commits[name]["parents"]]
        ordered = [row for name, row in self.commits.items() if name in met and row["at"] >= since]
        return sorted(ordered, key=lambda row: row["at"], reverse=True)


@dataclass
class FakeGitHub:
    """What a GitHub Enterprise Server with some repositories answers."""

    repos: list[Repo]
    moved: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def answers(self, request: Request) -> Response:
        """Answer one request."""
        path = request.path.removeprefix(API)
        for old, new in self.moved.items():
            if path.startswith(f"/repos/{old}"):
                found = next(repo for repo in self.repos if repo.name == new)
                rest = path.removeprefix(f"/repos/{old}")
                query = "&".join(f"{name}={values[0]}" for name, values in request.query.items())
                where = f"{self.url}{API}/repositories/{found.id}{rest}?{query}"
                return Response(301, b'{"message": "Moved Permanently"}', {"Location": where})
        repo, parts = self._find(path)
        if repo is None:
            return _told(404, {"message": "Not Found"})
        if not parts:
            return _told(200, {"full_name": repo.name, "default_branch": repo.branch})
        rows = _rows(repo, parts, request)
        return _told(404, {"message": "Not Found"}) if rows is None else paged(self.url, request, rows)

    def _find(self, path: str) -> tuple[Repo | None, list[str]]:
        parts = path.split("/")[1:]
        if parts[0] == "repositories":
            return next((repo for repo in self.repos if str(repo.id) == parts[1]), None), parts[2:]
        name = "/".join(parts[1:3])
        return next((repo for repo in self.repos if repo.name == name), None), parts[3:]


@dataclass
class FakeGitLab:
    """What a GitLab with some projects answers; what is told of a repository is the same as above."""

    repos: list[Repo]
    url: str = ""

    def answers(self, request: Request) -> Response:
        """Answer one request."""
        head, *parts = request.path.removeprefix("/api/v4/projects/").split("/")
        repo = next((repo for repo in self.repos if quote(repo.name, safe="") == head), None)
        if repo is None:
            return _told(404, {"message": "404 Project Not Found"})
        if not parts:
            return _told(200, {"path_with_namespace": repo.name, "default_branch": repo.branch})
        rows = _gitlab_rows(repo, parts, request)
        return _told(404, {"message": "404 Not Found"}) if rows is None else paged(self.url, request, rows)


def _gitlab_rows(repo: Repo, parts: list[str], request: Request) -> list[Any] | None:
    found: list[Any] | None = None
    match parts:
        case ["deployments"]:
            rows = [_gitlab_deployment(repo, row) for row in repo.deployments.values()]
            found = sorted(rows, key=lambda row: row["updated_at"], reverse=True)
        case ["releases"]:
            commits = {tag["name"]: tag["commit"]["sha"] for tag in repo.tags}
            found = [
                {
                    "tag_name": row["tag_name"],
                    "released_at": row["published_at"],
                    "upcoming_release": row.get("draft", False),
                    "commit": {"id": commits[row["tag_name"]]},
                }
                for row in repo.releases
            ]
        case ["merge_requests"] if request.text("target_branch") == repo.branch:
            rows = [_merge_request(row) for row in repo.pulls.values()]
            found = sorted(rows, key=lambda row: row["updated_at"], reverse=True)
        case ["merge_requests", number, "commits"]:
            found = [_gitlab_commit(row) for row in repo.behind[int(number)][0]]
        case ["merge_requests", number, "notes"]:
            found = [
                {
                    "created_at": row["submitted_at"],
                    "author": row["user"],
                    "system": row["state"] == "PENDING",
                }
                for row in repo.behind[int(number)][1]
            ]
        case ["repository", "commits"]:
            asked = request.text("ref_name")
            tip = repo.tip if asked in (None, repo.branch) else asked
            if tip in repo.commits:
                found = [_gitlab_commit(row) for row in repo.history(tip, request.text("since") or "")]
    return found


def _gitlab_deployment(repo: Repo, row: dict[str, Any]) -> dict[str, Any]:
    last = repo.statuses[row["id"]][0]
    names = {"failure": "failed", "in_progress": "running"}
    return {
        "id": row["id"],
        "sha": row["sha"],
        "ref": row["ref"],
        "status": names.get(last["state"], last["state"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "environment": {"name": row["environment"]},
        "deployable": {"finished_at": last["created_at"]},
    }


def _merge_request(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "iid": row["number"],
        "source_branch": row["head"]["ref"],
        "author": {"id": row["user"]["id"], "username": "ann"},
        "squash_commit_sha": None,
        **{
            name: row[name] for name in ("title", "created_at", "updated_at", "merged_at", "merge_commit_sha")
        },
    }


def _gitlab_commit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["sha"],
        "message": row["commit"]["message"],
        row.get("dated", "authored_date"): row["commit"]["author"]["date"],
        "parent_ids": [parent["sha"] for parent in row["parents"]],
    }


@contextmanager
def serving(host: FakeGitHub | FakeGitLab) -> Iterator[FaultServer]:
    """Serve a host on this machine; its links to further pages and renamed repositories lead there."""
    with FaultServer(host.answers) as server:
        host.url = server.url
        yield server


def _rows(repo: Repo, parts: list[str], request: Request) -> list[Any] | None:
    """The rows of a list, None where there is no such list."""
    asked = request.text("sha")
    tip = repo.tip if asked in (None, repo.branch) else asked
    found: list[Any] | None = None
    match parts:
        case ["deployments"]:
            found = [repo.deployments[number] for number in sorted(repo.deployments, reverse=True)]
        case ["deployments", number, "statuses"]:
            found = repo.statuses.get(int(number))
        case ["releases"]:
            found = repo.releases
        case ["tags"]:
            found = repo.tags
        case ["pulls"]:
            mine = [row for row in repo.pulls.values() if request.text("base") == repo.branch]
            found = sorted(mine, key=lambda row: row["updated_at"], reverse=True)
        case ["pulls", number, ("commits" | "reviews") as what] if int(number) in repo.behind:
            found = repo.behind[int(number)][what == "reviews"]
        case ["commits"] if tip in repo.commits:
            found = repo.history(tip, request.text("since") or "")
    return found


def _told(status: int, document: dict[str, Any]) -> Response:
    return Response(status, orjson.dumps(document))
