"""Local clones of an import or a sync: read, and told to the store like imported files."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from configuration.errors import InputError
from configuration.profile import Profile
from data.cache_manager import References
from data.intake.unread import Failing
from data.jira.stamps import latest_of
from data.model.changes import ChangeRow
from data.model.tables import DeploymentRow
from data.sources.git.clone import Told, read_clone
from data.sources.git.rows import ORIGIN
from data.store.references import Retold

logger = logging.getLogger(__name__)
_STATE = "git "  # before the path, in the metadata of a store: what was read of it the last time


@dataclass(slots=True)
class Clones:
    """What some clones tell.

    Attributes:
        deployments: their tags.
        changes: what came into their default branches.
        retold: whose rows are told anew.
        meta: what to note of each with the store, for the next time.
        notices: sentences that a reader of the numbers should know.
        failing: clones that could not be read, by folder, where that stops nothing.
    """

    deployments: list[DeploymentRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    retold: list[Retold] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    failing: dict[str, Failing] = field(default_factory=dict)

    @property
    def unread(self) -> tuple[tuple[str, str], ...]:
        """Cause and remedy of each that could not be read."""
        return tuple((error.message, error.hint) for _, _, error in self.failing.values())

    @property
    def references(self) -> References:
        """What they tell, as rows beside the issues."""
        return References(deployments=self.deployments, changes=self.changes)

    def add(self, path: Path, told: Told) -> None:
        """Add what a clone tells."""
        self.deployments += told.deployments
        self.changes += told.changes
        self.retold.append(Retold(ORIGIN, frozenset((told.service,)), whole=not told.partly))
        self.meta[_key(path)] = told.state
        self.notices += told.notices


def read_clones(
    paths: Sequence[Path],
    patterns: Sequence[str],
    meta: Mapping[str, str],
    known: Callable[[], Iterable[ChangeRow]],
    now_ms: int,
    *,
    tolerant: bool = False,
) -> Clones:
    """Read clones; of one in which nothing has happened since the last time nothing is told.

    Args:
        paths: of clones.
        patterns: of the names of tags that are deployments; empty: all.
        meta: of the store that holds what was told the last time.
        known: gives the changes that it holds; where no clone has news nobody asks for them.
        now_ms: this machine's time.
        tolerant: one that cannot be read is noted, and the others are read all the same.

    Raises:
        InputError: one of them cannot be read, unless ``tolerant``, or two have one name.
        ConfigurationError: there is no git program.
    """
    taken = cache(lambda: _taken(known()))
    clones = Clones()
    for path in paths:
        try:
            told = read_clone(path, patterns, meta.get(_key(path), ""), latest_of(now_ms), taken)
        except InputError as error:
            if not tolerant:
                raise
            logger.warning("git.unreadable", extra={"cause": error.message})
            # What it is called by itself cannot be read either; mostly that is the name of its folder.
            clones.failing[str(path)] = f"The clone {path.name}", path.resolve().name, error
            continue
        if told is None:
            continue
        if any(told.service in each.services for each in clones.retold):
            raise InputError(
                f"Two clones are called {told.service}, and the second is {path}.",
                hint="Give one clone of each repository, or rename a folder.",
            )
        logger.info("git.read", extra={"changes": len(told.changes), "deployments": len(told.deployments)})
        clones.add(path, told)
    return clones


def clone_paths(profile: Profile) -> tuple[Path, ...]:
    """Return the folders of the clones that a profile names."""
    return tuple(Path(path).expanduser() for path in profile.git.paths)


def noted_clones(meta: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders of the clones that were read into a store, from its metadata."""
    return tuple(Path(name.removeprefix(_STATE)) for name in sorted(meta) if name.startswith(_STATE))


def _taken(known: Iterable[ChangeRow]) -> Collection[str]:
    """Return the ids of the changes that are deployed, which later ones must not take over."""
    return {row.id for row in known if row.origin == ORIGIN and row.deployments}


def _key(path: Path) -> str:
    return _STATE + str(path.resolve())
