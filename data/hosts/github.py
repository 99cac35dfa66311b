"""GitHub, and GitHub Enterprise Server: how its REST API is asked, and what its answers say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

import msgspec

from data.hosts.client import HostClient, read_list, stamp
from data.hosts.port import About, Commit, Deployed, Details, Listing, Merged
from data.jira.stamps import instant_of
from data.model.tables import MISSING

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
PRERELEASE = "prerelease"  # the environment of a release that its makers do not call finished
_SHORT = 10  # digits of a hash by which a deployment of a bare commit is called
_FAILURES = ("failure", "error")


class _Repository(msgspec.Struct):
    full_name: str
    default_branch: str


class _Deployment(msgspec.Struct):
    id: int
    sha: str
    environment: str
    created_at: str
    updated_at: str
    ref: str | None = None
    transient_environment: bool | None = None


class _Status(msgspec.Struct):
    state: str
    created_at: str


class _Release(msgspec.Struct):
    tag_name: str
    published_at: str | None = None
    name: str | None = None
    draft: bool = False
    prerelease: bool = False


class _Object(msgspec.Struct):
    sha: str


class _Tag(msgspec.Struct):
    name: str
    commit: _Object


class _User(msgspec.Struct):
    id: int
    type: str | None = None


class _Head(msgspec.Struct):
    ref: str | None = None


class _Pull(msgspec.Struct):
    number: int
    title: str
    created_at: str
    updated_at: str
    head: _Head
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    user: _User | None = None


class _Signature(msgspec.Struct):
    date: str | None = None


class _Content(msgspec.Struct):
    message: str = ""
    author: _Signature | None = None


class _Commit(msgspec.Struct):
    sha: str
    commit: _Content = msgspec.field(default_factory=_Content)
    parents: list[_Object] = []


class _Review(msgspec.Struct):
    user: _User | None = None
    submitted_at: str | None = None
    state: str = ""


class GitHub:
    """One GitHub.

    Args:
        client: asks it.
        environments: whose deployments are read; empty: all that do not pass away.
        url: of the API.
    """

    name = "github"
    asks_outcomes = True

    def __init__(self, client: HostClient, environments: Sequence[str], url: str) -> None:
        self._client = client
        self._environments = frozenset(name.casefold() for name in environments)
        # Addresses of pages are made here: what an answer names may be anything.
        self._pages = url.removesuffix("/api/v3").replace("://api.", "://", 1)

    def about(self, repository: str) -> About:
        """Return what a repository is called now and which branch is its default one."""
        found = self._client.one(_path(repository), _path("{repository}"), _Repository)
        return About(found.full_name, found.default_branch)

    def deployments(self, repository: str, since_ms: int, etag: str) -> Listing[Deployed]:
        """Return the deployments that were changed since an instant; what became of each is asked apart."""
        passing = 0

        def convert(row: _Deployment) -> Deployed | None:
            nonlocal passing
            if self._environments and row.environment.casefold() not in self._environments:
                return None
            if not self._environments and row.transient_environment:
                passing += 1
                return None
            return self._deployed(repository, row)

        pages = self._client.pages(*_list(repository, "deployments"), _Deployment, etag)
        found = read_list(pages, convert, lambda row: instant_of(row.updated_at) < since_ms)
        return replace(found, left_out=passing)

    def _deployed(self, repository: str, row: _Deployment) -> Deployed:
        return Deployed(
            id=str(row.id),
            name=row.ref if row.ref and row.ref != row.sha else row.sha[:_SHORT],
            commit=row.sha,
            environment=row.environment,
            result="pending",
            at=instant_of(row.created_at),
            settled=False,
            updated_at=instant_of(row.updated_at),
            url=f"{self._pages}/{repository}/deployments/{quote(row.environment)}",
        )

    def outcome(self, repository: str, deployed: Deployed) -> Deployed:
        """Return a deployment with what its statuses say.

        It succeeded at the first success: a later ``inactive`` only says that another one replaced it.
        Otherwise the last status counts.
        """
        path, template = f"/deployments/{deployed.id}/statuses", "/deployments/{id}/statuses"
        asked = self._client.pages(f"{_path(repository)}{path}", {}, f"{_REPOSITORY}{template}", _Status)
        told = sorted(
            ((instant_of(row.created_at), row.state) for page in asked for row in page.rows),
            key=lambda each: each[0],
        )
        successes = [at for at, state in told if state == "success"]
        if successes:
            return replace(deployed, result="success", at=successes[0], settled=True)
        if not told:
            return deployed
        at, state = told[-1]
        ended = state in (*_FAILURES, "inactive")
        return replace(deployed, result=state, at=at if ended else deployed.at, settled=ended)

    def releases(self, repository: str, etag: str) -> Listing[Deployed]:
        """Return the published releases, with the commits of their tags."""
        pages = self._client.pages(*_list(repository, "releases"), _Release, etag)
        tag_pages = f"{self._pages}/{repository}/releases/tag"
        found = read_list(pages, lambda row: _released(row, tag_pages), lambda _row: False)
        if not found.rows:
            return found
        tags = self._client.pages(*_list(repository, "tags"), _Tag)
        commits = {row.name: row.commit.sha for page in tags for row in page.rows}
        rows = [replace(row, commit=commits.get(row.id, "")) for row in found.rows]
        return replace(found, rows=rows)

    def merged(self, repository: str, branch: str, since_ms: int, etag: str) -> Listing[Merged]:
        """Return the pull requests that were merged into a branch and changed since an instant."""
        asked = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
        path, params, template = _list(repository, "pulls")
        pages = self._client.pages(path, {**params, **asked}, template, _Pull, etag)
        pulls = f"{self._pages}/{repository}/pull"
        return read_list(
            pages, lambda row: _merged(row, pulls), lambda row: instant_of(row.updated_at) < since_ms
        )

    def details(self, repository: str, number: int, author: str) -> Details:
        """Return the commits of a pull request and its first review: two requests mostly."""
        path, template = f"{_path(repository)}/pulls/{number}", f"{_REPOSITORY}/pulls/{{number}}"
        asked = self._client.pages(f"{path}/commits", {}, f"{template}/commits", _Commit)
        commits = [row for page in asked for row in page.rows]
        dates = [row.commit.author.date for row in commits if row.commit.author and row.commit.author.date]
        return Details(
            first_commit_at=min(map(instant_of, dates), default=MISSING),
            first_review_at=self._first_review(path, template, author),
            commits=tuple(row.sha for row in commits),
            messages=tuple(row.commit.message for row in commits),
        )

    def _first_review(self, path: str, template: str, author: str) -> int:
        """Return when somebody else first handed in a review; they come in the order of time."""
        for page in self._client.pages(f"{path}/reviews", {}, f"{template}/reviews", _Review):
            for row in page.rows:
                is_other = row.user is None or (str(row.user.id) != author and row.user.type != "Bot")
                if is_other and row.submitted_at and row.state != "PENDING":
                    return instant_of(row.submitted_at)
        return MISSING

    def commits(self, repository: str, commit: str, since_ms: int) -> Iterator[list[Commit]]:
        """Yield pages of the commits that lead to one, the last one first, as far back as an instant."""
        path, params, template = _list(repository, "commits")
        asked = {**params, "sha": commit, "since": stamp(since_ms)}
        for page in self._client.pages(path, asked, template, _Commit):
            yield [Commit(row.sha, tuple(parent.sha for parent in row.parents)) for row in page.rows]


_REPOSITORY = "/repos/{repository}"


def _path(repository: str) -> str:
    return f"/repos/{repository}"


def _list(repository: str, what: str) -> tuple[str, dict[str, str], str]:
    return f"{_path(repository)}/{what}", {}, f"{_REPOSITORY}/{what}"


def _released(row: _Release, pages: str) -> Deployed | None:
    if row.draft or not row.published_at:
        return None
    return Deployed(
        id=row.tag_name,
        name=row.name or row.tag_name,
        commit="",
        environment=PRERELEASE if row.prerelease else "",
        result="success",
        at=instant_of(row.published_at),
        url=f"{pages}/{quote(row.tag_name)}",
    )


def _merged(row: _Pull, pages: str) -> Merged | None:
    if not row.merged_at:
        return None
    return Merged(
        number=row.number,
        title=row.title,
        branch=row.head.ref or "",
        author=str(row.user.id) if row.user else "",
        opened_at=instant_of(row.created_at),
        merged_at=instant_of(row.merged_at),
        commit=row.merge_commit_sha or "",
        updated_at=instant_of(row.updated_at),
        url=f"{pages}/{row.number}",
    )
