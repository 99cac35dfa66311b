"""The names of a repository: branches and tags with their hashes, read from its files and not by git.

What a clone's configuration says is not looked at, but for the address of its origin, which gives it a name.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from configuration.errors import InputError

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REMOTE = re.compile(r'\s*\[remote "origin"\]\s*')
_URL = re.compile(r"\s*url\s*=\s*(\S+)\s*")
_MOST_BYTES = 64 << 20
_MOST_HOPS = 5  # from one name to the next
_TAGS = "refs/tags/"
_ORIGIN = "refs/remotes/origin/"
_USUAL = ("main", "master", "trunk", "develop")
_WHAT_TO_GIVE = "Give the folder of a clone, or of a bare repository."


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a repository stand for.

    Attributes:
        by_name: hash by full name, ``refs/tags/v1`` and the like; of an annotated tag that of the tag.
        default: hash of the tip of the default branch, "" where there is none.
        branch: name of that branch.
        shallow: hashes of commits whose parents were not cloned.
        origin: address that it was cloned from, "" where none is known.
    """

    by_name: dict[str, str] = field(default_factory=dict)
    default: str = ""
    branch: str = ""
    shallow: tuple[str, ...] = ()
    origin: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Hashes by name of the tag, without what stands before it."""
        return {name[len(_TAGS) :]: commit for name, commit in self.by_name.items() if name.startswith(_TAGS)}


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the parts of a repository are.

    Attributes:
        own: what belongs to this working copy.
        common: what all working copies of it share.
    """

    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        """Where its objects are."""
        return self.common / "objects"


def find_folders(path: Path) -> Folders:
    """Return the folders of a clone, a worktree, a submodule or a bare repository.

    Raises:
        InputError: the path leads to none of them.
    """
    folder = path / ".git" if (path / ".git").exists() else path
    try:
        if folder.is_file():  # of a worktree or a submodule
            pointed = folder.read_text(encoding="utf-8").strip().removeprefix("gitdir:").strip()
            folder = (folder.parent / pointed).resolve()
        beside = folder / "commondir"
        common = (folder / beside.read_text("utf-8").strip()).resolve() if beside.is_file() else folder
        if not ((folder / "HEAD").is_file() and (common / "objects").is_dir()):
            raise InputError(f"{path} is not a git repository.", hint=_WHAT_TO_GIVE)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", hint=_WHAT_TO_GIVE) from error
    if (common / "reftable").is_dir():
        raise InputError(
            f"{path} keeps its names in a form that is not read (reftable).",
            hint="Clone it with git clone --ref-format=files, and give that clone.",
        )
    return Folders(folder, common)


def read_names(folders: Folders) -> Names:
    """Return the names of a repository; raises InputError where they cannot be read."""
    try:
        found = dict(_packed(folders.common / "packed-refs"))
        for name in _walk(folders.common / "refs"):
            found[name] = _text(folders.common / name)
        head = _text(folders.own / "HEAD")
        shallow = tuple(line for line in _lines(folders.common / "shallow") if _HASH.fullmatch(line))
        origin = _origin_in(folders.common / "config")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The names in {folders.common} cannot be read: {error}.", hint=_WHAT_TO_GIVE
        ) from error
    branch = _default_branch(found, head)
    hashes = {name: commit for name in found if (commit := _resolve(found, name))}
    default = head if _HASH.fullmatch(branch) else hashes.get(branch, "")
    return Names(hashes, default, branch, shallow, origin)


def _default_branch(found: dict[str, str], head: str) -> str:
    """Return what the origin calls its default branch, else its usual names, else what is checked out.

    The origin's own word may be out of date: a branch that was renamed is not there any more.
    """
    told = found.get(_ORIGIN + "HEAD", "").removeprefix("ref:").strip()
    here = head.removeprefix("ref:").strip()
    of_origin = [_ORIGIN + name for name in _USUAL]
    if told in found:
        return told
    return next((name for name in of_origin if name in found), here)


def _resolve(found: dict[str, str], name: str) -> str:
    for _ in range(_MOST_HOPS):
        value = found.get(name, "")
        if not value.startswith("ref:"):
            return value if _HASH.fullmatch(value) else ""
        name = value.removeprefix("ref:").strip()
    return ""


def _packed(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        commit, _, name = line.partition(" ")
        if name and _HASH.fullmatch(commit):
            yield name, commit


def _walk(folder: Path) -> Iterator[str]:
    """Yield the names that stand in files of their own; no link is followed out of the folder."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            if not path.is_symlink() and not name.endswith(".lock"):
                yield path.relative_to(folder.parent).as_posix()


def _text(path: Path) -> str:
    if path.is_symlink():
        return ""
    with path.open("rb") as stream:
        return stream.read(_MOST_BYTES).decode().strip()


def _lines(path: Path) -> list[str]:
    return _text(path).splitlines() if path.is_file() else []


def _origin_in(config: Path) -> str:
    """Return the address of the origin as the configuration writes it, which is read as text alone."""
    inside = False
    for line in _lines(config):
        if line.lstrip().startswith("["):
            inside = bool(_REMOTE.fullmatch(line))
        elif inside and (found := _URL.fullmatch(line)):
            return found[1]
    return ""
