"""What stands above epics: every sixth of them is an initiative that the others of the company serve."""

from collections.abc import Sequence

from data.simulator import catalogue as c
from data.simulator.model import Issue

_EVERY = 6
_FOREIGN_EVERY = 4  # so many epics serve an initiative of another project
Pair = tuple[Issue, Issue]


def raise_initiatives(issues: Sequence[Issue], parents: Sequence[Pair]) -> list[Pair]:
    """Turn some epics into initiatives and put the others below them.

    Args:
        issues: of all projects, in the order of their creation; the type of some epics changes.
        parents: pairs of child and parent.

    Returns:
        The pairs with those of the epics; what lay below an epic that is none any more lies below its
        neighbour.
    """
    epics = [issue for issue in issues if issue.type is c.EPIC]
    for epic in epics[::_EVERY]:
        epic.type = c.INITIATIVE
    left = [epic for epic in epics if epic.type is c.EPIC]
    above = [(epic, _initiative_of(place, epic, epics)) for place, epic in enumerate(left)]
    kept = [(child, _neighbour_of(parent, left)) for child, parent in parents]
    return [(child, parent) for child, parent in [*kept, *above] if parent is not None]


def _initiative_of(place: int, epic: Issue, epics: Sequence[Issue]) -> Issue | None:
    """Return the last initiative before an epic, of its own project but for every fourth."""
    before = [each for each in epics if each.type is c.INITIATIVE and each.created <= epic.created]
    foreign = place % _FOREIGN_EVERY == 0
    mine = [each for each in before if (each.project != epic.project) == foreign]
    return mine[-1] if mine else None


def _neighbour_of(parent: Issue, epics: Sequence[Issue]) -> Issue | None:
    if parent.type is not c.INITIATIVE:
        return parent
    near = [epic for epic in epics if epic.project == parent.project and epic.created >= parent.created]
    return near[0] if near else None
