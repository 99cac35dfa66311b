"""Blocked work: when issues were linked as blocked by others, as both of their histories tell it.

What is planned before stays as it is: links that nobody dates, as old Jiras have them, and then
some that came while the work was under way, some that went again, and two issues that wait for each other.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

from data.simulator import catalogue as c
from data.simulator.model import HOUR, MINUTE, Change, Issue, Item, Link, seeded

_STREAM = 4_711
_FIRST_LINK = 30_000  # ids of links that came later than those that were planned
_DATED, _REMOVED, _ADDED = 0.8, 0.3, 0.04


def note_blocks(seed: int, issues: Sequence[Issue], ends_at: int) -> None:
    """Date most links to blockers, add some, and take some back; in the order of the issues.

    Args:
        seed: of the world.
        issues: with keys, links and their other histories, by creation.
        ends_at: nothing happens at or after this instant.
    """
    by_id = {issue.id: issue for issue in issues}
    _date_planned(seed, issues, by_id, ends_at)
    _link_under_way(seed, issues, ends_at)
    _close_a_circle(issues, ends_at)


def _date_planned(seed: int, issues: Sequence[Issue], by_id: Mapping[int, Issue], ends_at: int) -> None:
    for issue in issues:
        for link in issue.links:
            if link.type is c.BLOCKS and link.inward:
                rng = seeded(seed, issue.id, _STREAM)
                span = _span_of(issue, by_id[link.other], ends_at)
                if rng.random() < _DATED and span is not None:
                    _tell(issue, by_id[link.other], link, span, rng)


def _link_under_way(seed: int, issues: Sequence[Issue], ends_at: int) -> None:
    """Link some ordinary work to what its team began around the same time."""
    recent: dict[str, list[Issue]] = {}
    for issue in issues:
        others = recent.setdefault(issue.project, [])
        if issue.type.level != 0 or issue.type is c.INCIDENT:
            continue
        rng = seeded(seed, issue.id, _STREAM + 1)
        if others and rng.random() < _ADDED:
            other = rng.choice(others)
            span = _span_of(issue, other, ends_at)
            if span is not None:
                _tell(issue, other, _tie(issue, other), span, rng)
        recent[issue.project] = [*others[-7:], issue]


def _close_a_circle(issues: Sequence[Issue], ends_at: int) -> None:
    """Let the two newest items that a team works on, and that nothing links yet, wait for each other."""
    under_way = [
        issue
        for issue in issues
        if issue.project == c.PAY.key and issue.type.level == 0
        if issue.status is c.IN_PROGRESS and not issue.links
    ]
    for one, other in pairwise(reversed(under_way)):
        spans = _span_of(one, other, ends_at), _span_of(other, one, ends_at)
        if None not in spans:
            for issue, blocker in ((one, other), (other, one)):
                link = _tie(issue, blocker)
                _write(issue, blocker, link, max(span[0] for span in spans if span), added=True)
            return


def _span_of(issue: Issue, other: Issue, ends_at: int) -> tuple[int, int] | None:
    """Return between when one issue was worked on and neither was done; None for never."""
    began = next((change.at for change in issue.changes if _begins(change)), None)
    if began is None:
        return None
    over = (end.updated for end in (issue, other) if end.status.category is c.DONE)
    first, last = max(began, other.created) + 30 * MINUTE, min(over, default=ends_at - 1)
    return (first, last) if last > first else None


def _begins(change: Change) -> bool:
    return any(item.field_id == "status" and item.to_id == c.IN_PROGRESS.id for item in change.items)


def _tie(issue: Issue, other: Issue) -> Link:
    link = Link(str(_FIRST_LINK + issue.id), c.BLOCKS, inward=True, other=other.id)
    issue.links = (*issue.links, link)
    other.links = (*other.links, link._replace(inward=False, other=issue.id))
    return link


def _tell(issue: Issue, other: Issue, link: Link, span: tuple[int, int], rng: random.Random) -> None:
    first, last = span
    at = min(first + int(rng.uniform(0, 20) * HOUR), last)
    _write(issue, other, link, at, added=True)
    over = at + int(rng.uniform(8, 90) * HOUR)
    if rng.random() < _REMOVED and over <= last:
        _write(issue, other, link, over, added=False)
        for end in (issue, other):
            end.links = tuple(each for each in end.links if each.id != link.id)


def _write(issue: Issue, other: Issue, link: Link, at: int, *, added: bool) -> None:
    """Write into both histories that the link came or went."""
    author = c.TEAM_OF[issue.project].people[issue.id % 6]
    for end, phrase, far in ((issue, link.type.inward, other), (other, link.type.outward, issue)):
        told = (far.key, f"This issue {phrase} {far.key}")
        sides = ((None, None), told) if added else (told, (None, None))
        end.changes.append(Change(at, author, (Item("issuelinks", *sides[0], *sides[1]),)))
        end.changes.sort(key=lambda change: change.at)
        end.updated = max(end.updated, at)
