"""Changes of code and incidents that files or repositories tell of: rows as stored, changes as columns.

A *change* is what went into the main line at once: a pull or merge request, or a commit of its own.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from data.model.columns import codes, numbers

# Hashes are compared by so many of their first hexadecimal digits, which fit into 60 bits.
HASH_DIGITS = 15
_HEX = frozenset("0123456789abcdef")


class ChangeRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A change of code.

    Instants are UTC epoch milliseconds, or ``MISSING`` where they are not known. ``first_commit_at`` is when
    its first commit was written, ``opened_at`` and ``first_review_at`` belong to its pull or merge request,
    ``merged_at`` is when it came into the main line. ``commits`` are hashes, the oldest first, and
    ``deployments`` ids of deployments that hold it. ``origin`` is the source that told of it, "" for files,
    and ``service`` what is deployed as one thing, the repository where nothing else is said. ``reverts`` are
    the hashes of the commits that it takes back.
    """

    id: str
    project: str
    issues: tuple[str, ...]
    first_commit_at: int
    opened_at: int
    first_review_at: int
    merged_at: int
    commits: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    name: str = ""
    origin: str = ""
    service: str = ""
    reverts: tuple[str, ...] = ()
    url: str = ""


class IncidentRow(msgspec.Struct, array_like=True, frozen=True):
    """An incident that a file tells of.

    ``detected_at`` and ``restored_at`` are UTC epoch milliseconds, the latter ``MISSING`` while it goes on.
    ``deployment`` is the id of the deployment that caused it, "" where none is named, and ``issues`` are the
    keys of the issues that stand for it.
    """

    id: str
    project: str
    detected_at: int
    restored_at: int
    deployment: str = ""
    issues: tuple[str, ...] = ()
    name: str = ""


def _no_codes() -> NDArray[np.int32]:
    return np.zeros(0, np.int32)


def _no_numbers() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


def _no_offsets() -> NDArray[np.int64]:
    return np.zeros(1, np.int64)


def read_word(word: str) -> str:
    """Return a word as it is."""
    return word


def key_project(parts: tuple[str, int, str]) -> str | None:
    """Return the project of a key from its two parts and the whole, None where the text is not a key."""
    project, _, key = parts
    return project if project != key else None


def hash_bounds(commit: str) -> tuple[int, int]:
    """Return the smallest and the largest number of the hashes that begin like ``commit``; (0, -1) for none.

    A hash may be cut to seven digits or more; what is shorter, or is not one, is like none. So is one of
    zeros alone, which is how git writes that there is no commit.
    """
    digits = commit.casefold()[:HASH_DIGITS]
    if len(digits) < 7 or not _HEX.issuperset(digits) or not digits.strip("0"):  # as git cuts them
        return 0, -1
    free = 4 * (HASH_DIGITS - len(digits))
    first = int(digits, 16) << free
    return first, first + (1 << free) - 1


def _first_hash(commit: str) -> int:
    return hash_bounds(commit)[0]


def _last_hash(commit: str) -> int:
    return hash_bounds(commit)[1]


def commits_from(of: Any) -> dict[str, Any]:
    """Return the metadata of a column of the smallest numbers of hashes."""
    return numbers(of, _first_hash, np.int64)


def commits_until(of: Any) -> dict[str, Any]:
    """Return the metadata of a column of the largest numbers of hashes."""
    return numbers(of, _last_hash, np.int64)


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """One row per change, ordered by project and id; ``ChangeTable()`` has none.

    ``listed``, ``carried`` and ``commit`` have an entry for each issue key, deployment and commit that a
    change names, those of row *i* from entry ``..._start[i]`` up to ``..._start[i + 1]``; so has ``reverted``
    for each commit that it takes back. Commits are the numbers of ``hash_bounds``. ``keys`` are in the order
    of project and number, with their parts in ``key_project`` and ``key_number``; other vocabularies are in
    that of first use.
    """

    ids: tuple[str, ...] = ()
    first_commit_at: NDArray[np.int64] = field(
        default_factory=_no_numbers, metadata=numbers("event", "first_commit_at", np.int64)
    )
    opened_at: NDArray[np.int64] = field(
        default_factory=_no_numbers, metadata=numbers("event", "opened_at", np.int64)
    )
    first_review_at: NDArray[np.int64] = field(
        default_factory=_no_numbers, metadata=numbers("event", "first_review_at", np.int64)
    )
    merged_at: NDArray[np.int64] = field(
        default_factory=_no_numbers, metadata=numbers("event", "merged_at", np.int64)
    )
    project: NDArray[np.int32] = field(
        default_factory=_no_codes, metadata=codes("event", "project", "projects")
    )
    service: NDArray[np.int32] = field(
        default_factory=_no_codes, metadata=codes("event", "service", "services")
    )
    origin: NDArray[np.int32] = field(default_factory=_no_codes, metadata=codes("event", "origin", "origins"))
    listed_start: NDArray[np.int64] = field(default_factory=_no_offsets)
    listed: NDArray[np.int32] = field(default_factory=_no_codes, metadata=codes("listed", read_word, "keys"))
    carried_start: NDArray[np.int64] = field(default_factory=_no_offsets)
    carried: NDArray[np.int32] = field(
        default_factory=_no_codes, metadata=codes("carried", read_word, "deployments")
    )
    commit_start: NDArray[np.int64] = field(default_factory=_no_offsets)
    commit: NDArray[np.int64] = field(default_factory=_no_numbers, metadata=commits_from("commit"))
    reverted_start: NDArray[np.int64] = field(default_factory=_no_offsets)
    reverted: NDArray[np.int64] = field(default_factory=_no_numbers, metadata=commits_from("reverted"))
    key_project: NDArray[np.int32] = field(
        default_factory=_no_codes, metadata=codes("key", key_project, "key_projects")
    )
    key_number: NDArray[np.int64] = field(default_factory=_no_numbers, metadata=numbers("key", 1, np.int64))
    projects: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    key_projects: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)
