"""The third and fourth station of a sync: what seems to be gone, and how much of that is believed. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# More than this share gone at once, or a whole project, is held back until somebody asks for it.
MOST_GONE = 0.10


@dataclass(frozen=True, slots=True)
class Compared:
    """What is published, held against who is in the query now.

    Attributes:
        known: key of each published issue, by id.
        gone: ids that seem to have left the query.
        passed: ids that were staged, and left before this sync had ended.
    """

    known: Mapping[str, str]
    gone: frozenset[str]
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Guarded:
    """What is believed of a comparison.

    Attributes:
        known: key of each published issue, by id.
        gone: ids that will be taken out.
        held_back: ids that stay although they seem to be gone: too many at once to believe it.
    """

    known: Mapping[str, str]
    gone: frozenset[str]
    held_back: frozenset[str] = frozenset()

    def lost_keys(self, staged: Mapping[str, str]) -> set[str]:
        """Return the keys that name no issue any more: of those gone, and of those that moved.

        Args:
            staged: key of each staged issue, by id.
        """
        lost = {self.known[each] for each in self.gone if each in self.known}
        return lost | {self.known[each] for each, key in staged.items() if self.known.get(each, key) != key}


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects that have issues after a sync.

    Attributes:
        ids: of each project, by key; "" where no issue told it.
        hidden: keys of those that only have issues which are held back.
    """

    ids: Mapping[str, str]
    hidden: frozenset[str]


def guarded(compared: Compared, *, asked_for: bool = False) -> Guarded:
    """Return what is believed: nothing of a mass loss, unless somebody asked for it.

    Args:
        compared: who seems to be gone.
        asked_for: whatever is lost is to be taken out.
    """
    if not asked_for and is_mass_loss(compared):
        return Guarded(compared.known, compared.passed, compared.gone)
    return Guarded(compared.known, compared.gone | compared.passed)


def is_mass_loss(compared: Compared) -> bool:
    """Tell whether more than a tenth of what is published seems to be gone, or a whole project."""
    if not compared.gone:
        return False
    known = compared.known
    lost = known.keys() & compared.gone
    return len(lost) > MOST_GONE * len(known) or not _find_projects(known, ()) <= _find_projects(known, lost)


def projects_after(found: Guarded, staged: Mapping[str, str], ids: Mapping[str, str]) -> Projects:
    """Return the projects that have issues once what is staged is published.

    Args:
        found: what leaves and what is held back.
        staged: key of each staged issue, by id.
        ids: of the projects that are known, by key.
    """
    after = {**found.known, **staged}
    keys = _find_projects(after, found.gone)
    hidden = keys - _find_projects(after, found.held_back | found.gone)
    return Projects({key: ids.get(key, "") for key in keys}, frozenset(hidden))


def project_of(key: str) -> str:
    """Return the key of an issue's project: ``PAY`` of ``PAY-12``."""
    return key.rpartition("-")[0]


def _find_projects(known: Mapping[str, str], without: Collection[str]) -> set[str]:
    return {project_of(key) for issue_id, key in known.items() if issue_id not in without}
