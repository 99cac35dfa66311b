"""A clone read as deployments and changes: its tags, and what came into its default branch."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.model.changes import ChangeRow
from data.model.tables import DeploymentRow
from data.sources.git.commits import Log, read_log
from data.sources.git.names import Names, find_folders, read_names
from data.sources.git.program import borrowed
from data.sources.git.rows import Teller, require_commit, service_of
from data.sources.git.tags import Tag, read_tags

# What is made of a repository; another number reads all of it again.
_READER = 1


@dataclass(frozen=True, slots=True)
class Told:
    """What a clone tells.

    Attributes:
        service: the repository, by its name.
        deployments: its tags.
        changes: what came into its default branch, and what was released from others.
        partly: only what is not deployed yet was read again; the rest stays as it is stored.
        state: for the next time; the same one means that nothing has happened meanwhile.
        notices: sentences that a reader of the numbers should know.
    """

    service: str
    deployments: tuple[DeploymentRow, ...]
    changes: tuple[ChangeRow, ...]
    partly: bool
    state: str
    notices: tuple[str, ...] = ()


def read_clone(
    path: Path,
    patterns: Sequence[str],
    state: str,
    latest_ms: int,
    taken: Callable[[], Collection[str]] = tuple,
) -> Told | None:
    """Read a clone, what happened since the last time if nothing that was deployed has changed.

    Args:
        path: of a clone, a worktree or a bare repository.
        patterns: of the names of tags that are deployments, as ``v*``; empty: all tags.
        state: what was told the last time, "" for the first.
        latest_ms: what is later than this instant cannot have happened.
        taken: gives the ids of changes that are stored and deployed: what is read now has other ids, where
            it is not all read again. Where nothing has happened nobody asks for them.

    Returns:
        None where nothing has happened since.

    Raises:
        InputError: it is no repository, has no commit, or cannot be read.
        ConfigurationError: there is no git program.
    """
    folders = find_folders(path)
    names = read_names(folders)
    service = service_of(names, path)
    known = _State.of(state)
    digest = _digest(names, patterns)
    if known.digest == digest:
        return None
    require_commit(names, service)
    with borrowed(folders.objects, names, service) as git:
        tags = read_tags(git, names.tags, patterns, latest_ms)
        # What was deployed stays so while every tag stands where it stood.
        partly = known.fits(tags, names)
        boundary = sorted({*(known.tags or {}).values()}) if partly else []
        tips = sorted({names.default, *(tag.commit for tag in tags)})
        log = read_log(git, tips, boundary, latest_ms)
    fresh = [tag for tag in tags if tag.commit in log.place]
    teller = Teller(log, names, service)
    return Told(
        service=service,
        deployments=tuple(map(teller.deployment, tags)),
        changes=tuple(teller.changes(fresh, taken() if partly else ())),
        partly=partly,
        state=_State(digest, {tag.name: tag.commit for tag in tags}, names.shallow).as_text(),
        notices=_notice(names, service, tags, log),
    )


@dataclass(frozen=True, slots=True)
class _State:
    """What was read the last time.

    Attributes:
        digest: of all names, of the patterns and of this reader.
        tags: hash of the commit by name.
        shallow: where the history ended.
    """

    digest: str = ""
    tags: Mapping[str, str] | None = None
    shallow: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> "_State":
        try:
            digest, tags, shallow = json.loads(text)
            return cls(str(digest), dict(tags), tuple(shallow))
        except (ValueError, TypeError):
            return cls()

    def as_text(self) -> str:
        return json.dumps([self.digest, dict(self.tags or {}), self.shallow])

    def fits(self, tags: Sequence[Tag], names: Names) -> bool:
        now = {tag.name: tag.commit for tag in tags}
        before = self.tags
        if before is None or self.shallow != names.shallow:
            return False
        first_new = min((tag.at for tag in tags if tag.name not in before), default=None)
        last_old = max((tag.at for tag in tags if tag.name in before), default=None)
        later = first_new is None or last_old is None or first_new > last_old
        return later and all(now.get(name) == commit for name, commit in before.items())


def _digest(names: Names, patterns: Sequence[str]) -> str:
    parts = [str(_READER), names.default, *patterns, "", *names.shallow]
    parts += [f"{name} {commit}" for name, commit in sorted(names.tags.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _notice(names: Names, service: str, tags: Sequence[Tag], log: Log) -> tuple[str, ...]:
    """Return what a reader of the numbers should know of a repository."""
    told = []
    if names.shallow:
        told.append(
            f"{service} is a shallow clone: what was written before it begins is not known, and the changes"
            " at its beginning seem younger than they are. Run git fetch --unshallow in it."
        )
    if not tags:
        told.append(f"{service} has no tag that counts as a deployment; git.tags says which ones do.")
    if log.wrong_clocks:
        told.append(
            f"{service} holds {log.wrong_clocks} instants that cannot be true, as of 1970 or the future."
        )
    return tuple(told)
