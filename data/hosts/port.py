"""What a host of repositories tells, in words that are those of no host."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from data.model.tables import MISSING

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class About:
    """A repository: its whole name, which may be another one than it was asked by, and its default branch."""

    name: str
    branch: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment, or a release; instants are epoch milliseconds.

    Attributes:
        id: of the host.
        name: of what was deployed.
        commit: its hash, "" where that is not known.
        environment: as the host calls it.
        result: as the host calls it.
        at: when it succeeded, else when it ended, else when it began.
        settled: its result is known and stays.
        updated_at: when the host last changed it.
        url: of its page.
    """

    id: str
    name: str
    commit: str
    environment: str
    result: str
    at: int
    settled: bool = True
    updated_at: int = MISSING
    url: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged request; ``commit`` is the hash by which it came into the branch, ``author`` an id."""

    number: int
    title: str
    branch: str
    author: str
    opened_at: int
    merged_at: int
    commit: str
    updated_at: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What stands behind a merged request.

    Attributes:
        first_commit_at: when the first of its commits was written.
        first_review_at: when somebody who is not its author, and no machine, first said something of it.
        commits: their hashes, the oldest first.
        messages: of these commits.
    """

    first_commit_at: int
    first_review_at: int
    commits: tuple[str, ...]
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list, as far as it was asked for.

    Attributes:
        rows: what has changed since, the last one first.
        etag: to be shown the next time.
        unchanged: the host says that nothing has changed; there are no rows then.
        left_out: how many were left out, since they are of environments that pass.
    """

    rows: list[T] = field(default_factory=list)
    etag: str = ""
    unchanged: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and the hashes of its parents."""

    hash: str
    parents: tuple[str, ...]


class Host(Protocol):
    """GitHub, GitLab, or another one; every method that asks raises SourceError."""

    @property
    def name(self) -> str:
        """As rows call their origin."""

    @property
    def asks_outcomes(self) -> bool:
        """Whether what became of a deployment is asked of each, and not told with the list."""

    def about(self, repository: str) -> About:
        """Return what a repository is called and which branch is its default one."""

    def deployments(self, repository: str, since_ms: int, etag: str) -> Listing[Deployed]:
        """Return the deployments that were changed since an instant, at it included."""

    def outcome(self, repository: str, deployed: Deployed) -> Deployed:
        """Return a deployment with what became of it."""

    def releases(self, repository: str, etag: str) -> Listing[Deployed]:
        """Return the releases that are published, all of them where any has changed."""

    def merged(self, repository: str, branch: str, since_ms: int, etag: str) -> Listing[Merged]:
        """Return the requests that were merged into a branch and changed since an instant."""

    def details(self, repository: str, number: int, author: str) -> Details:
        """Return what stands behind the merged request of a number and an author; two requests mostly."""

    def commits(self, repository: str, commit: str, since_ms: int) -> Iterator[list[Commit]]:
        """Yield pages of the commits that lead to one, the last one first, as far back as an instant."""
