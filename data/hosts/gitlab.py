"""GitLab: how its REST API is asked, and what its answers say."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import msgspec

from data.hosts.client import HostClient, read_list, stamp
from data.hosts.port import About, Commit, Deployed, Details, Listing, Merged
from data.jira.stamps import instant_of
from data.model.tables import MISSING

_SHORT = 10  # digits of a hash by which a deployment of a bare commit is called
# Accounts of access tokens are called so; what they write is no review by a person.
_MACHINE = re.compile(r"(?:project|group)_\d+_bot")
_APPROVED = "approved this merge request"


class _Project(msgspec.Struct):
    path_with_namespace: str
    default_branch: str | None = None


class _Environment(msgspec.Struct):
    name: str = ""


class _Job(msgspec.Struct):
    finished_at: str | None = None


class _Deployment(msgspec.Struct):
    id: int
    sha: str
    status: str
    created_at: str
    updated_at: str
    ref: str | None = None
    environment: _Environment | None = None
    deployable: _Job | None = None


class _Object(msgspec.Struct):
    id: str = ""


class _Release(msgspec.Struct):
    tag_name: str
    released_at: str | None = None
    name: str | None = None
    upcoming_release: bool = False
    commit: _Object | None = None


class _User(msgspec.Struct):
    id: int
    username: str = ""


class _Request(msgspec.Struct):
    iid: int
    title: str
    created_at: str
    updated_at: str
    source_branch: str | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    sha: str | None = None
    author: _User | None = None


class _Commit(msgspec.Struct):
    id: str
    message: str | None = None
    authored_date: str | None = None
    created_at: str | None = None  # the same of a commit, where an old version tells no other date
    parent_ids: list[str] = []


class _Note(msgspec.Struct):
    created_at: str
    body: str = ""
    system: bool = False
    author: _User | None = None


class GitLab:
    """One GitLab.

    Args:
        client: asks it.
        environments: whose deployments are read; empty: all.
        url: of the API.
    """

    name = "gitlab"
    asks_outcomes = False

    def __init__(self, client: HostClient, environments: Sequence[str], url: str) -> None:
        self._client = client
        self._environments = frozenset(name.casefold() for name in environments)
        self._pages = url.removesuffix("/api/v4")

    def about(self, repository: str) -> About:
        """Return what a project is called now and which branch is its default one."""
        found = self._client.one(_path(repository), _PROJECT, _Project)
        return About(found.path_with_namespace, found.default_branch or "")

    def deployments(self, repository: str, since_ms: int, etag: str) -> Listing[Deployed]:
        """Return the deployments that were changed since an instant, with what became of them."""

        def convert(row: _Deployment) -> Deployed | None:
            name = row.environment.name if row.environment else ""
            if self._environments and name.casefold() not in self._environments:
                return None
            return self._deployed(repository, row, name)

        asked = {"order_by": "updated_at", "sort": "desc"}
        path, template = _list(repository, "deployments")
        pages = self._client.pages(path, asked, template, _Deployment, etag)
        return read_list(pages, convert, lambda row: instant_of(row.updated_at) < since_ms)

    def _deployed(self, repository: str, row: _Deployment, environment: str) -> Deployed:
        ended = (row.deployable and row.deployable.finished_at) or row.updated_at
        return Deployed(
            id=str(row.id),
            name=row.ref if row.ref and row.ref != row.sha else row.sha[:_SHORT],
            commit=row.sha,
            environment=environment,
            result=row.status,
            at=instant_of(ended),
            updated_at=instant_of(row.updated_at),
            url=f"{self._pages}/{repository}/-/environments",
        )

    def outcome(self, repository: str, deployed: Deployed) -> Deployed:
        """Return a deployment as it is: the list tells what became of it."""
        return deployed

    def releases(self, repository: str, etag: str) -> Listing[Deployed]:
        """Return the releases that are out, with the commits of their tags."""

        def convert(row: _Release) -> Deployed | None:
            if row.upcoming_release or not row.released_at:
                return None
            return Deployed(
                id=row.tag_name,
                name=row.name or row.tag_name,
                commit=row.commit.id if row.commit else "",
                environment="",
                result="success",
                at=instant_of(row.released_at),
                url=f"{self._pages}/{repository}/-/releases/{quote(row.tag_name, safe='')}",
            )

        path, template = _list(repository, "releases")
        return read_list(self._client.pages(path, {}, template, _Release, etag), convert, lambda _row: False)

    def merged(self, repository: str, branch: str, since_ms: int, etag: str) -> Listing[Merged]:
        """Return the merge requests that were merged into a branch and changed since an instant."""
        asked = {"state": "merged", "target_branch": branch, "order_by": "updated_at", "sort": "desc"}
        path, template = _list(repository, "merge_requests")
        pages = self._client.pages(path, asked, template, _Request, etag)
        requests = f"{self._pages}/{repository}/-/merge_requests"
        return read_list(
            pages, lambda row: _merged(row, requests), lambda row: instant_of(row.updated_at) < since_ms
        )

    def details(self, repository: str, number: int, author: str) -> Details:
        """Return the commits of a merge request and its first review: two requests mostly."""
        path, template = (
            _list(repository, f"merge_requests/{number}")[0],
            f"{_PROJECT}/merge_requests/{{iid}}",
        )
        asked = self._client.pages(f"{path}/commits", {}, f"{template}/commits", _Commit)
        commits = [row for page in asked for row in page.rows][::-1]
        dates = [at for row in commits if (at := row.authored_date or row.created_at)]
        return Details(
            first_commit_at=min(map(instant_of, dates), default=MISSING),
            first_review_at=self._first_review(path, template, author),
            commits=tuple(row.id for row in commits),
            messages=tuple(row.message or "" for row in commits),
        )

    def _first_review(self, path: str, template: str, author: str) -> int:
        """Return when somebody else first wrote a note or approved; they come in the order of time."""
        asked = {"sort": "asc", "order_by": "created_at"}
        for page in self._client.pages(f"{path}/notes", asked, f"{template}/notes", _Note):
            for row in page.rows:
                is_own = (
                    row.author is None or str(row.author.id) == author or _MACHINE.match(row.author.username)
                )
                if not is_own and (not row.system or row.body.startswith(_APPROVED)):
                    return instant_of(row.created_at)
        return MISSING

    def commits(self, repository: str, commit: str, since_ms: int) -> Iterator[list[Commit]]:
        """Yield pages of the commits that lead to one, the last one first, as far back as an instant."""
        path, template = _list(repository, "repository/commits")
        asked = {"ref_name": commit, "since": stamp(since_ms)}
        for page in self._client.pages(path, asked, template, _Commit):
            yield [Commit(row.id, tuple(row.parent_ids)) for row in page.rows]


_PROJECT = "/projects/{project}"


def _path(repository: str) -> str:
    return f"/projects/{quote(repository, safe='')}"


def _list(repository: str, what: str) -> tuple[str, str]:
    return f"{_path(repository)}/{what}", f"{_PROJECT}/{what}"


def _merged(row: _Request, pages: str) -> Merged | None:
    if not row.merged_at:
        return None
    return Merged(
        number=row.iid,
        title=row.title,
        branch=row.source_branch or "",
        author=str(row.author.id) if row.author else "",
        opened_at=instant_of(row.created_at),
        merged_at=instant_of(row.merged_at),
        commit=row.merge_commit_sha or row.squash_commit_sha or row.sha or "",
        updated_at=instant_of(row.updated_at),
        url=f"{pages}/{row.iid}",
    )
