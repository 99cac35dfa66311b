"""Tags that are deployments: which commit each stands for, and when it was made."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from configuration.errors import InputError
from data.sources.git.commits import EARLIEST_S
from data.sources.git.program import Git

_SECOND_MS = 1_000
_STAMP = re.compile(rb"^(?:tagger|committer) .*> (-?\d{1,15}) [+-]\d{4}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag.

    Attributes:
        name: as people call it.
        commit: hash of what it stands for.
        at: when it was made, epoch milliseconds; of one without a date of its own when its commit was.
    """

    name: str
    commit: str
    at: int


def read_tags(git: Git, tags: Mapping[str, str], patterns: Sequence[str], latest_ms: int) -> list[Tag]:
    """Return the tags of commits whose names match one of some patterns, the first one first; empty: all.

    One that is dated in the future, or in 1970, or stands for something else than a commit, is none.

    Raises:
        InputError: the repository is damaged.
    """
    wanted = {name: made for name, made in tags.items() if _matches(name, patterns)}
    if not wanted:
        return []
    # Of each tag what it is itself, which may have a date of its own, and the commit at its end.
    given = [line for made in wanted.values() for line in (made, made + "^{commit}")]
    objects = _objects(b"".join(git.stream("cat-file", "--batch", given=given)))
    found = []
    for name in wanted:
        itself, commit = next(objects), next(objects)
        at = _stamp(itself[1]) if itself[1] else None
        if commit[0] and at is not None and at >= EARLIEST_S and at * _SECOND_MS <= latest_ms:
            found.append(Tag(name, commit[0], at * _SECOND_MS))
    return sorted(found, key=lambda tag: (tag.at, tag.name))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _objects(answer: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield hash and content of each object of an answer; both are empty for one that is not there."""
    place = 0
    while place < len(answer):
        end = answer.index(b"\n", place)
        head = answer[place:end].rsplit(b" ", 2)
        place = end + 1
        if len(head) < 3 or not head[2].isdigit():  # hash, kind and size
            yield "", b""
            continue
        size = int(head[2])
        yield head[0].decode(), answer[place : place + size]
        place += size + 1


def _stamp(content: bytes) -> int | None:
    """Return the seconds of a tag or a commit, None where it tells none."""
    head = content.partition(b"\n\n")[0]
    found = _STAMP.search(head)
    return int(found[1]) if found else None


def commit_time(git: Git, commit: str) -> int | None:
    """Return when a commit came in, epoch milliseconds, None where it does not tell.

    Raises:
        InputError: the repository is damaged, or does not have it.
    """
    (found,) = _objects(b"".join(git.stream("cat-file", "--batch", given=[commit])))
    if not found[0]:
        raise InputError(
            f"The commit {commit[:10]} at the tip of the default branch is missing.",
            hint="Look at the clone with git fsck, or clone it again.",
        )
    at = _stamp(found[1])
    return None if at is None else at * _SECOND_MS
