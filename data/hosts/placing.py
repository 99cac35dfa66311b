"""Which deployment carried each change out: the commits behind what was deployed, read as far as needed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from configuration.errors import NotFoundError
from data.hosts.port import Commit
from data.hosts.rows import is_success, merge_of
from data.model.changes import ChangeRow
from data.model.instants import DAY_MS
from data.model.tables import MISSING, DeploymentRow
from data.sources.git.commits import ABSENT, Log
from data.sources.git.history import find_carriers

Walk = Callable[[str, int], Iterator[list[Commit]]]
# What is deployed may have lain so long; what is older than the deployment before it went out with that one.
_MOST_LYING_MS = 30 * DAY_MS
# Pages of commits of one that leads to nothing known, as where an old state is deployed again.
_MOST_PAGES_APART = 3
# Of so many deployed commits that lead to nothing known yet the way is looked for at one time.
_MOST_WALKS = 500


class Graph:
    """The commits that were read so far.

    Attributes:
        unknown: how many deployed commits the host does not have.
        skipped: how many were too many to ask about.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._parents: dict[str, tuple[str, ...]] = {}
        self._walks = 0
        self.unknown = 0
        self.skipped = 0

    def reach(self, tip: str, wanted: Collection[str], since_ms: int) -> None:
        """Read the commits that lead to one, until they join known ones or hold all that are wanted.

        Raises:
            SourceError: the host does not tell.
        """
        if tip in self._parents:
            return
        self._walks += 1
        if self._walks > _MOST_WALKS:
            self.skipped += 1
            return
        missing = {commit for commit in wanted if commit not in self._parents}
        begun = bool(self._parents)
        try:
            for number, page in enumerate(self._walk(tip, since_ms), 1):
                joins = any(commit.hash in self._parents for commit in page)
                self._parents.update((commit.hash, commit.parents) for commit in page)
                missing.difference_update(commit.hash for commit in page)
                if joins or not missing or (begun and number == _MOST_PAGES_APART):
                    return
        except NotFoundError:
            self.unknown += 1  # a branch that was written anew leaves its old commits to nobody

    def carriers(self, tips: Sequence[str]) -> dict[str, int]:
        """Return for each commit the first of some tips that holds it, by its place among them."""
        log = Log(hashes=list(self._parents))
        log.place = {commit: place for place, commit in enumerate(log.hashes)}
        find = log.place.get
        log.parents = [tuple(find(each, ABSENT) for each in each) for each in self._parents.values()]
        known = [number for number, tip in enumerate(tips) if tip in log.place]
        found = find_carriers(log, [log.place[tips[number]] for number in known])
        return {log.hashes[place]: known[number] for place, number in enumerate(found) if number >= 0}


def place_changes(
    changes: Mapping[str, ChangeRow],
    deployments: Iterable[DeploymentRow],
    fresh: Collection[str],
    graph: Graph,
) -> list[ChangeRow]:
    """Return the changes of which more is known now: the first deployment into each environment with them.

    Args:
        changes: of a repository, by id.
        deployments: of it.
        fresh: ids of the deployments and changes that are new or different.
        graph: its commits.

    Raises:
        SourceError: the host does not tell.
    """
    good = [row for row in deployments if is_success(row) and row.commits and row.at != MISSING]
    environments: dict[str, list[DeploymentRow]] = {}
    for row in sorted(good, key=lambda row: (row.at, row.id)):
        environments.setdefault(row.environment, []).append(row)
    at = {row.id: row.at for row in good}
    carried: dict[str, dict[str, str]] = {name: {} for name in environments}
    for environment, rows in environments.items():
        carried[environment] = _carried_by(changes, rows, fresh, graph)
    placed = []
    for name, change in changes.items():
        found = (each[name] for each in carried.values() if name in each)
        told = tuple(sorted(found, key=lambda each: (at[each], each)))
        if told != change.deployments:
            placed.append(msgspec.structs.replace(change, deployments=told))
    return placed


def _carried_by(
    changes: Mapping[str, ChangeRow], rows: Sequence[DeploymentRow], fresh: Collection[str], graph: Graph
) -> dict[str, str]:
    """Return which deployment into one environment carried each change out, by the ids of both."""
    number = {row.id: place for place, row in enumerate(rows)}
    carried = {
        name: deployment
        for name, row in changes.items()
        for deployment in row.deployments
        if deployment in number
    }
    since = min(
        [
            *(row.at for row in rows if row.id in fresh),
            *(row.merged_at for name, row in changes.items() if name in fresh),
        ],
        default=None,
    )
    first = (
        len(rows) if since is None else next((n for n, row in enumerate(rows) if row.at >= since), len(rows))
    )
    late = rows[first:]
    if not late:
        return carried
    wanted = {
        name: merge_of(row)
        for name, row in changes.items()
        if merge_of(row)
        and row.merged_at <= late[-1].at
        and number.get(carried.get(name, ""), first) >= first
    }
    if not wanted:
        return carried
    earliest = min(changes[name].merged_at for name in wanted)
    late = [row for row in late if row.at >= earliest]  # what went out before any of them holds none
    oldest = earliest - DAY_MS
    oldest = max(oldest, rows[first - 1].at - _MOST_LYING_MS) if first else oldest
    for row in reversed(late):
        graph.reach(row.commits[0], wanted.values(), oldest)
    found = graph.carriers([row.commits[0] for row in late])
    carried.update({name: late[found[merge]].id for name, merge in wanted.items() if merge in found})
    return carried
