"""A look at a clone before it is read: what it is called, whether it is whole, what it would tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.sources.git.names import find_folders, read_names
from data.sources.git.program import borrowed
from data.sources.git.rows import require_commit, service_of
from data.sources.git.tags import Tag, commit_time, read_tags


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at a clone shows.

    Attributes:
        service: the repository, by its name.
        branch: its default branch.
        last_at: when the last commit of that branch came in, epoch milliseconds; None where that is not told.
        shallow: the clone does not reach back to the beginning.
        tags: those that are deployments, the first one first.
        other_tags: how many others there are.
    """

    service: str
    branch: str
    last_at: int | None
    shallow: bool
    tags: tuple[Tag, ...]
    other_tags: int


def survey(path: Path, patterns: Sequence[str], latest_ms: int) -> Survey:
    """Look at a clone; only its tags and its last commit are read.

    Args:
        path: of a clone, a worktree or a bare repository.
        patterns: of the names of tags that are deployments; empty: all.
        latest_ms: what is later than this instant cannot have happened.

    Raises:
        InputError: it is no repository, has no commit, or cannot be read.
        ConfigurationError: there is no git program.
    """
    folders = find_folders(path)
    names = read_names(folders)
    service = service_of(names, path)
    require_commit(names, service)
    with borrowed(folders.objects, names, service) as git:
        tags = read_tags(git, names.tags, patterns, latest_ms)
        last_at = commit_time(git, names.default)
    branch = names.branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    return Survey(service, branch, last_at, bool(names.shallow), tuple(tags), len(names.tags) - len(tags))
